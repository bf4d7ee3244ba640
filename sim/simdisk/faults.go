package simdisk

import (
	"errors"
	"slices"
	"strings"

	"momus/disk"
)

// op is a call of the port.
type op uint8

const (
	opOpen op = iota
	opCreate
	opRename
	opRemove
	opMkdir
	opReadDir
	opSyncDir
	opLock
	opBootID
	opSpace
	opRead
	opWrite
	opWriteVec
	opTruncate
	opSize
	opSync
	opClose
	opCount
)

var opNames = [opCount]string{
	"open", "create", "rename", "remove", "mkdir", "readdir", "syncdir", "lock", "bootid", "space",
	"read", "write", "writevec", "truncate", "size", "sync", "close",
}

// String is the call's name in errors and stream keys.
func (o op) String() string { return opNames[o] }

// mutates says whether the call counts for crashes by call number: what it does can be undone.
func (o op) mutates() bool {
	switch o {
	case opCreate, opRename, opRemove, opMkdir, opSyncDir, opLock, opWrite, opWriteVec, opTruncate, opSync:
		return true
	}
	return false
}

// Faults are the rates of the faults that the disk draws by itself: one in so many calls. 0 is
// off and draws nothing; 1 is off as well, since a draw below 1 is always the benign one.
type Faults struct {
	// WriteIO and NoSpace fail a write after a drawn prefix; NoSpace also fails Create and MkdirAll.
	WriteIO, NoSpace uint64
	// ReadIO fails a read.
	ReadIO uint64
	// NameIO fails Open, Create, Rename, Remove, MkdirAll, ReadDir, Truncate or SyncDir.
	NameIO uint64
	// SyncIO fails a Sync. What was not durable never becomes so by a later Sync, as on Linux,
	// where the failed pages are marked clean.
	SyncIO uint64
	// SyncLost lets a Sync of a file report success without having made anything durable. Only files
	// that LieAbout accepts are lied about, and no other draws; a SyncDir is honest.
	SyncLost uint64
	// ReadStray gives a read, once, the bytes of another place for those of one sector that it covers. What
	// lies on the disk is as it was.
	ReadStray uint64
	// Stall adds up to StallNanos to a call.
	Stall      uint64
	StallNanos uint64
	// SlowSync adds up to SlowSyncNanos to a Sync of a file, as a drive does that is busy.
	SlowSync      uint64
	SlowSyncNanos uint64
}

// SetFaults changes the rates, as fault plans do when they begin and heal.
func (d *Disk) SetFaults(f Faults) { d.faults = f }

// LieAbout says of which files, by their paths, a Sync may be lost; before, it may of any.
func (d *Disk) LieAbout(liable func(path string) bool) { d.liable = liable }

// lies draws whether a Sync of the file is lost.
func (d *Disk) lies(n *inode) bool {
	return d.faults.SyncLost > 1 && (d.liable == nil || d.liable(n.label)) && d.strikes(d.keys[opSync].lost, d.faults.SyncLost)
}

// Bites counts the faults that changed something.
type Bites struct {
	// UndoneCalls had not begun when the process died, or were under way and came to nothing;
	// TornWrites were under way and lost a part.
	UndoneCalls, TornWrites uint64
	// LostWrites, LostSizes are unsynced writes and truncations gone in a power loss; PartWrites
	// are those of which a prefix, some sectors or the mere size stayed; Garbage those that were
	// replaced by noise.
	LostWrites, LostSizes, PartWrites, Garbage uint64
	// LostEntries are unsynced names gone in a power loss.
	LostEntries uint64
	// LostSyncs are writes lost although a Sync had claimed them.
	LostSyncs uint64
	// WriteErrors, ReadErrors, NameErrors and SyncErrors are injected failures of calls on contents,
	// on names and the rest, and of syncs of files; FullDisks are those for want of space. Stalls
	// are calls that were delayed.
	WriteErrors, ReadErrors, NameErrors, SyncErrors, FullDisks, Stalls uint64
	// StrayReads are reads that were given other bytes than those that are there.
	StrayReads uint64
	// BrokenCalls are those on directories that have failed wholly.
	BrokenCalls uint64
	// RottenBits and MisplacedWrites are damage done to what was at rest.
	RottenBits, MisplacedWrites uint64
	// ProcessCrashes and PowerLosses count the crashes; LossyPowerLosses those that lost data.
	ProcessCrashes, PowerLosses, LossyPowerLosses uint64
}

// Bites returns the counters since the disk was made.
func (d *Disk) Bites() Bites { return d.bites }

// keys are the names of one call's streams.
type keys struct{ time, stall, io, noSpace, part, lost, stray, slow string }

func keysOf(name string, op op) keys {
	at := name + "/" + op.String()
	return keys{at + "/time", at + "/stall", at + "/io", at + "/nospace", at + "/part", at + "/lost", at + "/stray", at + "/slow"}
}

func (d *Disk) strikes(key string, oneIn uint64) bool {
	return oneIn > 1 && d.env.Draw(key, oneIn) == oneIn-1
}

