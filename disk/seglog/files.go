package seglog

import (
	"errors"

	"momus/disk"
)

// Locker guards what readers and workers share: the open files and the table of logs. The world
// gives it: a mutex, or nothing at all in a world that runs one turn at a time.
type Locker interface {
	Lock()
	Unlock()
}

// errGone says that a file was taken away since the View that named it was published.
var errGone = errors.New("seglog: the file is gone")

// meter counts the I/O of one disk turn. Readers have none.
type meter struct {
	calls int32
	bytes int64
}

// call charges one call that moves n bytes.
func (m *meter) call(n int) {
	if m != nil {
		m.calls++
		m.bytes += int64(n)
	}
}

// handle is one file of a log, open or not. Its fields are guarded by the lock of files.
type handle struct {
	name string
	file disk.File // nil while closed
	refs int32
	// gone refuses new users; the last user closes the file for good.
	gone bool
	// once marks a file that nobody reads: it is let go after its sync.
	once bool
	// passing is set for a file of a log that is being opened, which its last user closes: nobody reads
	// it yet, and thousands may be passed through. It is the meter of the turns that do.
	passing *meter
	// wake, if set, is called once a gone handle has lost its last user.
	wake func()
	// newer and older link the open files without a user; nil outside of that list.
	newer, older *handle
}

// files bounds how many files are held open, closing the one that was idle longest. Others take part in
// its budget, down to a quarter of it.
type files struct {
	fs   disk.FS
	lock Locker
	max  int32
	open int32
	// lent counts the files of others, which leave less room: connections.
	lent int32
	// idle is the root of a ring: idle.older is the one used last, idle.newer the first to go.
	idle handle
}

func (f *files) init(lock Locker) {
	f.lock = lock
	f.idle.newer, f.idle.older = &f.idle, &f.idle
}

// attach names the file system and the limit; all who share the files name the same.
func (f *files) attach(fs disk.FS, openMax int32) {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.fs, f.max = fs, openMax
}

// lend makes room for n files of others, or takes it back.
func (f *files) lend(n int32) {
	f.lock.Lock()
	f.lent += n
	file := f.evict()
	f.lock.Unlock()
	if file != nil {
		closeIdle(file)
	}
}

// acquire returns the handle's file, opened if need be, and counts a user.
func (f *files) acquire(h *handle, m *meter) (disk.File, error) {
	f.lock.Lock()
	file, gone, name, fs := f.take(h), h.gone, h.name, f.fs
	f.lock.Unlock()
	switch {
	case gone:
		return nil, errGone
	case file != nil:
		return file, nil
	}
	m.call(0)
	file, err := fs.Open(name)
	if errors.Is(err, disk.ErrNotExist) {
		if f.isGone(h) {
			return nil, errGone // renamed away since its name was read
		}
		open, renamed := f.reopened(h, name)
		if open != nil {
			return open, nil
		}
		if renamed != "" {
			m.call(0)
			file, err = fs.Open(renamed)
		}
	}
	if err != nil {
		return nil, err
	}
	return f.install(h, file, m)
}

func (f *files) isGone(h *handle) bool {
	f.lock.Lock()
	defer f.lock.Unlock()
	return h.gone
}

// create makes the handle's file anew, empty, and counts a user.
func (f *files) create(h *handle, m *meter) (disk.File, error) {
	m.call(0)
	file, err := f.fs.Create(h.name)
	if err != nil {
		return nil, err
	}
	return f.install(h, file, m)
}

// take counts a user of a file that is open already.
func (f *files) take(h *handle) disk.File {
	if h.gone || h.file == nil {
		return nil
	}
	if h.refs == 0 {
		h.unlink()
	}
	h.refs++
	return h.file
}

// install adopts a file just opened. Another reader may have been faster, or the file may have
// been renamed away meanwhile: the second look is what keeps invariant 5.
func (f *files) install(h *handle, file disk.File, m *meter) (disk.File, error) {
	f.lock.Lock()
	existing, gone := f.take(h), h.gone
	surplus := file
	if existing == nil && !gone {
		h.file, h.refs = file, 1
		f.open++
		existing, surplus = file, f.evict()
	}
	f.lock.Unlock()
	if surplus != nil {
		m.call(0)
		closeIdle(surplus)
	}
	if gone {
		return nil, errGone
	}
	return existing, nil
}

// evict takes the file that was idle longest out of the table when there are too many.
func (f *files) evict() disk.File {
	victim := f.idle.newer
	if f.open <= max(f.max-f.lent, f.max/4) || victim == &f.idle {
		return nil
	}
	victim.unlink()
	return f.drop(victim)
}

func (f *files) drop(h *handle) disk.File {
	file := h.file
	h.file = nil
	f.open--
	return file
}

// release ends one use.
func (f *files) release(h *handle) {
	f.lock.Lock()
	if h.refs--; h.refs < 0 {
		f.lock.Unlock()
		panic("BUG: a segment file was released twice")
	}
	var file disk.File
	var wake func()
	switch {
	case h.refs > 0:
	case h.gone:
		file, wake = f.drop(h), h.wake
	case h.passing != nil:
		file = f.drop(h)
		h.passing.call(0)
	default:
		h.link(&f.idle)
		file = f.evict()
	}
	f.lock.Unlock()
	if file != nil {
		closeIdle(file)
	}
	if wake != nil {
		wake()
	}
}

// pin adds a use to one that the caller has.
func (f *files) pin(h *handle) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if h.refs < 1 {
		panic("BUG: a file without a user was pinned")
	}
	h.refs++
}

// retire refuses new users of the file; who still has it may read on.
func (f *files) retire(h *handle, m *meter) {
	f.lock.Lock()
	var file disk.File
	if !h.gone && h.file != nil && h.refs == 0 {
		h.unlink()
		file = f.drop(h)
	}
	h.gone = true
	f.lock.Unlock()
	if file != nil {
		m.call(0)
		closeIdle(file)
	}
}

// settle lets the files of a log that is open now be kept open.
func (f *files) settle(v *View) {
	f.lock.Lock()
	defer f.lock.Unlock()
	for i := range v.Segments() {
		s := v.extent(i).segment
		s.log.passing, s.index.passing, s.times.passing = nil, nil, nil
	}
}

// reopen closes a file without users, so that the next one sees what stands under its name now.
func (f *files) reopen(h *handle, m *meter) {
	f.lock.Lock()
	var file disk.File
	if h.file != nil && h.refs == 0 {
		h.unlink()
		file = f.drop(h)
	}
	f.lock.Unlock()
	if file != nil {
		m.call(0)
		closeIdle(file)
	}
}

// idleGone tells whether a gone file has no user left.
func (f *files) idleGone(h *handle) bool {
	f.lock.Lock()
	defer f.lock.Unlock()
	return h.gone && h.refs == 0
}

// closeIdle gives a handle back. Its error tells nothing that counts: what must be durable is
// synced, and a Sync through any handle reports what was lost before it.
func closeIdle(file disk.File) { _ = file.Close() }

func (h *handle) unlink() {
	h.newer.older, h.older.newer = h.older, h.newer
	h.newer, h.older = nil, nil
}

// link makes h the one used last.
func (h *handle) link(root *handle) {
	h.newer, h.older = root, root.older
	root.older.newer = h
	root.older = h
}
