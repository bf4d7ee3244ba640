package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// figures are what is told of each load, with what to reach as a ratio to Kafka in the same run, or
// as an absolute number; 0 is no goal.
var figures = []struct {
	workload, name, unit string
	get                  func(*line) float64
	ratio, absolute      float64
}{
	{"produce-1k", "server CPU to produce 1 KiB records", "s/GB", func(l *line) float64 { return l.SPerGB }, 1.0, 0},
	{"consume-1k", "server CPU to consume 1 KiB records", "s/GB", func(l *line) float64 { return l.SPerGB }, 0.8, 0},
	{"tiny-16", "server CPU of a 100 B request, 16 clients", "us", func(l *line) float64 { return l.USPerU }, 0.9, 0},
	{"tiny-1", "server CPU of a 100 B request, 1 client", "us", func(l *line) float64 { return l.USPerU }, 0.9, 0},
	{"e2e-1000", "end to end at 1,000/s, p50", "ms", extra("e2e_p50_ms"), 1.0, 0},
	{"e2e-1000", "end to end at 1,000/s, p99", "ms", extra("e2e_p99_ms"), 0.8, 0},
	{"groups-200", "server CPU of a classic group, 200 groups", "us", func(l *line) float64 { return l.USPerU }, 0.25, 0},
	{"groups-200-next", "server CPU of a consumer group, 200 groups", "us", func(l *line) float64 { return l.USPerU }, 0.25, 0},
	{"groups-1000", "server CPU of a classic group, 1,000 groups", "us", func(l *line) float64 { return l.USPerU }, 0.25, 0},
	{"groups-1000-next", "server CPU of a consumer group, 1,000 groups", "us", func(l *line) float64 { return l.USPerU }, 0.25, 0},
	{"members-100", "server CPU of a member, one classic group of 100", "us", func(l *line) float64 { return l.USPerU }, 0, 0},
	{"members-100", "a classic group of 100 joined, last member", "ms", extra("join_max_ms"), 0, 0},
	{"members-100-next", "server CPU of a member, one consumer group of 100", "us", func(l *line) float64 { return l.USPerU }, 0, 0},
	{"members-100-next", "a consumer group of 100 joined, last member", "ms", extra("join_max_ms"), 0, 0},
	{"commits-16", "server CPU of a commit, 16 clients", "us", func(l *line) float64 { return l.USPerU }, 0, 0},
	{"commits-16", "commits of 16 clients", "1/s", func(l *line) float64 { return l.PerS }, 0, 0},
	{"loaded", "start to a million committed offsets loaded", "ms", extra("loaded_ms"), 0, 0},
	{"loaded", "server CPU of that start", "s", func(l *line) float64 { return l.ServerS }, 0, 0},
	{"clean", "log compacted by a second of server CPU", "MB", extra("mb_per_cpu_s"), 0, 0},
	{"clean", "from the change of policy to a log of 200 MB compacted", "ms", extra("cleaned_ms"), 0, 0},
	{"startup", "start to first ack", "ms", extra("first_ack_ms"), 0, 50},
	{"idle", "idle memory", "MB", func(l *line) float64 { return l.Resident }, 0, 30},
	{"idle", "idle CPU", "%", extra("idle_cpu_pct"), 0, 0.3},
}

func extra(name string) func(*line) float64 {
	return func(l *line) float64 { return l.Extra[name] }
}

// summary prints a FIGURE line for each figure: our median, and where there is a second file its
// median and the ratio.
func summary(w io.Writer, files []string) error {
	ours, err := readLines(files[0])
	if err != nil {
		return err
	}
	theirs := map[string][]*line{}
	if len(files) > 1 {
		if theirs, err = readLines(files[1]); err != nil {
			return err
		}
	}
	for _, f := range figures {
		if len(ours[f.workload]) == 0 {
			continue
		}
		our := median(ours[f.workload], f.get)
		text := fmt.Sprintf("FIGURE bench: %s: %.3g %s", f.name, our, f.unit)
		if len(theirs[f.workload]) > 0 {
			their := median(theirs[f.workload], f.get)
			text += fmt.Sprintf("; Kafka %.3g; ratio %.2f", their, our/their)
		}
		switch {
		case f.ratio != 0:
			text += fmt.Sprintf(" (to reach: %.2gx)", f.ratio)
		case f.absolute != 0:
			text += fmt.Sprintf(" (to reach: %g %s)", f.absolute, f.unit)
		}
		if _, err := fmt.Fprintln(w, text); err != nil {
			return err
		}
	}
	return nil
}

func median(lines []*line, get func(*line) float64) float64 {
	var v []float64
	for _, l := range lines {
		v = append(v, get(l))
	}
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// readLines reads the lines of a file by workload.
func readLines(path string) (by map[string][]*line, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	by = map[string][]*line{}
	scanner := bufio.NewScanner(f)
	for scanner.Scan() {
		l := &line{}
		if err := json.Unmarshal(scanner.Bytes(), l); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		by[l.Workload] = append(by[l.Workload], l)
	}
	return by, scanner.Err()
}
