package sim

import "strconv"

// Total sums the reports of many seeds.
type Total struct {
	Seeds    uint64
	Verdicts [Correctness + 1]uint64
	Worst    Verdict
	Steps    uint64
	Nanos    int64
	counts   []Count
	marks    []Count
}

// Add takes one more report.
func (t *Total) Add(r *Report) {
	t.Seeds++
	t.Verdicts[r.Verdict]++
	t.Worst = max(t.Worst, r.Verdict)
	t.Steps += r.Steps
	t.Nanos += r.Nanos
	t.addMarks(r)
	counts := r.Counts()
	if t.counts == nil {
		t.counts = counts
		return
	}
	for i := range counts {
		t.counts[i].N += counts[i].N
	}
}

// Text is the report after all seeds; real is the time that they took in nanoseconds.
func (t *Total) Text(real int64) string {
	text := "seeds=" + strconv.FormatUint(t.Seeds, 10)
	for v, n := range t.Verdicts {
		text += " " + Verdict(v).String() + "=" + strconv.FormatUint(n, 10)
	}
	text += " steps=" + strconv.FormatUint(t.Steps, 10) + " simulated=" + millis(t.Nanos) + " real=" + millis(real) + "\n"
	for i, c := range t.counts {
		if i%6 == 0 && i > 0 {
			text += "\n"
		} else if i > 0 {
			text += " "
		}
		text += c.Name + "=" + strconv.FormatUint(c.N, 10)
	}
	return text + "\n"
}

// Acked is how many operations of clients were acknowledged.
func (t *Total) Acked() uint64 { return t.count("acked") }

// Bites is how many faults changed something, crashes among them.
func (t *Total) Bites() (n uint64) {
	for _, f := range faultFloors {
		n += t.count(f.Name)
	}
	return n
}

// Panicked is the report of a seed whose run ended in a panic of the program.
func Panicked(seed uint64, why string) *Report {
	return &Report{Seed: seed, Verdict: Crash, Violations: []Violation{{Checker: Crash.String(), Text: why}}}
}
