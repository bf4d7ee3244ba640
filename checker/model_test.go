package checker

import (
	"math"
	"strings"
	"testing"

	"momus/core/kafka"
)

func TestALogHoldsEachBatchAtItsEnd(t *testing.T) {
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"in order", "", func() *story {
			s := tell(0)
			s.produce(1, 2, 0, 0)
			s.produce(1, 1, 0, 2)
			s.poll(0, 1, 2, 3)
			s.final(1, 2, 3)
			return s
		}},
		{"a reader is shown less than was acknowledged with acks=all before", LogModel, func() *story {
			s := tell(0)
			s.produce(1, 2, 0, 0)
			s.poll(0, 1)
			s.final(1, 2)
			return s
		}},
		{"a reader is shown less than was acknowledged by the leader alone", "", func() *story {
			s := tell(0)
			s.produce(1, 2, 0, 0).Acks = 1
			s.poll(0, 1)
			s.final(1, 2)
			return s
		}},
		{"the high watermark ends before what was acknowledged", LogModel, func() *story {
			s := tell(0)
			s.produce(1, 2, 0, 0)
			s.lookup(LatestOffset, 1, -1)
			s.final(1, 2)
			return s
		}},
		{"a batch has its place, and one behind it is refused, long before readers see either", "", func() *story {
			s := tell(0)
			s.produce(1, 1, 0, 0)
			s.produce(2, 1, kafka.ErrNotLeaderOrFollower, -1)
			s.lookup(LatestOffset, 0, -1)
			s.h.Produces[0].Attempts[0].End = s.event()
			s.final(1, 2)
			return s
		}},
		{"the leader alone acknowledges a batch behind one that waits for acks=all", "", func() *story {
			s := tell(0)
			s.produce(1, 1, 0, 0)
			s.produce(2, 1, 0, 1).Acks = 1
			s.lookup(LatestOffset, 0, -1)
			s.h.Produces[0].Attempts[0].End = s.event()
			s.final(1, 2)
			return s
		}},
		{"readers are shown less than was acknowledged with acks=all, behind a batch that the leader alone acknowledged", LogModel, func() *story {
			s := tell(0)
			s.produce(1, 1, 0, 0).Acks = 1
			s.produce(2, 1, 0, 1)
			s.lookup(LatestOffset, 1, -1)
			s.final(1, 2)
			return s
		}},
		{"a crash lets the high watermark begin anew", "", func() *story {
			s := tell(0)
			s.produce(1, 2, 0, 0)
			s.crash(false, 0)
			s.lookup(LatestOffset, 1, -1)
			s.final(1, 2)
			return s
		}},
		{"an offset is left out", LogModel, func() *story {
			s := tell(0)
			s.produce(1, 2, 0, 0)
			s.produce(1, 1, 0, 3)
			return s
		}},
		{"what nobody was told of may lie between", "", func() *story {
			s := tell(0)
			s.produce(1, 2, 0, 0)
			noAnswer(s.produce(2, 1, 0, 0))
			s.produce(1, 1, 0, 3)
			return s
		}},
		{"a power loss takes what was not flushed", "", func() *story {
			s := tell(0)
			s.produce(1, 2, 0, 0)
			s.produce(1, 2, 0, 2)
			s.crash(true, 2)
			s.produce(2, 1, 0, 2)
			s.final(1, 2, 5)
			return s
		}},
		{"a power loss takes no half of a batch", LogModel, func() *story {
			s := tell(0)
			s.produce(1, 2, 0, 0)
			s.produce(1, 2, 0, 2)
			s.crash(true, 2)
			s.produce(2, 1, 0, 3)
			return s
		}},
		{"a power loss takes what was flushed", LogModel, func() *story {
			s := tell(0)
			s.produce(1, 2, 0, 0)
			s.produce(1, 2, 0, 2)
			s.crash(true, 4)
			s.produce(2, 1, 0, 2)
			return s
		}},
		{"what was deleted comes back", LogModel, func() *story {
			s := tell(0)
			s.produce(1, 2, 0, 0)
			s.h.Trims = append(s.h.Trims, TrimOp{Topic: "t", Offset: 2, LowWatermark: 2, Start: s.event(), End: s.event(), Answered: true})
			s.crash(false, 0)
			s.lookup(EarliestOffset, 0, -1)
			return s
		}},
	})
}

func TestALongHistoryIsCutWhereNothingIsUnderWay(t *testing.T) {
	s := tell(0)
	var values []Value
	for i := range 2*modelOpsMax + 10 {
		s.produce(1, 1, 0, kafka.Offset(i))
		values = append(values, Value(i+1))
	}
	s.final(values...)
	violations, r := Check(&s.h)
	if len(violations) > 0 || r.ModelUndecided > 0 || r.ModelOps < len(values) {
		t.Errorf("%v, %+v", violations, r)
	}
	s.h.Produces[3*modelOpsMax/2].Attempts[0].Base++ // the one behind it has that offset
	if violations, _ = Check(&s.h); !strings.Contains(strings.Join(texts(violations), " "), LogModel) {
		t.Errorf("an offset that was told twice, in the second part of a long history: %v", violations)
	}
}

func texts(violations []Violation) (all []string) {
	for _, v := range violations {
		all = append(all, v.String())
	}
	return all
}

