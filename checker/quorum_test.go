package checker

import (
	"testing"

	"momus/core/kafka"
)

func TestTheQuorumNeverGoesBack(t *testing.T) {
	type told struct {
		epoch kafka.LeaderEpoch
		high  kafka.Offset
		ends  []kafka.Offset
	}
	one := func(end kafka.Offset) []kafka.Offset { return []kafka.Offset{end} }
	for _, c := range []struct {
		name string
		told []told
		want int
	}{
		{"forwards", []told{{1, 5, one(5)}, {1, 7, one(9)}, {2, 10, one(10)}}, 0},
		{"less is committed than was", []told{{1, 7, one(7)}, {2, 6, one(6)}}, 1},
		{"an epoch that is over", []told{{2, 5, one(5)}, {1, 6, one(6)}}, 1},
		{"committed, and nobody has it", []told{{1, 7, one(6)}}, 1},
		{"a majority has it", []told{{1, 7, []kafka.Offset{7, 3, 8}}}, 0},
		{"half of them is no majority", []told{{1, 7, []kafka.Offset{7, 3}}}, 1},
		{"nothing is committed yet", []told{{1, -1, one(0)}}, 0},
	} {
		s := tell(0)
		for _, q := range c.told {
			s.h.Quorums = append(s.h.Quorums, QuorumTold{Start: s.event(), End: s.event(), Epoch: q.epoch, HighWatermark: q.high, Ends: q.ends})
		}
		got, _ := Check(&s.h)
		if len(got) != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		for _, v := range got {
			if v.Checker != Quorum {
				t.Errorf("%s: %s speaks", c.name, v.Checker)
			}
		}
	}
	s := tell(0)
	s.h.Quorums = []QuorumTold{
		{Start: 1, End: 9, Epoch: 1, HighWatermark: 5, Ends: one(5)}, {Start: 2, End: 10, Epoch: 1, HighWatermark: 4, Ends: one(4)},
	}
	if got, _ := Check(&s.h); len(got) > 0 {
		t.Errorf("asked at the same time: %v", got)
	}
}
