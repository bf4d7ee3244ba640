package shrink

import (
	"slices"
	"strings"

	"momus/sim"
	"momus/sim/scenario"
)

// What is small enough to be read at once: nothing is sought beyond it that first makes a scenario larger.
const (
	fewFaults     = 10
	fewOperations = 20
)

func (s *Shrinker) small() bool {
	return s.Outcome.Faults <= fewFaults && s.Outcome.Operations <= fewOperations
}

// planMost is the greatest value that detours give a plan: what has more to choose from is a number.
const planMost = 7

// detours plans clients otherwise, where taking away alone leads no further: a producer that takes a new epoch
// after forty batches needs forty of them, one that does it after each needs two. It tells whether that helped.
func (s *Shrinker) detours() (helped bool) {
	s.now = "planning clients otherwise"
	for _, u := range s.Outcome.Used {
		if !s.plansClient(u.Key) || u.Drawn != 1 || len(u.Values) == 0 || u.Values[0] > planMost {
			continue
		}
		for value := range uint64(planMost + 1) {
			if s.small() || !s.More() {
				return helped
			}
			if value == u.Values[0] {
				continue
			}
			smaller, taken := s.detour(u.Key, value)
			helped = helped || smaller
			if smaller || !taken {
				break
			}
		}
	}
	return helped
}

// plansClient tells whether a stream plans a client that is there.
func (s *Shrinker) plansClient(key string) bool {
	rest, isPlan := strings.CutPrefix(key, "node0/plan/client")
	number, _, _ := strings.Cut(rest, "/")
	o, told := s.Best.Overrides["node0/knob/client"+number+"/until"]
	if v, off := o.Values[0]; told && off && v == 0 {
		return false
	}
	return isPlan
}

// detour follows one other plan for a while, and comes back if nothing smaller is at its end. A value that there is
// not is not taken.
func (s *Shrinker) detour(key string, value uint64) (smaller, taken bool) {
	c := s.Best.Clone()
	c.Set(key, 0, value)
	o := s.Run(c)
	s.Tried++
	taken = slices.ContainsFunc(o.Used, func(u sim.Used) bool { return u.Key == key && len(u.Values) > 0 && u.Values[0] == value })
	s.Tell(s, s.now)
	if !taken || !s.Failure.Again(o.Report) {
		return false, taken
	}
	best, outcome := s.Best, s.Outcome
	s.Best, s.Outcome = c, o
	s.untils()
	s.operations()
	if s.size() < outcome.Faults+outcome.Operations {
		s.Kept++
		return true, true
	}
	s.Best, s.Outcome = best, outcome
	return false, true
}

// descend takes away until nothing gets smaller, and then what need not be said, which may be what keeps it large.
func (s *Shrinker) descend() {
	s.lessAndLess()
	if !s.small() {
		s.now = "saying no more than makes a difference"
		s.tidy()
	}
}

// alike has a stream give one value always, one of those that it gave: what is left away then moves no other
// operation to another partition.
func (s *Shrinker) alike() {
	const valuesTried = 4
	for _, u := range s.Outcome.Used {
		if isPlan(u.Key) || !isClients(u.Key) || u.Busy == 0 {
			continue
		}
		if o := s.Best.Overrides[u.Key]; o.HasEnd && o.End == 0 {
			continue
		}
		var tried []uint64
		for _, v := range u.Values {
			if slices.Contains(tried, v) {
				continue
			}
			if tried = append(tried, v); len(tried) > valuesTried {
				break
			}
			if s.try(func(c *scenario.Scenario) { c.EndWith(u.Key, 0, v) }) {
				break
			}
		}
	}
}

// isClients tells the streams of which a client's own choices come.
func isClients(key string) bool {
	return strings.HasPrefix(key, "node0/client/") && !strings.HasSuffix(key, "/skip")
}
