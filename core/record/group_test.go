package record

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"

	"momus/core/kafka"

	"github.com/google/go-cmp/cmp"
)

func text(s string) *string { return &s }

// groupRecords are records with something in every field, as Kafka 4.3 writes them.
var groupRecords = []Group{
	&OffsetCommit{Group: "g", Topic: "t", Partition: 3, Offset: 7, LeaderEpoch: 2, Metadata: "m", CommitTimestamp: 9, ExpireTimestamp: NoTimestamp, TopicID: kafka.TopicID{1, 2}},
	&OffsetCommit{Group: "g", Topic: "t", Offset: 7, LeaderEpoch: kafka.NoLeaderEpoch, CommitTimestamp: 9, ExpireTimestamp: 99},
	&LegacyOffsetCommit{Group: "g", Topic: "t", Partition: 3, Offset: 7, Metadata: "m", CommitTimestamp: 9},
	&GroupMetadata{Group: "g", ProtocolType: "consumer", Generation: 4, Protocol: text("range"), Leader: text("a"), CurrentStateTimestamp: 5,
		Members: []GroupMember{{MemberID: "a", GroupInstanceID: text("i"), ClientID: "c", ClientHost: "/h", RebalanceTimeout: 6, SessionTimeout: 7, Subscription: []byte{1}, Assignment: []byte{2}}}},
	&ConsumerGroupMetadata{Group: "g", Epoch: 3, MetadataHash: 1 << 40},
	&ConsumerGroupPartitionMetadata{Group: "g", Topics: []ConsumerGroupTopicMetadata{{TopicID: kafka.TopicID{1}, TopicName: "t", NumPartitions: 1,
		PartitionMetadata: []ConsumerGroupPartitionRacks{{Partition: 0, Racks: []string{"r"}}}}}},
	&ConsumerGroupMemberMetadata{Group: "g", Member: "a", InstanceID: text("i"), RackID: text("r"), ClientID: "c", ClientHost: "/h",
		SubscribedTopicNames: []string{"t"}, SubscribedTopicRegex: text("t.*"), RebalanceTimeout: 5, ServerAssignor: text("uniform"),
		ClassicMemberMetadata: &ClassicMemberMetadata{SessionTimeout: 6, SupportedProtocols: []ClassicProtocol{{Name: "range", Metadata: []byte{1}}}}},
	&ConsumerGroupMemberMetadata{Group: "g", Member: "a", ClientID: "c", ClientHost: "/h", RebalanceTimeout: -1},
	&ConsumerGroupTargetAssignmentMetadata{Group: "g", AssignmentEpoch: 4, AssignmentTimestamp: 5},
	&ConsumerGroupTargetAssignmentMember{Group: "g", Member: "a", TopicPartitions: []TargetPartitions{{TopicID: kafka.TopicID{1}, Partitions: []kafka.PartitionID{0, 2}}}},
	&ConsumerGroupCurrentMemberAssignment{Group: "g", Member: "a", MemberEpoch: 4, PreviousMemberEpoch: 3, State: 1,
		AssignedPartitions:          []AssignedPartitions{{TopicID: kafka.TopicID{1}, Partitions: []kafka.PartitionID{0, 2}, AssignmentEpochs: []int32{3, 4}}},
		PartitionsPendingRevocation: []AssignedPartitions{{TopicID: kafka.TopicID{2}, Partitions: []kafka.PartitionID{1}}}},
	&ConsumerGroupRegularExpression{Group: "g", RegularExpression: "t.*", Topics: []string{"t1"}, Version: 12, Timestamp: 13},
}

