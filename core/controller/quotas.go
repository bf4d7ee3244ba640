package controller

import (
	"cmp"
	"slices"
	"strings"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// quotaRange says what values a key may have, beside that all are above 0.
type quotaRange struct {
	key string
	// whole is the name of the integral type that Kafka keeps the value in, most its greatest value; a
	// key without one may have any value.
	whole string
	most  record.FloatBits
}

var (
	longMost   = record.FloatOf(1 << 63) // what Java's Long.MAX_VALUE is as a double
	userQuotas = []quotaRange{
		{"consumer_byte_rate", "a LONG", longMost}, {key: "controller_mutation_rate"},
		{"producer_byte_rate", "a LONG", longMost}, {key: "request_percentage"},
	}
	ipQuotas = []quotaRange{{"connection_creation_rate", "an INT", record.FloatOf(1<<31 - 1)}}
)

// fractionMost is 1e-6: so much behind the point a whole number may have.
const fractionMost record.FloatBits = 0x3eb0c6f7a0b5ed8d

// alterClientQuotas changes client quotas (KIP-546, KIP-612). Each entity changes as a whole or not at
// all; those that do, change in one batch. As in Kafka, an entity that is named twice changes as its
// first entry says, and the answer, of which there is one for each entity, says that it was a duplicate.
func (m *Controller) alterClientQuotas(r *msg.AlterClientQuotas) decision {
	reply := &msg.AlteredClientQuotas{Op: r.Op}
	d := decision{reply: reply}
	places := map[string]int{}
	for i := range r.Entries {
		entity := distinctParts(r.Entries[i].Entity)
		name := entityText(entity)
		at, again := places[name]
		if !again {
			at = len(reply.Entries)
			places[name] = at
			reply.Entries = append(reply.Entries, msg.AlteredQuota{Entity: entity})
		}
		result := &reply.Entries[at]
		if again || keyTwice(r.Entries[i].Ops) {
			result.Err, result.ErrText = kafka.ErrInvalidRequest, "Ignoring duplicate entity "+name
			continue
		}
		recs, text := m.alterQuota(entity, r.Entries[i].Ops)
		if text != "" {
			result.Err, result.ErrText = kafka.ErrInvalidRequest, text
		}
		d.records = append(d.records, recs...)
	}
	if len(d.records) > recordsMax {
		reply.Entries = refusedQuotas(r, kafka.ErrPolicyViolation, "Unable to perform excessively large batch operation.")
		d.records = nil
	}
	if r.ValidateOnly {
		d.records = nil
	}
	return d
}

// refusedQuotas refuses all of a request's entries.
func refusedQuotas(r *msg.AlterClientQuotas, code kafka.ErrorCode, text string) []msg.AlteredQuota {
	var all []msg.AlteredQuota
	for i := range r.Entries {
		all = append(all, msg.AlteredQuota{Entity: distinctParts(r.Entries[i].Entity), Err: code, ErrText: text})
	}
	return all
}

// entityKinds are the kinds of entity in the order in which Kafka goes through them.
var entityKinds = []string{image.EntityClientID, image.EntityUser, image.EntityIP}

// distinctParts puts the parts of an entity into Kafka's order; of a kind that is named twice the last
// counts.
func distinctParts(parts []record.ClientQuotaEntity) []record.ClientQuotaEntity {
	rank := func(p record.ClientQuotaEntity) int {
		if at := slices.Index(entityKinds, p.EntityType); at >= 0 {
			return at
		}
		return len(entityKinds)
	}
	last := make(map[string]int, len(parts))
	for i, p := range parts {
		last[p.EntityType] = i
	}
	var distinct []record.ClientQuotaEntity
	for i, p := range parts {
		if last[p.EntityType] == i {
			distinct = append(distinct, p)
		}
	}
	slices.SortFunc(distinct, func(a, b record.ClientQuotaEntity) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.EntityType, b.EntityType))
	})
	return distinct
}

// entityText is how Kafka writes an entity.
func entityText(parts []record.ClientQuotaEntity) string {
	var texts []string
	for _, p := range parts {
		name := "null"
		if p.EntityName != nil {
			name = *p.EntityName
		}
		texts = append(texts, p.EntityType+"="+name)
	}
	return "ClientQuotaEntity(entries={" + strings.Join(texts, ", ") + "})"
}

func keyTwice(ops []msg.QuotaOp) bool {
	seen := make(map[string]bool, len(ops))
	for i := range ops {
		if seen[ops[i].Key] {
			return true
		}
		seen[ops[i].Key] = true
	}
	return false
}

// alterQuota checks in Kafka's order, the entity and then each key, and makes the records of what differs.
func (m *Controller) alterQuota(parts []record.ClientQuotaEntity, ops []msg.QuotaOp) ([]record.Metadata, string) {
	keys, text := quotaKeys(parts)
	if text != "" {
		return nil, text
	}
	entity, _ := image.EntityOf(parts)
	now := m.img.Quota(entity)
	var recs []record.Metadata
	for _, op := range ops {
		value, set := now.Value(op.Key)
		if op.Remove {
			if set {
				recs = append(recs, &record.ClientQuotaRecord{Entity: entity.Parts(), Key: op.Key, Remove: true})
			}
			continue
		}
		if text := checkQuota(keys, op); text != "" {
			return nil, text
		}
		if !set || !value.Same(op.Value) {
			recs = append(recs, &record.ClientQuotaRecord{Entity: entity.Parts(), Key: op.Key, Value: op.Value})
		}
	}
	return recs, ""
}

// quotaKeys are the keys that an entity may have, or what is wrong with the entity.
func quotaKeys(parts []record.ClientQuotaEntity) ([]quotaRange, string) {
	for _, p := range parts {
		switch {
		case !slices.Contains(entityKinds, p.EntityType):
			return nil, "Unhandled client quota entity type: " + p.EntityType
		case p.EntityName != nil && *p.EntityName == "":
			return nil, "Empty " + p.EntityType + " not supported"
		}
	}
	entity, _ := image.EntityOf(parts)
	switch ip := entity.IP; {
	case len(parts) == 0:
		return nil, "Invalid empty client quota entity"
	case ip.Match == image.EntityAbsent:
		return userQuotas, ""
	case len(parts) > 1:
		return nil, "Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId"
	case ip.Match == image.EntityDefault:
		return ipQuotas, ""
	}
	if _, ok := kafka.ParseIP(entity.IP.Name); !ok {
		return nil, entity.IP.Name + " is not a valid IP or resolvable host."
	}
	return ipQuotas, ""
}

func checkQuota(keys []quotaRange, op msg.QuotaOp) string {
	at := slices.IndexFunc(keys, func(r quotaRange) bool { return r.key == op.Key })
	switch {
	case at < 0:
		return "Invalid configuration key " + op.Key
	case op.Value.AtMostZero():
		return "Quota " + op.Key + " must be greater than 0"
	}
	switch r := keys[at]; {
	case r.whole == "":
	case op.Value.Above(r.most):
		return "Proposed value for " + op.Key + " is too large for " + r.whole + "."
	case op.Value.Fraction().Above(fractionMost):
		return op.Key + " cannot be a fractional value."
	}
	return ""
}
