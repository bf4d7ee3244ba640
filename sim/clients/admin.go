package clients

import (
	"strconv"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// admin creates the plan's topics, and deletes and creates again those that are volatile. One
// request is open at a time.
type admin struct {
	actor
	wishes []wish
	open   []request
	busy   bool
	late   bool // start with a pause, so that others ask for topics that do not exist yet
}

// wish is what the admin client makes of one topic.
type wish struct {
	topic  int // in the plan
	exists bool
	at     int64 // of the next step, unless the topic is to stay
	id     kafka.TopicID
}

// request is one topic's part of the request in flight.
type request struct {
	wish int
	op   int // in the history's Admin
}

// adminTimeout is what a request asks the broker to wait at most, in milliseconds.
const adminTimeout = 1000

func newAdmin(s *shared, id int32) *admin {
	a := &admin{}
	a.actor.init(s, id, a)
	a.late = s.env.Draw("plan/late", 8) == 1
	for i := range s.topics {
		if !s.topics[i].auto {
			a.wishes = append(a.wishes, wish{topic: i})
		}
	}
	return a
}

// Start implements Client.
func (a *admin) Start() {
	if a.late {
		for i := range a.wishes {
			a.wishes[i].at = a.env.Now() + 500*millisecond
		}
	}
	a.actor.Start()
}

// Idle implements Client.
func (a *admin) Idle() bool { return a.quiet && !a.busy }

func (a *admin) step(now int64) {
	if a.busy || a.quiet {
		return
	}
	if a.makesOffsets && !a.offsetsMade {
		a.makeOffsets()
		return
	}
	due := -1
	for i := range a.wishes {
		w := &a.wishes[i]
		if w.exists && !a.topics[w.topic].volatile {
			continue
		}
		if now < w.at {
			a.at(w.at)
		} else if due < 0 {
			due = i
		}
	}
	if due < 0 {
		return
	}
	l := a.anyLink()
	if !l.room(pipelineMax) {
		return
	}
	if a.wishes[due].exists {
		a.remove(l, due)
	} else {
		a.create(l, now)
	}
}

// create asks for every topic that is missing and due, or for the first of them.
func (a *admin) create(l *link, now int64) {
	all := a.draw(drawRare, 2) == 0
	r := kmsg.NewPtrCreateTopicsRequest()
	r.Version, r.TimeoutMillis = a.speaks.create, adminTimeout
	a.open = a.open[:0]
	for i := range a.wishes {
		w := &a.wishes[i]
		if w.exists || now < w.at || len(a.open) > 0 && !all {
			continue
		}
		t := &a.topics[w.topic]
		q := kmsg.NewCreateTopicsRequestTopic()
		q.Topic, q.NumPartitions, q.ReplicationFactor = t.name, t.partitions, 1
		for _, s := range t.settings() {
			if s.value > 0 {
				q.Configs = append(q.Configs, setting(s.name, s.value))
			}
		}
		if t.compression != "" {
			q.Configs = append(q.Configs, word("compression.type", t.compression))
		}
		if t.policy != 0 {
			q.Configs = append(q.Configs, word("cleanup.policy", policies[t.policy]), word("min.cleanable.dirty.ratio", "0."+strconv.FormatInt(t.ratio, 10)),
				setting("delete.retention.ms", int64(t.judged.DeleteRetention)))
		}
		if t.stamp {
			q.Configs = append(q.Configs, word("message.timestamp.type", "LogAppendTime"))
		}
		r.Topics = append(r.Topics, q)
		a.grown[w.topic] = 0
		a.record(i, checker.CreateTopic, t.partitions, kafka.TopicID{})
	}
	a.busy = true
	l.send(r, call{kind: callCreate})
}

// namedValue is one configuration key of a topic; 0 is unset.
type namedValue struct {
	name  string
	value int64
}

func (t *topic) settings() []namedValue {
	return []namedValue{
		{"flush.messages", t.flush}, {"internal.segment.bytes", t.segment}, {"index.interval.bytes", t.interval},
		{"segment.index.bytes", t.indexBytes}, {"retention.bytes", t.keepBytes}, {"retention.ms", t.keep}, {"segment.ms", t.roll},
		{"segment.jitter.ms", t.jitter}, {"min.compaction.lag.ms", t.lag}, {"file.delete.delay.ms", t.delay},
	}
}

func setting(name string, value int64) kmsg.CreateTopicsRequestTopicConfig {
	return word(name, strconv.FormatInt(value, 10))
}

func word(name, value string) kmsg.CreateTopicsRequestTopicConfig {
	c := kmsg.NewCreateTopicsRequestTopicConfig()
	c.Name, c.Value = name, kmsg.StringPtr(value)
	return c
}

// remove deletes one topic, by its id if it is known and the version can.
func (a *admin) remove(l *link, index int) {
	w := &a.wishes[index]
	name := &a.topics[w.topic].name
	r := kmsg.NewPtrDeleteTopicsRequest()
	r.Version, r.TimeoutMillis = a.speaks.remove, adminTimeout
	a.open = a.open[:0]
	var id kafka.TopicID
	switch {
	case r.Version < removeByID:
		r.TopicNames = []string{*name}
	default:
		q := kmsg.NewDeleteTopicsRequestTopic()
		if id = w.id; id.IsZero() {
			q.Topic = name
		}
		q.TopicID = id
		r.Topics = append(r.Topics, q)
	}
	a.record(index, checker.DeleteTopic, 0, id)
	a.busy = true
	l.send(r, call{kind: callDelete})
}

// removeByID is the first version of DeleteTopics that takes ids.
const removeByID = 6

func (a *admin) record(index int, kind checker.AdminKind, partitions int32, id kafka.TopicID) {
	a.open = append(a.open, request{wish: index, op: len(a.history.Admin)})
	a.history.Admin = append(a.history.Admin, checker.AdminOp{
		Client: a.id, Kind: kind, Topic: a.topics[a.wishes[index].topic].name, ID: id, Partitions: partitions, Start: a.event(),
	})
}

func (a *admin) answered(_ *link, c call, r kmsg.Response) {
	a.busy = false
	if c.kind == callMakeOffsets {
		a.offsetsAnswered(r.(*kmsg.CreateTopicsResponse))
		return
	}
	for _, q := range a.open {
		switch r := r.(type) {
		case *kmsg.CreateTopicsResponse:
			a.created(q, r)
		case *kmsg.DeleteTopicsResponse:
			a.removed(q, r)
		}
	}
}

func (a *admin) lost(c call) {
	a.busy = false
	if c.kind == callMakeOffsets {
		return // it is asked for again
	}
	for _, q := range a.open {
		a.history.Admin[q.op].End = a.event()
		a.wishes[q.wish].at = a.env.Now() + 2*metadataPause
	}
}

// answer records what was told of one topic.
func (a *admin) answer(q request, err int16, id kafka.TopicID) kafka.ErrorCode {
	op := &a.history.Admin[q.op]
	op.End, op.Answered, op.Err = a.event(), true, kafka.ErrorCode(err)
	if op.Err == kafka.None && !id.IsZero() {
		op.ID = id
	}
	return op.Err
}

func (a *admin) created(q request, r *kmsg.CreateTopicsResponse) {
	w := &a.wishes[q.wish]
	now := a.env.Now()
	for i := range r.Topics {
		t := &r.Topics[i]
		if t.Topic != a.topics[w.topic].name {
			continue
		}
		switch a.answer(q, t.ErrorCode, t.TopicID) {
		case kafka.None, kafka.ErrTopicAlreadyExists:
			w.exists, w.id = true, t.TopicID
			w.at = now + 200*millisecond + int64(a.draw(drawGap, 1000))*millisecond
		default:
			w.at = now + 2*metadataPause
		}
		return
	}
	a.odd(a.id, "a CreateTopics answer without a topic that was asked for")
	w.at = now + 2*metadataPause
}

func (a *admin) removed(q request, r *kmsg.DeleteTopicsResponse) {
	w := &a.wishes[q.wish]
	now := a.env.Now()
	if len(r.Topics) != 1 {
		a.odd(a.id, "a DeleteTopics answer of another length than was asked for")
		w.at = now + 2*metadataPause
		return
	}
	t := &r.Topics[0]
	switch a.answer(q, t.ErrorCode, t.TopicID) {
	case kafka.None, kafka.ErrUnknownTopicOrPartition, kafka.ErrUnknownTopicID:
		w.exists, w.id = false, kafka.TopicID{}
		a.grown[w.topic] = 0
		w.at = now + int64(a.draw(drawGap, 200))*millisecond
	default:
		w.at = now + 2*metadataPause
	}
}
