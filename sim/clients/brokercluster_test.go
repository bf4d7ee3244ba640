package clients

import (
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// operator answers what an operator asks of a cluster of one node, in which nothing is to be done.
func (b *broker) operator(r kmsg.Request) kmsg.Response {
	switch r := r.(type) {
	case *kmsg.DescribeClusterRequest:
		a := kmsg.NewPtrDescribeClusterResponse()
		a.ClusterID = "cluster"
		return a
	case *kmsg.DescribeQuorumRequest:
		return b.describeQuorum(r)
	case *kmsg.DescribeTopicPartitionsRequest:
		return b.describeTopics(r)
	case *kmsg.AlterPartitionAssignmentsRequest:
		a := kmsg.NewPtrAlterPartitionAssignmentsResponse()
		for _, q := range r.Topics {
			a.Topics = append(a.Topics, kmsg.AlterPartitionAssignmentsResponseTopic{
				Topic: q.Topic, Partitions: make([]kmsg.AlterPartitionAssignmentsResponseTopicPartition, len(q.Partitions)),
			})
		}
		return a
	}
	return r.ResponseKind()
}

func (b *broker) describeQuorum(r *kmsg.DescribeQuorumRequest) kmsg.Response {
	a := kmsg.NewPtrDescribeQuorumResponse()
	p := kmsg.NewDescribeQuorumResponseTopicPartition()
	p.HighWatermark = int64(b.lastID)
	voter := kmsg.NewDescribeQuorumResponseTopicPartitionReplicaState()
	if voter.LogEndOffset = p.HighWatermark; b.fault == boastful {
		p.HighWatermark++
	}
	p.CurrentVoters = append(p.CurrentVoters, voter)
	a.Topics = []kmsg.DescribeQuorumResponseTopic{{Topic: r.Topics[0].Topic, Partitions: []kmsg.DescribeQuorumResponseTopicPartition{p}}}
	return a
}

// describeTopics pages by topics, in whatever order they are.
func (b *broker) describeTopics(r *kmsg.DescribeTopicPartitionsRequest) kmsg.Response {
	a := kmsg.NewPtrDescribeTopicPartitionsResponse()
	for _, t := range b.topics {
		q := kmsg.NewDescribeTopicPartitionsResponseTopic()
		q.Topic, q.TopicID = &t.name, t.id
		for i := range t.parts {
			p := kmsg.NewDescribeTopicPartitionsResponseTopicPartition()
			p.Partition, p.LeaderID, p.LeaderEpoch = int32(i), 1, int32(kafka.LeaderEpoch(b.epoch))
			q.Partitions = append(q.Partitions, p)
		}
		a.Topics = append(a.Topics, q)
	}
	return a
}
