package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// CreatePartitions has the controller raise the number of a topic's partitions (KIP-195), and answers
// when that is committed; with validate only, when it was judged. Assignments, if there are any, place
// exactly the new partitions. A name given twice is INVALID_REQUEST and answered once, as by Kafka.
// When the request's timeout passes first, its topics are answered REQUEST_TIMED_OUT.
var createPartitionsAPI = api{key: wire.KeyCreatePartitions, min: 0, max: 3, start: (*Session).startCreatePartitions}

func (s *Session) startCreatePartitions(now kafka.Now, c *conn, req *wire.Request, _ View) bool {
	body := req.Body.(*kmsg.CreatePartitionsRequest)
	strict := req.Version >= 3
	ask := &msg.CreatePartitions{ValidateOnly: body.ValidateOnly, Quota: mutationQuota(req, strict)}
	times := timesGrown(body)
	for i := range body.Topics {
		if t := &body.Topics[i]; times[t.Topic] == 1 {
			ask.Topics = append(ask.Topics, grownTopic(t))
		}
	}
	id, o := s.beginForward(c, req)
	ask.Op = id
	s.askWithin(now, id, o, body.TimeoutMillis, ask)
	return true
}

func timesGrown(body *kmsg.CreatePartitionsRequest) map[string]int {
	times := make(map[string]int, len(body.Topics))
	for i := range body.Topics {
		times[body.Topics[i].Topic]++
	}
	return times
}

func grownTopic(t *kmsg.CreatePartitionsRequestTopic) msg.GrowTopic {
	g := msg.GrowTopic{Name: t.Topic, Count: t.Count, Assigned: t.Assignment != nil}
	for i := range t.Assignment {
		replicas := make([]kafka.NodeID, len(t.Assignment[i].Replicas))
		for j, r := range t.Assignment[i].Replicas {
			replicas[j] = kafka.NodeID(r)
		}
		g.Assignments = append(g.Assignments, replicas)
	}
	return g
}

// createdPartitions takes the controller's answer.
func (s *Session) createdPartitions(now kafka.Now, r *msg.CreatedPartitions) {
	o, body := s.forwarded(r.Op)
	if o == nil {
		return
	}
	at := 0
	answer := partitionsResponse(body.(*kmsg.CreatePartitionsRequest), func(*kmsg.CreatePartitionsRequestTopic) msg.TopicResult {
		at++
		return r.Topics[at-1]
	})
	setThrottle(answer, left(now, r.ThrottledUntil))
	s.finish(r.Op, o, answer)
}

// partitionsResponse answers first for the names that were given twice, then for those that the
// controller was asked for.
func partitionsResponse(body *kmsg.CreatePartitionsRequest, became func(*kmsg.CreatePartitionsRequestTopic) msg.TopicResult) wire.Response {
	r := kmsg.NewPtrCreatePartitionsResponse()
	r.Version, r.Topics = body.Version, []kmsg.CreatePartitionsResponseTopic{}
	times := timesGrown(body)
	for i := range body.Topics {
		if name := body.Topics[i].Topic; times[name] > 1 {
			times[name] = 0
			r.Topics = append(r.Topics, partitionsResult(&msg.TopicResult{
				Name: name, Err: kafka.ErrInvalidRequest, ErrText: "Duplicate topic name.",
			}))
		}
	}
	for i := range body.Topics {
		if t := &body.Topics[i]; times[t.Topic] == 1 {
			result := became(t)
			r.Topics = append(r.Topics, partitionsResult(&result))
		}
	}
	return r
}

func partitionsResult(t *msg.TopicResult) kmsg.CreatePartitionsResponseTopic {
	r := kmsg.NewCreatePartitionsResponseTopic()
	r.Topic, r.ErrorCode = t.Name, int16(t.Err)
	if t.ErrText != "" {
		r.ErrorMessage = &t.ErrText
	}
	return r
}