// TestWhatCannotBeSearchedIsUndecided: more open outcomes than the bound, in a history that is wrong beside.
func TestWhatCannotBeSearchedIsUndecided(t *testing.T) {
	s := tell(0)
	for range modelOpenMax + 1 {
		s.h.Admin = append(s.h.Admin, AdminOp{Kind: CreateTopic, Topic: "t", Partitions: 1, Start: s.event(), End: s.event()})
	}
	s.admin(CreateTopic, 0)
	violations, r := Check(&s.h)
	if r.ModelUndecided != 1 || r.ModelOpen != modelOpenMax+1 {
		t.Errorf("%v, %+v", violations, r)
	}
}

func TestAProducersSequencesAreTakenOnce(t *testing.T) {
	batch := func(s *story, sequence kafka.Sequence, err kafka.ErrorCode, base kafka.Offset) *ProduceOp {
		op := s.produce(1, 1, err, base)
		session(op, 5, sequence)
		return op
	}
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"in order, and once more", "", func() *story {
			s := tell(0)
			batch(s, math.MaxInt32, 0, 0)
			op := batch(s, 0, 0, 1)
			s.attempt(op, 0, 1)
			return s
		}},
		{"once more, at another offset", ProducerModel, func() *story {
			s := tell(0)
			op := batch(s, 0, 0, 0)
			s.attempt(op, 0, 1)
			return s
		}},
		{"a sequence is left out", ProducerModel, func() *story {
			s := tell(0)
			batch(s, 0, 0, 0)
			batch(s, 2, 0, 1)
			return s
		}},
		{"the next is refused", ProducerModel, func() *story {
			s := tell(0)
			batch(s, 0, 0, 0)
			batch(s, 1, kafka.ErrOutOfOrderSequenceNumber, -1)
			return s
		}},
		{"the next is refused, after a power loss that may have taken the one before", "", func() *story {
			s := tell(0)
			batch(s, 0, 0, 0)
			batch(s, 1, 0, 1)
			s.crash(true, 1)
			batch(s, 2, kafka.ErrOutOfOrderSequenceNumber, -1)
			return s
		}},
		{"one of five is forgotten in a crash", "", func() *story {
			s := tell(0)
			batch(s, 0, 0, 0)
			at := len(s.h.Produces) - 1
			batch(s, 1, 0, 1)
			s.crash(false, 0)
			first := &s.h.Produces[at]
			s.attempt(first, kafka.ErrOutOfOrderSequenceNumber, -1)
			return s
		}},
		{"a newer epoch begins, and the older is taken", ProducerModel, func() *story {
			s := tell(0)
			batch(s, 0, 0, 0)
			batch(s, 0, 0, 1).Epoch = 1
			batch(s, 1, 0, 2)
			return s
		}},
		{"a newer epoch does not begin with 0", ProducerModel, func() *story {
			s := tell(0)
			batch(s, 0, 0, 0)
			batch(s, 1, 0, 1).Epoch = 1
			return s
		}},
		{"fenced by nobody", ProducerModel, func() *story {
			s := tell(0)
			batch(s, 0, 0, 0)
			batch(s, 1, kafka.ErrInvalidProducerEpoch, -1)
			return s
		}},
	})
}

func TestATopicsNameHasOneTopicAtATime(t *testing.T) {
	other := func(s *story) { s.id = kafka.TopicID{2} }
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"made, deleted and made", "", func() *story {
			s := tell(0)
			s.admin(DeleteTopic, 0)
			other(s)
			s.admin(CreateTopic, 0)
			return s
		}},
		{"made twice", TopicModel, func() *story {
			s := tell(0)
			other(s)
			s.admin(CreateTopic, 0)
			return s
		}},
		{"made twice, and a deletion may have come between", "", func() *story {
			s := tell(0)
			s.admin(DeleteTopic, 0).Answered = false
			other(s)
			s.admin(CreateTopic, 0)
			return s
		}},
		{"made again under its id", TopicModel, func() *story {
			s := tell(0)
			s.admin(DeleteTopic, 0)
			s.admin(CreateTopic, 0)
			return s
		}},
		{"deleted twice", TopicModel, func() *story {
			s := tell(0)
			s.admin(DeleteTopic, 0)
			s.admin(DeleteTopic, 0)
			return s
		}},
		{"is said to exist and does not", TopicModel, func() *story {
			s := tell(0)
			s.admin(DeleteTopic, 0)
			s.admin(CreateTopic, kafka.ErrTopicAlreadyExists)
			return s
		}},
		{"is told with fewer partitions than it was given", TopicModel, func() *story {
			s := tell(0)
			s.admin(GrowTopic, 0).Partitions = 3
			s.h.Counted = append(s.h.Counted, CountSeen{Topic: "t", ID: s.id, Partitions: 1, Start: s.event(), End: s.event()})
			return s
		}},
	})
}

func TestAPictureIsDrawnOfWhatNoOrderExplains(t *testing.T) {
	s := tell(0)
	s.produce(1, 2, 0, 0)
	noAnswer(s.produce(2, 1, 0, 0))
	s.produce(1, 1, 0, 3)
	if _, _, pictures := Draw(&s.h); len(pictures) > 0 {
		t.Errorf("a picture of what may be: %v", pictures[0].Name)
	}
	s.produce(1, 1, 0, 9)
	_, _, pictures := Draw(&s.h)
	if len(pictures) != 2 || pictures[1].Name != pictures[0].Name+"-unsettled" || pictures[0].Name != LogModel+"-t-0" || !strings.Contains(string(pictures[0].HTML), "append 1..2 at 0") {
		t.Errorf("%d pictures", len(pictures))
	}
}
