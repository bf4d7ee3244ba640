package session

import (
	"momus/core/kafka"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// DescribeQuorum tells how the metadata quorum stands (KIP-595): its leader, epoch and high watermark,
// and of each voter how much of the log it holds, from v1 when it last fetched and was caught up (KIP-836),
// which is now for the leader itself, from v2 its directory and listeners (KIP-853). The leader answers;
// any other node is NOT_LEADER_OR_FOLLOWER. A request that asks for anything but __cluster_metadata-0 is
// UNKNOWN_TOPIC_OR_PARTITION in all that it asks for. A broker that has the log read by its own controller
// is no observer. In v2 the text of no error is empty, not null, as in Kafka.
var describeQuorumAPI = api{key: wire.KeyDescribeQuorum, min: 0, max: 2, start: (*Session).startDescribeQuorum}

func (s *Session) startDescribeQuorum(now kafka.Now, c *conn, req *wire.Request, v View) bool {
	c.begin()
	body := req.Body.(*kmsg.DescribeQuorumRequest)
	r := kmsg.NewPtrDescribeQuorumResponse()
	r.Version, r.ErrorMessage = int16(req.Version), new(string)
	r.Topics, r.Nodes = []kmsg.DescribeQuorumResponseTopic{}, []kmsg.DescribeQuorumResponseNode{}
	state := v.Quorum.QuorumState()
	switch {
	case !asksForQuorum(body):
		refuseQuorum(r, body)
	case !state.Leads:
		r.Topics = []kmsg.DescribeQuorumResponseTopic{{Topic: kafka.MetadataTopic, Partitions: []kmsg.DescribeQuorumResponseTopicPartition{
			failedQuorum(kafka.MetadataLog.Partition, kafka.ErrNotLeaderOrFollower, notLeaderText),
		}}}
	default:
		p := kmsg.NewDescribeQuorumResponseTopicPartition()
		p.Partition, p.ErrorMessage = int32(kafka.MetadataLog.Partition), new(string)
		p.LeaderID, p.LeaderEpoch, p.HighWatermark = int32(s.cfg.NodeID), int32(state.Epoch), int64(state.HighWatermark)
		p.CurrentVoters, p.Observers = []kmsg.DescribeQuorumResponseTopicPartitionReplicaState{}, []kmsg.DescribeQuorumResponseTopicPartitionReplicaState{}
		for _, voter := range state.Voters {
			one := kmsg.NewDescribeQuorumResponseTopicPartitionReplicaState()
			one.ReplicaID, one.ReplicaDirectoryID, one.LogEndOffset = int32(voter.ID), voter.Dir, int64(voter.End)
			one.LastFetchTimestamp, one.LastCaughtUpTimestamp = int64(now.Wall), int64(now.Wall)
			p.CurrentVoters = append(p.CurrentVoters, one)
		}
		r.Topics = []kmsg.DescribeQuorumResponseTopic{{Topic: kafka.MetadataTopic, Partitions: []kmsg.DescribeQuorumResponseTopicPartition{p}}}
		r.Nodes = []kmsg.DescribeQuorumResponseNode{s.controllerNode()}
	}
	s.complete(req.Conn, req.Seq, r)
	return true
}

// notLeaderText is what Kafka says with NOT_LEADER_OR_FOLLOWER.
const notLeaderText = "For requests intended only for the leader, this error indicates that the broker is not the current leader. " +
	"For requests intended for any replica, this error indicates that the broker is not a replica of the topic partition."

// asksForQuorum tells whether a request asks for the metadata log and for nothing else.
func asksForQuorum(body *kmsg.DescribeQuorumRequest) bool {
	return len(body.Topics) == 1 && body.Topics[0].Topic == kafka.MetadataTopic &&
		len(body.Topics[0].Partitions) == 1 && body.Topics[0].Partitions[0].Partition == int32(kafka.MetadataLog.Partition)
}

func refuseQuorum(r *kmsg.DescribeQuorumResponse, body *kmsg.DescribeQuorumRequest) {
	for i := range body.Topics {
		t := kmsg.NewDescribeQuorumResponseTopic()
		t.Topic, t.Partitions = body.Topics[i].Topic, []kmsg.DescribeQuorumResponseTopicPartition{}
		for _, p := range body.Topics[i].Partitions {
			t.Partitions = append(t.Partitions, failedQuorum(kafka.PartitionID(p.Partition), kafka.ErrUnknownTopicOrPartition, unknownTopicText))
		}
		r.Topics = append(r.Topics, t)
	}
}

func failedQuorum(partition kafka.PartitionID, code kafka.ErrorCode, text string) kmsg.DescribeQuorumResponseTopicPartition {
	p := kmsg.NewDescribeQuorumResponseTopicPartition()
	p.Partition, p.ErrorCode, p.ErrorMessage = int32(partition), int16(code), &text
	p.CurrentVoters, p.Observers = []kmsg.DescribeQuorumResponseTopicPartitionReplicaState{}, []kmsg.DescribeQuorumResponseTopicPartitionReplicaState{}
	return p
}

// controllerNode is this node with its controller listeners.
func (s *Session) controllerNode() kmsg.DescribeQuorumResponseNode {
	n := kmsg.NewDescribeQuorumResponseNode()
	n.NodeID, n.Listeners = int32(s.cfg.NodeID), []kmsg.DescribeQuorumResponseNodeListener{}
	for i := range s.cfg.Listeners {
		if l := &s.cfg.Listeners[i]; l.Controller {
			n.Listeners = append(n.Listeners, kmsg.DescribeQuorumResponseNodeListener{Name: l.Name, Host: controllerHost(l), Port: uint16(l.Port)})
		}
	}
	return n
}
