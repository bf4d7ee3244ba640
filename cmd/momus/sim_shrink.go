package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/spf13/cobra"

	"momus/sim"
	"momus/sim/scenario"
	"momus/sim/shrink"
)

func shrinkCommand() *cobra.Command {
	var seed, others uint64
	var file, check, out string
	var budget time.Duration
	cmd := &cobra.Command{
		Use:   "shrink",
		Short: "Make a seed or a scenario that fails smaller",
		Long: `Make a seed or a scenario that fails smaller.

Faults, clients, operations and delays are left away or simplified, one after the other; each
candidate is run, and kept only if it fails by the same check. The smallest one becomes a scenario
file. With --others, a seed that does not become small is left for the next ones that fail by that
check. Ctrl-C ends the search and writes the best so far.

The exit status is 0 if the file was written, 1 if what was given does not fail.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			start := &scenario.Scenario{Seed: seed, Overrides: map[string]sim.Override{}}
			switch given := cmd.Flags().Changed("seed"); {
			case given == (file != ""):
				return &exitError{status: usageStatus, text: "say what fails: --seed N or --scenario FILE"}
			case !given:
				s, err := readScenario(file)
				if err != nil {
					return &exitError{status: usageStatus, text: err.Error()}
				}
				start = s
			}
			if out == "" {
				return &exitError{status: usageStatus, text: "say where the scenario goes: --out FILE"}
			}
			return shrinkTo(cmd.ErrOrStderr(), start, shrinking{check: check, out: out, budget: budget, others: others})
		},
	}
	cmd.Flags().Uint64Var(&seed, "seed", 0, "the seed that fails")
	cmd.Flags().StringVar(&file, "scenario", "", "the scenario that fails")
	cmd.Flags().StringVar(&check, "check", "", "the check that must go on failing; the first that does, if it is not named")
	cmd.Flags().StringVar(&out, "out", "", "where the scenario goes")
	cmd.Flags().Uint64Var(&others, "others", 0, "how many of the next seeds may be looked at, if this one does not become small")
	cmd.Flags().DurationVar(&budget, "budget", time.Minute, "how long to try")
	return cmd
}

// attempt runs a candidate. A panic is its failure; what the world can tell of itself it tells then too.
func attempt(c *scenario.Scenario) (o shrink.Outcome) {
	var w *sim.World
	defer func() {
		if why := recover(); why != nil {
			o.Report = sim.Panicked(c.Seed, fmt.Sprint(why))
		}
		if w != nil {
			o.Knobs, o.Used, o.World, o.Faults, o.Operations = w.Knobs(), w.Used(), w.Clients(), w.Faults(), w.Operations()
		}
	}()
	options := c.Options()
	options.Keep = true
	w = sim.New(c.Seed, options)
	o.Report = w.Run()
	return o
}

// shrinking is what is asked for.
type shrinking struct {
	check, out string
	budget     time.Duration
	// others is how many of the next seeds may be looked at.
	others uint64
}

// next looks for the next seed that fails alike.
func (g *shrinking) next(seed *uint64, failure shrink.Failure, more func() bool) (*scenario.Scenario, shrink.Outcome, bool) {
	for g.others > 0 && more() {
		g.others--
		*seed++
		c := &scenario.Scenario{Seed: *seed, Overrides: map[string]sim.Override{}}
		if o := attempt(c); failure.Again(o.Report) {
			return c, o, true
		}
	}
	return nil, shrink.Outcome{}, false
}

func shrinkTo(errs io.Writer, start *scenario.Scenario, g shrinking) error {
	collectSeldom()
	first := attempt(start)
	failure := shrink.FailureOf(first.Report, g.check)
	if failure.Check == "" {
		return &exitError{status: 1, text: "nothing fails there: verdict " + first.Report.Verdict.String()}
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	defer signal.Stop(interrupted)
	began, last := time.Now(), time.Now()
	over, stopped := "", false
	s := &shrink.Shrinker{Run: attempt, Failure: failure}
	s.More = func() bool {
		limit := g.budget
		if !s.Tidying { // which takes a little time, and makes it readable
			limit -= limit / tidyShare
		}
		late := time.Since(began) > limit
		if late && over == "" {
			over = "the time is up"
		}
		select {
		case <-interrupted:
			stopped, over = true, "interrupted"
		default:
		}
		return !stopped && !late
	}
	seed := start.Seed
	s.Other = func() (*scenario.Scenario, shrink.Outcome, bool) { return g.next(&seed, failure, s.More) }
	s.Tell = func(s *shrink.Shrinker, now string) {
		if time.Since(last) < time.Second {
			return
		}
		last = time.Now()
		fmt.Fprintf(errs, "%3.0f s, %d tried, %d kept: %s; %s\n", time.Since(began).Seconds(), s.Tried, s.Kept, size(&s.Outcome), now)
	}
	fmt.Fprintf(errs, "%s fails at first: %s\n", failure.Check, size(&first))
	s.Shrink(start, first)
	fmt.Fprintf(errs, "%3.0f s, %d tried, %d kept: %s; %s\n", time.Since(began).Seconds(), s.Tried, s.Kept, size(&s.Outcome), or(over, "nothing gets smaller any more"))
	return os.WriteFile(g.out, []byte(s.File()), 0o644)
}

// tidyShare is which part of the time is kept for the last pass.
const tidyShare = 10

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func size(o *shrink.Outcome) string {
	return fmt.Sprintf("%d faults, %d operations, %d steps", o.Faults, o.Operations, o.Report.Steps)
}
