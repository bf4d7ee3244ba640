package clients

import (
	"strconv"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// groupKeeper is an operator who looks at groups, and deletes them, or offsets of theirs, where nobody uses them: of
// a group with members it must be refused. One request is open at a time; it is about one group, to whose coordinator
// it goes.
type groupKeeper struct {
	actor
	of     []coordinated // one for each group
	gap    int64
	nextAt int64
	busy   bool
	which  int // of the group that the open request is about
	op     int // in the history's OffsetRemoval, or -1
	began  checker.Event
}

func newGroupKeeper(s *shared, id int32) *groupKeeper {
	k := &groupKeeper{}
	k.actor.init(s, id, k)
	k.op = -1
	for _, g := range s.groups {
		k.of = append(k.of, coordinated{a: &k.actor, group: g, node: -1, index: len(k.of)})
	}
	k.gap = []int64{300, 100, 1000}[s.env.Draw("plan/client"+strconv.Itoa(int(id))+"/gap", 3)] * millisecond
	return k
}

// Idle implements Client.
func (k *groupKeeper) Idle() bool {
	for i := range k.of {
		if k.of[i].asking {
			return false
		}
	}
	return k.quiet && !k.busy
}

// Waiting implements Client.
func (k *groupKeeper) Waiting() string { return k.waiting() }

func (k *groupKeeper) step(now int64) {
	if k.busy || k.quiet {
		return
	}
	if k.nextAt == 0 {
		k.nextAt = now + k.pause(k.gap)
	}
	if now < k.nextAt {
		k.at(k.nextAt)
		return
	}
	c := &k.of[k.which]
	l := c.coordinator(now)
	if l == nil {
		return
	}
	if k.skips() {
		k.rest()
		k.at(k.nextAt)
		return
	}
	k.busy, k.op, k.began = true, -1, k.event()
	r, kind := k.request(c.group)
	l.send(r, call{kind: kind, index: k.which})
}

func (k *groupKeeper) request(g *group) (kmsg.Request, callKind) {
	p := &k.plan.Groups
	switch k.draw(drawCount, 8) {
	case 1:
		return k.removeOffset(g), callOffsetDelete
	case 2:
		if p.Classic && k.draw(drawRare, 2) == 1 {
			r := kmsg.NewPtrDeleteGroupsRequest()
			r.Version, r.Groups = k.speaks.removeGroups, []string{g.name}
			k.record(g, "", 0)
			return r, callDeleteGroups
		}
	case 3, 4:
		if p.Classic {
			r := kmsg.NewPtrListGroupsRequest()
			r.Version = k.speaks.listGroups
			return r, callListGroups
		}
	case 5, 6:
		if p.Consumer {
			r := kmsg.NewPtrConsumerGroupDescribeRequest()
			r.Version, r.Groups = k.speaks.consumerDescribe, []string{g.name}
			return r, callConsumerDescribe
		}
	}
	if !p.Classic {
		return k.removeOffset(g), callOffsetDelete
	}
	r := kmsg.NewPtrDescribeGroupsRequest()
	r.Version, r.Groups = k.speaks.describeGroups, []string{g.name}
	return r, callDescribeGroups
}

// removeOffset asks for the offset of one partition to be forgotten.
func (k *groupKeeper) removeOffset(g *group) kmsg.Request {
	t := &k.topics[g.topics[k.draw(drawWhere, uint64(len(g.topics)))]]
	partition := int32(k.draw(drawWhere, uint64(max(t.partitions, 1))))
	k.record(g, t.name, kafka.PartitionID(partition))
	r := kmsg.NewPtrOffsetDeleteRequest()
	r.Group = g.name
	q := kmsg.NewOffsetDeleteRequestTopic()
	q.Topic = t.name
	q.Partitions = append(q.Partitions, kmsg.OffsetDeleteRequestTopicPartition{Partition: partition})
	r.Topics = append(r.Topics, q)
	return r
}

func (k *groupKeeper) record(g *group, topic string, partition kafka.PartitionID) {
	k.op = len(k.history.OffsetRemoval)
	k.history.OffsetRemoval = append(k.history.OffsetRemoval, checker.OffsetRemovalOp{
		Client: k.id, Group: g.name, Topic: topic, Partition: partition, Start: k.began,
	})
}

func (k *groupKeeper) answered(_ *link, asked call, r kmsg.Response) {
	c := &k.of[asked.index]
	err := kafka.None
	switch r := r.(type) {
	case *kmsg.FindCoordinatorResponse:
		c.found(r)
		return
	case *kmsg.OffsetDeleteResponse:
		if err = kafka.ErrorCode(r.ErrorCode); err == kafka.None && len(r.Topics) == 1 && len(r.Topics[0].Partitions) == 1 {
			err = kafka.ErrorCode(r.Topics[0].Partitions[0].ErrorCode)
		}
	case *kmsg.DeleteGroupsResponse:
		if len(r.Groups) == 1 {
			err = kafka.ErrorCode(r.Groups[0].ErrorCode)
		}
	case *kmsg.ListGroupsResponse:
		err = kafka.ErrorCode(r.ErrorCode)
		k.listed(r)
	case *kmsg.DescribeGroupsResponse:
		if len(r.Groups) == 1 {
			err = kafka.ErrorCode(r.Groups[0].ErrorCode)
		}
	case *kmsg.ConsumerGroupDescribeResponse:
		if len(r.Groups) == 1 {
			err = kafka.ErrorCode(r.Groups[0].ErrorCode)
		}
	}
	if k.op >= 0 {
		op := &k.history.OffsetRemoval[k.op]
		op.Answered, op.Err = true, err
	}
	switch err {
	case kafka.None, kafka.ErrGroupIDNotFound, kafka.ErrNonEmptyGroup, kafka.ErrGroupSubscribedToTopic,
		kafka.ErrUnknownTopicOrPartition, kafka.ErrRequestTimedOut:
		c.heed(kafka.None)
	default:
		if !c.heed(err) {
			k.odd(k.id, "an operator who asks about a group was answered "+err.String())
		}
	}
	k.rest()
}

// listed wants each group once.
func (k *groupKeeper) listed(r *kmsg.ListGroupsResponse) {
	seen := map[string]bool{}
	for i := range r.Groups {
		if name := r.Groups[i].Group; seen[name] {
			k.odd(k.id, "ListGroups names "+name+" twice")
		}
		seen[r.Groups[i].Group] = true
	}
}

func (k *groupKeeper) lost(asked call) {
	c := &k.of[asked.index]
	if asked.kind == callFind {
		c.notFound()
		return
	}
	c.lostIt()
	k.rest()
}

func (k *groupKeeper) rest() {
	if k.op >= 0 {
		k.history.OffsetRemoval[k.op].End = k.event()
	}
	k.busy, k.op = false, -1
	k.which = int(k.draw(drawWhere, uint64(len(k.of))))
	k.nextAt = k.env.Now() + k.pause(k.gap)
}
