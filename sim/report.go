package sim

import (
	"slices"
	"strconv"

	"momus/checker"
	"momus/sim/simdisk"
	"momus/sim/simnet"
)

// Violation is one broken promise, or what else went wrong.
type Violation struct {
	Checker string
	Text    string
	// Events are those of the history that it names.
	Events []checker.Event
}

// Report is how one seed came out.
type Report struct {
	Seed       uint64
	Verdict    Verdict
	Violations []Violation
	Steps      uint64
	// Nanos is how long the run was in virtual time.
	Nanos int64
	Hash  uint64
	Judge checker.Report
	// DiskDowns counts processes that a failed disk ended.
	DiskDowns uint64
	// ClockJumps counts jumps of wall clocks.
	ClockJumps uint64
	Process    ProcessBites
	Metadata   MetadataBites
	Disk       simdisk.Bites
	Net        simnet.Bites
	// Marks count what was reached, by name.
	Marks []Count
	// Pictures are of histories that no order explains.
	Pictures []checker.Picture
	// Sums are the hash chains of each node's lives.
	Sums [][]uint64
}

// ProcessBites counts what happened to processes beside crashes.
type ProcessBites struct {
	// Stops are processes that ended because they were asked to, before the world healed; EarlyStops
	// those of them that had never served.
	Stops, EarlyStops uint64
	// DirsAway are log directories that were not there at a start, and were again later; DirsWiped those
	// that came back empty.
	DirsAway, DirsWiped uint64
	// LogMoves are logs that moved to another directory, FailedMoves those that did not.
	LogMoves, FailedMoves uint64
	// Releads are leaderships that began in a process that had led the partition before.
	Releads uint64
	// CoordinatorsLoaded are partitions of __consumer_offsets whose groups were loaded, CoordinatorsMoved those whose
	// leadership was lost while the process ran.
	CoordinatorsLoaded, CoordinatorsMoved uint64
	// Pauses are those that held something up, Lags turns that were late by milliseconds.
	Pauses, Lags uint64
	// Inspections are reports of the core for metrics and readiness.
	Inspections uint64
}

func (b *ProcessBites) add(o ProcessBites) {
	b.Stops += o.Stops
	b.EarlyStops += o.EarlyStops
	b.DirsAway += o.DirsAway
	b.DirsWiped += o.DirsWiped
	b.LogMoves += o.LogMoves
	b.FailedMoves += o.FailedMoves
	b.Releads += o.Releads
	b.CoordinatorsLoaded += o.CoordinatorsLoaded
	b.CoordinatorsMoved += o.CoordinatorsMoved
	b.Pauses += o.Pauses
	b.Inspections += o.Inspections
	b.Lags += o.Lags
}

// Count is a figure of a report by its name.
type Count struct {
	Name string
	N    uint64
}

