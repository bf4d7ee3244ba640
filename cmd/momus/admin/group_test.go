package admin

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// withGroups lets the broker coordinate the group billing, classic, of no members, which has committed 100 of
// orders:0, and the group live, of the consumer protocol, of one member that has orders:0.
func withGroups(b *madeUp) {
	withLogs(b)
	b.on(&kmsg.FindCoordinatorRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.FindCoordinatorResponse)
		for _, key := range r.(*kmsg.FindCoordinatorRequest).CoordinatorKeys {
			c := kmsg.NewFindCoordinatorResponseCoordinator()
			c.Key, c.NodeID, c.Host, c.Port = key, 1, "broker", 9092
			v.Coordinators = append(v.Coordinators, c)
		}
		return v
	})
	b.on(&kmsg.ListGroupsRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.ListGroupsResponse)
		v.Groups = []kmsg.ListGroupsResponseGroup{
			{Group: "live", GroupType: "consumer", GroupState: "Stable", ProtocolType: "consumer"},
			{Group: "billing", GroupType: "classic", GroupState: "Empty"},
		}
		return v
	})
	b.on(&kmsg.ConsumerGroupDescribeRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.ConsumerGroupDescribeResponse)
		g := kmsg.NewConsumerGroupDescribeResponseGroup()
		g.Group, g.State, g.Epoch, g.AssignmentEpoch, g.AssignorName = "live", "Stable", 3, 3, "uniform"
		m := kmsg.NewConsumerGroupDescribeResponseGroupMember()
		m.MemberID, m.MemberEpoch, m.ClientID, m.ClientHost = "member-1", 3, "app", "/127.0.0.1"
		m.Assignment.TopicPartitions = []kmsg.AssignmentTopicPartition{{Topic: "orders", Partitions: []int32{0}}}
		m.TargetAssignment.TopicPartitions = []kmsg.AssignmentTopicPartition{{Topic: "orders", Partitions: []int32{0, 1}}}
		g.Members = append(g.Members, m)
		if asked := r.(*kmsg.ConsumerGroupDescribeRequest).Groups[0]; asked != "live" {
			g = kmsg.NewConsumerGroupDescribeResponseGroup()
			g.Group, g.ErrorCode = asked, 69
		}
		v.Groups = append(v.Groups, g)
		return v
	})
	b.on(&kmsg.DescribeGroupsRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.DescribeGroupsResponse)
		g := kmsg.NewDescribeGroupsResponseGroup()
		g.Group, g.State = r.(*kmsg.DescribeGroupsRequest).Groups[0], "Empty"
		if g.Group != "billing" {
			g.State, g.ErrorCode = "Dead", 69
		}
		v.Groups = append(v.Groups, g)
		return v
	})
	b.on(&kmsg.OffsetFetchRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.OffsetFetchResponse)
		g := kmsg.NewOffsetFetchResponseGroup()
		if g.Group = r.(*kmsg.OffsetFetchRequest).Groups[0].Group; g.Group == "billing" {
			t := kmsg.NewOffsetFetchResponseGroupTopic()
			t.Topic, t.TopicID = "orders", [16]byte{1}
			p := kmsg.NewOffsetFetchResponseGroupTopicPartition()
			p.Offset = 100
			t.Partitions = append(t.Partitions, p)
			g.Topics = append(g.Topics, t)
		}
		v.Groups = append(v.Groups, g)
		return v
	})
	b.on(&kmsg.OffsetCommitRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.OffsetCommitResponse)
		for _, asked := range r.(*kmsg.OffsetCommitRequest).Topics {
			t := kmsg.NewOffsetCommitResponseTopic()
			t.Topic, t.TopicID = asked.Topic, asked.TopicID
			for _, p := range asked.Partitions {
				t.Partitions = append(t.Partitions, kmsg.OffsetCommitResponseTopicPartition{Partition: p.Partition})
			}
			v.Topics = append(v.Topics, t)
		}
		return v
	})
}

