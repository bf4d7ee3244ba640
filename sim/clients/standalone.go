package clients

import (
	"strconv"
	"strings"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// standalone keeps offsets in a group that it is no member of, as a consumer does that assigns partitions to itself,
// or a tool that resets offsets: it commits, and looks how far the group has come. While the group has members, nobody
// else may commit. One request is open at a time.
type standalone struct {
	actor
	coordinated
	gap      int64
	nextAt   int64
	busy     bool
	question offsetQuestion
	began    checker.Event
}

func newStandalone(s *shared, id int32, g *group) *standalone {
	c := &standalone{}
	c.actor.init(s, id, c)
	c.coordinated = coordinated{a: &c.actor, group: g, node: -1}
	c.gap = []int64{100, 30, 300}[s.env.Draw("plan/client"+strconv.Itoa(int(id))+"/gap", 3)] * millisecond
	return c
}

// Idle implements Client.
func (c *standalone) Idle() bool {
	return c.quiet && !c.busy && !c.coordinated.asking && !c.actor.asking()
}

// Waiting implements Client.
func (c *standalone) Waiting() string { return c.waiting() }

func (c *standalone) step(now int64) {
	if c.busy || c.quiet {
		return
	}
	for _, t := range c.group.topics {
		c.learn(t, now)
	}
	if now < c.nextAt {
		c.at(c.nextAt)
		return
	}
	l := c.coordinator(now)
	if l == nil {
		return
	}
	c.nextAt = now + c.pause(c.gap)
	if c.skips() {
		c.at(c.nextAt)
		return
	}
	if c.draw(drawAsk, 2) == 0 {
		c.commit(l)
	} else {
		c.fetch(l)
	}
}

// commit commits made-up offsets for some partitions of one topic.
func (c *standalone) commit(l *link) {
	t := c.group.topics[c.draw(drawWhere, uint64(len(c.group.topics)))]
	k := &c.seen.topics[t]
	byID := c.speaks.commit >= commitByID
	if len(k.places) == 0 || byID && k.id.IsZero() {
		k.stale = true
		return
	}
	first := len(c.history.Commits)
	began := c.event()
	for n := range k.places {
		if n > 0 && c.draw(drawCount, 2) == 0 {
			continue
		}
		op := checker.CommitOp{
			Client: c.actor.id, Group: c.group.name, Epoch: -1, Topic: c.topics[t].name, Partition: kafka.PartitionID(n),
			Offset: kafka.Offset(c.draw(drawLimit, 1000)), LeaderEpoch: kafka.NoLeaderEpoch, Metadata: c.mark(),
			Start: began, StartAt: c.env.Now(),
		}
		if byID {
			op.ID = k.id
		}
		if c.draw(drawMetadata, 32) == 31 {
			op.Metadata += strings.Repeat("m", checker.OffsetMetadataMax) // one too many, beside others
		}
		c.history.Commits = append(c.history.Commits, op)
	}
	c.busy = true
	l.send(c.commitRequest(first), call{kind: callCommit, index: first})
}

// fetch asks for the offsets of one topic, or of all.
func (c *standalone) fetch(l *link) {
	q := offsetQuestion{group: c.group.name, stable: c.draw(drawAsk, 2) == 0}
	q.all = c.speaks.offsetFetch >= 2 && c.speaks.offsetFetch < fetchOffsetsByID && c.draw(drawAsk, 3) == 2
	only := c.group.topics[c.draw(drawWhere, uint64(len(c.group.topics)))]
	for _, t := range c.group.topics {
		k := &c.seen.topics[t]
		if t != only && !q.all || c.speaks.offsetFetch >= fetchOffsetsByID && k.id.IsZero() {
			continue
		}
		for n := range k.places {
			q.partitions = append(q.partitions, checker.GroupPartition{Topic: c.topics[t].name, ID: k.id, Partition: kafka.PartitionID(n)})
		}
	}
	if len(q.partitions) == 0 {
		return
	}
	c.busy, c.question, c.began = true, q, c.event()
	l.send(c.offsetFetchRequest(&c.question), call{kind: callOffsetFetch})
}

func (c *standalone) answered(_ *link, asked call, r kmsg.Response) {
	switch r := r.(type) {
	case *kmsg.MetadataResponse:
		c.learned(asked.index, r)
	case *kmsg.FindCoordinatorResponse:
		c.found(r)
	case *kmsg.OffsetCommitResponse:
		c.busy = false
		switch err := c.commitAnswered(asked.index, r); {
		case c.heed(err):
		case err == kafka.ErrUnknownTopicOrPartition, err == kafka.ErrUnknownTopicID:
			for i := range c.seen.topics {
				c.seen.topics[i].stale = true
			}
		case err == kafka.None, err == kafka.ErrUnknownMemberID, err == kafka.ErrRequestTimedOut, err == kafka.ErrOffsetMetadataTooLarge:
		default:
			c.odd(c.actor.id, "OffsetCommit without a member was answered "+err.String())
		}
	case *kmsg.OffsetFetchResponse:
		c.busy = false
		_, err := c.offsetsTold(&c.question, r, c.began, false)
		if !c.heed(err) && err != kafka.None {
			c.odd(c.actor.id, "OffsetFetch was answered "+err.String())
		}
	}
}

func (c *standalone) lost(asked call) {
	switch asked.kind {
	case callMetadata:
		c.notLearned(asked.index)
		return
	case callFind:
		c.notFound()
		return
	case callCommit:
		c.commitGone(asked.index)
	}
	c.busy = false
	c.lostIt()
}
