package session

import (
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"
)

// sessionFetch is a fetch of a session, by default of nothing new.
func sessionFetch(id, epoch int32, partitions ...kafka.PartitionID) *kmsg.FetchRequest {
	r := fetchBody(1, 0, partitions...)
	r.SessionID, r.SessionEpoch = id, epoch
	if len(partitions) == 0 {
		r.Topics = nil
	}
	return r
}

func forgetting(r *kmsg.FetchRequest, partitions ...int32) *kmsg.FetchRequest {
	t := kmsg.NewFetchRequestForgottenTopic()
	t.Topic, t.TopicID, t.Partitions = "t", topicT, partitions
	r.ForgottenTopics = append(r.ForgottenTopics, t)
	return r
}

// fetch sends a fetch, gives each read all that there is, and takes the answer.
func (b *bench) fetch(version int16, r *kmsg.FetchRequest) *wire.FetchResponse {
	b.send(1, version, r)
	b.readAll()
	out := b.take()
	if len(out.Replies) != 1 {
		panic("no answer")
	}
	return out.Replies[0].Body.(*wire.FetchResponse)
}

// readAll answers reads in records of 70 bytes.
func (b *bench) readAll() {
	for at := 0; at < len(b.s.Out.Reads); at++ {
		r := b.s.Out.Reads[at]
		b.readDone(r, int(r.Upto-r.From)*70, r.Upto, port.FailNone)
	}
	b.s.Out.Reads = nil
}

func TestGoldenFetchSession(t *testing.T) {
	golden(t, "fetch_session", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		b.rep.at(tp(topicT, 1)).high = 2
		id := int32(0)
		ask := func(title string, version int16, r *kmsg.FetchRequest) {
			b.send(1, version, r)
			b.readAll()
			for i := range b.s.Out.Replies {
				id = max(id, b.s.Out.Replies[i].Body.(*wire.FetchResponse).SessionID)
			}
			step(title, b)
		}
		ask("a full fetch makes a session; partition 7 does not exist", 12, sessionFetch(0, 0, 0, 7, 1))
		ask("1: what was not read on is there again, and so is the error", 12, sessionFetch(id, 1))
		r := sessionFetch(id, 2, 1)
		r.Topics[0].Partitions[0].FetchOffset = 2
		ask("2: read on, and partition 7 forgotten: nothing new", 12, forgetting(r, 7, 8))
		ask("2 again: an epoch that was", 12, sessionFetch(id, 2))
		ask("4: one that is to come", 12, sessionFetch(id, 4))
		b.rep.at(tp(topicT, 1)).start = 1
		ask("3: the log start moved", 12, sessionFetch(id, 3))
		b.rep.at(tp(topicT, 0)).err = kafka.ErrNotLeaderOrFollower
		ask("4: an error", 12, sessionFetch(id, 4))
		ask("5: and again", 12, sessionFetch(id, 5))
		b.rep.at(tp(topicT, 0)).err = kafka.None
		ask("6: it is gone, which is told although nothing else changed", 12, sessionFetch(id, 6))
		ask("7: another version cannot go on with it", 13, sessionFetch(id, 7))
		r = sessionFetch(id, 7)
		r.MaxWaitMillis = 500
		ask("7: wait", 12, r)
		b.advance(tp(topicT, 0), 3, 210, false)
		b.readAll()
		step("bytes", b)
		b.rep.at(tp(topicT, 1)).high = 3
		r = sessionFetch(id, 8)
		ask("8: who had bytes comes last", 12, r)
		ask("9: nothing is left: the session is no more", 12, forgetting(sessionFetch(id, 9), 0, 1))
		ask("10", 12, sessionFetch(id, 10))
	})
}

func TestASessionKnowsItsTopicsByID(t *testing.T) {
	b := newBench()
	b.open(1)
	id := b.fetch(13, sessionFetch(0, 0, 0)).SessionID
	b.apply(&record.RemoveTopicRecord{TopicID: topicT})
	epoch := int32(0)
	want := func(err kafka.ErrorCode) {
		t.Helper()
		epoch++
		r := b.fetch(13, sessionFetch(id, epoch))
		if len(r.Topics) != 1 || r.Topics[0].ID != topicT || r.Topics[0].Partitions[0].Err != err {
			t.Fatalf("%+v, want %v", r.Topics, err)
		}
	}
	want(kafka.ErrUnknownTopicOrPartition)
	b.topic("t", kafka.TopicID{9}, 1)
	want(kafka.ErrInconsistentTopicID)

	// One that never was known is unknown by its id, until it is there.
	r := sessionFetch(0, 0, 0)
	r.Topics[0].TopicID = kafka.TopicID{8}
	answer := b.fetch(13, r)
	if err := answer.Topics[0].Partitions[0].Err; err != kafka.ErrUnknownTopicID {
		t.Fatal(err)
	}
	b.topic("late", kafka.TopicID{8}, 1)
	answer = b.fetch(13, sessionFetch(answer.SessionID, 1))
	if len(answer.Topics) != 1 || answer.Topics[0].Partitions[0].Err != kafka.None {
		t.Fatalf("%+v", answer)
	}
}

func TestASessionOutlivesItsConnection(t *testing.T) {
	b := newBench()
	b.open(1)
	id := b.fetch(12, sessionFetch(0, 0, 0)).SessionID
	b.s.ConnClosed(b.now, 1, b.view())
	b.seqs[1] = 0
	b.open(1)
	if r := b.fetch(12, sessionFetch(id, 1)); r.Err != kafka.None || r.SessionID != id {
		t.Fatalf("%+v", r)
	}
}

