package main

import (
	"fmt"
	"io"
	"time"

	"momus/sim"
)

// tellEvery is how often people are told how far seeds are.
const tellEvery = 5 * time.Second

// progress tells people how far a run of seeds is. It goes to standard error, so that the report is the
// same whoever looks on.
type progress struct {
	out         io.Writer
	seeds       uint64
	began, last time.Time
}

// tell prints a line, if it is time to. At the end the report says it all.
func (p *progress) tell(t *sim.Total) {
	now := time.Now()
	if p.last.IsZero() {
		p.last = p.began
	}
	if now.Sub(p.last) < tellEvery || t.Seeds == p.seeds {
		return
	}
	p.last = now
	fmt.Fprintln(p.out, p.line(t, now.Sub(p.began)))
}

func (p *progress) line(t *sim.Total, real time.Duration) string {
	verdict := "all well"
	if bad := t.Seeds - t.Verdicts[sim.OK]; bad > 0 {
		verdict = fmt.Sprintf("%d failed, at worst %s", bad, t.Worst)
	}
	return fmt.Sprintf("%d of %d seeds, %.1f/s; %d s simulated, %.0fx real time; %d operations acknowledged, %d faults bit; %s",
		t.Seeds, p.seeds, float64(t.Seeds)/real.Seconds(), t.Nanos/int64(time.Second), float64(t.Nanos)/float64(real),
		t.Acked(), t.Bites(), verdict)
}
