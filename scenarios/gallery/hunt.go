package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// limits bound one start of a hunt.
type limits struct {
	seeds int
	cpu   time.Duration
	// starts is how often the hunt begins, each time at other seeds; first is the start that comes first.
	starts int
	first  int
}

// startsApart is how far the seeds lie apart at which starts begin.
const startsApart = 1_000_000

// chunk is how many seeds one process simulates.
const chunk = 20

// result is how a hunt ended.
type result struct {
	mutation *mutation
	hash     string
	// caught is the number of seeds up to the one at which the named check spoke; 0 if it did not.
	caught int
	// crash is the first seed at which the core's own assertions, or a panic, spoke; other the first
	// at which something else did, and what.
	crash int
	other string
	tried int
	// starts are the seeds to detection of each start, 0 where it got away.
	starts []int
	// red counts seeds that fail without the mutation too. They prove nothing: make seeds is what
	// fails by them.
	red int
	cpu time.Duration
	// problem is why the promise was not kept, or empty; away says that it is that nothing was caught.
	problem string
	away    bool
}

// kept tells that the mutation was caught, or that the harmless one was not.
func (r *result) kept() bool { return r.problem == "" }

// hunt simulates seeds with the mutant until the named check speaks or the limits are reached, and that as
// often as the limits say.
func hunt(ctx context.Context, w *workshop, clean *binary, m *mutation, l limits) *result {
	r := &result{mutation: m}
	mutant, hash, err := w.mutant(ctx, m)
	if err != nil {
		r.problem = err.Error()
		return r
	}
	r.hash = hash
	for n := range max(l.starts, 1) {
		one := &result{mutation: m}
		one.start(ctx, mutant, clean, 1+(l.first+n)*startsApart, l)
		r.starts = append(r.starts, one.caught)
		if n == 0 {
			starts := r.starts
			*r = *one
			r.hash, r.starts = hash, starts
		}
		r.problem = cmp.Or(r.problem, one.problem)
		if one.caught == 0 && !m.harmless() && l.starts > 1 {
			fmt.Printf("%s: start %d got away in %d seeds, %.0f s CPU\n", m.name, n+1, one.tried, one.cpu.Seconds())
		}
	}
	r.cpu = mutant.cpu
	r.judge()
	return r
}

// start simulates seeds from one on.
func (r *result) start(ctx context.Context, mutant, clean *binary, from int, l limits) {
	// Real time bounds what CPU time cannot: a busy machine, and a mutant that waits for ever.
	began, spent := time.Now(), mutant.cpu
	ctx, cancel := context.WithTimeout(ctx, 8*l.cpu)
	defer cancel()
	end := from + l.seeds
	for first := from; first < end && mutant.cpu-spent < l.cpu && time.Since(began) < 2*l.cpu && r.caught == 0; {
		told, err := mutant.seeds(ctx, first, min(first+chunk, end)-1)
		for i := 0; i < len(told) && err == nil && r.caught == 0; i++ {
			err = r.look(ctx, mutant, clean, told[i], from)
		}
		if err != nil {
			r.problem = r.mutation.name + ": " + err.Error()
			break
		}
		first += len(told)
	}
	r.cpu = mutant.cpu - spent
}

// median is that of the starts, of which those that got away come last; 0 if it got away.
func (r *result) median() int {
	sorted := slices.Clone(r.starts)
	slices.SortFunc(sorted, func(a, b int) int {
		return cmp.Or(cmp.Compare(min(b, 1), min(a, 1)), cmp.Compare(a, b))
	})
	return sorted[len(sorted)/2]
}

// look judges one seed of the mutant.
func (r *result) look(ctx context.Context, mutant, clean *binary, o outcome, from int) error {
	r.tried = o.seed - from + 1
	if o.verdict == green {
		return nil
	}
	told, err := clean.seeds(ctx, o.seed, o.seed)
	if err != nil {
		return fmt.Errorf("the clean binary: %w", err)
	}
	if told[0].verdict != green {
		r.red++
		return nil
	}
	checkers, err := mutant.checkers(ctx, o.seed)
	if err != nil {
		return err
	}
	if slices.Contains(checkers, r.mutation.checker) {
		r.caught = r.tried
	}
	others := slices.DeleteFunc(checkers, func(c string) bool { return c == r.mutation.checker })
	switch {
	case o.verdict == "crash" && r.crash == 0:
		r.crash = r.tried
	case o.verdict != "crash" && r.other == "" && len(others) > 0:
		r.other = fmt.Sprintf("%s at %d", strings.Join(others, ", "), r.tried)
	}
	return nil
}

// judge says whether the promise was kept.
func (r *result) judge() {
	m := r.mutation
	switch {
	case r.problem != "":
	case !m.harmless() && len(r.starts) > 1 && r.median() > 0:
	case !m.harmless() && r.caught == 0:
		r.away = true
		r.problem = fmt.Sprintf("%s got away: %s did not speak in %d seeds", m.name, m.checker, r.tried)
	case m.harmless() && (r.crash != 0 || r.other != ""):
		r.problem = fmt.Sprintf("%s changes nothing and was caught: crash at %d, %s", m.name, r.crash, r.other)
	case r.tried == r.red:
		r.problem = m.name + ": no seed was tried that is green on the clean sources"
	}
}

// undecided tells that the time was up before as many seeds were tried as it once took.
func (r *result) undecided(known int) bool { return r.away && r.tried < known }

// line tells of the result in one line.
func (r *result) line() string {
	text := fmt.Sprintf("%-24s %5d seeds %6.1f s CPU  ", r.mutation.name, r.tried, r.cpu.Seconds())
	if r.red > 0 {
		text += fmt.Sprintf("(%d of them red on the clean sources) ", r.red)
	}
	switch {
	case !r.kept():
		return text + "FAILED: " + r.problem
	case r.mutation.harmless():
		return text + "changes nothing, and nobody objected"
	case len(r.starts) > 1:
		return text + fmt.Sprintf("caught by %s, at the median after %d of %v", r.mutation.checker, r.median(), r.starts)
	default:
		return text + "caught by " + r.mutation.checker
	}
}
