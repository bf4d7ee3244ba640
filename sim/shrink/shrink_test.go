package shrink

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"momus/sim"
	"momus/sim/scenario"
)

// planted runs a scenario in a world where a power loss after five acknowledged operations, and a cut
// connection, are taken for a broken promise.
func planted(c *scenario.Scenario) (o Outcome) {
	options := c.Options()
	options.Keep = true
	w := sim.New(c.Seed, options)
	o.Report = w.Run()
	if d := &o.Report.Disk; d.PowerLosses > 0 && o.Report.Net.Chops > 0 && o.Report.Judge.Acked() >= 5 {
		o.Report.Verdict = sim.Correctness
		o.Report.Violations = append(o.Report.Violations, sim.Violation{Checker: "planted", Text: "7 things at 12"})
	}
	o.Knobs, o.Used, o.World, o.Faults, o.Operations = w.Knobs(), w.Used(), w.Clients(), w.Faults(), w.Operations()
	return o
}

// failing is the first seed at which the planted check speaks.
func failing(t *testing.T) (*scenario.Scenario, Outcome) {
	t.Helper()
	for seed := uint64(1); seed < 20; seed++ {
		c := &scenario.Scenario{Seed: seed, Overrides: map[string]sim.Override{}}
		if o := planted(c); o.Report.Verdict == sim.Correctness && o.Faults > 50 && o.Operations > 100 {
			return c, o
		}
	}
	t.Fatal("no seed fails")
	return nil, Outcome{}
}

func TestAFailureIsShrunkToWhatItNeeds(t *testing.T) {
	start, first := failing(t)
	s := &Shrinker{Run: planted, Failure: FailureOf(first.Report, "planted"), Tell: func(*Shrinker, string) {}}
	s.More = func() bool { return s.Tried < 1500 }
	s.Shrink(start, first)
	if s.Outcome.Faults > 10 || s.Outcome.Operations > 20 {
		t.Errorf("%d faults and %d operations are left of %d and %d:\n%s", s.Outcome.Faults, s.Outcome.Operations,
			first.Faults, first.Operations, s.File())
	}
	t.Logf("%d and %d, in %d runs", s.Outcome.Faults, s.Outcome.Operations, s.Tried)
	read, err := scenario.Parse(s.File())
	if err != nil {
		t.Fatal(err)
	}
	again := planted(read)
	if missed := read.Missed(again.Report); len(missed) > 0 {
		t.Errorf("the file that was written does not fail: %v\n%s", missed, s.File())
	}
	if again.Report.Hash != s.Outcome.Report.Hash {
		t.Error("the file that was written runs otherwise than what was kept")
	}
}

func TestShrinkingCanBeEndedAtAnyTime(t *testing.T) {
	start, first := failing(t)
	for _, runs := range []int{0, 1, 7, 60} {
		s := &Shrinker{Run: planted, Failure: FailureOf(first.Report, ""), Tell: func(*Shrinker, string) {}}
		s.More = func() bool { return s.Tried < runs }
		s.Shrink(start, first)
		if s.Tried != runs || !s.Failure.Again(planted(s.Best).Report) {
			t.Errorf("after %d runs of %d the best so far does not fail", s.Tried, runs)
		}
	}
}

// TestAnotherFailureIsNotTakenForTheSame has one check speak for the whole and another for a part.
func TestAnotherFailureIsNotTakenForTheSame(t *testing.T) {
	bad := func(v sim.Verdict, check, text string) *sim.Report {
		return &sim.Report{Verdict: v, Violations: []sim.Violation{{Checker: "also", Text: "x"}, {Checker: check, Text: text}}}
	}
	f := FailureOf(bad(sim.Correctness, "a", "1"), "a")
	for want, r := range map[bool]*sim.Report{true: bad(sim.Correctness, "a", "2"), false: bad(sim.Correctness, "b", "1")} {
		if f.Again(r) != want {
			t.Errorf("%v is taken otherwise", r.Violations)
		}
	}
	p := FailureOf(sim.Panicked(1, "BUG: 12 of 3\nstack"), "")
	if !p.Again(sim.Panicked(1, "BUG: 7 of 44")) || p.Again(sim.Panicked(1, "BUG: another of 3")) || p.Again(bad(sim.Correctness, "crash", "BUG:  of ")) {
		t.Error("panics are told apart by their words")
	}
	if none := FailureOf(&sim.Report{}, ""); none.Check != "" {
		t.Error("a good report has a failure")
	}
	if other := FailureOf(bad(sim.Correctness, "a", "1"), "c"); other.Check != "" {
		t.Error("a check that did not speak is a failure")
	}
}

// TestHalvesFindThePartsThatCount keeps of ten parts the two without which nothing fails.
func TestHalvesFindThePartsThatCount(t *testing.T) {
	fake := func(c *scenario.Scenario) Outcome {
		r := &sim.Report{}
		if len(c.Overrides["3"].Values)+len(c.Overrides["8"].Values) == 0 {
			r.Verdict, r.Violations = sim.Correctness, []sim.Violation{{Checker: "x"}}
		}
		return Outcome{Report: r}
	}
	start := &scenario.Scenario{Overrides: map[string]sim.Override{}}
	s := &Shrinker{Run: fake, More: func() bool { return true }, Tell: func(*Shrinker, string) {}, Failure: Failure{sim.Correctness, "x", ""}, Best: start}
	var edits []edit
	for i := range 10 {
		edits = append(edits, func(c *scenario.Scenario) { c.Set(fmt.Sprint(i), 0, 1) })
	}
	s.all(edits)
	left := ""
	for i := range 10 {
		if len(s.Best.Overrides[fmt.Sprint(i)].Values) == 0 {
			left += fmt.Sprint(i)
		}
	}
	if left != "38" {
		t.Errorf("left are %s", left)
	}
	var tried []uint64
	s.Best = start
	s.Run = func(c *scenario.Scenario) Outcome {
		v := c.Overrides["n"].Values[0]
		tried = append(tried, v)
		r := &sim.Report{}
		if v >= 37 {
			r.Verdict, r.Violations = sim.Correctness, []sim.Violation{{Checker: "x"}}
		}
		return Outcome{Report: r}
	}
	s.least(0, 100, func(v uint64) edit { return func(c *scenario.Scenario) { c.Set("n", 0, v) } })
	if got := s.Best.Overrides["n"].Values[0]; got != 37 || !slices.Contains(tried, 0) {
		t.Errorf("the least is %d, tried %v", got, tried)
	}
	if !strings.Contains(s.File(), "expect: violation x") {
		t.Error(s.File())
	}
}