func TestGroupRecordsAreReadAsWritten(t *testing.T) {
	for _, rec := range groupRecords {
		key, value := AppendGroupKey(nil, rec), AppendGroupValue(nil, rec)
		got, err := ReadGroup(key, value)
		if err != nil {
			t.Fatalf("%T: %v", rec, err)
		}
		if diff := cmp.Diff(GroupRecord{Record: rec}, got); diff != "" {
			t.Errorf("%T: %s", rec, diff)
		}
		gone, err := ReadGroup(key, nil)
		if err != nil || !gone.Deleted || !bytes.Equal(AppendGroupKey(nil, gone.Record), key) {
			t.Errorf("the tombstone of %T is %+v, %v", rec, gone, err)
		}
		for n := range key {
			if _, err := ReadGroup(key[:n], value); err == nil {
				t.Errorf("%T: a key of %d of %d bytes is taken", rec, n, len(key))
			}
		}
		for n := range value {
			if _, err := ReadGroup(key, value[:n]); err == nil {
				t.Errorf("%T: a value of %d of %d bytes is taken", rec, n, len(value))
			}
		}
	}
}

// The bytes are laid out by hand from the schemas: key type, then fields; value version, then fields.
func TestGroupRecordsAreKafkas(t *testing.T) {
	for _, c := range []struct {
		rec        Group
		key, value string
	}{
		{groupRecords[0], "0001 0001 67 0001 74 00000003",
			"0004 0000000000000007 00000002 02 6d 0000000000000009 01 00 10 01020000000000000000000000000000"},
		{groupRecords[1], "0001 0001 67 0001 74 00000000", "0001 0000000000000007 0000 0000000000000009 0000000000000063"},
		{groupRecords[3], "0002 0001 67", "0003 0008 636f6e73756d6572 00000004 0005 72616e6765 0001 61 0000000000000005 00000001" +
			"0001 61 0001 69 0001 63 0002 2f68 00000006 00000007 00000001 01 00000001 02"},
		{groupRecords[7], "0005 0001 67 0001 61", "0000 00 00 02 63 03 2f68 01 00 ffffffff 00 01 00 01 00"},
		{groupRecords[6], "0005 0001 67 0001 61", "0000 02 69 02 72 02 63 03 2f68 02 02 74 04 742e2a 00000005 08 756e69666f726d" +
			"01 00 10 01 00000006 02 06 72616e6765 02 01 00 00"},
	} {
		check := func(what string, got []byte, want string) {
			b, err := hex.DecodeString(strings.ReplaceAll(want, " ", ""))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, b) {
				t.Errorf("%s of %T is\n%x, not\n%x", what, c.rec, got, b)
			}
		}
		check("key", AppendGroupKey(nil, c.rec), c.key)
		check("value", AppendGroupValue(nil, c.rec), c.value)
	}
}

func TestUnknownTypesAndVersionsOfGroupRecordsAreTold(t *testing.T) {
	if _, err := ReadGroup([]byte{0, 9, 0, 1, 'g'}, []byte{0, 0}); !errors.Is(err, ErrKey) {
		t.Errorf("a type that is not known: %v", err)
	}
	key := AppendGroupKey(nil, groupRecords[0])
	if _, err := ReadGroup(key, []byte{0, 5, 0}); !errors.Is(err, ErrVersion) {
		t.Errorf("a version that is not known: %v", err)
	}
	for kind, foreign := range map[GroupType]bool{0: false, 8: false, 9: false, 10: true, 15: true, 16: false, 17: true} {
		if kind.IsForeign() != foreign {
			t.Errorf("type %d: foreign is not %t", kind, foreign)
		}
	}
}

func TestLongNamesFitNoKey(t *testing.T) {
	long := strings.Repeat("x", math.MaxInt16+1)
	for _, rec := range []Group{
		&OffsetCommit{Group: long}, &OffsetCommit{Topic: long}, &GroupMetadata{Group: long},
		&ConsumerGroupMemberMetadata{Member: long}, &ConsumerGroupRegularExpression{RegularExpression: long},
	} {
		if FitsGroupKey(rec) {
			t.Errorf("%T fits", rec)
		}
	}
	for _, rec := range groupRecords {
		if !FitsGroupKey(rec) {
			t.Errorf("%T does not fit", rec)
		}
	}
}
