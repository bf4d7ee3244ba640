package checker

import (
	"testing"

	"momus/core/kafka"
)

func TestABatchThatNobodyMayTakeIsNotAcknowledged(t *testing.T) {
	for _, c := range []struct {
		name    string
		attempt Attempt
		accused bool
		counted int
	}{
		{"acknowledged", Attempt{Start: 1, End: 2, Answered: true}, true, 0},
		{"refused", Attempt{Start: 1, End: 2, Answered: true, Err: kafka.ErrInvalidRecord, Base: kafka.NoOffset}, false, 1},
		{"not answered", Attempt{Start: 1, End: 2, Base: kafka.NoOffset}, false, 0},
	} {
		h := &History{
			Topics:   []Topic{{Name: "t"}},
			Produces: []ProduceOp{{Topic: "t", Acks: -1, Producer: kafka.NoProducerID, First: 1, Count: 1, Spoiled: true, Attempts: []Attempt{c.attempt}}},
		}
		violations, report := Check(h)
		accused := false
		for _, v := range violations {
			accused = accused || v.Checker == Protocol
		}
		if accused != c.accused || report.Spoiled != c.counted {
			t.Errorf("%s: accused %v of %v, counted %d", c.name, accused, violations, report.Spoiled)
		}
	}
}
