package clients

import (
	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// metadata is what a client knows of the plan's topics, by their index in the plan.
type metadata struct{ topics []known }

// known is what a client knows of one topic.
type known struct {
	// id is zero if the topic is unknown, or Metadata's version has no ids.
	id     kafka.TopicID
	places []place
	stale  bool
	asking bool
	began  checker.Event // of the question that is open
	askAt  int64
}

// place is where a partition is led; node is negative if nobody leads it.
type place struct {
	node  int32
	epoch kafka.LeaderEpoch
}

func (m *metadata) init(topics []topic) {
	m.topics = make([]known, len(topics))
	for i := range m.topics {
		m.topics[i].stale = true
	}
}

// metadataPause is the least time between two questions about one topic.
const metadataPause = 25 * millisecond

// learn asks about a topic if what is known of it is stale. Only topics that are planned to be
// created automatically may be.
func (a *actor) learn(index int, now int64) {
	k := &a.seen.topics[index]
	k.stale = k.stale || len(k.places) < a.grown[index]
	if !k.stale || k.asking {
		return
	}
	if now < k.askAt {
		a.at(k.askAt)
		return
	}
	l := a.anyLink()
	if !l.room(pipelineMax) {
		return
	}
	r := kmsg.NewPtrMetadataRequest()
	r.Version = a.speaks.metadata
	t := kmsg.NewMetadataRequestTopic()
	t.Topic = &a.topics[index].name
	r.Topics = append(r.Topics, t)
	r.AllowAutoTopicCreation = a.topics[index].auto
	k.asking, k.began = true, a.event()
	l.send(r, call{kind: callMetadata, index: index})
}

// pipelineMax is how many requests a client has open on one connection.
const pipelineMax = 5

// learned takes an answer to learn.
func (a *actor) learned(index int, r *kmsg.MetadataResponse) {
	k := &a.seen.topics[index]
	k.asking = false
	k.askAt = a.env.Now() + metadataPause
	k.stale, k.id, k.places = true, kafka.TopicID{}, k.places[:0]
	for i := range r.Topics {
		t := &r.Topics[i]
		if t.Topic == nil || *t.Topic != a.topics[index].name || t.ErrorCode != 0 {
			continue
		}
		k.id, k.stale = t.TopicID, len(t.Partitions) == 0
		if a.growing {
			a.history.Counted = append(a.history.Counted, checker.CountSeen{
				Client: a.id, Topic: *t.Topic, ID: t.TopicID, Partitions: int32(len(t.Partitions)), Start: k.began, End: a.event(),
			})
		}
		for range t.Partitions {
			k.places = append(k.places, place{node: -1})
		}
		for j := range t.Partitions {
			p := &t.Partitions[j]
			if p.Partition < 0 || int(p.Partition) >= len(k.places) {
				a.odd(a.id, "Metadata numbers a topic's partitions with gaps")
				continue
			}
			if p.ErrorCode != 0 || p.Leader < 0 {
				k.stale = true
				continue
			}
			k.places[p.Partition] = place{p.Leader, kafka.LeaderEpoch(p.LeaderEpoch)}
		}
	}
}

// notLearned takes the news that learn gets no answer.
func (a *actor) notLearned(index int) {
	k := &a.seen.topics[index]
	k.asking = false
	k.askAt = a.env.Now() + metadataPause
}

// asking tells whether a question about a topic is open.
func (a *actor) asking() bool {
	for i := range a.seen.topics {
		if a.seen.topics[i].asking {
			return true
		}
	}
	return false
}

// leader is the link to a partition's leader, or nil if that is not known. byID says that the
// topic's id must be known too.
func (a *actor) leader(topic int, partition kafka.PartitionID, byID bool) *link {
	k := &a.seen.topics[topic]
	if int(partition) >= len(k.places) || byID && k.id.IsZero() {
		k.stale = true
		return nil
	}
	l := a.linkTo(k.places[partition].node)
	if l == nil {
		k.stale = true
	}
	return l
}