// Counts lists what happened and which faults bit. Floors are set on these names.
func (r *Report) Counts() []Count {
	j, d, n := &r.Judge, &r.Disk, &r.Net
	return []Count{
		{"acked", uint64(j.Acked())},
		{"acked-acks1", uint64(j.Acks1)}, {"acked-all", uint64(j.AcksAll)}, {"acked-idempotent", uint64(j.Idempotent)},
		{"created", uint64(j.Created)}, {"deleted", uint64(j.Deleted)}, {"grown", uint64(j.Grown)}, {"quorums-told", uint64(j.QuorumsTold)}, {"records-deleted", uint64(j.RecordsDeleted)},
		{"altered", uint64(j.Altered)}, {"configs-told", uint64(j.ConfigsTold)},
		{"quotas", uint64(j.Quotas)}, {"throttled", uint64(j.Throttled)}, {"idle-closed", uint64(j.IdleClosed)},
		{"slowed-conns", uint64(j.SlowedConns)},
		{"retried", uint64(j.Retried)}, {"unknown", uint64(j.Unknown)}, {"failed", uint64(j.Failed)}, {"spoiled", uint64(j.Spoiled)},
		{"polls", uint64(j.Polls)}, {"epoch-ends", uint64(j.EpochEnds)}, {"described", uint64(j.Described)}, {"sizes-told", uint64(j.SizesTold)}, {"polled", uint64(j.RecordsPolled)}, {"final", uint64(j.RecordsFinal)},
		{"unsaid", uint64(j.Unsaid)}, {"sessions-refused", uint64(j.SessionsRefused)}, {"keyless", uint64(j.Keyless)},
		{"offsets-committed", uint64(j.OffsetsCommitted)}, {"commits-refused", uint64(j.CommitsRefused)}, {"offsets-told", uint64(j.OffsetsTold)},
		{"joined", uint64(j.Joined)}, {"assigned", uint64(j.Assigned)}, {"generations", uint64(j.Generations)}, {"evicted", uint64(j.Evicted)}, {"offsets-removed", uint64(j.OffsetsRemoved)},
		{"offsets-expired", uint64(j.OffsetsExpired)}, {"settled-groups", uint64(j.Settled)}, {"unserved", uint64(j.Unserved)},
		{"commits-caught", uint64(j.CommitsCaught)}, {"coordinators-loaded", r.Process.CoordinatorsLoaded}, {"coordinators-moved", r.Process.CoordinatorsMoved},
		{"moves", uint64(j.MovesAcked)}, {"moved", uint64(j.Moved)}, {"log-moves", r.Process.LogMoves}, {"failed-moves", r.Process.FailedMoves},
		{"excused-power", uint64(j.ExcusedPowerLoss)}, {"excused-deletion", uint64(j.ExcusedDeletion)},
		{"excused-damage", uint64(j.ExcusedDamage)}, {"refused-damage", uint64(j.RefusedDamage)},
		{"shown-damage", uint64(j.ShownDamage)}, {"refused-lost", uint64(j.RefusedLost)},
		{"excused-retention", uint64(j.ExcusedRetention)}, {"cleanings", uint64(j.Cleanings)}, {"excused-compaction", uint64(j.ExcusedCompaction)}, {"start-moves", uint64(j.StartMoves)},
		{"producer-ids", uint64(j.ProducerIDs)}, {"repeats", uint64(j.Repeats)}, {"fenced", uint64(j.Fenced)},
		{"wrapped", uint64(j.Wrapped)}, {"expiries", uint64(j.Expiries)},
		{"undecided", uint64(j.Undecided)},
		{"model-keys", uint64(j.ModelKeys)}, {"model-ops", uint64(j.ModelOps)}, {"model-settled", uint64(j.ModelSettled)},
		{"model-open", uint64(j.ModelOpen)}, {"model-undecided", uint64(j.ModelUndecided)},
		{"model-offsets", uint64(j.OffsetModelOps)}, {"model-offsets-settled", uint64(j.OffsetModelSettled)},
		{"model-offsets-undecided", uint64(j.OffsetModelUndecided)},
		{"crash-process", d.ProcessCrashes}, {"crash-power", d.PowerLosses}, {"crash-lossy", d.LossyPowerLosses},
		{"disk-downs", r.DiskDowns}, {"write-errors", d.WriteErrors}, {"read-errors", d.ReadErrors},
		{"name-errors", d.NameErrors}, {"sync-errors", d.SyncErrors}, {"full-disks", d.FullDisks}, {"broken-calls", d.BrokenCalls}, {"disk-stalls", d.Stalls},
		{"undone-calls", d.UndoneCalls}, {"torn-writes", d.TornWrites}, {"lost-writes", d.LostWrites},
		{"lost-sizes", d.LostSizes}, {"part-writes", d.PartWrites}, {"garbage", d.Garbage}, {"lost-entries", d.LostEntries},
		{"lost-syncs", d.LostSyncs}, {"rotten-bits", d.RottenBits}, {"misplaced-writes", d.MisplacedWrites},
		{"stray-reads", d.StrayReads},
		{"short-writes", n.ShortWrites}, {"short-reads", n.ShortReads}, {"chops", n.Chops}, {"late", n.Late},
		{"resets", n.Resets}, {"clock-jumps", r.ClockJumps},
		{"stops", r.Process.Stops}, {"early-stops", r.Process.EarlyStops}, {"dirs-away", r.Process.DirsAway}, {"dirs-wiped", r.Process.DirsWiped}, {"depositions", uint64(j.Depositions)}, {"releads", r.Process.Releads}, {"pauses", r.Process.Pauses}, {"lags", r.Process.Lags}, {"inspections", r.Process.Inspections},
		{"snapshots", r.Metadata.Taken}, {"snapshots-loaded", r.Metadata.Loaded},
		{"snapshots-passed-over", r.Metadata.PassedOver}, {"metadata-trims", r.Metadata.Trims},
	}
}