func TestALaterFetchOfTheSessionEndsAnEarlierOne(t *testing.T) {
	b := newBench()
	b.open(1)
	b.open(2)
	id := b.fetch(12, sessionFetch(0, 0, 0)).SessionID
	waits := sessionFetch(id, 1)
	waits.MaxWaitMillis = 500
	b.send(2, 12, waits)
	b.fetch(12, sessionFetch(id, 2))
	b.wait(500)
	out := b.take()
	if r := out.Replies[0].Body.(*wire.FetchResponse); r.Err != kafka.ErrInvalidFetchSessionEpoch || r.SessionID != id || len(r.Topics) > 0 {
		t.Fatalf("%+v", r)
	}
}

func TestAFetchWhoseSessionIsGoneIsAnsweredInFull(t *testing.T) {
	b := newBench()
	b.open(1)
	b.open(2)
	id := b.fetch(12, sessionFetch(0, 0, 0, 1)).SessionID
	waits := sessionFetch(id, 1)
	waits.MaxWaitMillis = 500
	b.send(2, 12, waits)
	b.fetch(12, sessionFetch(id, -1))
	b.wait(500)
	out := b.take()
	if r := out.Replies[0].Body.(*wire.FetchResponse); r.Err != kafka.None || len(r.Topics) != 1 || len(r.Topics[0].Partitions) != 2 {
		t.Fatalf("%+v", r)
	}
}

func TestAPartitionThatIsNamedTwiceIsReadOnce(t *testing.T) {
	b := newBench()
	b.open(1)
	b.rep.at(tp(topicT, 0)).high = 5
	r := fetchBody(1, 0, 0, 1, 0)
	r.Topics[0].Partitions[2].FetchOffset = 3
	answer := b.fetch(12, r)
	if p := answer.Topics[0].Partitions; len(p) != 2 || p[0].Records.Len() != 140 || p[1].Partition != 1 {
		t.Fatalf("%+v", p)
	}
}

func TestWhoMayEvictASession(t *testing.T) {
	keep := testConfig().FetchSessionEviction
	for _, c := range []struct {
		name     string
		age      kafka.Millis // of the only session, when it was used last
		idle     kafka.Millis // since then
		old, new int
		replica  bool // the old one is a replica's
		by       bool // the new one is
		evicts   bool
	}{
		{"nobody the young one", keep, 0, 1, 9, false, false, false},
		{"a larger one the old one", keep + 1, 0, 1, 2, false, false, true},
		{"not one as large", keep + 1, 0, 2, 2, false, false, false},
		{"nobody what was used just now", keep, keep, 1, 1, false, false, false},
		{"anybody what was not used for long", 0, keep + 1, 9, 1, true, false, true},
		{"a replica a young consumer's", 0, 0, 9, 1, false, true, true},
		{"not a young replica's", 0, 0, 1, 9, true, true, false},
		{"no consumer a replica's", keep + 1, 0, 1, 9, true, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := New(testConfig(), port.DefaultLimits(), [32]byte{})
			now := kafka.Mono(1)
			old := s.sessions.make(now, 1, keep.Nanos(), &fetchSession{privileged: c.replica}, c.old)
			for i := range c.old {
				old.put(fetchKey{topic: "t", partition: kafka.PartitionID(i)}, "", fetchAsk{})
			}
			now = now.Add(c.age.Nanos())
			old.touch(now, keep.Nanos())
			now = now.Add(c.idle.Nanos())
			made := s.sessions.make(now, 1, keep.Nanos(), &fetchSession{privileged: c.by}, c.new)
			if (made != nil) != c.evicts || (s.sessions.find(old.id) == nil) != c.evicts {
				t.Errorf("evicted: %v", made != nil)
			}
		})
	}
}

func TestWithoutSlotsThereAreNoSessions(t *testing.T) {
	b := newBench()
	b.s.cfg.FetchSessionSlots = 0
	b.open(1)
	if r := b.fetch(12, sessionFetch(0, 0, 0)); r.SessionID != 0 || r.Err != kafka.None || len(r.Topics) != 1 {
		t.Fatalf("%+v", r)
	}
}

// A session holds what was put and not forgotten, in the order of putting, but for what went to the end.
func TestSessionKeepsItsPartitionsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(testConfig(), port.DefaultLimits(), [32]byte{})
		f := s.sessions.make(1, 1, 1, &fetchSession{}, 0)
		var want []fetchKey
		at := func(key fetchKey) int {
			for i := range want {
				if want[i] == key {
					return i
				}
			}
			return -1
		}
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			key := fetchKey{topic: "t", partition: rapid.Custom(func(t *rapid.T) kafka.PartitionID {
				return kafka.PartitionID(rapid.IntRange(0, 5).Draw(t, "p"))
			}).Draw(t, "key")}
			i := at(key)
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				if f.put(key, "", fetchAsk{}); i < 0 {
					want = append(want, key)
				}
			case 1:
				if f.forget(key); i >= 0 {
					want = append(want[:i:i], want[i+1:]...)
				}
			case 2:
				if i >= 0 {
					f.toEnd(f.index[key])
					want = append(append(want[:i:i], want[i+1:]...), key)
				}
			}
			s.checkSessions()
		}
		place := f.head
		for i := range want {
			if f.parts[place].key != want[i] {
				t.Fatalf("place %d holds %v, want %v", i, f.parts[place].key, want[i])
			}
			place = f.parts[place].next
		}
		if f.size() != len(want) {
			t.Fatalf("%d partitions, want %d", f.size(), len(want))
		}
	})
}
