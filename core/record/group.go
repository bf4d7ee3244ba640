package record

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Group is a record of __consumer_offsets: the fields of its key and of its value in one. The members'
// numbers in the canonical encoding are Kafka's record types plus one.
//
//canon:union name=CanonGroup
type Group interface {
	isGroup()
	AppendCanon(b []byte) []byte
	AppendText(b []byte) []byte
	// Versions is the range of versions in which the value exists.
	Versions() (first, last int16)
	// AppendVersion appends the value's fields as Kafka writes them in a version, which must exist and be
	// able to carry what the record holds.
	AppendVersion(b []byte, version int16) []byte
	// ReadVersion reads what AppendVersion appends; b must hold that and nothing else.
	ReadVersion(b []byte, version int16) error
	// appendKey and readKey are the key's fields behind its type.
	appendKey(b []byte) []byte
	readKey(r *reader)
}

// GroupRecord is what one record of __consumer_offsets says: that Record holds, or with Deleted that what has
// its key is gone (a tombstone: its value's fields count for nothing).
//
//canon:gen
type GroupRecord struct {
	Record  Group
	Deleted bool
}

// The record types that belong to share groups and streams groups: they are known, and passed over.
const (
	shareTypesFirst, shareTypesLast     = 10, 15
	streamsTypesFirst, streamsTypesLast = 17, 24
)

// GroupType is the type of a record of __consumer_offsets, which its key begins with.
type GroupType int16

// IsForeign tells the types of groups that this program knows of and doesn't serve.
func (t GroupType) IsForeign() bool {
	return t >= shareTypesFirst && t <= shareTypesLast || t >= streamsTypesFirst && t <= streamsTypesLast
}

// AppendGroupKey appends the key of a record.
func AppendGroupKey(b []byte, rec Group) []byte {
	return rec.appendKey(binary.BigEndian.AppendUint16(b, uint16(keyGroup(rec))))
}

// AppendGroupValue appends its value, in the version in which Kafka 4.3 writes it.
func AppendGroupValue(b []byte, rec Group) []byte {
	version := int16(0)
	switch r := rec.(type) {
	case *OffsetCommit:
		if version = 4; r.ExpireTimestamp != NoTimestamp {
			// Only version 1 has a time of expiry, and neither a leader epoch nor a topic id.
			old := *r
			old.LeaderEpoch, old.TopicID = -1, [16]byte{}
			return old.AppendVersion(append(b, 0, 1), 1)
		}
	case *GroupMetadata:
		version = 3
	}
	return rec.AppendVersion(binary.BigEndian.AppendUint16(b, uint16(version)), version)
}

// ReadGroupType reads the type that a key begins with.
func ReadGroupType(key []byte) (GroupType, error) {
	if len(key) < 2 {
		return 0, ErrShort
	}
	return GroupType(binary.BigEndian.Uint16(key)), nil
}

// ReadGroup reads a record; a value of nil is a tombstone. ErrKey is a type that is not known, ErrVersion a
// value of a version that is not, which may mean anything. As in Kafka, what stands behind the known fields
// of a key is passed over.
func ReadGroup(key, value []byte) (GroupRecord, error) {
	t, err := ReadGroupType(key)
	if err != nil {
		return GroupRecord{}, err
	}
	rec := newGroup(uint64(uint16(t)))
	if rec == nil {
		return GroupRecord{}, ErrKey
	}
	if value != nil {
		if len(value) < 2 {
			return GroupRecord{}, ErrShort
		}
		if err := rec.ReadVersion(value[2:], int16(binary.BigEndian.Uint16(value))); err != nil {
			return GroupRecord{}, err
		}
	}
	r := reader{b: key[2:]}
	rec.readKey(&r) // after the value, which begins with an empty record
	if r.err != nil {
		return GroupRecord{}, fmt.Errorf("key: %w", r.err)
	}
	return GroupRecord{Record: rec, Deleted: value == nil}, nil
}

// appendGroupKey, and the other forms of keys: Kafka's keys are all of version 0, which is not flexible.
func appendGroupKey(b []byte, group string) []byte { return appendString(b, group, false) }

func appendMemberKey(b []byte, group, member string) []byte {
	return appendString(appendString(b, group, false), member, false)
}

func appendPartitionKey(b []byte, group, topic string, partition int32) []byte {
	b = appendString(appendString(b, group, false), topic, false)
	return binary.BigEndian.AppendUint32(b, uint32(partition))
}

// FitsGroupKey tells whether the strings of a record's key are short enough for it: Kafka's keys count them in
// an int16, while requests may bring longer ones.
func FitsGroupKey(rec Group) bool {
	fits := func(list ...string) bool {
		for _, s := range list {
			if len(s) > math.MaxInt16 {
				return false
			}
		}
		return true
	}
	switch r := rec.(type) {
	case *LegacyOffsetCommit:
		return fits(r.Group, r.Topic)
	case *OffsetCommit:
		return fits(r.Group, r.Topic)
	case *GroupMetadata:
		return fits(r.Group)
	case *ConsumerGroupMetadata:
		return fits(r.Group)
	case *ConsumerGroupPartitionMetadata:
		return fits(r.Group)
	case *ConsumerGroupMemberMetadata:
		return fits(r.Group, r.Member)
	case *ConsumerGroupTargetAssignmentMetadata:
		return fits(r.Group)
	case *ConsumerGroupTargetAssignmentMember:
		return fits(r.Group, r.Member)
	case *ConsumerGroupCurrentMemberAssignment:
		return fits(r.Group, r.Member)
	case *ConsumerGroupRegularExpression:
		return fits(r.Group, r.RegularExpression)
	}
	panic("BUG: a record of no type of __consumer_offsets")
}
