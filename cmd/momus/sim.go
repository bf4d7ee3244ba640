package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"momus/sim"
)

// Exit statuses of momus sim by verdict; 2 is a usage error, as everywhere.
var simStatus = map[sim.Verdict]int{sim.OK: 0, sim.Correctness: 1, sim.Crash: 3, sim.Liveness: 4}

func simCommand() *cobra.Command {
	var seed uint64
	var seeds string
	var trace, floors, marks bool
	var jobs int
	var pictures string
	var groups bool
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "Run whole nodes in a simulated world, by seed",
		Long: `Run whole nodes in a simulated world, by seed: the same core, storage and connection code as in
production, on a disk and a network that fail, with clients, judged at the end.

Every tenth seed runs twice, and must come out alike. Progress goes to standard error.

The exit status is 0 if all is well, 1 for a broken promise (correctness), 3 if the program broke
(crash), also by running otherwise the second time, 4 if something did not come to its end
(liveness), 2 for a wrong command line.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			first, last := seed, seed
			if seeds != "" {
				var err error
				if first, last, err = parseSeeds(seeds); err != nil {
					return &exitError{status: usageStatus, text: err.Error()}
				}
			} else if !cmd.Flags().Changed("seed") {
				return &exitError{status: usageStatus, text: "say which: --seed N or --seeds A..B"}
			}
			if trace {
				jobs = 1 // the lines of one world after another
			}
			r := simRun{out: cmd.OutOrStdout(), errs: cmd.ErrOrStderr(), trace: trace, jobs: jobs, marks: marks, pictures: pictures, groups: groups, world: simulate}
			return r.all(first, last, floors)
		},
	}
	cmd.Flags().Uint64Var(&seed, "seed", 0, "run this seed")
	cmd.Flags().StringVar(&seeds, "seeds", "", "run the seeds A..B, both included")
	cmd.Flags().BoolVar(&trace, "trace", false, "print every step's event")
	cmd.Flags().BoolVar(&floors, "floors", false, "fail if too little happened: acknowledged operations, faults that bit")
	cmd.Flags().BoolVar(&groups, "groups", true, "have consumer groups among the clients")
	cmd.Flags().StringVar(&pictures, "pictures", "", "write pages of histories that no order explains into this directory")
	cmd.Flags().BoolVar(&marks, "marks", false, "list rare branches with how often they were reached")
	cmd.Flags().IntVar(&jobs, "jobs", runtime.NumCPU(), "worlds at a time")
	cmd.AddCommand(scenarioCommand(), shrinkCommand(), showCommand(), paceCommand())
	return cmd
}

func parseSeeds(text string) (first, last uint64, err error) {
	a, b, ok := strings.Cut(text, "..")
	if ok {
		first, err = strconv.ParseUint(a, 10, 64)
		if err == nil {
			last, err = strconv.ParseUint(b, 10, 64)
		}
	}
	if !ok || err != nil || last < first {
		return 0, 0, fmt.Errorf("--seeds %s: it takes A..B, two numbers, A at most B", text)
	}
	return first, last, nil
}

// collectSeldom is how memory is collected while worlds run, unless GOGC says it: a world lives on small short-lived
// values, and collecting less often is a fifth of its time. Large worlds stay within worldsMemory bytes, if they can.
func collectSeldom() {
	const (
		worldsGCPercent = 1600
		worldsMemory    = 2 << 30
	)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(worldsGCPercent)
		debug.SetMemoryLimit(worldsMemory)
	}
}

// twiceEvery is which seeds run twice: those that it divides, a tenth of the time for the promise that all
// others rest on.
const twiceEvery = 10

// simRun runs seeds and prints them in order. Worlds run in goroutines of one process, not in processes of
// their own: they share nothing but the heap, a panic ends the world alone, and measured on two cores 600
// seeds take as long either way. What would take the process along, a stack that overflows or a map written in
// parallel, is one more seed to find alone.
type simRun struct {
	out, errs io.Writer
	trace     bool
	jobs      int
	// groups has consumer groups among the clients.
	groups bool
	// pictures is the directory that pictures are written to, or empty.
	pictures string
	marks    bool
	// world runs a seed; tests put another in its place.
	world func(seed uint64, options sim.Options) *sim.Report
}

// simulate is the world of a seed, run to its end.
func simulate(seed uint64, options sim.Options) *sim.Report { return sim.New(seed, options).Run() }

// seedResult is a seed's report with the time that it took.
type seedResult struct {
	report *sim.Report
	real   time.Duration
	stack  string
}

func (r *simRun) all(first, last uint64, floors bool) error {
	collectSeldom()
	began := time.Now()
	results := make([]chan seedResult, last-first+1)
	for i := range results {
		results[i] = make(chan seedResult, 1)
	}
	var wait sync.WaitGroup
	next := make(chan int)
	for range max(r.jobs, 1) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := range next {
				results[i] <- r.one(first + uint64(i))
			}
		}()
	}
	go func() {
		for i := range results {
			next <- i
		}
		close(next)
	}()
	total := sim.Total{}
	told := progress{out: r.errs, seeds: uint64(len(results)), began: began}
	for i := range results {
		got := <-results[i]
		total.Add(got.report)
		r.print(&got)
		if err := r.draw(got.report); err != nil {
			return err
		}
		told.tell(&total)
	}
	wait.Wait()
	fmt.Fprint(r.out, total.Text(int64(time.Since(began))))
	if r.marks {
		fmt.Fprint(r.out, total.Marks())
	}
	end := exitError{status: simStatus[total.Worst]}
	if floors {
		fmt.Fprintln(r.out, total.Figure())
		fmt.Fprintln(r.out, total.MarksFigure())
		if missed := total.BelowFloors(); len(missed) > 0 {
			end.text = "below the floors: " + strings.Join(missed, ", ")
			end.status = max(end.status, 1)
		}
	}
	if end.status != 0 {
		return &end
	}
	return nil
}

// one runs a seed, some of them twice.
func (r *simRun) one(seed uint64) seedResult {
	options := sim.Options{NoGroups: !r.groups}
	if r.trace {
		options.Trace = func(line string) { fmt.Fprintln(r.out, line) }
	}
	got := runWorld(r.world, seed, options)
	if seed%twiceEvery == 0 && !r.trace {
		again := runWorld(r.world, seed, options)
		got.report.Compare(again.report)
		got.real += again.real
	}
	return got
}

// runWorld runs one world; a panic of the program is its verdict, not the end of the process.
func runWorld(world func(uint64, sim.Options) *sim.Report, seed uint64, options sim.Options) (got seedResult) {
	began := time.Now()
	defer func() {
		got.real = time.Since(began)
		if why := recover(); why != nil {
			got.report = sim.Panicked(seed, fmt.Sprint(why))
			got.stack = string(debug.Stack())
		}
	}()
	got.report = world(seed, options)
	return got
}

func (r *simRun) print(got *seedResult) {
	fmt.Fprintln(r.out, got.report.Line(int64(got.real)))
	if got.report.Verdict == sim.OK {
		return
	}
	// A few of each checker: one broken promise shows in many records.
	const shown = 3
	told, more := map[string]int{}, 0
	for _, v := range got.report.Violations {
		if told[v.Checker]++; told[v.Checker] > shown {
			more++
			continue
		}
		fmt.Fprintf(r.out, "violation: %s: %s\n", v.Checker, v.Text)
	}
	if more > 0 {
		fmt.Fprintf(r.out, "and %d more\n", more)
	}
	if got.stack != "" {
		fmt.Fprintln(r.out, got.stack)
	}
	with := ""
	if !r.groups {
		with = " --groups=false"
	}
	fmt.Fprintf(r.out, "repeat: %s sim --seed %d --trace%s\n", os.Args[0], got.report.Seed, with)
	fmt.Fprintf(r.out, "smaller: %s sim shrink --seed %d --out FILE\n", os.Args[0], got.report.Seed)
	if len(got.report.Pictures) > 0 && r.pictures == "" {
		fmt.Fprintf(r.out, "pictures: %s sim --seed %d --pictures DIR\n", os.Args[0], got.report.Seed)
	}
}

// draw writes the pictures of a seed.
func (r *simRun) draw(report *sim.Report) error {
	if r.pictures == "" || len(report.Pictures) == 0 {
		return nil
	}
	if err := os.MkdirAll(r.pictures, 0o755); err != nil {
		return err
	}
	for i, p := range report.Pictures {
		name := filepath.Join(r.pictures, fmt.Sprintf("seed%d-%d-%s.html", report.Seed, i+1, p.Name))
		if err := os.WriteFile(name, p.HTML, 0o644); err != nil {
			return err
		}
		fmt.Fprintln(r.out, "picture:", name)
	}
	return nil
}
