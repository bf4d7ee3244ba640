package clients

import (
	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// offsetQuestion is what one OffsetFetch asks for.
type offsetQuestion struct {
	group      string
	member     string // empty if it is nobody of the group
	epoch      int32
	stable     bool
	all        bool // every partition of which there is an offset
	partitions []checker.GroupPartition
}

const (
	// commitByID and fetchOffsetsByID are the first versions that name topics by their ids (KIP-848).
	commitByID       = 10
	fetchOffsetsByID = 10
	// fetchManyGroups is the first version of OffsetFetch that takes many groups, and fetchAsMember the first that
	// tells who asks.
	fetchManyGroups = 8
	fetchAsMember   = 9
)

// offsetTold is what was told of one partition.
type offsetTold struct {
	offset kafka.Offset
	epoch  kafka.LeaderEpoch
	text   string
	err    kafka.ErrorCode
}

func (a *actor) offsetFetchRequest(q *offsetQuestion) kmsg.Request {
	r := kmsg.NewPtrOffsetFetchRequest()
	r.Version = a.speaks.offsetFetch
	r.RequireStable = q.stable && r.Version >= 7
	if r.Version < fetchManyGroups {
		r.Group = q.group
		if !q.all {
			r.Topics = []kmsg.OffsetFetchRequestTopic{}
		}
		for i, p := range q.partitions {
			if q.all {
				break
			}
			if i == 0 || q.partitions[i-1].Topic != p.Topic {
				t := kmsg.NewOffsetFetchRequestTopic()
				t.Topic = p.Topic
				r.Topics = append(r.Topics, t)
			}
			t := &r.Topics[len(r.Topics)-1]
			t.Partitions = append(t.Partitions, int32(p.Partition))
		}
		return r
	}
	g := kmsg.NewOffsetFetchRequestGroup()
	g.Group = q.group
	if q.member != "" && r.Version >= fetchAsMember {
		g.MemberID, g.MemberEpoch = &q.member, q.epoch
	}
	for i, p := range q.partitions {
		if q.all {
			break // which is said by naming none
		}
		if i == 0 || q.partitions[i-1].Topic != p.Topic {
			t := kmsg.NewOffsetFetchRequestGroupTopic()
			t.Topic, t.TopicID = p.Topic, p.ID
			g.Topics = append(g.Topics, t)
		}
		t := &g.Topics[len(g.Topics)-1]
		t.Partitions = append(t.Partitions, int32(p.Partition))
	}
	r.Groups = append(r.Groups, g)
	return r
}

// offsetsTold records an answer to OffsetFetch, and gives what was told of each partition of the question, or an
// error of all of them.
func (a *actor) offsetsTold(q *offsetQuestion, r *kmsg.OffsetFetchResponse, began checker.Event, last bool) ([]offsetTold, kafka.ErrorCode) {
	g := groupOf(r, q.group)
	if g == nil || g.Group != q.group {
		a.odd(a.id, "an OffsetFetch answer without the group that was asked for")
		return nil, kafka.ErrCoordinatorNotAvailable
	}
	if g.ErrorCode != 0 {
		return nil, kafka.ErrorCode(g.ErrorCode)
	}
	end := a.event()
	got := make([]offsetTold, len(q.partitions))
	for i, p := range q.partitions {
		t := findOffset(g, r.Version, p)
		switch {
		case t == nil && q.all:
			got[i] = offsetTold{offset: kafka.NoOffset, epoch: kafka.NoLeaderEpoch}
		case t == nil:
			a.odd(a.id, "an OffsetFetch answer without a partition that was asked for")
			return nil, kafka.ErrCoordinatorNotAvailable
		default:
			got[i] = offsetTold{offset: kafka.Offset(t.Offset), epoch: kafka.LeaderEpoch(t.LeaderEpoch), err: kafka.ErrorCode(t.ErrorCode)}
			if t.Metadata != nil {
				got[i].text = *t.Metadata
			}
		}
		if r.Version < 5 {
			got[i].epoch = kafka.NoLeaderEpoch
		}
		op := checker.OffsetFetchOp{
			Client: a.id, Group: q.group, Topic: p.Topic, Partition: p.Partition, Start: began, End: end,
			Err: got[i].err, Offset: got[i].offset, LeaderEpoch: got[i].epoch, Metadata: got[i].text, Last: last,
		}
		if op.Err == kafka.ErrCoordinatorLoadInProgress || op.Err == kafka.ErrNotCoordinator {
			return nil, op.Err // old versions tell it of each partition
		}
		if r.Version >= fetchOffsetsByID {
			op.ID = p.ID
		}
		a.history.OffsetFetches = append(a.history.OffsetFetches, op)
	}
	return got, kafka.None
}

// groupOf is the answer's only group, or nil; that of an old version says nothing else.
func groupOf(r *kmsg.OffsetFetchResponse, name string) *kmsg.OffsetFetchResponseGroup {
	if r.Version >= fetchManyGroups {
		if len(r.Groups) != 1 {
			return nil
		}
		return &r.Groups[0]
	}
	g := kmsg.NewOffsetFetchResponseGroup()
	g.Group, g.ErrorCode = name, r.ErrorCode
	for i := range r.Topics {
		t := kmsg.NewOffsetFetchResponseGroupTopic()
		t.Topic = r.Topics[i].Topic
		for _, p := range r.Topics[i].Partitions {
			q := kmsg.NewOffsetFetchResponseGroupTopicPartition()
			q.Partition, q.Offset, q.LeaderEpoch, q.Metadata, q.ErrorCode = p.Partition, p.Offset, p.LeaderEpoch, p.Metadata, p.ErrorCode
			t.Partitions = append(t.Partitions, q)
		}
		g.Topics = append(g.Topics, t)
	}
	return &g
}

func findOffset(g *kmsg.OffsetFetchResponseGroup, version int16, p checker.GroupPartition) *kmsg.OffsetFetchResponseGroupTopicPartition {
	for i := range g.Topics {
		t := &g.Topics[i]
		if version >= fetchOffsetsByID && t.TopicID != p.ID || version < fetchOffsetsByID && t.Topic != p.Topic {
			continue
		}
		for j := range t.Partitions {
			if t.Partitions[j].Partition == int32(p.Partition) {
				return &t.Partitions[j]
			}
		}
	}
	return nil
}
