package checker

import (
	"testing"

	"momus/core/kafka"
)

// move tells of a log start that moved to an offset, by a cause, while the files kept so much.
func (s *story) move(from, to kafka.Offset, cause StartCause, wall kafka.Wall, kept int64, flushed kafka.Offset) {
	s.h.StartMoves = append(s.h.StartMoves, StartMove{
		Event: s.event(), Log: kafka.TopicPartition{Topic: s.id}, From: from, To: to,
		Cause: cause, Wall: wall, Kept: kept, Flushed: flushed,
	})
}

// begins makes the final read one of a log that begins at an offset, with these values.
func (s *story) begins(start kafka.Offset, values ...Value) {
	r := s.final()
	r.LogStart, r.End, r.Records = start, start+kafka.Offset(len(values)), records(start, values...)
}

// keeping tells of a topic that keeps 1000 bytes, or records for 50 ms.
func keeping(flush int64) *story {
	s := tell(flush)
	s.h.Topics[0].RetentionBytes, s.h.Topics[0].Retention = 1000, 50
	return s
}

func TestNothingIsDeletedWhileATopicIsOnlyCompacted(t *testing.T) {
	compacted := func(steps ...func(*story)) func() *story {
		return func() *story {
			s := keeping(0)
			s.h.Topics[0].Policy = PolicyCompact
			s.produce(1, 2, 0, 0)
			for _, step := range steps {
				step(s)
			}
			s.move(0, 2, BySize, 0, 1000, 0)
			s.begins(2)
			return s
		}
	}
	set := func(policy int64) func(*story) {
		return func(s *story) {
			s.h.Configs = append(s.h.Configs, ConfigOp{
				Topic: "t", Key: CleanupPolicy, Value: policy, Start: s.event(), End: s.event(), Answered: true,
			})
		}
	}
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"as it was made", Retention, compacted()},
		{"as it was altered", Retention, compacted(set(PolicyBoth), set(PolicyCompact))},
		{"with both policies", "", compacted(set(PolicyBoth))},
		{"by somebody's wish", LogStart, func() *story {
			s := tell(0)
			s.h.Topics[0].Policy = PolicyCompact
			s.produce(1, 2, 0, 0)
			s.trim(0, 0, 0, 0, 0)
			s.final(1, 2)
			return s
		}},
		{"a batch without keys", Protocol, func() *story {
			s := tell(0)
			s.h.Topics[0].Policy = PolicyBoth
			s.produce(1, 1, 0, 0).Keyless = true
			s.final()
			return s
		}},
		{"a batch without keys was read", AbortedRead, func() *story {
			s := tell(0)
			s.h.Topics[0].Policy = PolicyBoth
			op := s.produce(1, 1, 0, 0)
			op.Keyless, op.Acks = true, 0
			noAnswer(op)
			s.final(1)
			return s
		}},
	})
}

func TestTheGreatestTimeIsThatOfTheFirstRecordThatHasIt(t *testing.T) {
	asked := func(offset kafka.Offset, at kafka.Wall) func() *story {
		return func() *story {
			s := tell(0)
			s.produce(1, 3, 0, 0)
			p := s.poll(0, 1, 2, 3)
			for i, at := range []kafka.Wall{5, 9, 9} {
				p.Records[i].Timestamp = at
			}
			s.lookup(GreatestTime, offset, at)
			r := s.final(1, 2, 3)
			for i, at := range []kafka.Wall{5, 9, 9} {
				r.Records[i].Timestamp = at
			}
			return s
		}
	}
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"the first", "", asked(1, 9)},
		{"a later one", TimeIndex, asked(2, 9)},
		{"a lesser one", TimeIndex, asked(0, 5)},
		{"none", TimeIndex, asked(-1, -1)},
		{"of another time", TimeIndex, asked(1, 10)},
	})
}

func TestRetentionExcusesWhatItTook(t *testing.T) {
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"what was taken is gone", "", func() *story {
			s := keeping(0)
			s.produce(1, 2, 0, 0)
			s.produce(1, 1, 0, 2)
			s.move(0, 2, BySize, 0, 1000, 0)
			s.begins(2, 3)
			return s
		}},
		{"an answer to a retry came after the record had gone", "", func() *story {
			s := keeping(0)
			op := s.produce(1, 1, 0, 0)
			session(op, 5, 0)
			noAnswer(op)
			s.move(0, 1, BySize, 0, 1000, 0)
			s.attempt(op, 0, 0)
			s.begins(1)
			return s
		}},
		{"more is gone than was taken", Unseen, func() *story {
			s := keeping(0)
			s.produce(1, 2, 0, 0)
			s.produce(1, 1, 0, 2)
			s.move(0, 2, BySize, 0, 1000, 0)
			s.begins(2)
			return s
		}},
		{"what was written later was not taken", LostWrite, func() *story {
			s := keeping(0)
			s.move(0, 2, BySize, 0, 1000, 0)
			s.produce(1, 1, 0, 1)
			s.begins(2)
			return s
		}},
		{"the start is further than anything moved it", LogStart, func() *story {
			s := keeping(0)
			s.produce(1, 2, 0, 0)
			s.move(0, 1, BySize, 0, 1000, 0)
			s.begins(2)
			return s
		}},
		{"a client was told so", LogStart, func() *story {
			s := keeping(0)
			s.lookup(EarliestOffset, 1, -1)
			s.move(0, 1, BySize, 0, 1000, 0)
			s.begins(1)
			return s
		}},
		{"the power went before anything was durable", LogStart, func() *story {
			s := keeping(0)
			s.produce(1, 2, 0, 0)
			s.crash(true, 0)
			s.begins(2)
			return s
		}},
	})
}

func TestRetentionHasACause(t *testing.T) {
	for _, c := range []struct {
		name string
		want string
		move func(*story)
	}{
		{"a record is as old as it may get", Retention, func(s *story) { s.move(0, 1, ByTime, 150, 0, 1) }},
		{"it is older", "", func(s *story) { s.move(0, 1, ByTime, 151, 0, 1) }},
		{"just enough is left", "", func(s *story) { s.move(0, 1, BySize, 0, 1000, 1) }},
		{"too little is left", Retention, func(s *story) { s.move(0, 1, BySize, 0, 999, 1) }},
		{"it was not flushed", Retention, func(s *story) { s.move(0, 1, BySize, 0, 1000, 0) }},
		{"it is nothing", Retention, func(s *story) {
			s.move(0, 1, BySize, 0, 1000, 1)
			s.move(1, 1, BySize, 0, 1000, 1)
		}},
		{"the topic has no such limit", Retention, func(s *story) {
			s.h.Topics[0].RetentionBytes = 0
			s.move(0, 1, BySize, 0, 1000, 1)
		}},
	} {
		// The record is of time 100, once by what its producer sent, once by what a poll showed.
		for _, polled := range []bool{false, true} {
			s := keeping(1)
			op := s.produce(1, 1, 0, 0)
			if polled {
				s.poll(0, 1)
			} else {
				op.Latest = 100
			}
			c.move(s)
			s.begins(1)
			violations, r := Check(&s.h)
			switch {
			case c.want == "" && (len(violations) > 0 || r.ExcusedRetention != 1):
				t.Errorf("%s: %v, %+v", c.name, violations, r)
			case c.want != "" && (len(violations) == 0 || violations[0].Checker != c.want):
				t.Errorf("%s: heard %v", c.name, violations)
			}
		}
	}
}
