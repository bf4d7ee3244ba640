package sim

import "strconv"

// floors are how often things must at least happen in 100 seeds, or `momus sim --floors` fails: a
// green run in which nothing happened says nothing. Each is half the mean of the seeds 1 to 2,000 on
// the day it was set. They are lowered only by a commit that says why, and never below leastAcked,
// leastLossy and leastBites.
var floors = []Count{
	{"acked", 11_500},
	{"acked-acks1", 1200},
	{"acked-all", 1190},
	{"acked-idempotent", 8800},
	{"created", 170},
	{"deleted", 61},
	{"retried", 780},
	{"spoiled", 64},
	{"polls", 8000},
	{"polled", 29_000},
	{"final", 27_000},
	{"start-moves", 60},
}

// faultFloors are the floors of the counts that only a fault can move.
var faultFloors = []Count{
	{"crash-process", 265},
	{"crash-power", 120},
	{"crash-lossy", 117},
	{"disk-downs", 143},
	{"write-errors", 29},
	{"read-errors", 46},
	{"name-errors", 25},
	{"sync-errors", 25},
	{"full-disks", 36},
	{"disk-stalls", 620},
	{"undone-calls", 390},
	{"torn-writes", 28},
	{"lost-writes", 195},
	{"lost-sizes", 24},
	{"part-writes", 500},
	{"garbage", 195},
	{"lost-entries", 580},
	{"rotten-bits", 28},
	{"misplaced-writes", 20},
	{"short-writes", 3000},
	{"short-reads", 3600},
	{"chops", 3400},
	{"late", 660},
	{"resets", 108},
	{"clock-jumps", 50},
	{"stops", 76},
	{"early-stops", 41},
	{"pauses", 50},
	{"lags", 226},
}

// What no floor may fall below: acknowledged operations, power losses that lost data, bites of each
// kind of fault.
const (
	leastAcked = 5000
	leastLossy = 100
	leastBites = 20
)

// count is the sum of a count, by its name.
func (t *Total) count(name string) uint64 {
	for _, c := range t.counts {
		if c.Name == name {
			return c.N
		}
	}
	return 0
}

// BelowFloors lists what happened less often than it must for the seeds run.
func (t *Total) BelowFloors() []string {
	var missed []string
	for _, list := range [][]Count{floors, faultFloors} {
		for _, f := range list {
			if got, want := t.count(f.Name), f.N*t.Seeds/100; got < want {
				missed = append(missed, f.Name+"="+strconv.FormatUint(got, 10)+" (at least "+strconv.FormatUint(want, 10)+")")
			}
		}
	}
	return missed
}

// Figure is the line that sums a run up for whoever keeps figures.
func (t *Total) Figure() string {
	if t.Seeds == 0 {
		return "FIGURE seeds: none"
	}
	rarest := faultFloors[0].Name
	for _, f := range faultFloors {
		if t.count(f.Name) < t.count(rarest) {
			rarest = f.Name
		}
	}
	per100 := func(name string) string { return strconv.FormatUint(t.count(name)*100/t.Seeds, 10) + " " + name }
	return "FIGURE seeds: " + strconv.FormatUint(t.Verdicts[OK], 10) + " of " + strconv.FormatUint(t.Seeds, 10) +
		" green; in 100 seeds " + per100("acked") + ", " + per100("crash-lossy") + ", and of the rarest fault " + per100(rarest)
}