func TestGroupsAreListedAndDescribed(t *testing.T) {
	b := newMadeUp(t)
	withGroups(b)
	wantLines(t, b, "group list",
		"GROUP    TYPE      STATE   PROTOCOL  COORDINATOR",
		"billing  classic   Empty   -         1",
		"live     consumer  Stable  consumer  1")
	wantLines(t, b, "group list bi --state Empty --type classic",
		"GROUP    TYPE     STATE  PROTOCOL  COORDINATOR",
		"billing  classic  Empty  -         1")
	if sent := last[*kmsg.ListGroupsRequest](b); len(sent.StatesFilter) != 1 || len(sent.TypesFilter) != 1 {
		t.Errorf("sent was %+v", sent)
	}
	wantLines(t, b, "group describe billing",
		"GROUP    TYPE     STATE  ASSIGNOR  EPOCH  COORDINATOR  MEMBERS  LAG",
		"billing  classic  Empty  -         -      1            0        150", "",
		"TOPIC   PARTITION  COMMITTED  START  END  LAG  MEMBER",
		"orders  0          100        10     250  150  -")
	wantLines(t, b, "group describe live --members",
		"GROUP  TYPE      STATE   ASSIGNOR  EPOCH  COORDINATOR  MEMBERS  LAG",
		"live   consumer  Stable  uniform   3      1            1        0", "",
		"MEMBER    INSTANCE  CLIENT  HOST        EPOCH  ASSIGNED  TARGET",
		"member-1  -         app     /127.0.0.1  3      orders:0  orders:0,1")
	wantLines(t, b, "group describe live",
		"GROUP  TYPE      STATE   ASSIGNOR  EPOCH  COORDINATOR  MEMBERS  LAG",
		"live   consumer  Stable  uniform   3      1            1        0", "",
		"TOPIC   PARTITION  COMMITTED  START  END  LAG  MEMBER",
		"orders  0          -          10     250  -    member-1")
	wantError(t, b, "group describe nope", "GROUP_ID_NOT_FOUND: there is no such group")
}

func TestLagBeginsWhereTheLogDoes(t *testing.T) {
	b := newMadeUp(t)
	withGroups(b)
	b.on(&kmsg.ListOffsetsRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.ListOffsetsResponse)
		for _, asked := range r.(*kmsg.ListOffsetsRequest).Topics {
			one := kmsg.NewListOffsetsResponseTopic()
			one.Topic = asked.Topic
			for _, p := range asked.Partitions {
				part := kmsg.NewListOffsetsResponseTopicPartition()
				if part.Partition, part.Offset = p.Partition, 180; p.Timestamp == -1 {
					part.Offset = 250
				}
				one.Partitions = append(one.Partitions, part)
			}
			v.Topics = append(v.Topics, one)
		}
		return v
	})
	wantLines(t, b, "group describe billing",
		"GROUP    TYPE     STATE  ASSIGNOR  EPOCH  COORDINATOR  MEMBERS  LAG",
		"billing  classic  Empty  -         -      1            0        70", "",
		"TOPIC   PARTITION  COMMITTED  START  END  LAG  MEMBER",
		"orders  0          100        180    250  70   -")
}

