package session

import (
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/port"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// The epochs that do not go on with a session.
const (
	fetchEpochFinal   = -1 // ends the session, if one is named, and makes no other
	fetchEpochInitial = 0  // the same, and makes another
)

// nextFetchEpoch is the epoch of the fetch that follows; it wraps to 1.
func nextFetchEpoch(epoch int32) int32 {
	if epoch == 1<<31-1 {
		return 1
	}
	return epoch + 1
}

// joinSession finds out what a fetch asks for: a full one says so itself, an incremental one what
// has changed since the one before of its session.
func (s *Session) joinSession(now kafka.Now, f *fetchOp, body *kmsg.FetchRequest, v View) kafka.ErrorCode {
	if body.SessionEpoch == fetchEpochInitial || body.SessionEpoch == fetchEpochFinal {
		s.sessions.remove(body.SessionID)
		f.makes = body.SessionEpoch == fetchEpochInitial
		s.fillFull(f, body, v.Image)
		return kafka.None
	}
	session := s.sessions.find(body.SessionID)
	switch {
	case session == nil:
		s.marks.Hit(port.MarkSessionGone)
		return kafka.ErrFetchSessionIDNotFound
	case session.epoch != body.SessionEpoch:
		s.marks.Hit(port.MarkSessionEpoch)
		return kafka.ErrInvalidFetchSessionEpoch
	case session.byID != f.byID:
		return kafka.ErrFetchSessionTopicIDError
	}
	session.update(body, v.Image)
	if session.size() == 0 {
		s.marks.Hit(port.MarkSessionEmptied)
		s.sessions.remove(session.id)
		s.fillFull(f, body, v.Image)
		return kafka.None
	}
	session.touch(now.Mono, s.cfg.FetchSessionEviction.Nanos())
	session.epoch = nextFetchEpoch(session.epoch)
	f.session, f.number, f.epoch = session.id, session.number, session.epoch
	f.fillFrom(session, v.Image)
	return kafka.None
}

func keyOf(t *kmsg.FetchRequestTopic, partition int32, byID bool) fetchKey {
	if byID {
		return fetchKey{id: t.TopicID, partition: kafka.PartitionID(partition)}
	}
	return fetchKey{topic: t.Topic, partition: kafka.PartitionID(partition)}
}

func askOf(p *kmsg.FetchRequestTopicPartition) fetchAsk {
	return fetchAsk{
		offset: kafka.Offset(p.FetchOffset), epoch: max(kafka.LeaderEpoch(p.CurrentLeaderEpoch), kafka.NoLeaderEpoch),
		lastEpoch: kafka.LeaderEpoch(p.LastFetchedEpoch), maxBytes: max(p.PartitionMaxBytes, 0),
	}
}

// update takes what an incremental fetch changes.
func (f *fetchSession) update(body *kmsg.FetchRequest, img *image.Image) {
	for i := range body.Topics {
		t := &body.Topics[i]
		name := nameOfID(img, t.TopicID)
		for j := range t.Partitions {
			f.put(keyOf(t, t.Partitions[j].Partition, f.byID), name, askOf(&t.Partitions[j]))
		}
	}
	for i := range body.ForgottenTopics {
		t := &body.ForgottenTopics[i]
		for _, partition := range t.Partitions {
			key := fetchKey{topic: t.Topic, partition: kafka.PartitionID(partition)}
			if f.byID {
				key.topic, key.id = "", t.TopicID
			}
			f.forget(key)
		}
	}
}

// nameOfID is what a topic id stands for, or empty.
func nameOfID(img *image.Image, id kafka.TopicID) string {
	if topic := img.Topic(id); topic != nil {
		return topic.Name
	}
	return ""
}

// fillFull makes the parts of what a request names. A partition that it names twice is read once,
// in the first place and as the last one says.
func (s *Session) fillFull(f *fetchOp, body *kmsg.FetchRequest, img *image.Image) {
	look := topicLook{img: img}
	repeats := mayRepeat(body)
	if repeats && s.asked == nil {
		s.asked = map[fetchKey]int32{}
	}
	clear(s.asked)
	for i := range body.Topics {
		t := &body.Topics[i]
		for j := range t.Partitions {
			key, ask := keyOf(t, t.Partitions[j].Partition, f.byID), askOf(&t.Partitions[j])
			if repeats {
				if at, found := s.asked[key]; found {
					f.parts[at].fetchAsk = ask
					continue
				}
				s.asked[key] = int32(len(f.parts))
			}
			f.add(key, "", ask, &look)
		}
	}
}

// topicsLooked is how many topics of a request are compared one by one.
const topicsLooked = 8

// mayRepeat tells whether a request may name a partition twice. Most name few topics and their
// partitions in order, which is seen without remembering them.
func mayRepeat(body *kmsg.FetchRequest) bool {
	if len(body.Topics) > topicsLooked {
		return true
	}
	for i := range body.Topics {
		t := &body.Topics[i]
		for j := range body.Topics[:i] {
			if o := &body.Topics[j]; o.Topic == t.Topic && o.TopicID == t.TopicID {
				return true
			}
		}
		for j := 1; j < len(t.Partitions); j++ {
			if t.Partitions[j-1].Partition >= t.Partitions[j].Partition {
				return true
			}
		}
	}
	return false
}

// fillFrom makes the parts of all that a session asks for.
func (f *fetchOp) fillFrom(session *fetchSession, img *image.Image) {
	look := topicLook{img: img}
	at := session.head
	for range session.size() {
		p := &session.parts[at]
		if session.byID && p.name == "" {
			p.name = nameOfID(img, p.key.id)
		}
		f.add(p.key, p.name, p.ask, &look)
		f.parts[len(f.parts)-1].place = at
		at = p.next
	}
}

// answersOf is the session that an incremental fetch is answered from, nil for a fetch without
// one; ok is false if another fetch of the session came meanwhile. One that was evicted meanwhile
// leaves nobody who knows what the client was told: everything is answered once more.
func (s *Session) answersOf(f *fetchOp) (session *fetchSession, ok bool) {
	if f.session == 0 {
		return nil, true
	}
	session = s.sessions.find(f.session)
	if session == nil || session.number != f.number {
		s.marks.Hit(port.MarkSessionGoneMeanwhile)
		return nil, true
	}
	return session, session.epoch == f.epoch
}

// answers tells (invariant 5) whether a partition has anything to say that the client was not told, which it
// counts as told from then on: records, another high watermark or log start, an error, an epoch
// that diverged.
func (f *fetchSession) answers(p *fetchPart) bool {
	known := &f.parts[p.place]
	high, logStart := p.shown()
	news := p.err != kafka.None || p.hasDiverging || p.span.Len() > 0 || known.high != high || known.logStart != logStart
	known.high, known.logStart = high, logStart
	if p.err == kafka.None && p.span.Len() > 0 {
		f.toEnd(p.place)
	}
	return news
}

// makeSession remembers what a full fetch asked for and is told, if there is room; it gives the
// session's id or 0.
func (s *Session) makeSession(now kafka.Now, f *fetchOp) int32 {
	keep := s.cfg.FetchSessionEviction.Nanos()
	want := fetchSession{privileged: f.replica >= 0, byID: f.byID}
	session := s.sessions.make(now.Mono, s.cfg.FetchSessionSlots, keep, &want, len(f.parts))
	if session == nil {
		return 0
	}
	for _, i := range s.told {
		p := &f.parts[i]
		t := &f.topics[p.topic]
		key, name := fetchKey{topic: t.name, partition: p.log.Partition}, ""
		if f.byID {
			key.topic, key.id, name = "", t.id, t.name
		}
		place := session.put(key, name, p.fetchAsk)
		session.parts[place].high, session.parts[place].logStart = p.shown()
	}
	session.touch(now.Mono, keep)
	return session.id
}
