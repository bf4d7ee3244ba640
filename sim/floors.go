package sim

import "strconv"

// floors are how often things must at least happen in 100 seeds, or `momus sim --floors` fails: a
// green run in which nothing happened says nothing. Each is half the mean of the seeds 1 to 3,000 on
// the day it was set. They are lowered only by a commit that says why, and never below leastAcked,
// leastLossy and leastBites.
var floors = []Count{
	{"acked", 5134},
	{"acked-acks1", 403},
	{"acked-all", 421},
	{"acked-idempotent", 2568},
	{"created", 144},
	{"deleted", 30},
	{"records-deleted", 32},
	{"retried", 574},
	{"spoiled", 24},
	{"epoch-ends", 218},
	{"described", 49},
	{"sizes-told", 192},
	{"moves", 99},
	{"moved", 18},
	{"log-moves", 45},
	{"polls", 3639},
	{"polled", 8105},
	{"unsaid", 473},
	{"sessions-refused", 36},
	{"keyless", 15},
	{"final", 4650},
	{"model-keys", 1121},
	{"model-ops", 13072},
	{"model-settled", 731},
	{"model-offsets", 2281},
	{"model-offsets-settled", 14},
	{"start-moves", 90},
	{"producer-ids", 534},
	{"snapshots", 380},
	{"snapshots-loaded", 325},
	{"metadata-trims", 246},
	{"repeats", 80},
	{"fenced", 5},
	{"wrapped", 22},
	{"expiries", 88},
	{"altered", 47},
	{"configs-told", 359},
	{"grown", 20},
	{"quorums-told", 18},
	{"quotas", 67},
	{"throttled", 90},
	{"cleanings", 147},
	{"excused-compaction", 500},
	{"idle-closed", 80},
	{"releads", 170},
	{"offsets-committed", 1061},
	{"commits-refused", 217},
	{"offsets-told", 489},
	{"joined", 450},
	{"assigned", 421},
	{"evicted", 30},
	{"offsets-removed", 2},
	{"offsets-expired", 39},
	{"settled-groups", 41},
	{"generations", 113},
	{"commits-caught", 88},
	{"coordinators-loaded", 416},
	{"coordinators-moved", 223},
}

// faultFloors are the floors of the counts that only a fault can move.
var faultFloors = []Count{
	{"crash-process", 361},
	{"crash-power", 111},
	{"crash-lossy", 100},
	{"disk-downs", 145},
	{"write-errors", 23},
	{"read-errors", 81},
	{"name-errors", 32},
	{"sync-errors", 24},
	{"full-disks", 32},
	{"broken-calls", 22},
	{"disk-stalls", 1713},
	{"undone-calls", 392},
	{"torn-writes", 20},
	{"lost-writes", 101},
	{"lost-sizes", 20},
	{"part-writes", 259},
	{"garbage", 100},
	{"lost-entries", 558},
	{"lost-syncs", 75},
	{"stray-reads", 123},
	{"rotten-bits", 37},
	{"misplaced-writes", 23},
	{"short-writes", 2315},
	{"short-reads", 2565},
	{"chops", 2684},
	{"late", 570},
	{"resets", 82},
	{"clock-jumps", 50},
	{"stops", 81},
	{"early-stops", 48},
	{"dirs-away", 20},
	{"dirs-wiped", 35},
	{"depositions", 36},
	{"pauses", 49},
	{"lags", 128},
	{"snapshots-passed-over", 51},
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
