package image

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"momus/core/record"
)

// KeptKind says what a Kept record is about; the kinds are in the order in which Kafka's snapshots
// have them (org.apache.kafka.image.MetadataImage).
type KeptKind uint8

// The kinds: registrations of controllers (KIP-919), quotas of kinds of entity that are not known, ACLs,
// SCRAM credentials and delegation tokens (both KIP-900).
const (
	KeptController KeptKind = iota + 1
	KeptQuota
	KeptACL
	KeptScram
	KeptToken
)

// Kept is a record that this build holds without acting on it: a snapshot that left it out would
// lose it with the log.
//
//canon:gen
type Kept struct {
	Kind KeptKind
	// Key is what the record is about, so that a later one of the same key takes its place.
	Key    string
	Record record.Metadata
}

func (k Kept) compare(o Kept) int {
	return cmp.Or(cmp.Compare(k.Kind, o.Kind), strings.Compare(k.Key, o.Key))
}

// applyKept holds a record of what this build does not act on, or lets go of one. Records that say
// nothing lasting (NoOpRecord, the state of a migration that Kafka 4 has forgotten) do nothing.
func (m *Image) applyKept(rec record.Metadata) {
	switch r := rec.(type) {
	case *record.RegisterControllerRecord:
		m.keep(Kept{KeptController, nodeName(r.ControllerID), rec}, false)
	case *record.AccessControlEntryRecord:
		m.keep(Kept{KeptACL, string(r.ID[:]), rec}, false)
	case *record.RemoveAccessControlEntryRecord:
		m.keep(Kept{Kind: KeptACL, Key: string(r.ID[:])}, true)
	case *record.UserScramCredentialRecord:
		m.keep(Kept{KeptScram, scramKey(r.Mechanism, r.Name), rec}, false)
	case *record.RemoveUserScramCredentialRecord:
		m.keep(Kept{Kind: KeptScram, Key: scramKey(r.Mechanism, r.Name)}, true)
	case *record.DelegationTokenRecord:
		m.keep(Kept{KeptToken, r.TokenID, rec}, false)
	case *record.RemoveDelegationTokenRecord:
		m.keep(Kept{Kind: KeptToken, Key: r.TokenID}, true)
	}
}

// keep puts k in the place of its key, or with remove empties that. What is not there is removed
// without a word, as in Kafka's images.
func (m *Image) keep(k Kept, remove bool) {
	at, found := slices.BinarySearchFunc(m.Kept, k, Kept.compare)
	switch {
	case remove && found:
		m.Kept = without(m.Kept, at)
	case remove:
	case found:
		m.Kept[at] = k
	default:
		m.Kept = slices.Insert(m.Kept, at, k)
	}
}

func scramKey(mechanism int8, name string) string { return string([]byte{byte(mechanism)}) + name }

// quotaKey names a quota by whom it is for and what it limits. The parts of the entity have no
// order of their own.
func quotaKey(r *record.ClientQuotaRecord) string {
	entity := slices.SortedFunc(slices.Values(r.Entity), func(a, b record.ClientQuotaEntity) int {
		return strings.Compare(a.EntityType, b.EntityType)
	})
	var b []byte
	part := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	for _, e := range entity {
		part(e.EntityType)
		if e.EntityName == nil {
			b = append(b, 0)
			continue
		}
		b = append(b, 1)
		part(*e.EntityName)
	}
	part(r.Key)
	return string(b)
}
