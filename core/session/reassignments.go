package session

import (
	"slices"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// AlterPartitionReassignments has the controller move the replicas of partitions (KIP-455), or take back a
// move that is under way, which needs one: else it is NO_REASSIGNMENT_IN_PROGRESS. From v1 a request may
// forbid that the number of replicas changes (KIP-860). An error of the request as a whole stands with each
// of its partitions too.
var alterReassignmentsAPI = api{key: wire.KeyAlterPartitionReassignments, min: 0, max: 1, start: (*Session).startAlterReassignments}

// ListPartitionReassignments lists the moves that are under way, of all partitions or of those that are
// named; one that is not there is left out (KIP-455). It is answered from the committed image, so that its
// timeout never passes.
var listReassignmentsAPI = api{key: wire.KeyListPartitionReassignments, min: 0, max: 0, start: (*Session).startListReassignments}

func (s *Session) startAlterReassignments(now kafka.Now, c *conn, req *wire.Request, _ View) bool {
	body := req.Body.(*kmsg.AlterPartitionAssignmentsRequest)
	id, o := s.beginForward(c, req)
	if len(body.Topics) == 0 {
		r := reassignmentsResponse(body, kafka.None, "", nil)
		r.ErrorMessage = new(string) // as in Kafka
		s.finish(id, o, r)
		return true
	}
	ask := &msg.AlterPartitionReassignments{Op: id, FactorMayChange: body.AllowReplicationFactorChange}
	for i := range body.Topics {
		t := msg.TopicReassignments{Name: body.Topics[i].Topic}
		for k := range body.Topics[i].Partitions {
			p := &body.Topics[i].Partitions[k]
			one := msg.Reassignment{Partition: kafka.PartitionID(p.Partition), Cancel: p.Replicas == nil}
			for _, r := range p.Replicas {
				one.Replicas = append(one.Replicas, kafka.NodeID(r))
			}
			t.Partitions = append(t.Partitions, one)
		}
		ask.Topics = append(ask.Topics, t)
	}
	s.askWithin(now, id, o, body.TimeoutMillis, ask)
	return true
}

// alteredReassignments takes the controller's answer.
func (s *Session) alteredReassignments(r *msg.AlteredReassignments) {
	o, body := s.forwarded(r.Op)
	if o == nil {
		return
	}
	asked := body.(*kmsg.AlterPartitionAssignmentsRequest)
	if r.Err != kafka.None {
		s.finish(r.Op, o, refusedReassignments(asked, r.Err, r.ErrText))
		return
	}
	s.finish(r.Op, o, reassignmentsResponse(asked, kafka.None, "", r.Topics))
}

// refusedReassignments answers a request that is refused as a whole.
func refusedReassignments(body *kmsg.AlterPartitionAssignmentsRequest, code kafka.ErrorCode, text string) wire.Response {
	var topics []msg.TopicPartitionResults
	for i := range body.Topics {
		var partitions []int32
		for k := range body.Topics[i].Partitions {
			partitions = append(partitions, body.Topics[i].Partitions[k].Partition)
		}
		topics = append(topics, refusedPartitions(body.Topics[i].Topic, partitions, code, text))
	}
	return reassignmentsResponse(body, code, text, topics)
}

// refusedPartitions gives all partitions of a topic the same error.
func refusedPartitions(name string, partitions []int32, code kafka.ErrorCode, text string) msg.TopicPartitionResults {
	t := msg.TopicPartitionResults{Name: name}
	for _, p := range partitions {
		t.Partitions = append(t.Partitions, msg.PartitionResult{Partition: kafka.PartitionID(p), Err: code, ErrText: text})
	}
	return t
}

func reassignmentsResponse(body *kmsg.AlterPartitionAssignmentsRequest, code kafka.ErrorCode, text string,
	topics []msg.TopicPartitionResults) *kmsg.AlterPartitionAssignmentsResponse {
	r := kmsg.NewPtrAlterPartitionAssignmentsResponse()
	r.Version, r.AllowReplicationFactorChange = body.Version, body.AllowReplicationFactorChange
	r.ErrorCode, r.ErrorMessage, r.Topics = int16(code), textOrNull(text), []kmsg.AlterPartitionAssignmentsResponseTopic{}
	for i := range topics {
		t := kmsg.NewAlterPartitionAssignmentsResponseTopic()
		t.Topic, t.Partitions = topics[i].Name, []kmsg.AlterPartitionAssignmentsResponseTopicPartition{}
		for k := range topics[i].Partitions {
			p := &topics[i].Partitions[k]
			t.Partitions = append(t.Partitions, kmsg.AlterPartitionAssignmentsResponseTopicPartition{
				Partition: int32(p.Partition), ErrorCode: int16(p.Err), ErrorMessage: textOrNull(p.ErrText),
			})
		}
		r.Topics = append(r.Topics, t)
	}
	return r
}

// textOrNull is a message; no text is null.
func textOrNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func (s *Session) startListReassignments(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	c.begin()
	body := req.Body.(*kmsg.ListPartitionReassignmentsRequest)
	r := kmsg.NewPtrListPartitionReassignmentsResponse()
	r.Version, r.Topics = int16(req.Version), []kmsg.ListPartitionReassignmentsResponseTopic{}
	if body.Topics == nil {
		for _, name := range v.Image.Names {
			listMoves(r, v.Image.TopicNamed(name), func(int32) bool { return true })
		}
	}
	for i := range body.Topics {
		if topic := v.Image.TopicNamed(body.Topics[i].Topic); topic != nil {
			listMoves(r, topic, func(p int32) bool { return slices.Contains(body.Topics[i].Partitions, p) })
		}
	}
	s.complete(req.Conn, req.Seq, r)
	return true
}

// listMoves lists the partitions of a topic that are on their way.
func listMoves(r *kmsg.ListPartitionReassignmentsResponse, topic *image.Topic, wanted func(int32) bool) {
	t := kmsg.NewListPartitionReassignmentsResponseTopic()
	t.Topic = topic.Name
	for i := range topic.Partitions {
		p := &topic.Partitions[i]
		if len(p.Adding)+len(p.Removing) == 0 || !wanted(int32(i)) {
			continue
		}
		t.Partitions = append(t.Partitions, kmsg.ListPartitionReassignmentsResponseTopicPartition{
			Partition: int32(i), Replicas: nodes(p.Replicas), AddingReplicas: nodes(p.Adding), RemovingReplicas: nodes(p.Removing),
		})
	}
	if len(t.Partitions) > 0 {
		r.Topics = append(r.Topics, t)
	}
}

func nodes(list []kafka.NodeID) []int32 {
	ids := make([]int32, len(list))
	for i, n := range list {
		ids[i] = int32(n)
	}
	return ids
}