// mark adds to what was reached.
func (r *Report) mark(name string, n uint64) {
	for i := range r.Marks {
		if r.Marks[i].Name == name {
			r.Marks[i].N += n
			return
		}
	}
	r.Marks = append(r.Marks, Count{name, n})
}

// Mark is how often something was reached, and whether there is anything of that name.
func (r *Report) Mark(name string) (n uint64, known bool) {
	for _, m := range r.Marks {
		if m.Name == name {
			return m.N, true
		}
	}
	return 0, false
}

// consequences are the counts of what faults led to, and that are no faults of their own.
var consequences = []string{
	"crash-lossy", "disk-downs", "undone-calls", "torn-writes", "lost-writes", "lost-sizes", "part-writes", "garbage",
	"lost-entries", "snapshots-passed-over",
}

// Faults is how many faults bit; what a crash made of unsynced writes counts as the crash.
func (r *Report) Faults() (n uint64) {
	counts := r.Counts()
	for _, f := range faultFloors {
		if at := slices.IndexFunc(counts, func(c Count) bool { return c.Name == f.Name }); !slices.Contains(consequences, f.Name) {
			n += counts[at].N
		}
	}
	return n
}

// Line is the one line that a seed gets at the end of its run; real is its time in nanoseconds.
func (r *Report) Line(real int64) string {
	return "seed=" + strconv.FormatUint(r.Seed, 10) +
		" verdict=" + r.Verdict.String() +
		" steps=" + strconv.FormatUint(r.Steps, 10) +
		" simulated=" + millis(r.Nanos) +
		" real=" + millis(real) +
		" hash=" + hex(r.Hash)
}

// Compare demands that another run of the same seed came out alike. One that did not is the program's own
// fault, and worse than it looks: no verdict of that seed says anything.
func (r *Report) Compare(again *Report) {
	if r.Hash == again.Hash && r.Verdict == again.Verdict && r.Steps == again.Steps {
		return
	}
	r.Verdict = Crash
	r.Violations = append([]Violation{{Checker: "determinism", Text: "a second run of the seed came out otherwise: verdict=" + again.Verdict.String() +
		" steps=" + strconv.FormatUint(again.Steps, 10) + " hash=" + hex(again.Hash)}}, r.Violations...)
}

func millis(nanos int64) string { return strconv.FormatInt(nanos/1_000_000, 10) + "ms" }

func hex(v uint64) string {
	text := strconv.FormatUint(v, 16)
	for len(text) < 16 {
		text = "0" + text
	}
	return text
}

// add sums the counters of one node.
func (r *Report) add(d simdisk.Bites, n simnet.Bites) {
	a := &r.Disk
	a.UndoneCalls += d.UndoneCalls
	a.TornWrites += d.TornWrites
	a.LostWrites += d.LostWrites
	a.LostSizes += d.LostSizes
	a.PartWrites += d.PartWrites
	a.Garbage += d.Garbage
	a.LostEntries += d.LostEntries
	a.LostSyncs += d.LostSyncs
	a.RottenBits += d.RottenBits
	a.MisplacedWrites += d.MisplacedWrites
	a.StrayReads += d.StrayReads
	a.WriteErrors += d.WriteErrors
	a.ReadErrors += d.ReadErrors
	a.NameErrors += d.NameErrors
	a.SyncErrors += d.SyncErrors
	a.FullDisks += d.FullDisks
	a.BrokenCalls += d.BrokenCalls
	a.Stalls += d.Stalls
	a.ProcessCrashes += d.ProcessCrashes
	a.PowerLosses += d.PowerLosses
	a.LossyPowerLosses += d.LossyPowerLosses
	b := &r.Net
	b.ShortWrites += n.ShortWrites
	b.ShortReads += n.ShortReads
	b.Chops += n.Chops
	b.Late += n.Late
	b.Resets += n.Resets
	b.LostBytes += n.LostBytes
	b.Held += n.Held
}
