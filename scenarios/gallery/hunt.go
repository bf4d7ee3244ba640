package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// limits bound one hunt.
type limits struct {
	seeds int
	cpu   time.Duration
}

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
	// red counts seeds that fail without the mutation too. They prove nothing: make seeds is what
	// fails by them.
	red int
	cpu time.Duration
	// problem is why the promise was not kept, or empty.
	problem string
}

// kept tells that the mutation was caught, or that the harmless one was not.
func (r *result) kept() bool { return r.problem == "" }

// hunt simulates seeds with the mutant until the named check speaks or the limits are reached.
func hunt(ctx context.Context, w *workshop, clean *binary, m *mutation, l limits) *result {
	r := &result{mutation: m}
	mutant, hash, err := w.mutant(ctx, m)
	if err != nil {
		r.problem = err.Error()
		return r
	}
	r.hash = hash
	// Real time bounds what CPU time cannot: a busy machine, and a mutant that waits for ever.
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, 8*l.cpu)
	defer cancel()
	for first := 1; first <= l.seeds && mutant.cpu < l.cpu && time.Since(began) < 2*l.cpu && r.caught == 0; {
		told, err := mutant.seeds(ctx, first, min(first+chunk-1, l.seeds))
		for i := 0; i < len(told) && err == nil && r.caught == 0; i++ {
			err = r.look(ctx, mutant, clean, told[i])
		}
		if err != nil {
			r.problem = m.name + ": " + err.Error()
			break
		}
		first += len(told)
	}
	r.cpu = mutant.cpu
	r.judge()
	return r
}

// look judges one seed of the mutant.
func (r *result) look(ctx context.Context, mutant, clean *binary, o outcome) error {
	r.tried = o.seed
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
		r.caught = o.seed
	}
	others := slices.DeleteFunc(checkers, func(c string) bool { return c == r.mutation.checker })
	switch {
	case o.verdict == "crash" && r.crash == 0:
		r.crash = o.seed
	case o.verdict != "crash" && r.other == "" && len(others) > 0:
		r.other = fmt.Sprintf("%s at %d", strings.Join(others, ", "), o.seed)
	}
	return nil
}

// judge says whether the promise was kept.
func (r *result) judge() {
	m := r.mutation
	switch {
	case r.problem != "":
	case !m.harmless() && r.caught == 0:
		r.problem = fmt.Sprintf("%s got away: %s did not speak in %d seeds", m.name, m.checker, r.tried)
	case m.harmless() && (r.crash != 0 || r.other != ""):
		r.problem = fmt.Sprintf("%s changes nothing and was caught: crash at %d, %s", m.name, r.crash, r.other)
	case r.tried == r.red:
		r.problem = m.name + ": no seed was tried that is green on the clean sources"
	}
}

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
	default:
		return text + "caught by " + r.mutation.checker
	}
}
