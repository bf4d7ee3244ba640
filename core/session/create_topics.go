package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// CreateTopics asks the controller for topics (KIP-4) and answers when their records are committed;
// with validate only, when it was judged. From v5 the answer tells what was made, with the configuration
// as it holds (KIP-525), from v7 the topic's id (KIP-516). A name given twice is INVALID_REQUEST and answered once, and the
// metadata log's name is refused, as by Kafka; all else is the controller's decision. When the
// request's timeout passes first, all its topics are answered REQUEST_TIMED_OUT: they may yet appear, unless it
// gave no time at all.
var createTopicsAPI = api{key: wire.KeyCreateTopics, min: 2, max: 7, start: (*Session).startCreateTopics}

// createOp is a CreateTopics under way: the topics refused here.
type createOp struct {
	refused []msg.CreatedTopic
}

func (s *Session) startCreateTopics(now kafka.Now, c *conn, req *wire.Request, _ View) bool {
	body := req.Body.(*kmsg.CreateTopicsRequest)
	create := &createOp{}
	tellsConfigs, strict := req.Version >= 5, req.Version >= 6
	ask := &msg.CreateTopics{ValidateOnly: body.ValidateOnly, WantConfigs: tellsConfigs, Quota: mutationQuota(req, strict)}
	times := make(map[string]int, len(body.Topics))
	for i := range body.Topics {
		times[body.Topics[i].Topic]++
	}
	for i := range body.Topics {
		t := &body.Topics[i]
		n := times[t.Topic]
		switch {
		case n == 0: // the second of a name
		case n > 1:
			times[t.Topic] = 0
			create.refuse(t.Topic, "Duplicate topic name.")
		case t.Topic == kafka.MetadataTopic:
			create.refuse(t.Topic, "Creation of internal topic "+kafka.MetadataTopic+" is prohibited.")
		default:
			ask.Topics = append(ask.Topics, newTopic(t))
		}
	}
	id, o := s.beginForward(c, req)
	o.create = create
	if len(ask.Topics) == 0 {
		s.finish(id, o, create.response(o.version, nil))
		return true
	}
	ask.Op = id
	s.askWithin(now, id, o, body.TimeoutMillis, ask)
	return true
}

func (c *createOp) refuse(name, text string) {
	c.refused = append(c.refused, msg.CreatedTopic{Name: name, Err: kafka.ErrInvalidRequest, ErrText: text})
}

func newTopic(t *kmsg.CreateTopicsRequestTopic) msg.NewTopic {
	n := msg.NewTopic{Name: t.Topic, Partitions: t.NumPartitions, Factor: t.ReplicationFactor}
	for i := range t.ReplicaAssignment {
		a := &t.ReplicaAssignment[i]
		replicas := make([]kafka.NodeID, len(a.Replicas))
		for j, r := range a.Replicas {
			replicas[j] = kafka.NodeID(r)
		}
		n.Assignments = append(n.Assignments, msg.Assignment{Partition: kafka.PartitionID(a.Partition), Replicas: replicas})
	}
	for i := range t.Configs {
		entry := msg.ConfigEntry{Name: t.Configs[i].Name, Null: t.Configs[i].Value == nil}
		if !entry.Null {
			entry.Value = *t.Configs[i].Value
		}
		n.Configs = append(n.Configs, entry)
	}
	return n
}

// created takes the controller's answer.
func (s *Session) created(now kafka.Now, r *msg.CreatedTopics) {
	o := s.op(r.Op)
	switch {
	case o == nil:
	case o.auto:
		s.autoCreated(r, o)
	default:
		answer := o.create.response(o.version, r.Topics)
		answer.ThrottleMillis = left(now, r.ThrottledUntil)
		s.finish(r.Op, o, answer)
	}
}

// createTimedOut tells of every topic of the request, also of those that were refused.
func (s *Session) createTimedOut(id msg.Op, o *op, body *kmsg.CreateTopicsRequest) {
	all := &createOp{}
	for i := range body.Topics {
		all.refused = append(all.refused, msg.CreatedTopic{Name: body.Topics[i].Topic, Err: kafka.ErrRequestTimedOut})
	}
	s.finish(id, o, all.response(o.version, nil))
}

func (c *createOp) response(version kafka.APIVersion, topics []msg.CreatedTopic) *kmsg.CreateTopicsResponse {
	r := kmsg.NewPtrCreateTopicsResponse()
	r.Version = int16(version)
	r.Topics = []kmsg.CreateTopicsResponseTopic{}
	for _, list := range [][]msg.CreatedTopic{topics, c.refused} {
		for i := range list {
			r.Topics = append(r.Topics, createdTopic(&list[i]))
		}
	}
	return r
}

func createdTopic(t *msg.CreatedTopic) kmsg.CreateTopicsResponseTopic {
	r := kmsg.NewCreateTopicsResponseTopic()
	r.Topic, r.ErrorCode, r.TopicID = t.Name, int16(t.Err), t.ID
	if t.ErrText != "" {
		r.ErrorMessage = &t.ErrText
	}
	r.Configs = []kmsg.CreateTopicsResponseTopicConfig{}
	if t.Err != kafka.None {
		return r // NumPartitions and ReplicationFactor stay -1
	}
	r.NumPartitions, r.ReplicationFactor = t.Partitions, t.Factor
	for i := range t.Configs {
		entry := kmsg.NewCreateTopicsResponseTopicConfig()
		entry.Name, entry.Source, entry.Value = t.Configs[i].Name, int8(t.Configs[i].Source), &t.Configs[i].Value
		r.Configs = append(r.Configs, entry)
	}
	return r
}
