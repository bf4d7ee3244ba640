package session

import (
	"slices"
	"strconv"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// DescribeClientQuotas lists the quotas of entities that a filter lets through (KIP-546, KIP-612), from the
// committed image: each component names a kind of entity that must be there, with one name, as the
// default, or either; strict lets nothing through that has other kinds too. Entities come sorted, their
// quotas by key; in Kafka both have the order of a hash table.
var describeClientQuotasAPI = api{key: wire.KeyDescribeClientQuotas, min: 0, max: 1, start: (*Session).startDescribeClientQuotas}

func (s *Session) startDescribeClientQuotas(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	c.begin()
	body := req.Body.(*kmsg.DescribeClientQuotasRequest)
	r := kmsg.NewPtrDescribeClientQuotasResponse()
	r.Version = int16(req.Version)
	f, code, text := filterOf(body)
	r.ErrorCode, r.ErrorMessage = int16(code), &text
	if code == kafka.None {
		r.Entries = []kmsg.DescribeClientQuotasResponseEntry{}
		for i := range v.Image.Quotas {
			if q := &v.Image.Quotas[i]; f.lets(&q.Entity) {
				r.Entries = append(r.Entries, describedQuota(q))
			}
		}
	}
	s.complete(req.Conn, req.Seq, r)
	return true
}

// quotaFilter is what entities must be. Its parts are EntityAbsent where no component names the kind.
type quotaFilter struct {
	entity image.QuotaEntity
	// either are the kinds that may be there in any form.
	either []string
	strict bool
}

// The ways in which a component matches.
const (
	matchExact = iota
	matchDefault
	matchSpecified
)

// filterOf reads a filter, or says in Kafka's words what is wrong with it.
func filterOf(body *kmsg.DescribeClientQuotasRequest) (f quotaFilter, code kafka.ErrorCode, text string) {
	f.strict = body.Strict
	seen := map[string]bool{}
	for i := range body.Components {
		c := &body.Components[i]
		part := f.part(c.EntityType)
		match := image.EntityName{Match: image.EntityDefault}
		if c.Match != nil {
			match = image.Named(*c.Match)
		}
		invalid := func(text string) (quotaFilter, kafka.ErrorCode, string) { return f, kafka.ErrInvalidRequest, text }
		switch {
		case c.EntityType == "":
			return invalid("Invalid empty entity type.")
		case seen[c.EntityType]:
			return invalid("Entity type " + c.EntityType + " cannot appear more than once in the filter.")
		case part == nil:
			return f, kafka.ErrUnsupportedVersion, "Unsupported entity type " + c.EntityType
		case c.MatchType == matchExact && c.Match == nil:
			return invalid("Request specified MATCH_TYPE_EXACT, but set match string to null.")
		case c.MatchType == matchDefault && c.Match != nil:
			return invalid("Request specified MATCH_TYPE_DEFAULT, but also specified a match string.")
		case c.MatchType == matchSpecified && c.Match != nil:
			return invalid("Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.")
		case c.MatchType == matchSpecified:
			f.either = append(f.either, c.EntityType)
		case c.MatchType != matchExact && c.MatchType != matchDefault:
			return invalid("Unknown match type " + strconv.Itoa(int(c.MatchType)))
		}
		*part, seen[c.EntityType] = match, true
	}
	if seen[image.EntityIP] && len(seen) > 1 {
		return f, kafka.ErrInvalidRequest, "Invalid entity filter component combination. IP filter component should not be used with " +
			"user or clientId filter component."
	}
	return f, kafka.None, ""
}

func (f *quotaFilter) part(kind string) *image.EntityName { return partOf(&f.entity, kind) }

// partOf is an entity's part of a kind, or nil if there is no such kind.
func partOf(e *image.QuotaEntity, kind string) *image.EntityName {
	switch kind {
	case image.EntityUser:
		return &e.User
	case image.EntityClientID:
		return &e.ClientID
	case image.EntityIP:
		return &e.IP
	}
	return nil
}

// lets tells whether an entity passes.
func (f *quotaFilter) lets(e *image.QuotaEntity) bool {
	for _, kind := range [...]string{image.EntityUser, image.EntityClientID, image.EntityIP} {
		want, have := *partOf(&f.entity, kind), *partOf(e, kind)
		switch either := slices.Contains(f.either, kind); {
		case want.Match == image.EntityAbsent && have.Match != image.EntityAbsent && f.strict:
			return false
		case want.Match == image.EntityAbsent:
		case have.Match == image.EntityAbsent, !either && want != have:
			return false
		}
	}
	return true
}

func describedQuota(q *image.Quota) kmsg.DescribeClientQuotasResponseEntry {
	r := kmsg.NewDescribeClientQuotasResponseEntry()
	r.Entity, r.Values = []kmsg.DescribeClientQuotasResponseEntryEntity{}, []kmsg.DescribeClientQuotasResponseEntryValue{}
	for _, p := range q.Entity.Parts() {
		part := kmsg.NewDescribeClientQuotasResponseEntryEntity()
		part.Type, part.Name = p.EntityType, p.EntityName
		r.Entity = append(r.Entity, part)
	}
	for _, v := range q.Values {
		value := kmsg.NewDescribeClientQuotasResponseEntryValue()
		value.Key = v.Key
		wire.SetQuota(&value, v.Value)
		r.Values = append(r.Values, value)
	}
	return r
}
