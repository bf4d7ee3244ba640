package clients

import (
	"slices"
	"strconv"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// fetchSessionFirst is the first version of Fetch with sessions (KIP-227).
const fetchSessionFirst = 7

// fetchSession is what a consumer knows of its session at one node. Its ways are those of Kafka's
// clients, and a few that those have when they die or are wrong.
type fetchSession struct {
	node      int32
	id, epoch int32 // epoch 0 is that of a full fetch
	// parts are what the session holds, sent what it holds once the fetch in flight is answered.
	parts, sent []sessionPart
	// unheard tells that an answer was lost since the session was made.
	unheard bool
}

// sessionPart is a partition of a session: what is asked of it, and what was told last.
type sessionPart struct {
	topic     int
	partition kafka.PartitionID
	id        kafka.TopicID
	ask       kmsg.FetchRequestTopicPartition
	// told says that the next answer may leave it out: it was answered, without an error.
	told           bool
	high, logStart kafka.Offset
}

func (p *sessionPart) same(o *sessionPart) bool {
	return p.topic == o.topic && p.partition == o.partition && p.id == o.id
}

func (p *sessionPart) asksLike(o *sessionPart) bool {
	return p.ask.FetchOffset == o.ask.FetchOffset && p.ask.PartitionMaxBytes == o.ask.PartitionMaxBytes &&
		p.ask.CurrentLeaderEpoch == o.ask.CurrentLeaderEpoch
}

// sessionAt is the consumer's session at a node, or nil if it has none of its own will.
func (c *consumer) sessionAt(node int32) *fetchSession {
	if !c.keepsSessions || c.speaks.fetch < fetchSessionFirst {
		return nil
	}
	for i := range c.sessions {
		if c.sessions[i].node == node {
			return &c.sessions[i]
		}
	}
	c.sessions = append(c.sessions, fetchSession{node: node})
	return &c.sessions[len(c.sessions)-1]
}

// leaveOut has a fetch of a session ask for fewer partitions, now and then, so that some are forgotten.
// Rarely it asks for none: then nothing is left of the session.
func (c *consumer) leaveOut(s *fetchSession) {
	if s != nil && s.epoch > 0 && c.draw(drawEmpty, 40) == 39 {
		c.open = c.open[:0]
		return
	}
	if s != nil && len(c.open) > 1 && c.draw(drawSession, 6) == 5 {
		at := int(c.draw(drawSession, uint64(len(c.open))))
		c.open = slices.Delete(c.open, at, at+1)
	}
}

// join makes a fetch one of the session: it names what changed, or everything if the session is new.
func (c *consumer) join(s *fetchSession, r *kmsg.FetchRequest) {
	s.sent = s.sent[:0]
	if s.epoch > 0 && c.draw(drawSession, 24) == 23 {
		s.epoch = 0 // begin anew: the old one is closed, or left behind
		if c.draw(drawSession, 2) == 1 {
			s.id = 0
		}
	}
	r.SessionID, r.SessionEpoch = s.id, s.epoch
	at := 0
	for i := range r.Topics {
		t := &r.Topics[i]
		named := t.Partitions[:0]
		for _, ask := range t.Partitions {
			p := &c.positions[c.open[at]]
			part := sessionPart{topic: p.topic, partition: p.partition, id: p.id, ask: ask}
			at++
			if s.epoch == 0 {
				s.sent = append(s.sent, part)
				named = append(named, ask)
				continue
			}
			if i := slices.IndexFunc(s.parts, func(o sessionPart) bool { return o.same(&part) }); i >= 0 {
				known := s.parts[i]
				if c.draw(drawSession, 8) != 7 { // with the limits that it has
					part.ask.PartitionMaxBytes, part.ask.CurrentLeaderEpoch = known.ask.PartitionMaxBytes, max(part.ask.CurrentLeaderEpoch, known.ask.CurrentLeaderEpoch)
				}
				part.told, part.high, part.logStart = known.told, known.high, known.logStart
				if part.asksLike(&known) {
					s.sent = append(s.sent, part)
					continue
				}
			}
			s.sent = append(s.sent, part)
			named = append(named, part.ask)
		}
		t.Partitions = named
	}
	r.Topics = slices.DeleteFunc(r.Topics, func(t kmsg.FetchRequestTopic) bool { return len(t.Partitions) == 0 })
	if s.epoch > 0 {
		c.forget(s, r)
	}
}

// forget names what the session holds and the fetch doesn't ask for any more.
func (c *consumer) forget(s *fetchSession, r *kmsg.FetchRequest) {
	for i := range s.parts {
		p := &s.parts[i]
		if slices.ContainsFunc(s.sent, func(o sessionPart) bool { return o.same(p) }) {
			continue
		}
		t := kmsg.NewFetchRequestForgottenTopic()
		t.Topic, t.TopicID, t.Partitions = c.topics[p.topic].name, p.id, []int32{int32(p.partition)}
		r.ForgottenTopics = append(r.ForgottenTopics, t)
	}
}

// heard takes the answer to a fetch of the session as a whole, and tells whether its partitions
// count. An answer may be refused only if the node forgot the session, or heard a fetch of it whose
// answer was lost.
func (c *consumer) heard(s *fetchSession, r *kmsg.FetchResponse) bool {
	switch err := kafka.ErrorCode(r.ErrorCode); {
	case err == kafka.ErrFetchSessionIDNotFound && s.epoch > 0:
		s.id = 0
	case err == kafka.ErrInvalidFetchSessionEpoch && s.epoch > 0 && s.unheard:
	case err != kafka.None:
		c.odd(c.id, "a fetch of epoch "+strconv.Itoa(int(s.epoch))+" of a session was refused with "+err.String())
	default:
		return c.goOn(s, r)
	}
	c.history.SessionsRefused++
	s.epoch, s.parts = 0, s.parts[:0]
	return false
}

// goOn notes what the session holds and told.
func (c *consumer) goOn(s *fetchSession, r *kmsg.FetchResponse) bool {
	incremental := s.epoch > 0
	if incremental && r.SessionID != 0 && r.SessionID != s.id || !incremental && r.SessionID == s.id && s.id != 0 {
		c.odd(c.id, "a fetch was answered with another session")
	}
	s.parts, s.sent = s.sent, s.parts
	for i := range r.Topics {
		for j := range r.Topics[i].Partitions {
			c.told(s, r, &r.Topics[i], &r.Topics[i].Partitions[j])
		}
	}
	if r.SessionID == 0 { // no room for one, or nothing left of it
		s.id, s.epoch = 0, 0
		return true
	}
	if !incremental {
		s.id, s.unheard = r.SessionID, false
	}
	s.epoch++
	return true
}

// told notes what was told of one partition.
func (c *consumer) told(s *fetchSession, r *kmsg.FetchResponse, t *kmsg.FetchResponseTopic, a *kmsg.FetchResponseTopicPartition) {
	for i := range s.parts {
		p := &s.parts[i]
		if int32(p.partition) != a.Partition || r.Version >= fetchByID && t.TopicID != p.id ||
			r.Version < fetchByID && t.Topic != c.topics[p.topic].name {
			continue
		}
		p.told, p.high, p.logStart = a.ErrorCode == 0, kafka.Offset(a.HighWatermark), kafka.Offset(a.LogStartOffset)
		return
	}
	c.odd(c.id, "a Fetch answer with a partition that its session does not hold")
}

// unsaid takes a partition that the answer to a fetch of a session left out: nothing has changed, which
// must be as true as if it had been said.
func (c *consumer) unsaid(s *fetchSession, p *position) {
	at := slices.IndexFunc(s.parts, func(o sessionPart) bool {
		return o.topic == p.topic && o.partition == p.partition && o.id == p.id
	})
	if at < 0 || !s.parts[at].told {
		c.odd(c.id, "a Fetch answer without a partition of its session that was not told before, or with an error")
		return
	}
	c.history.Polls = append(c.history.Polls, checker.Poll{
		Client: c.id, Node: c.openNode, Topic: c.topics[p.topic].name, ID: p.id, Partition: p.partition,
		Start: c.start, End: c.event(), From: p.offset,
		HighWatermark: s.parts[at].high, LogStart: s.parts[at].logStart, Unsaid: true,
	})
}

// missed is for a fetch of the session that was not answered: begin anew, once more the same, or leave
// the session behind.
func (c *consumer) missed(s *fetchSession) {
	s.unheard = true
	switch c.draw(drawSession, 3) {
	case 0:
		s.epoch = 0
	case 2:
		s.id, s.epoch = 0, 0
	}
}
