package sim

import "strconv"

// floors are how often things must at least happen in 100 seeds, or `momus sim --floors` fails: a
// green run in which nothing happened says nothing. Each is half the mean of the seeds 1 to 2,000 on
// the day it was set. They are lowered only by a commit that says why, and never below leastAcked,
// leastLossy and leastBites.
var floors = []Count{
	{"acked", 8970},
	{"acked-acks1", 450},
	{"acked-all", 870},
	{"acked-idempotent", 6960},
	{"created", 162},
	{"deleted", 52},
	{"records-deleted", 95},
	{"retried", 720},
	{"spoiled", 30},
	{"epoch-ends", 380},
	{"described", 110},
	{"polls", 6130},
	{"polled", 19_800},
	{"final", 9_000},
	{"start-moves", 60},
	{"producer-ids", 800},
	{"snapshots", 330},
	{"snapshots-loaded", 350},
	{"metadata-trims", 215},
	{"repeats", 240},
	{"fenced", 11},
	{"wrapped", 40},
	{"expiries", 120},
	{"altered", 90},
	{"configs-told", 360},
}

// faultFloors are the floors of the counts that only a fault can move.
var faultFloors = []Count{
	{"crash-process", 310},
	{"crash-power", 111},
	{"crash-lossy", 107},
	{"disk-downs", 126},
	{"write-errors", 25},
	{"read-errors", 43},
	{"name-errors", 23},
	{"sync-errors", 23},
	{"full-disks", 32},
	{"broken-calls", 28},
	{"disk-stalls", 595},
	{"undone-calls", 332},
	{"torn-writes", 24},
	{"lost-writes", 155},
	{"lost-sizes", 20},
	{"part-writes", 408},
	{"garbage", 156},
	{"lost-entries", 521},
	{"lost-syncs", 70},
	{"stray-reads", 110},
	{"rotten-bits", 22},
	{"misplaced-writes", 20},
	{"short-writes", 2590},
	{"short-reads", 3080},
	{"chops", 2980},
	{"late", 605},
	{"resets", 93},
	{"clock-jumps", 50},
	{"stops", 76},
	{"early-stops", 41},
	{"dirs-away", 20},
	{"dirs-wiped", 36},
	{"pauses", 50},
	{"lags", 226},
	{"snapshots-passed-over", 47},
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
