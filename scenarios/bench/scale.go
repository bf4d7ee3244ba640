package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// scales are the rows of the table of many partitions. All of them are medians of one run.
var scales = []struct {
	name, unit string
	get        func(by) (float64, bool)
}{
	{"1,000 partitions made", "ms", wallMillis("create-1000")},
	{"10,000 partitions made", "ms", wallMillis("create-10000")},
	{"start to accept, 1,000 partitions, after a clean stop", "ms", of("clean-1000", extra("accept_ms"))},
	{"start to first ack, 1,000 partitions, after a clean stop", "ms", of("clean-1000", extra("first_ack_ms"))},
	{"start to first ack, 1,000 partitions, after kill -9", "ms", of("kill-1000", extra("first_ack_ms"))},
	{"server CPU of that, after kill -9", "s", of("kill-1000", serverSeconds)},
	{"start to first ack, 10,000 partitions, after a clean stop", "ms", of("clean-10000", extra("first_ack_ms"))},
	{"start to first ack, 10,000 partitions, after kill -9", "ms", of("kill-10000", extra("first_ack_ms"))},
	{"server CPU of that, after kill -9", "s", of("kill-10000", serverSeconds)},
	{"memory, 1,000 partitions, idle", "MB", of("create-1000", resident)},
	{"memory, 10,000 partitions, idle", "MB", of("create-10000", resident)},
	{"memory, 10,000 partitions, after the start", "MB", of("kill-10000", resident)},
	{"open files, 1,000 partitions, after the start", "", of("kill-1000", extra("open_files"))},
	{"open files, 10,000 partitions, after the start", "", of("kill-10000", extra("open_files"))},
	{"idle CPU, 1,000 partitions", "%", of("create-1000", extra("idle_cpu_pct"))},
	{"idle CPU, 10,000 partitions", "%", of("create-10000", extra("idle_cpu_pct"))},
	{"append of a batch of 2 kB, 10 partitions, CPU", "us", of("append-10", perUnit)},
	{"the same, 1,000 partitions, to 10", "x", ratio("append-1000", "append-10")},
	{"the same, 10,000 partitions, to 10", "x", ratio("append-10000", "append-10")},
	{"append of a batch of 16 kB, 10 partitions, CPU", "us", of("large-10", perUnit)},
	{"the same, 1,000 partitions, to 10", "x", ratio("large-1000", "large-10")},
	{"the same, 10,000 partitions, to 10", "x", ratio("large-10000", "large-10")},
	{"read of a batch of 2 kB, 10 partitions, CPU", "us", of("read-10", perUnit)},
	{"the same, 1,000 partitions, to 10", "x", ratio("read-1000", "read-10")},
	{"the same, 10,000 partitions, to 10", "x", ratio("read-10000", "read-10")},
	{"recovery of 400 MB after kill -9, by the clock", "MB/s", recovered(func(l *line) float64 { return l.Extra["first_ack_ms"] / 1e3 })},
	{"recovery of 400 MB after kill -9, by server CPU", "MB/s", recovered(serverSeconds)},
}

// by is the lines of one server by their labels.
type by map[string][]*line

func serverSeconds(l *line) float64 { return l.ServerS }
func resident(l *line) float64      { return l.Resident }
func perUnit(l *line) float64       { return l.USPerU }

func of(label string, get func(*line) float64) func(by) (float64, bool) {
	return func(b by) (float64, bool) {
		if len(b[label]) == 0 {
			return 0, false
		}
		return median(b[label], get), true
	}
}

func wallMillis(label string) func(by) (float64, bool) {
	return of(label, func(l *line) float64 { return l.WallS * 1e3 })
}

func ratio(label, to string) func(by) (float64, bool) {
	return func(b by) (float64, bool) {
		x, ok1 := of(label, perUnit)(b)
		y, ok2 := of(to, perUnit)(b)
		return x / y, ok1 && ok2 && y > 0
	}
}

// recovered is the size of the log by what a start costs more after kill -9 than after a clean stop.
func recovered(cost func(*line) float64) func(by) (float64, bool) {
	return func(b by) (float64, bool) {
		unclean, ok1 := of("recovery", cost)(b)
		clean, ok2 := of("recovered", cost)(b)
		return 400 / (unclean - clean), ok1 && ok2 && unclean > clean
	}
}

const scaleBegin, scaleEnd = "<!-- scale -->\n", "<!-- /scale -->\n"

// scale puts the table of OURS and, if it is there, THEIRS between its marks in a document.
func scale(doc string, files []string) error {
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
	table := scaleTable(ours, theirs)
	fmt.Print(table)
	text, err := os.ReadFile(doc)
	if err != nil {
		return err
	}
	head, rest, found1 := strings.Cut(string(text), scaleBegin)
	_, tail, found2 := strings.Cut(rest, scaleEnd)
	if !found1 || !found2 {
		return fmt.Errorf("%s has no place for the table", doc)
	}
	return os.WriteFile(doc, []byte(head+scaleBegin+table+scaleEnd+tail), 0o644)
}

func scaleTable(ours, theirs by) string {
	var b strings.Builder
	b.WriteString("| what | ours | Kafka | ratio |\n|---|--:|--:|--:|\n")
	for _, s := range scales {
		our, ok := s.get(ours)
		if !ok {
			continue
		}
		their, both := s.get(theirs)
		kafka, times := "", ""
		if both {
			kafka = figure(their)
			if their > 0 && s.unit != "x" {
				times = figure(our / their)
			}
		}
		name := s.name
		if s.unit != "" {
			name += ", " + s.unit
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", name, figure(our), kafka, times)
	}
	return b.String()
}

// figure is a number with three digits that count.
func figure(v float64) string {
	if v >= 100 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
