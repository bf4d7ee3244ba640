package shrink

import (
	"testing"

	"momus/sim"
	"momus/sim/scenario"
)

// failed is an outcome of so many faults and operations.
func failed(faults, operations uint64) Outcome {
	return Outcome{Report: &sim.Report{Verdict: sim.Correctness, Violations: []sim.Violation{{Checker: "x"}}}, Faults: faults, Operations: operations}
}

// shrunk shrinks seed 1 in worlds that are made up.
func shrunk(run func(*scenario.Scenario) Outcome, other func() (*scenario.Scenario, Outcome, bool)) *Shrinker {
	s := &Shrinker{Run: run, Other: other, Failure: Failure{Verdict: sim.Correctness, Check: "x"}, Tell: func(*Shrinker, string) {}}
	s.More = func() bool { return s.Tried < 1000 }
	start := &scenario.Scenario{Seed: 1, Overrides: map[string]sim.Override{}}
	s.Shrink(start, run(start))
	return s
}

// TestASeedThatStaysLargeIsLeftForAnother has seeds that cannot be shrunk, of which the third one is small.
func TestASeedThatStaysLargeIsLeftForAnother(t *testing.T) {
	sizes := []Outcome{failed(30, 40), failed(60, 70), failed(3, 4), failed(1, 1)}
	run := func(c *scenario.Scenario) Outcome { return sizes[c.Seed-1] }
	given := uint64(1)
	s := shrunk(run, func() (*scenario.Scenario, Outcome, bool) {
		given++
		c := &scenario.Scenario{Seed: given, Overrides: map[string]sim.Override{}}
		return c, run(c), true
	})
	if s.Best.Seed != 3 || given != 3 || s.First.Operations != 4 {
		t.Errorf("of %d seeds it is the one of number %d, shrunk from %d operations", given, s.Best.Seed, s.First.Operations)
	}
	large := shrunk(run, func() (*scenario.Scenario, Outcome, bool) {
		given++
		c := &scenario.Scenario{Seed: 2, Overrides: map[string]sim.Override{}}
		return c, run(c), given < 8
	})
	if large.Best.Seed != 1 || large.First.Operations != 40 {
		t.Errorf("a larger seed was taken, of %d operations", large.Outcome.Operations)
	}
}

// TestAnotherPlanIsFollowedThroughWhatIsLarger has a client that needs forty operations as it is planned, and two,
// after forty-five, if it is planned otherwise.
func TestAnotherPlanIsFollowedThroughWhatIsLarger(t *testing.T) {
	const renew, skip = "node0/plan/client3/renew", "node0/client/3/skip"
	run := func(c *scenario.Scenario) Outcome {
		planned, skipped := min(c.Overrides[renew].Values[0], 4), c.Overrides[skip]
		o := failed(0, 40)
		switch {
		case planned == 3 && skipped.HasEnd:
			o.Operations = 2 + min(skipped.End, 43)
		case planned == 3:
			o.Operations = 45
		case planned != 0 || skipped.HasEnd || len(skipped.Values) > 0:
			o.Report = &sim.Report{}
		}
		o.Used = []sim.Used{{Key: renew, Drawn: 1, Values: []uint64{planned}}, {Key: skip, Drawn: 45}}
		return o
	}
	s := shrunk(run, nil)
	if s.Outcome.Operations != 2 || s.Best.Overrides[renew].Values[0] != 3 {
		t.Errorf("%d operations are left, %v", s.Outcome.Operations, s.Best.Overrides)
	}
	if idle := s.Best.Clone(); idle != nil {
		idle.Set("node0/knob/client3/until", 0, 0)
		s.Best = idle
		if s.plansClient(renew) || s.plansClient("node0/plan/topics") {
			t.Error("what is not there is planned otherwise")
		}
	}
}

// TestChoicesThatComeOutAlikeNeedNotBeCounted has an operation go to the partition that counts only as the ninth,
// unless all go there.
func TestChoicesThatComeOutAlikeNeedNotBeCounted(t *testing.T) {
	const where, skip = "node0/client/1/where", "node0/client/1/skip"
	run := func(c *scenario.Scenario) Outcome {
		alike, skipped := c.Overrides[where], c.Overrides[skip]
		o := failed(0, 30)
		if skipped.HasEnd {
			o.Operations = min(skipped.End, 30)
		}
		if others := alike.HasEnd && alike.Rest != 2; others || !alike.HasEnd && o.Operations < 30 || o.Operations == 0 {
			o.Report = &sim.Report{}
		}
		o.Used = []sim.Used{{Key: where, Drawn: 30, Busy: 30, Values: []uint64{0, 1, 0, 2, 2}}, {Key: skip, Drawn: 30}}
		return o
	}
	if s := shrunk(run, nil); s.Outcome.Operations != 1 {
		t.Errorf("%d operations are left, %v", s.Outcome.Operations, s.Best.Overrides)
	}
}
