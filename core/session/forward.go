package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// beginForward begins a request that the controller answers (KIP-590). It is kept until then: an
// answer names all that was asked for, also when the time runs out first.
func (s *Session) beginForward(c *conn, req *wire.Request) (msg.Op, *op) {
	id, o := s.beginOp(c, req)
	kept := *req
	o.forward = &kept
	return id, o
}

// askWithin asks the controller, and waits so long for the answer. Who gives no time is told at once
// that it is over, and the controller is not asked, as in Kafka.
func (s *Session) askWithin(now kafka.Now, id msg.Op, o *op, timeoutMillis int32, ask msg.ControllerRequest) {
	if timeoutMillis <= 0 {
		s.forwardTimedOut(id, o)
		return
	}
	s.startTimer(id, o, now.Mono.Add(kafka.Millis(timeoutMillis).Nanos()))
	s.Out.Controller = append(s.Out.Controller, ask)
}

// forwarded finds the op that a reply answers, and what it asked; nil if nobody waits any more.
func (s *Session) forwarded(id msg.Op) (*op, kmsg.Request) {
	o := s.op(id)
	if o == nil {
		return nil, nil
	}
	return o, o.forward.Body
}

// forwardTimedOut answers that the time is over: what was asked may yet be done.
func (s *Session) forwardTimedOut(id msg.Op, o *op) {
	const code = kafka.ErrRequestTimedOut
	switch body := o.forward.Body.(type) {
	case *kmsg.CreateTopicsRequest:
		s.createTimedOut(id, o, body)
	case *kmsg.DeleteTopicsRequest:
		s.deleteTimedOut(id, o, body)
	case *kmsg.CreatePartitionsRequest:
		s.finish(id, o, partitionsResponse(body, func(t *kmsg.CreatePartitionsRequestTopic) msg.TopicResult {
			return msg.TopicResult{Name: t.Topic, Err: code}
		}))
	case *kmsg.ElectLeadersRequest:
		s.finish(id, o, refusedElection(body, code, ""))
	case *kmsg.AlterPartitionAssignmentsRequest:
		s.finish(id, o, refusedReassignments(body, code, ""))
	default:
		panic("BUG: a timer of a request that has none")
	}
}