func TestOffsetsAreReset(t *testing.T) {
	b := newMadeUp(t)
	withGroups(b)
	head := "TOPIC   PARTITION  BEFORE  AFTER"
	wantLines(t, b, "group reset-offsets billing orders:0 --to earliest --dry-run", head, "orders  0          100     10")
	if last[*kmsg.OffsetCommitRequest](b) != nil {
		t.Error("a dry run commits")
	}
	wantLines(t, b, "group reset-offsets billing orders:0 --to latest", head, "orders  0          100     250")
	if sent := last[*kmsg.OffsetCommitRequest](b); sent.Generation != -1 || sent.MemberID != "" || sent.Topics[0].Partitions[0].Offset != 250 {
		t.Errorf("sent was %+v", sent)
	}
	wantLines(t, b, "group reset-offsets billing --shift -20", head, "orders  0          100     80")
	wantLines(t, b, "group reset-offsets billing --shift 1000", head, "orders  0          100     250")
	wantLines(t, b, "group reset-offsets fresh orders:0 --to 7", head, "orders  0          -       10")
	wantLines(t, b, "group reset-offsets billing --to 2026-01-31T10:00:00Z", head, "orders  0          100     10")
	path := filepath.Join(t.TempDir(), "offsets")
	write := func(lines string) {
		if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("orders,0,42\n\n")
	wantLines(t, b, "group reset-offsets billing --from-file "+path, head, "orders  0          100     42")
	write("orders,0,42\norders,0,43\n")
	wantError(t, b, "group reset-offsets billing --from-file "+path, "line 2: orders:0 was there before")
	write("orders;0;42\n")
	wantError(t, b, "group reset-offsets billing --from-file "+path, "line 1: allowed is TOPIC,PARTITION,OFFSET")
	wantError(t, b, "group reset-offsets billing --from-file "+path+".missing", "no such file")
	wantError(t, b, "group reset-offsets billing", "say where to")
	wantError(t, b, "group reset-offsets billing --to earliest --shift 3", "say where to")
	wantError(t, b, "group reset-offsets billing --to yesterday", "allowed is earliest, latest")
	wantError(t, b, "group reset-offsets billing orders --from-file -", "leave the topics out")
	wantError(t, b, "group reset-offsets billing orders:5 --to earliest", "topic orders has no partition 5")
	wantError(t, b, "group reset-offsets fresh --to earliest", "has committed no offsets")
	wantError(t, b, "group reset-offsets fresh orders:0 --shift 3", "committed nothing that could be shifted")
	wantError(t, b, "group reset-offsets live orders:0 --to earliest", "NON_EMPTY_GROUP: it has members")
	wantLines(t, b, "group reset-offsets live orders:0 --to earliest --dry-run", head, "orders  0          -       10")
}

func TestGroupsAndOffsetsAreDeleted(t *testing.T) {
	b := newMadeUp(t)
	withGroups(b)
	b.on(&kmsg.DeleteGroupsRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.DeleteGroupsResponse)
		for _, name := range r.(*kmsg.DeleteGroupsRequest).Groups {
			g := kmsg.NewDeleteGroupsResponseGroup()
			g.Group, g.ErrorCode = name, map[string]int16{"live": 68, "nope": 69}[name]
			v.Groups = append(v.Groups, g)
		}
		return v
	})
	wantLines(t, b, "group delete billing", "billing deleted")
	wantLines(t, b, "group delete nope --if-exists", "nope is not there")
	wantError(t, b, "group delete nope", "group nope: GROUP_ID_NOT_FOUND: there is no such group")
	wantError(t, b, "group delete live", "NON_EMPTY_GROUP: it has members")
	b.on(&kmsg.OffsetDeleteRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.OffsetDeleteResponse)
		for _, asked := range r.(*kmsg.OffsetDeleteRequest).Topics {
			t := kmsg.OffsetDeleteResponseTopic{Topic: asked.Topic}
			for _, p := range asked.Partitions {
				part := kmsg.OffsetDeleteResponseTopicPartition{Partition: p.Partition}
				if r.(*kmsg.OffsetDeleteRequest).Group == "live" {
					part.ErrorCode = 86
				}
				t.Partitions = append(t.Partitions, part)
			}
			v.Topics = append(v.Topics, t)
		}
		return v
	})
	wantLines(t, b, "group delete-offsets billing orders:0", "orders:0 has no committed offset")
	wantError(t, b, "group delete-offsets live orders:0", "GROUP_SUBSCRIBED_TO_TOPIC: its members are subscribed")
}

func TestACoordinatorThatLoadsIsAskedAgain(t *testing.T) {
	b := newMadeUp(t)
	withGroups(b)
	answer, asked := b.answers[(&kmsg.OffsetFetchRequest{}).Key()], 0
	b.on(&kmsg.OffsetFetchRequest{}, func(r kmsg.Request) kmsg.Response {
		v := answer(r).(*kmsg.OffsetFetchResponse)
		if asked++; asked == 1 {
			v.Groups[0].Topics, v.Groups[0].ErrorCode = nil, 14
		}
		return v
	})
	wantLines(t, b, "group reset-offsets billing --shift 1 --dry-run", "TOPIC   PARTITION  BEFORE  AFTER", "orders  0          100     101")
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}
