package clients

import (
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// brokerSession is a fetch session without any thrift: it reads all partitions and leaves out those
// that it answered in the same words before.
type brokerSession struct {
	epoch int32
	asked []kmsg.FetchRequestTopic
	told  map[sessionKey]sessionSaid
}

type sessionKey struct {
	topic     string
	id        kafka.TopicID
	partition int32
}

type sessionSaid struct{ high, start int64 }

// joined answers a fetch, as one of its session if it has one.
func (b *broker) joined(r *kmsg.FetchRequest) kmsg.Response {
	s := b.sessions[r.SessionID]
	if r.SessionEpoch <= 0 {
		delete(b.sessions, r.SessionID)
		a := b.fetch(r)
		if r.SessionEpoch < 0 || b.world.Draw("room", 8) == 7 {
			return a
		}
		b.lastSession++
		a.SessionID = b.lastSession
		s = &brokerSession{epoch: 1, asked: r.Topics, told: map[sessionKey]sessionSaid{}}
		s.prune(a, b.fault)
		if b.sessions == nil || b.world.Draw("room", 8) == 7 {
			b.sessions = map[int32]*brokerSession{}
		}
		b.sessions[a.SessionID] = s
		return a
	}
	a := kmsg.NewPtrFetchResponse()
	switch {
	case s == nil:
		a.ErrorCode = int16(kafka.ErrFetchSessionIDNotFound)
		return a
	case s.epoch != r.SessionEpoch:
		a.ErrorCode = int16(kafka.ErrInvalidFetchSessionEpoch)
		return a
	}
	if b.fault != standing {
		s.epoch++
	}
	s.change(r, b.fault)
	whole := *r
	whole.Topics = s.asked
	a = b.fetch(&whole)
	a.SessionID = r.SessionID
	a.Topics = s.prune(a, b.fault)
	return a
}

// change takes what a fetch changes, one partition a topic.
func (s *brokerSession) change(r *kmsg.FetchRequest, f fault) {
	var asked []kmsg.FetchRequestTopic
	gone := func(topic string, id kafka.TopicID, partition int32) bool {
		for _, t := range r.ForgottenTopics {
			for _, p := range t.Partitions {
				if t.Topic == topic && t.TopicID == id && p == partition {
					delete(s.told, sessionKey{topic, id, partition})
					return f != keeping
				}
			}
		}
		for _, t := range r.Topics {
			for _, p := range t.Partitions {
				if t.Topic == topic && t.TopicID == id && p.Partition == partition {
					return true
				}
			}
		}
		return false
	}
	for _, t := range s.asked {
		for _, p := range t.Partitions {
			if !gone(t.Topic, t.TopicID, p.Partition) {
				one := t
				one.Partitions = []kmsg.FetchRequestTopicPartition{p}
				asked = append(asked, one)
			}
		}
	}
	s.asked = append(asked, r.Topics...)
}

// prune notes what is told, and gives what was not told before.
func (s *brokerSession) prune(a *kmsg.FetchResponse, f fault) []kmsg.FetchResponseTopic {
	var topics []kmsg.FetchResponseTopic
	for _, t := range a.Topics {
		for _, p := range t.Partitions {
			key := sessionKey{t.Topic, t.TopicID, p.Partition}
			said := sessionSaid{p.HighWatermark, p.LogStartOffset}
			before, known := s.told[key]
			if f == taciturn && known {
				said = before
			}
			s.told[key] = said
			if p.ErrorCode != 0 {
				delete(s.told, key)
			} else if known && before == said && len(p.RecordBatches) == 0 {
				continue
			}
			one := t
			one.Partitions = []kmsg.FetchResponseTopicPartition{p}
			topics = append(topics, one)
		}
	}
	return topics
}
