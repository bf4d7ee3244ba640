package checker

import (
	"testing"

	"momus/core/kafka"
)

func TestReadsAgree(t *testing.T) {
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"two polls show one offset differently", InconsistentReads, func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 1, 0, 0))
			noAnswer(s.produce(2, 1, 0, 0))
			s.poll(0, 1)
			s.poll(0, 2)
			s.final(2, 1)
			return s
		}},
		{"a process crash lies between", InconsistentReads, func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 1, 0, 0))
			noAnswer(s.produce(2, 1, 0, 0))
			s.poll(0, 1)
			s.crash(false, 0)
			s.final(2)
			return s
		}},
		{"a power loss lies between", "", func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 1, 0, 0))
			noAnswer(s.produce(2, 1, 0, 0))
			s.poll(0, 1)
			s.crash(true, 0)
			s.final(2)
			return s
		}},
		{"the power loss was before both", InconsistentReads, func() *story {
			s := tell(0)
			s.crash(true, 0)
			noAnswer(s.produce(1, 1, 0, 0))
			noAnswer(s.produce(2, 1, 0, 0))
			s.poll(0, 1)
			s.final(2)
			return s
		}},
		{"what was lost comes back", Resurrection, func() *story {
			s := tell(0)
			s.produce(1, 1, 0, 0)
			s.crash(true, 0)
			s.produce(2, 1, 0, 0)
			s.poll(0, 2)
			s.crash(true, 0)
			s.final(1)
			return s
		}},
		{"one value at two offsets", Duplicate, func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 1, 0, 0))
			s.final(1, 1)
			return s
		}},
		{"one value moved between reads", Duplicate, func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 1, 0, 0))
			noAnswer(s.produce(2, 1, 0, 0))
			s.poll(1, 1)
			s.final(1, 2)
			return s
		}},
		{"a retry wrote again what a power loss took", "", func() *story {
			s := tell(0)
			op := s.produce(1, 1, 0, 0)
			session(op, 1, 0)
			noAnswer(op)
			s.poll(1, 1)
			s.crash(true, 0)
			s.attempt(op, 0, 0)
			s.final(1)
			return s
		}},
		{"a refused value is read", AbortedRead, func() *story {
			s := tell(0)
			s.produce(1, 1, kafka.ErrMessageTooLarge, -1)
			s.final(1)
			return s
		}},
		{"a value is read that was refused when it was sent again", "", func() *story {
			s := tell(0)
			op := s.produce(1, 1, 0, 0)
			session(op, 1, 0)
			noAnswer(op)
			session(s.produce(1, 1, 0, 1), 1, 1)
			s.crash(false, 0)
			s.attempt(&s.h.Produces[0], kafka.ErrOutOfOrderSequenceNumber, -1)
			s.final(1, 2)
			return s
		}},
		{"the leader was another, says acks=1", AbortedRead, func() *story {
			s := tell(0)
			s.produce(1, 1, kafka.ErrNotLeaderOrFollower, -1).Acks = 1
			s.final(1)
			return s
		}},
		{"the leader was another, says acks=all", "", func() *story {
			s := tell(0)
			s.produce(1, 1, kafka.ErrNotLeaderOrFollower, -1)
			s.final(1)
			return s
		}},
		{"the topic was unknown, and nobody deleted it", AbortedRead, func() *story {
			s := tell(0)
			s.produce(1, 1, kafka.ErrUnknownTopicOrPartition, -1)
			s.final(1)
			return s
		}},
		{"nobody sent it", UnknownValue, func() *story {
			s := tell(0)
			s.final(99)
			return s
		}},
		{"it was sent to another partition", UnknownValue, func() *story {
			s := tell(0)
			op := s.produce(1, 1, 0, 0)
			noAnswer(op)
			op.Partition = 1
			s.final(1)
			return s
		}},
	})
}

