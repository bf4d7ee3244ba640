package clients

import (
	"slices"

	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// makeOffsets creates __consumer_offsets before anybody looks for a coordinator, so that every record of it is
// flushed before it counts; else it comes by itself, and a power loss may take what was committed last.
func (a *admin) makeOffsets() {
	l := a.anyLink()
	if !l.room(1) {
		return
	}
	r := kmsg.NewPtrCreateTopicsRequest()
	r.Version, r.TimeoutMillis = a.speaks.create, adminTimeout
	t := kmsg.NewCreateTopicsRequestTopic()
	t.Topic, t.NumPartitions, t.ReplicationFactor = offsetsTopic, 1+int32(a.draw(drawCount, 3)), 1
	t.Configs = append(t.Configs, setting("flush.messages", 1), word("cleanup.policy", "compact"))
	small := []int64{0, 16 << 10, 4096, 1100}[a.draw(drawLimit, 4)]
	if small > 0 && slices.ContainsFunc(a.groups, func(g *group) bool { return g.kind != groupSimple }) {
		// What is decided of a group at once, as all its members if it is converted, is one batch; and a generation of
		// the classic protocol is one record. What does not fit into a segment is refused, for ever (seed 44908).
		small = max(small, 3000)
	}
	if small > 0 {
		t.Configs = append(t.Configs, setting("internal.segment.bytes", small))
	}
	r.Topics = append(r.Topics, t)
	a.busy = true
	l.send(r, call{kind: callMakeOffsets})
}

// offsetsAnswered takes the answer. If the topic is there already, nobody knows with what.
func (a *admin) offsetsAnswered(r *kmsg.CreateTopicsResponse) {
	if len(r.Topics) != 1 {
		a.odd(a.id, "a CreateTopics answer without a topic that was asked for")
		return
	}
	switch err := kafka.ErrorCode(r.Topics[0].ErrorCode); err {
	case kafka.None:
		a.history.OffsetsFlush, a.offsetsMade = 1, true
	case kafka.ErrTopicAlreadyExists:
		a.offsetsMade = true
	case kafka.ErrNotController, kafka.ErrRequestTimedOut, kafka.ErrInvalidReplicationFactor, kafka.ErrUnknownServerError:
	default:
		a.odd(a.id, "the creation of "+offsetsTopic+" was answered "+err.String())
		a.offsetsMade = true
	}
}

// offsetsPending tells whether the topic is still to be made: until then nobody looks for a coordinator.
func (s *shared) offsetsPending() bool { return s.makesOffsets && !s.offsetsMade && !s.resting }