// costs is what a call takes at least, in nanoseconds, and for each KiB that it moves: the rough
// proportions of an NVMe drive behind a page cache.
var costs = [opCount]struct{ call, kib int64 }{
	opOpen: {4_000, 0}, opCreate: {12_000, 0}, opRename: {10_000, 0}, opRemove: {10_000, 0},
	opMkdir: {15_000, 0}, opReadDir: {10_000, 0}, opSyncDir: {300_000, 0}, opLock: {5_000, 0},
	opBootID: {5_000, 0}, opSpace: {5_000, 0}, opRead: {2_000, 200}, opWrite: {3_000, 400}, opWriteVec: {3_000, 400},
	opTruncate: {5_000, 0}, opSize: {500, 0}, opSync: {300_000, 1_000}, opClose: {500, 0},
}

// timeSteps is the bound of the draw that lengthens a call: up to nine times its least cost.
const timeSteps = 64

// duration draws how long a call takes.
func (d *Disk) duration(op op, bytes int64) int64 {
	least := costs[op].call + costs[op].kib*bytes/1024
	took := least + least*int64(d.env.Draw(d.keys[op].time, timeSteps))/8
	if d.strikes(d.keys[op].stall, d.faults.Stall) && d.faults.StallNanos > 0 {
		d.bites.Stalls++
		took += 1 + int64(d.env.Draw(d.keys[op].part, d.faults.StallNanos))
	}
	if slow := d.keys[op].slow; op == opSync && d.strikes(slow, d.faults.SlowSync) && d.faults.SlowSyncNanos > 0 {
		d.bites.Stalls++
		took += 1 + int64(d.env.Draw(slow, d.faults.SlowSyncNanos))
	}
	return took
}

// forced is a failure ordered by a test or a scenario: of the next of some calls, on a path that holds within.
type forced struct {
	ops    []string
	within string
	after  int
	err    error
}

// FailNext makes the next call of the named kind ("open", "create", "rename", "remove", "mkdir",
// "readdir", "syncdir", "lock", "bootid", "space", "read", "write", "writevec", "truncate", "size", "sync",
// "close") fail with err after it moved the given number of bytes. A failed sync strands what it
// covered. With a nil err that call is left alone.
func (d *Disk) FailNext(op string, after int, err error) {
	d.forced = append(d.forced, forced{ops: []string{op}, after: after, err: err})
}

// FailOne makes the next call of one of the named kinds fail, on a file whose path holds within, after it
// moved half of its bytes.
func (d *Disk) FailOne(ops []string, within string, err error) {
	d.forced = append(d.forced, forced{ops: ops, within: within, after: halfOfIt, err: err})
}

// halfOfIt stands for half of what a call moves.
const halfOfIt = -1

// fault decides whether a call on a name fails, and how many of its n bytes it moves before.
func (d *Disk) fault(op op, name string, n int) (moved int, err error) {
	if d.isBroken(name) {
		d.bites.BrokenCalls++
		d.troubled(name)
		return 0, disk.ErrIO
	}
	for i, f := range d.forced {
		if !slices.Contains(f.ops, op.String()) || !strings.Contains(name, f.within) {
			continue
		}
		d.forced = append(d.forced[:i], d.forced[i+1:]...)
		if f.err == nil {
			return n, nil
		}
		d.count(op, f.err)
		d.troubled(name)
		if f.after == halfOfIt {
			return n / 2, f.err
		}
		return min(f.after, n), f.err
	}
	if err = d.drawn(op); err == nil {
		return n, nil
	}
	d.count(op, err)
	d.troubled(name)
	if n == 0 {
		return 0, err
	}
	return n - 1 - int(d.env.Draw(d.keys[op].part, uint64(n))), err
}

// count counts an injected failure by its kind.
func (d *Disk) count(op op, err error) {
	b := &d.bites
	switch {
	case errors.Is(err, disk.ErrNoSpace):
		b.FullDisks++
	case op == opWrite || op == opWriteVec:
		b.WriteErrors++
	case op == opRead:
		b.ReadErrors++
	case op == opSync:
		b.SyncErrors++
	default:
		b.NameErrors++
	}
}

// drawn draws the error of a call by the rates in force.
func (d *Disk) drawn(op op) error {
	k := &d.keys[op]
	full, io := uint64(0), uint64(0)
	switch op {
	case opWrite, opWriteVec:
		full, io = d.faults.NoSpace, d.faults.WriteIO
	case opCreate, opMkdir:
		full, io = d.faults.NoSpace, d.faults.NameIO
	case opRead:
		io = d.faults.ReadIO
	case opSync:
		io = d.faults.SyncIO
	case opOpen, opRename, opRemove, opReadDir, opTruncate, opSyncDir:
		io = d.faults.NameIO
	}
	if d.strikes(k.noSpace, full) {
		return disk.ErrNoSpace
	}
	if d.strikes(k.io, io) {
		return disk.ErrIO
	}
	return nil
}
