package image

import (
	"cmp"
	"slices"
	"strings"

	"momus/core/record"
)

// The kinds of entity that a quota can be for (KIP-55, KIP-546, KIP-612), by their names on the wire.
const (
	EntityUser     = "user"
	EntityClientID = "client-id"
	EntityIP       = "ip"
)

// EntityMatch says how one kind of entity is part of whom a quota is for.
type EntityMatch uint8

// The matches: the kind is not looked at; its default, for all names that have no quota of their own;
// one name.
const (
	EntityAbsent EntityMatch = iota
	EntityDefault
	EntityNamed
)

// EntityName is one kind's part; Name is empty unless Match is EntityNamed.
//
//canon:gen
type EntityName struct {
	Match EntityMatch
	Name  string
}

// Named is the part that means one name.
func Named(name string) EntityName { return EntityName{EntityNamed, name} }

func (n EntityName) compare(o EntityName) int {
	return cmp.Or(cmp.Compare(n.Match, o.Match), strings.Compare(n.Name, o.Name))
}

// QuotaEntity is whom a quota is for.
//
//canon:gen
type QuotaEntity struct {
	User, ClientID, IP EntityName
}

// Compare orders by user, then client id, then ip.
func (e QuotaEntity) Compare(o QuotaEntity) int {
	return cmp.Or(e.User.compare(o.User), e.ClientID.compare(o.ClientID), e.IP.compare(o.IP))
}

// Quota is what one entity is limited to; there is always a value. Values is sorted by key and never
// changed in place, so that copies may share it.
//
//canon:gen
type Quota struct {
	Entity QuotaEntity
	Values []QuotaValue
}

// QuotaValue is the limit of one key.
//
//canon:gen
type QuotaValue struct {
	Key   string
	Value record.FloatBits
}

// Value is the limit that a quota sets for a key.
func (q *Quota) Value(key string) (value record.FloatBits, set bool) {
	if q == nil {
		return 0, false
	}
	at, found := slices.BinarySearchFunc(q.Values, key, valueByKey)
	if !found {
		return 0, false
	}
	return q.Values[at].Value, true
}

func valueByKey(v QuotaValue, key string) int { return strings.Compare(v.Key, key) }

// Quota finds what is set for exactly this entity, or returns nil. It is good until the next Apply.
func (m *Image) Quota(e QuotaEntity) *Quota {
	at, found := m.findQuota(e)
	if !found {
		return nil
	}
	return &m.Quotas[at]
}

func (m *Image) findQuota(e QuotaEntity) (at int, found bool) {
	return slices.BinarySearchFunc(m.Quotas, e, func(q Quota, e QuotaEntity) int { return q.Entity.Compare(e) })
}

// EntityOf reads the parts of an entity, of which the last of a kind counts. Of others than the three
// kinds it knows nothing.
func EntityOf(parts []record.ClientQuotaEntity) (e QuotaEntity, known bool) {
	for _, part := range parts {
		name := EntityName{Match: EntityDefault}
		if part.EntityName != nil {
			name = Named(*part.EntityName)
		}
		switch part.EntityType {
		case EntityUser:
			e.User = name
		case EntityClientID:
			e.ClientID = name
		case EntityIP:
			e.IP = name
		default:
			return e, false
		}
	}
	return e, true
}

// Parts are the parts of an entity, in the order in which Kafka writes them.
func (e QuotaEntity) Parts() []record.ClientQuotaEntity {
	var parts []record.ClientQuotaEntity
	add := func(kind string, n EntityName) {
		switch n.Match {
		case EntityDefault:
			parts = append(parts, record.ClientQuotaEntity{EntityType: kind})
		case EntityNamed:
			parts = append(parts, record.ClientQuotaEntity{EntityType: kind, EntityName: &n.Name})
		}
	}
	add(EntityClientID, e.ClientID)
	add(EntityUser, e.User)
	add(EntityIP, e.IP)
	return parts
}

// applyQuota sets or removes one limit. What is not there is removed without a word, as in Kafka's
// images; a kind of entity that this build does not know is kept.
func (m *Image) applyQuota(d *Delta, r *record.ClientQuotaRecord) {
	entity, known := EntityOf(r.Entity)
	if !known {
		m.keep(Kept{KeptQuota, quotaKey(r), r}, r.Remove)
		return
	}
	at, found := m.findQuota(entity)
	if !found {
		if r.Remove {
			return
		}
		m.Quotas = slices.Insert(m.Quotas, at, Quota{Entity: entity})
	}
	q := &m.Quotas[at]
	q.Values = withValue(q.Values, r)
	if len(q.Values) == 0 {
		m.Quotas = without(m.Quotas, at)
	}
	note(&d.QuotasChanged, entity)
}

// withValue is a copy of the values with what the record says.
func withValue(values []QuotaValue, r *record.ClientQuotaRecord) []QuotaValue {
	at, found := slices.BinarySearchFunc(values, r.Key, valueByKey)
	changed := slices.Clone(values)
	switch {
	case r.Remove && found:
		return slices.Delete(changed, at, at+1)
	case r.Remove:
		return changed
	case found:
		changed[at].Value = r.Value
		return changed
	}
	return slices.Insert(changed, at, QuotaValue{r.Key, r.Value})
}

// ClientQuota finds the limit of a key that holds for a client: the most specific one that is set, in the
// order of KIP-55. It also says whom the limit is shared by: all of a user, all with a client id, or one
// pair of them. A client without an id is under no quota that looks at ids.
func (m *Image) ClientQuota(user, client, key string) (scope QuotaEntity, limit record.FloatBits, found bool) {
	if len(m.Quotas) == 0 {
		return QuotaEntity{}, 0, false
	}
	byDefault := EntityName{Match: EntityDefault}
	for _, u := range [...]EntityName{Named(user), byDefault} {
		if client != "" {
			for _, c := range [...]EntityName{Named(client), byDefault} {
				if v, set := m.Quota(QuotaEntity{User: u, ClientID: c}).Value(key); set {
					return QuotaEntity{User: Named(user), ClientID: Named(client)}, v, true
				}
			}
		}
		if v, set := m.Quota(QuotaEntity{User: u}).Value(key); set {
			return QuotaEntity{User: Named(user)}, v, true
		}
	}
	if client == "" {
		return QuotaEntity{}, 0, false
	}
	for _, c := range [...]EntityName{Named(client), byDefault} {
		if v, set := m.Quota(QuotaEntity{ClientID: c}).Value(key); set {
			return QuotaEntity{ClientID: Named(client)}, v, true
		}
	}
	return QuotaEntity{}, 0, false
}
