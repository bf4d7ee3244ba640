package session

import (
	"slices"

	"momus/core/image"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// add answers for a topic that exists.
func (m *metadata) add(topic *image.Topic) {
	t := kmsg.NewMetadataResponseTopic()
	t.Topic, t.TopicID, t.IsInternal = &topic.Name, topic.ID, isInternal(topic.Name)
	t.Partitions = make([]kmsg.MetadataResponseTopicPartition, len(topic.Partitions))
	for i := range topic.Partitions {
		m.fill(&t.Partitions[i], kafka.PartitionID(i), &topic.Partitions[i])
	}
	if m.body.IncludeTopicAuthorizedOperations {
		t.AuthorizedOperations = allTopicOperations
	}
	m.r.Topics = append(m.r.Topics, t)
}

// fill answers for a partition, with Kafka's errors: a leader that is not registered, or has no
// listener like the client's, is none; v0 hides replicas that are not reachable.
func (m *metadata) fill(r *kmsg.MetadataResponseTopicPartition, id kafka.PartitionID, p *image.Partition) {
	r.Default()
	r.Partition, r.Leader, r.LeaderEpoch = int32(id), int32(kafka.NoNode), int32(p.LeaderEpoch)
	r.Replicas, r.ISR = m.visible(p.Replicas), m.visible(p.ISR)
	r.OfflineReplicas = m.offline(p)
	leader := m.img.Broker(p.Leader)
	reachable := false
	if leader != nil {
		_, _, reachable = endpoint(leader, m.listener)
	}
	switch {
	case leader == nil, !reachable && !m.rules.tellsListener:
		r.ErrorCode = int16(kafka.ErrLeaderNotAvailable)
	case !reachable:
		r.ErrorCode = int16(kafka.ErrListenerNotFound)
	case len(r.Replicas) < len(p.Replicas), len(r.ISR) < len(p.ISR):
		r.Leader = int32(p.Leader)
		r.ErrorCode = int16(kafka.ErrReplicaNotAvailable)
	default:
		r.Leader = int32(p.Leader)
	}
}

func (m *metadata) visible(nodes []kafka.NodeID) []int32 {
	list := make([]int32, 0, len(nodes))
	for _, n := range nodes {
		if m.rules.hidesOffline {
			b := m.img.Broker(n)
			if b == nil || b.Fenced {
				continue
			}
			if _, _, ok := endpoint(b, m.listener); !ok {
				continue
			}
		}
		list = append(list, int32(n))
	}
	return list
}

// offline lists the replicas that are fenced, unreachable from here, or in a directory that failed.
func (m *metadata) offline(p *image.Partition) []int32 {
	list := []int32{}
	for i, n := range p.Replicas {
		b := m.img.Broker(n)
		if b != nil && !b.Fenced {
			_, _, ok := endpoint(b, m.listener)
			if ok && (i >= len(p.Dirs) || b.HasDir(p.Dirs[i])) {
				continue
			}
		}
		list = append(list, int32(n))
	}
	return list
}

// internalTopics are kept by coordinators; clients see them marked.
var internalTopics = []string{"__consumer_offsets", "__share_group_state", "__transaction_state"}

func isInternal(name string) bool { return slices.Contains(internalTopics, name) }