func TestAPollGoesForwardsStepByStep(t *testing.T) {
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"it skips", PollSkip, func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 3, 0, 0))
			s.poll(1, 2, 3).From = 0
			s.final(1, 2, 3)
			return s
		}},
		{"it skips a marker", "", func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 2, 0, 0))
			p := s.poll(1, 1)
			p.From, p.Control = 0, []Range{{0, 1}}
			r := s.final(1, 2)
			r.Control, r.End = []Range{{0, 1}}, 3
			r.Records[0].Offset, r.Records[1].Offset = 1, 2
			return s
		}},
		{"it goes back", PollBack, func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 3, 0, 0))
			p := s.poll(1, 2, 3)
			p.Records[1].Offset = 1
			s.final(1, 2, 3)
			return s
		}},
		{"it begins too early", PollBack, func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 3, 0, 0))
			s.poll(1, 2, 3).From = 2
			s.final(1, 2, 3)
			return s
		}},
		{"it shows what is not committed", UncommittedRead, func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 3, 0, 0))
			s.poll(0, 1, 2).HighWatermark = 1
			s.final(1, 2, 3)
			return s
		}},
	})
}

func TestHighWatermarksRise(t *testing.T) {
	two := func(s *story, between func()) *story {
		noAnswer(s.produce(1, 2, 0, 0))
		s.poll(0, 1, 2)
		between()
		s.poll(0, 1)
		s.final(1, 2)
		return s
	}
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"back for no reason", WatermarkBack, func() *story { return two(tell(0), func() {}) }},
		{"back by a lookup", WatermarkBack, func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 2, 0, 0))
			s.poll(0, 1, 2)
			s.lookup(LatestOffset, 1, -1)
			s.final(1, 2)
			return s
		}},
		{"back after a crash", "", func() *story {
			s := tell(0)
			return two(s, func() { s.crash(false, 0) })
		}},
		{"back on another node", "", func() *story {
			s := two(tell(0), func() {})
			s.h.Polls[1].Node = 2
			return s
		}},
		{"back in a poll that began earlier", "", func() *story {
			s := two(tell(0), func() {})
			s.h.Polls[1].Start = s.h.Polls[0].Start
			return s
		}},
	})
}

func TestLookupsByTimeFindTheFirst(t *testing.T) {
	look := func(asked kafka.Wall, offset kafka.Offset, at kafka.Wall) func() *story {
		return func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 3, 0, 0))
			s.lookup(asked, offset, at)
			s.final(1, 2, 3) // of times 100, 200 and 300
			return s
		}
	}
	seenThen := func(between func(*story)) func() *story {
		return func() *story {
			s := tell(0)
			s.h.Trims = append(s.h.Trims, TrimOp{Topic: "t", Offset: AtHighWatermark, Start: s.event()})
			noAnswer(s.produce(1, 3, 0, 0))
			s.poll(0, 1, 2, 3)
			between(s)
			s.lookup(150, -1, -1)
			s.final(1, 2, 3)
			return s
		}
	}
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"the first", "", look(150, 1, 200)},
		{"not the first", TimeIndex, look(150, 2, 300)},
		{"too early", TimeIndex, look(150, 0, 100)},
		{"of another time", TimeIndex, look(150, 1, 250)},
		{"nothing is as late", "", look(999, -1, -1)},
		{"something is as late that was seen", TimeIndex, seenThen(func(*story) {})},
		{"that may be gone behind a log start", "", seenThen(func(s *story) { s.move(0, 3, ByRequest, 0, 0, 3) })},
		{"that another life may not show yet", "", seenThen(func(s *story) { s.crash(false, 3) })},
		{"the log start is back since", "", func() *story {
			s := tell(0)
			s.h.Trims = append(s.h.Trims, TrimOp{Topic: "t", Offset: 1, Start: s.event()})
			noAnswer(s.produce(1, 3, 0, 0))
			s.move(0, 1, ByRequest, 0, 0, 3)
			s.lookup(50, 1, 200)
			s.crash(false, 3)
			s.final(1, 2, 3)
			return s
		}},
		{"a power loss changed it since", "", func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 3, 0, 0))
			s.lookup(150, 2, 300)
			s.crash(true, 1)
			s.final(1, 2, 3)
			return s
		}},
	})
}
