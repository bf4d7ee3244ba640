package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// The limits of a hunt, and of all hunts of a CI run together.
const (
	seedsMax  = 5000
	ciTimeMax = 4 * time.Minute
	ciCPUMax  = 80 * time.Second
)

// options are the command line.
type options struct {
	run    string
	limits limits
	ci     bool
	// shrink is where the scenarios go that catches are shrunk to, if it is not empty.
	shrink string
}

func main() {
	o := options{}
	flag.StringVar(&o.run, "run", "", "only the mutations whose name matches this expression")
	flag.IntVar(&o.limits.seeds, "seeds", seedsMax, "seeds to try for one mutation, at most 5000")
	flag.DurationVar(&o.limits.cpu, "cpu", 3*time.Minute, "CPU time to spend on one mutation")
	flag.IntVar(&o.limits.starts, "starts", 1, "how often to hunt for each mutation, from other seeds each time; the median counts")
	flag.BoolVar(&o.ci, "ci", os.Getenv("CI") != "", "a rotating part and what changed, within 4 minutes; the table stays")
	flag.StringVar(&o.shrink, "shrink", "", "shrink the seed of each catch, by the broken binary, to a scenario in this directory")
	flag.Parse()
	o.limits.seeds = min(o.limits.seeds, seedsMax)
	ok, err := o.gallery()
	if err != nil {
		fmt.Fprintln(os.Stderr, "gallery:", err)
		os.Exit(1)
	}
	if !ok {
		os.Exit(1)
	}
}

// gallery runs the chosen mutations and tells whether all promises were kept.
func (o *options) gallery() (ok bool, err error) {
	root, err := filepath.Abs(".")
	if err != nil {
		return false, err
	}
	all, err := readMutations(root)
	if err != nil {
		return false, err
	}
	t, err := readTable(filepath.Join(root, tableFile))
	if err != nil {
		return false, err
	}
	chosen, err := o.choose(root, all, t)
	if err != nil {
		return false, err
	}
	dir, err := os.MkdirTemp("", "gallery-")
	if err != nil {
		return false, err
	}
	defer func() {
		if rmErr := os.RemoveAll(dir); err == nil {
			err = rmErr
		}
	}()
	results, err := o.hunts(&workshop{root: root, dir: dir}, chosen, t)
	if err != nil {
		return false, err
	}
	ok = summarize(results, len(all))
	if o.ci {
		return ok, nil
	}
	for _, r := range results {
		if r.kept() {
			t.put(r)
		}
	}
	return ok, t.write(filepath.Join(root, tableFile), all)
}

func (o *options) choose(root string, all []*mutation, t table) ([]*mutation, error) {
	if o.run != "" || !o.ci {
		return chooseByName(all, o.run)
	}
	o.limits.cpu = min(o.limits.cpu, ciCPUMax)
	return chooseForCI(root, all, t, turn(root))
}

// hunts runs the mutations one after another. In CI it begins at the start that was the quickest before, and ends
// early when the time is up, and says so.
func (o *options) hunts(w *workshop, chosen []*mutation, t table) ([]*result, error) {
	ctx := context.Background()
	began := time.Now()
	clean, err := w.build(ctx, "clean", "")
	if err != nil {
		return nil, err
	}
	var results []*result
	for i, m := range chosen {
		left := ciTimeMax - time.Since(began)
		if o.ci && left < ciCPUMax {
			fmt.Printf("gallery: the time is up; %d of %d were not run\n", len(chosen)-i, len(chosen))
			break
		}
		l, known := o.limits, 0
		if o.ci {
			l.cpu = min(l.cpu, left)
			l.first, known = t.quickest(m.name)
		}
		r := hunt(ctx, w, clean, m, l)
		if r.undecided(known) {
			fmt.Printf("gallery: %s: the time was up after %d seeds; it took %d before\n", m.name, r.tried, known)
			continue
		}
		fmt.Println(r.line())
		if o.shrink != "" && r.caught > 0 {
			if err := w.shrink(ctx, r, o.shrink); err != nil {
				return nil, err
			}
		}
		results = append(results, r)
	}
	return results, nil
}

// summarize prints the figures and tells whether every promise was kept.
func summarize(results []*result, all int) bool {
	kept, caught, most, quiet := 0, 0, 0, 0
	var medians []int
	for _, r := range results {
		if !r.kept() {
			continue
		}
		kept++
		if r.mutation.harmless() {
			quiet += r.tried
			continue
		}
		caught++
		most = max(most, r.caught)
		if len(r.starts) > 1 {
			medians = append(medians, r.median())
		}
	}
	text := fmt.Sprintf("FIGURE gallery: %d mutations of %d run, %d caught as they must be, after %d seeds at most",
		len(results), all, caught, most)
	if quiet > 0 {
		text += fmt.Sprintf("; the one that changes nothing is not caught in %d seeds", quiet)
	}
	if len(medians) > 0 {
		slices.Sort(medians)
		text += fmt.Sprintf("; by the median of starts half of them within %d seeds, all within %d", medians[len(medians)/2], medians[len(medians)-1])
	}
	fmt.Println(text)
	return kept == len(results) && kept > 0
}
