package simdisk

import (
	"fmt"
	"strconv"

	"momus/disk"
)

// Env is what the world gives a disk.
type Env interface {
	// Draw is a choice of the named stream, below bound; 0 is the benign one.
	Draw(stream string, bound uint64) uint64
	// Now is virtual time in nanoseconds; it never goes back.
	Now() int64
}

// Disk is the disk of one node.
type Disk struct {
	env    Env
	name   string
	faults Faults
	keys   [opCount]keys
	crash  crashKeys

	root    *inode
	inodes  uint64 // the last inode number given
	names   []*nameEffect
	dirty   []*inode // files with pending effects, in the order in which they became so
	sweepAt int      // the length of dirty at which it is swept
	locks   map[*inode]*lock

	boots int // power losses so far
	life  int // crashes so far: handles of an older life are dead

	turn    turn
	lastEnd int64
	calls   uint64
	armed   trap
	forced  []forced
	liable  func(path string) bool
	shows   func(Stray) bool
	// broken are the directories in which every call fails; troubles counts the failures of calls by the
	// first component of their path.
	broken   []string
	troubles map[string]uint64
	bites    Bites
}

var _ disk.FS = (*Disk)(nil)

// New makes an empty disk; name begins the names of its streams.
func New(env Env, name string, faults Faults) *Disk {
	d := &Disk{env: env, name: name, faults: faults, locks: map[*inode]*lock{}, troubles: map[string]uint64{}, sweepAt: sweepFrom}
	for op := range opCount {
		d.keys[op] = keysOf(name, op)
	}
	d.crash = crashKeysOf(name)
	d.root = d.newInode(true)
	d.root.links = 1
	return d
}

// turn is the I/O of one disk turn under way.
type turn struct {
	running  bool
	cursor   int64 // when the last call ended
	calls    int
	bytes    int64
	callsMax int
	bytesMax int64
}

// BeginTurn starts a turn at a point of virtual time that is not before Now. Calls until EndTurn
// follow one another in time and may be callsMax and move bytesMax bytes together.
func (d *Disk) BeginTurn(start int64, callsMax int, bytesMax int64) {
	if d.turn.running {
		panic("BUG: a disk turn began inside another")
	}
	if start < d.env.Now() {
		panic("BUG: a disk turn began in the past")
	}
	d.turn = turn{running: true, cursor: start, callsMax: callsMax, bytesMax: bytesMax}
}

// EndTurn ends the turn and says when its last call ends.
func (d *Disk) EndTurn() (end int64) {
	if !d.turn.running {
		panic("BUG: a disk turn ended that had not begun")
	}
	d.turn.running = false
	return d.turn.cursor
}

// LastEnd is when the last call ends; for a call outside of turns, which starts at Now.
func (d *Disk) LastEnd() int64 { return d.lastEnd }

// span is the time that one call takes.
type span struct{ start, end int64 }

// charge gives the call its place in time and counts it against the turn's budget.
func (d *Disk) charge(op op, bytes int64) span {
	start := d.env.Now()
	if d.turn.running {
		start = d.turn.cursor
	}
	s := span{start, start + d.duration(op, bytes)}
	d.lastEnd = s.end
	if d.turn.running {
		d.turn.cursor = s.end
		d.turn.calls++
		d.turn.bytes += bytes
		if d.turn.calls > d.turn.callsMax || d.turn.bytes > d.turn.bytesMax {
			panic(fmt.Sprintf("BUG: turn exceeded its budget: %d of %d calls, %d of %d bytes",
				d.turn.calls, d.turn.callsMax, d.turn.bytes, d.turn.bytesMax))
		}
	}
	if op.mutates() {
		d.calls++
		d.spring(s)
	}
	return s
}

// Calls counts the mutating calls (writes, sizes, names, syncs) since the disk was made.
func (d *Disk) Calls() uint64 { return d.calls }

// trap is a crash armed by call number.
type trap struct {
	at   uint64 // the call that springs it, 0: none
	hit  bool
	time int64
}

// CrashAfterCalls arms a crash inside the nth mutating call from now, n of at least 1. Armed tells
// the world when.
func (d *Disk) CrashAfterCalls(n uint64) { d.armed = trap{at: d.calls + n} }

// Armed says whether the armed call was made and a time inside it, at which the world is to crash
// the node. A crash disarms it.
func (d *Disk) Armed() (at int64, hit bool) { return d.armed.time, d.armed.hit }

func (d *Disk) spring(s span) {
	if d.armed.at == 0 || d.armed.hit || d.calls < d.armed.at {
		return
	}
	inside := uint64(s.end - s.start) // durations are at least 2 ns, so that there is an inside
	d.armed.hit = true
	d.armed.time = s.start + 1 + int64(d.env.Draw(d.crash.inside, inside-1))
}

// BootID changes with every power loss.
func (d *Disk) BootID() (string, error) {
	d.charge(opBootID, 0)
	if _, err := d.fault(opBootID, "", 0); err != nil {
		return "", err
	}
	return d.name + "-boot-" + strconv.Itoa(d.boots), nil
}

// spaceBytes is what every simulated file system holds.
const spaceBytes = 1 << 40

// Space is the size of the disk, and what its files leave of it.
func (d *Disk) Space(name string) (total, usable int64, err error) {
	d.charge(opSpace, 0)
	if _, err := d.fault(opSpace, name, 0); err != nil {
		return 0, 0, failed(opSpace, name, err)
	}
	if _, err := d.directory(name); err != nil {
		return 0, 0, failed(opSpace, name, err)
	}
	return spaceBytes, spaceBytes - d.root.bytes(), nil
}

// failed wraps an error as the port wants it.
func failed(op op, name string, err error) error {
	return fmt.Errorf("%s %s: %w", op, name, err)
}

var (
	errNotDirectory = fmt.Errorf("%w: not a directory", disk.ErrIO)
	errDirectory    = fmt.Errorf("%w: is a directory", disk.ErrIO)
	errNotEmpty     = fmt.Errorf("%w: directory not empty", disk.ErrExist)
	errDead         = fmt.Errorf("%w: opened before the crash", disk.ErrIO)
)

// lock is a lock that is held.
type lock struct {
	d    *Disk
	file *inode
	life int
}

// Lock takes the lock of a file, making the file if need be.
func (d *Disk) Lock(name string) (disk.Lock, error) {
	s := d.charge(opLock, 0)
	if _, err := d.fault(opLock, name, 0); err != nil {
		return nil, failed(opLock, name, err)
	}
	dir, base, err := d.parent(name)
	if err != nil {
		return nil, failed(opLock, name, err)
	}
	file := dir.entries[base]
	switch {
	case file == nil:
		file = d.newInode(false)
		d.link(s, entry{dir, base}, file)
	case file.dir:
		return nil, failed(opLock, name, errDirectory)
	case d.locks[file] != nil:
		return nil, failed(opLock, name, disk.ErrLocked)
	}
	l := &lock{d: d, file: file, life: d.life}
	d.locks[file] = l
	return l, nil
}

// Unlock gives the lock up.
func (l *lock) Unlock() error {
	if l.life != l.d.life {
		return errDead
	}
	if l.d.locks[l.file] != l {
		panic("BUG: a lock was given up twice")
	}
	delete(l.d.locks, l.file)
	return nil
}
