package shrink

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"momus/sim"
	"momus/sim/scenario"
)

// Outcome is what a run of a candidate came to.
type Outcome struct {
	Report *sim.Report
	// Knobs are what the world could leave away, Used its streams.
	Knobs []sim.Knob
	Used  []sim.Used
	// World tells of topics and clients, in a line.
	World string
	// Faults are those that bit, Operations those that clients began.
	Faults, Operations uint64
}

// Failure is what must fail again for a candidate to be kept.
type Failure struct {
	Verdict sim.Verdict
	Check   string
	// Panic is, for a crash, what was said, without numbers.
	Panic string
}

// FailureOf is the failure of a report: that of the check asked for, or else of the first violation. It has no
// Check if there is none.
func FailureOf(r *sim.Report, check string) Failure {
	for _, v := range r.Violations {
		if check != "" && v.Checker != check {
			continue
		}
		f := Failure{Verdict: r.Verdict, Check: v.Checker}
		if r.Verdict == sim.Crash {
			f.Panic = withoutNumbers(v.Text)
		}
		return f
	}
	return Failure{}
}

func withoutNumbers(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, first)
}

// Again tells whether a report has the same failure, perhaps among others.
func (f Failure) Again(r *sim.Report) bool {
	return r.Verdict == f.Verdict && slices.ContainsFunc(r.Violations, func(v sim.Violation) bool {
		return v.Checker == f.Check && (f.Panic == "" || withoutNumbers(v.Text) == f.Panic)
	})
}

// Shrinker shrinks one scenario.
type Shrinker struct {
	// Run runs a candidate.
	Run func(*scenario.Scenario) Outcome
	// More tells whether there is time for another run.
	More func() bool
	// Tell is told what is being tried, after each run.
	Tell func(*Shrinker, string)

	// Other gives another scenario that fails alike, by what one seed or another would do, or false; nil if there is
	// only one.
	Other func() (*scenario.Scenario, Outcome, bool)

	Failure Failure
	// Tidying says that only the last pass is left.
	Tidying bool
	// First is what came of the scenario that Best was shrunk from.
	First Outcome
	// Best is the smallest that failed, Outcome what came of it.
	Best    *scenario.Scenario
	Outcome Outcome
	// Tried counts the runs, Kept those that became the best.
	Tried, Kept int
	now         string
}

// Shrink starts from a scenario that fails, and goes on until nothing gets smaller or there is no more time.
func (s *Shrinker) Shrink(start *scenario.Scenario, first Outcome) {
	s.Best, s.Outcome = start, first
	s.First = first
	s.descend()
	s.others()
	for !s.small() && s.detours() {
		s.lessAndLess()
	}
	s.Tidying = true
	s.now = "saying no more than makes a difference"
	s.tidy()
}

// others starts anew from other scenarios, as long as none became small: what stands in the way of one, as a segment
// that must be late and is the twentieth, need not be there in the next.
func (s *Shrinker) others() {
	for s.Other != nil && !s.small() && s.More() {
		start, came, found := s.Other()
		if !found {
			return
		}
		best, outcome, first := s.Best, s.Outcome, s.First
		s.Best, s.Outcome, s.First = start, came, came
		s.descend()
		if s.size() >= outcome.Faults+outcome.Operations {
			s.Best, s.Outcome, s.First = best, outcome, first
		}
	}
}

// lessAndLess takes away until nothing gets smaller.
func (s *Shrinker) lessAndLess() {
	for before := uint64(math.MaxUint64); s.size() < before && s.More(); {
		before = s.size()
		for _, p := range passes {
			s.now = p.name
			p.run(s)
		}
	}
}

// size is what must not grow.
func (s *Shrinker) size() uint64 { return s.Outcome.Faults + s.Outcome.Operations }

// edit changes a candidate.
type edit func(*scenario.Scenario)

// try runs the best with some edits, and keeps it if it fails alike and is no larger.
func (s *Shrinker) try(edits ...edit) bool {
	if !s.More() {
		return false
	}
	c := s.Best.Clone()
	for _, e := range edits {
		e(c)
	}
	o := s.Run(c)
	s.Tried++
	keep := s.Failure.Again(o.Report) && o.Faults+o.Operations <= s.size()
	if keep {
		s.Best, s.Outcome = c, o
		s.Kept++
	}
	s.Tell(s, s.now)
	return keep
}

// all tries edits together, and where that fails in halves.
func (s *Shrinker) all(edits []edit) {
	if len(edits) == 0 || s.try(edits...) || len(edits) == 1 {
		return
	}
	half := len(edits) / 2
	s.all(edits[:half])
	s.all(edits[half:])
}

// least looks for the least number between off and a value that fails that still does, in some steps; make
// makes the edit of a number.
func (s *Shrinker) least(off, value uint64, make func(uint64) edit) {
	const steps = 7
	if value == off || s.try(make(off)) {
		return
	}
	for range steps {
		middle := off/2 + value/2
		if middle == off || middle == value {
			return
		}
		if s.try(make(middle)) {
			value = middle
		} else {
			off = middle
		}
	}
}

// File is the smallest as a scenario file, which expects the failure.
func (s *Shrinker) File() string {
	c := s.Best.Clone()
	said := ""
	for _, v := range s.Outcome.Report.Violations {
		if v.Checker == s.Failure.Check {
			said, _, _ = strings.Cut(v.Text, "\n")
			break
		}
	}
	c.Promise = s.Failure.Check + ": " + strings.TrimPrefix(said, s.Failure.Check+": ")
	c.Expect = []scenario.Expectation{{Check: s.Failure.Check}}
	notes := map[string]string{}
	for _, k := range s.Outcome.Knobs {
		notes[k.Key] = k.Text
	}
	number := func(n uint64) string { return strconv.FormatUint(n, 10) }
	return "# Shrunk from " + number(s.First.Faults) + " faults and " + number(s.First.Operations) + " operations to " +
		number(s.Outcome.Faults) + " and " + number(s.Outcome.Operations) + ", in " + strconv.Itoa(s.Tried) + " runs.\n" +
		"# " + strings.TrimSpace(s.Outcome.World) + "\n" + c.Write(notes)
}
