package session

import (
	"strconv"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// ElectLeaders has the controller elect the preferred leaders of partitions (KIP-183), or from v1 with the
// type unclean some leader where there is none (KIP-460). Without a list it is of all partitions, and those
// that need none are left out of the answer. A type that there is not is INVALID_REQUEST. An error that is
// of the request as a whole stands with each of its partitions too, and before v1 only there.
var electLeadersAPI = api{key: wire.KeyElectLeaders, min: 0, max: 2, start: (*Session).startElectLeaders}

// The types of elections (org.apache.kafka.common.ElectionType).
const (
	preferredElection int8 = 0
	uncleanElection   int8 = 1
)

func (s *Session) startElectLeaders(now kafka.Now, c *conn, req *wire.Request, _ View) bool {
	body := req.Body.(*kmsg.ElectLeadersRequest)
	hasTypes := req.Version >= 1
	ask := &msg.ElectLeaders{Unclean: hasTypes && body.ElectionType == uncleanElection, All: body.Topics == nil}
	for i := range body.Topics {
		t := msg.TopicPartitions{Name: body.Topics[i].Topic}
		for _, p := range body.Topics[i].Partitions {
			t.Partitions = append(t.Partitions, kafka.PartitionID(p))
		}
		ask.Topics = append(ask.Topics, t)
	}
	id, o := s.beginForward(c, req)
	if hasTypes && body.ElectionType != preferredElection && body.ElectionType != uncleanElection {
		s.finish(id, o, refusedElection(body, kafka.ErrInvalidRequest, "Unknown election type "+strconv.Itoa(int(body.ElectionType))))
		return true
	}
	ask.Op = id
	s.askWithin(now, id, o, body.TimeoutMillis, ask)
	return true
}

// electedLeaders takes the controller's answer.
func (s *Session) electedLeaders(r *msg.ElectedLeaders) {
	o, body := s.forwarded(r.Op)
	switch {
	case o == nil:
	case r.Err != kafka.None:
		s.finish(r.Op, o, refusedElection(body.(*kmsg.ElectLeadersRequest), r.Err, r.ErrText))
	default:
		s.finish(r.Op, o, electionResponse(body.GetVersion(), kafka.None, r.Topics))
	}
}

// refusedElection answers a request that is refused as a whole.
func refusedElection(body *kmsg.ElectLeadersRequest, code kafka.ErrorCode, text string) wire.Response {
	var topics []msg.TopicPartitionResults
	for i := range body.Topics {
		topics = append(topics, refusedPartitions(body.Topics[i].Topic, body.Topics[i].Partitions, code, text))
	}
	return electionResponse(body.Version, code, topics)
}

func electionResponse(version int16, code kafka.ErrorCode, topics []msg.TopicPartitionResults) wire.Response {
	r := kmsg.NewPtrElectLeadersResponse()
	r.Version, r.ErrorCode, r.Topics = version, int16(code), []kmsg.ElectLeadersResponseTopic{}
	for i := range topics {
		t := kmsg.NewElectLeadersResponseTopic()
		t.Topic, t.Partitions = topics[i].Name, []kmsg.ElectLeadersResponseTopicPartition{}
		for k := range topics[i].Partitions {
			p := &topics[i].Partitions[k]
			t.Partitions = append(t.Partitions, kmsg.ElectLeadersResponseTopicPartition{
				Partition: int32(p.Partition), ErrorCode: int16(p.Err), ErrorMessage: textOrNull(p.ErrText),
			})
		}
		r.Topics = append(r.Topics, t)
	}
	return r
}
