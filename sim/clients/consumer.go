package clients

import (
	"strconv"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// consumer reads partitions without a group: it looks up where to begin, fetches from there on,
// and now and then begins elsewhere. One request is open at a time.
type consumer struct {
	actor
	reads     []int // topics in the plan
	gap       int64
	positions []position
	open      []int // the positions that the request in flight asks for
	openNode  int32
	busy      bool
	start     checker.Event
	nextAt    int64
	// keepsSessions tells whether it keeps fetch sessions, which are one to a node.
	keepsSessions bool
	sessions      []fetchSession
}

// position is where one partition is read.
type position struct {
	topic     int
	partition kafka.PartitionID
	id        kafka.TopicID // that the request in flight names
	known     bool
	// ownedID is the topic's id if the position is that of a member of a group which was given it by its id.
	ownedID kafka.TopicID
	offset  kafka.Offset
	asked   kafka.Wall
	// last is the epoch of the record before offset, or NoLeaderEpoch; valid is the epoch of the leader by
	// which the position was found, or held against the log.
	// asking is what valid becomes if the question that is open is answered.
	last, valid, asking kafka.LeaderEpoch
}

func newConsumer(s *shared, id int32) *consumer {
	c := &consumer{}
	c.actor.init(s, id, c)
	key := "plan/client" + strconv.Itoa(int(id))
	c.gap = []int64{50, 100, 10, 200}[s.env.Draw(key+"/gap", 4)] * millisecond
	c.reads = drawSome(s.env, key+"/topics", len(s.topics))
	c.keepsSessions = s.env.Draw(key+"/sessions", 2) == 1
	return c
}

// Idle implements Client.
func (c *consumer) Idle() bool { return c.quiet && !c.busy && !c.asking() }

func (c *consumer) step(now int64) {
	if c.busy || c.quiet {
		return
	}
	for _, t := range c.reads {
		c.learn(t, now)
		c.assign(t)
	}
	if now < c.nextAt {
		c.at(c.nextAt)
		return
	}
	if c.skips() {
		c.nextAt = now + c.pause(c.gap)
		c.at(c.nextAt)
		return
	}
	l := c.choose()
	if l == nil || !l.room(pipelineMax) {
		c.nextAt = now + metadataPause
		c.at(c.nextAt)
		return
	}
	c.begin(l)
}

// assign adds the partitions of a topic that have become known.
func (c *consumer) assign(topic int) {
	have := 0
	for i := range c.positions {
		if c.positions[i].topic == topic {
			have++
		}
	}
	for n := len(c.seen.topics[topic].places); have < n; have++ {
		c.positions = append(c.positions, position{topic: topic, partition: kafka.PartitionID(have), asked: c.drawSpecial(c.drawReset())})
	}
}

// drawReset draws where to begin: at the earliest offset, the latest, or some time ago.
func (c *consumer) drawReset() kafka.Wall {
	switch c.draw(drawReset, 4) {
	case 1:
		return checker.LatestOffset
	case 2:
		return c.wall() - kafka.Wall(c.draw(drawTime, 3000))
	}
	return checker.EarliestOffset
}

// greatestTimeFirst is the first version of ListOffsets that takes GreatestTime.
const greatestTimeFirst = 7

// drawSpecial has a lookup ask for the greatest time, now and then; the consumer goes on from there.
func (c *consumer) drawSpecial(asked kafka.Wall) kafka.Wall {
	if c.speaks.offsets >= greatestTimeFirst && c.draw(drawSpecial, 4) == 3 {
		return checker.GreatestTime
	}
	return asked
}

// choose draws a partition and opens what its leader can be asked together with it: all lookups
// that are due, or else a fetch of all positions.
func (c *consumer) choose() *link {
	if len(c.positions) == 0 {
		return nil
	}
	first := &c.positions[c.draw(drawWhere, uint64(len(c.positions)))]
	l := c.leader(first.topic, first.partition, c.speaks.fetch >= fetchByID)
	if l == nil {
		return nil
	}
	c.open = c.open[:0]
	for i := range c.positions {
		p := &c.positions[i]
		if c.next(p) == c.next(first) && c.leader(p.topic, p.partition, c.speaks.fetch >= fetchByID) == l {
			c.open = append(c.open, i)
		}
	}
	return l
}

func (c *consumer) begin(l *link) {
	c.busy, c.start, c.openNode = true, c.event(), l.node
	switch c.next(&c.positions[c.open[0]]) {
	case callFetch:
		s := c.sessionAt(l.node)
		c.leaveOut(s)
		r := c.fetchRequest()
		if s != nil {
			c.join(s, r)
		}
		l.send(r, call{kind: callFetch})
	case callEpochs:
		l.send(c.epochsRequest(), call{kind: callEpochs})
	default:
		l.send(c.offsetsRequest(), call{kind: callOffsets})
	}
}

// next is what is to be asked for a position: where it is, whether it is still in the log (KIP-320),
// or what lies there.
func (c *consumer) next(p *position) callKind {
	switch {
	case !p.known:
		return callOffsets
	case p.last != kafka.NoLeaderEpoch && c.epoch(p) > p.valid:
		return callEpochs
	}
	return callFetch
}

// epoch is that of the partition's leader as far as the client knows.
func (c *consumer) epoch(p *position) kafka.LeaderEpoch {
	places := c.seen.topics[p.topic].places
	if c.speaks.metadata < 7 || int(p.partition) >= len(places) {
		return kafka.NoLeaderEpoch
	}
	return places[p.partition].epoch
}

func (c *consumer) offsetsRequest() kmsg.Request {
	r := kmsg.NewPtrListOffsetsRequest()
	r.Version = c.speaks.offsets
	for i, index := range c.open {
		p := &c.positions[index]
		if i == 0 || c.positions[c.open[i-1]].topic != p.topic {
			t := kmsg.NewListOffsetsRequestTopic()
			t.Topic = c.topics[p.topic].name
			r.Topics = append(r.Topics, t)
		}
		t := &r.Topics[len(r.Topics)-1]
		t.Partitions = append(t.Partitions, offsetsPartition(p.partition, p.asked))
	}
	return r
}

func offsetsPartition(partition kafka.PartitionID, asked kafka.Wall) kmsg.ListOffsetsRequestTopicPartition {
	q := kmsg.NewListOffsetsRequestTopicPartition()
	q.Partition, q.Timestamp = int32(partition), int64(asked)
	return q
}

func (c *consumer) fetchRequest() *kmsg.FetchRequest {
	r := kmsg.NewPtrFetchRequest()
	r.Version = c.speaks.fetch
	wait := []int64{50, 0, 500, 5}[c.draw(drawWait, 4)]
	r.MaxWaitMillis = int32(min(wait, c.timeout/millisecond/2))
	r.MinBytes = []int32{1, 0, 1000, 100_000}[c.draw(drawWait, 4)]
	r.MaxBytes = []int32{1 << 20, 1, 1000, 4096}[c.draw(drawLimit, 4)]
	r.IsolationLevel = int8(c.draw(drawLimit, 2))
	for i, index := range c.open {
		p := &c.positions[index]
		k := &c.seen.topics[p.topic]
		if i == 0 || c.positions[c.open[i-1]].topic != p.topic {
			t := kmsg.NewFetchRequestTopic()
			t.Topic, t.TopicID = c.topics[p.topic].name, k.id
			r.Topics = append(r.Topics, t)
		}
		p.id = kafka.TopicID{}
		if r.Version >= fetchByID {
			p.id = k.id
		}
		q := kmsg.NewFetchRequestTopicPartition()
		q.Partition, q.FetchOffset = int32(p.partition), int64(p.offset)
		q.PartitionMaxBytes = []int32{1 << 20, 1, 1000, 4096}[c.draw(drawLimit, 4)]
		if c.speaks.metadata >= 7 && c.draw(drawLimit, 2) == 0 {
			q.CurrentLeaderEpoch = int32(k.places[p.partition].epoch)
		}
		t := &r.Topics[len(r.Topics)-1]
		t.Partitions = append(t.Partitions, q)
	}
	return r
}

func (c *consumer) answered(_ *link, asked call, r kmsg.Response) {
	switch r := r.(type) {
	case *kmsg.MetadataResponse:
		c.learned(asked.index, r)
		return
	case *kmsg.ListOffsetsResponse:
		for _, index := range c.open {
			c.lookedUp(&c.positions[index], r)
		}
	case *kmsg.OffsetForLeaderEpochResponse:
		for _, index := range c.open {
			c.validated(&c.positions[index], r)
		}
	case *kmsg.FetchResponse:
		c.fetchedAll(r)
	}
	c.done()
}

func (c *consumer) lost(asked call) {
	if asked.kind == callMetadata {
		c.notLearned(asked.index)
		return
	}
	if s := c.sessionAt(c.openNode); asked.kind == callFetch && s != nil {
		c.missed(s)
	}
	c.done()
}

func (c *consumer) done() {
	c.busy = false
	c.nextAt = c.env.Now() + c.pause(c.gap)
}

// lookedUp takes a partition's part of an answer to ListOffsets.
func (c *consumer) lookedUp(p *position, r *kmsg.ListOffsetsResponse) {
	name := c.topics[p.topic].name
	a := findOffsets(r, name, p.partition)
	if a == nil {
		c.odd(c.id, "a ListOffsets answer without a partition that was asked for")
		return
	}
	c.history.Lookups = append(c.history.Lookups, checker.Lookup{
		Client: c.id, Node: c.openNode, Topic: name, Partition: p.partition, Start: c.start, End: c.event(),
		Asked: p.asked, Err: kafka.ErrorCode(a.ErrorCode), Offset: kafka.Offset(a.Offset), Timestamp: kafka.Wall(a.Timestamp),
	})
	switch {
	case a.ErrorCode != 0:
		c.seen.topics[p.topic].stale = true
	case a.Offset < 0: // nothing is as late as asked
		p.asked = checker.LatestOffset
	default:
		p.known, p.offset, p.last, p.valid = true, kafka.Offset(a.Offset), kafka.NoLeaderEpoch, c.epoch(p)
	}
}

func findOffsets(r *kmsg.ListOffsetsResponse, topic string, partition kafka.PartitionID) *kmsg.ListOffsetsResponseTopicPartition {
	for i := range r.Topics {
		if r.Topics[i].Topic != topic {
			continue
		}
		for j := range r.Topics[i].Partitions {
			if r.Topics[i].Partitions[j].Partition == int32(partition) {
				return &r.Topics[i].Partitions[j]
			}
		}
	}
	return nil
}

// fetchedAll takes an answer to Fetch.
func (c *consumer) fetchedAll(r *kmsg.FetchResponse) {
	s := c.sessionAt(c.openNode)
	if s != nil && !c.heard(s, r) {
		return
	}
	if r.ThrottleMillis > 0 && len(r.Topics) == 0 {
		return // what is above a quota is kept back, and asked for again
	}
	incremental := s != nil && s.epoch > 1
	for _, index := range c.open {
		p := &c.positions[index]
		if incremental && findFetched(r, c.topics[p.topic].name, p.id, p.partition) == nil {
			c.unsaid(s, p)
			continue
		}
		c.fetched(p, r)
	}
}

// fetched takes a partition's part of an answer to Fetch. An answer may leave partitions out only
// if it failed as a whole.
func (c *consumer) fetched(p *position, r *kmsg.FetchResponse) {
	name := c.topics[p.topic].name
	a := findFetched(r, name, p.id, p.partition)
	if a == nil {
		if r.ErrorCode == 0 {
			c.odd(c.id, "a Fetch answer without a partition that was asked for")
		}
		c.seen.topics[p.topic].stale = true
		return
	}
	poll := checker.Poll{
		Client: c.id, Node: c.openNode, Topic: name, ID: p.id, Partition: p.partition, Start: c.start, End: c.event(),
		Err: kafka.ErrorCode(a.ErrorCode), From: p.offset,
		HighWatermark: kafka.Offset(a.HighWatermark), LogStart: kafka.Offset(a.LogStartOffset),
	}
	if a.ErrorCode == 0 {
		got := c.read(a.RecordBatches, p.offset)
		if got.fault != "" {
			c.odd(c.id, "Fetch answered with "+got.fault)
		}
		if got.damage != "" {
			c.damaged(checker.Damaged{
				Client: c.id, Topic: name, ID: p.id, Partition: p.partition, Offset: got.next, Base: got.damageBase, Text: got.damage,
			})
		}
		poll.Records, poll.Control = got.records, got.control
		p.offset = got.next
		if n := len(got.records); n > 0 {
			p.last = got.records[n-1].Epoch
		}
	} else {
		p.known = p.known && poll.Err != kafka.ErrOffsetOutOfRange
		c.seen.topics[p.topic].stale = true
	}
	if c.draw(drawRare, 32) == 1 {
		p.known = false
	}
	if !p.known {
		p.asked = c.drawSpecial(c.drawReset())
	}
	c.history.Polls = append(c.history.Polls, poll)
}

func findFetched(r *kmsg.FetchResponse, topic string, id kafka.TopicID, partition kafka.PartitionID) *kmsg.FetchResponseTopicPartition {
	for i := range r.Topics {
		t := &r.Topics[i]
		if r.Version >= fetchByID && t.TopicID != id || r.Version < fetchByID && t.Topic != topic {
			continue
		}
		for j := range t.Partitions {
			if t.Partitions[j].Partition == int32(partition) {
				return &t.Partitions[j]
			}
		}
	}
	return nil
}
