package simdisk

import "slices"

// inode is a file or a directory.
type inode struct {
	id  uint64
	dir bool
	// label is the path by which it was last reached, for descriptions only.
	label string
	// entries are a directory's names.
	entries map[string]*inode
	// data is a file's contents as readers see them.
	data []byte
	// pending are the file's effects that are not surely durable, in order.
	pending []fileEffect
	// astray is the sector of which a read went astray last, and one more.
	astray int64
	// listed says that the file stands in Disk.dirty.
	listed bool
	// links counts the entries that name it, refs the pending name effects that could bring it back.
	links, refs int
}

// bytes is the size of a file, or of all files in a directory.
func (n *inode) bytes() int64 {
	total := int64(len(n.data))
	names := make([]string, 0, len(n.entries))
	for name := range n.entries {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		total += n.entries[name].bytes()
	}
	return total
}

func (d *Disk) newInode(dir bool) *inode {
	d.inodes++
	n := &inode{id: d.inodes, dir: dir}
	if dir {
		n.entries = map[string]*inode{}
	}
	return n
}

// reachable says whether a crash could leave a name for the inode.
func (n *inode) reachable() bool { return n.links > 0 || n.refs > 0 }

// fileEffect is one write or change of size. The zero times mean never.
type fileEffect struct {
	span
	// size says that this is Truncate to off; else it is a write of data at off.
	size bool
	off  int64
	data []byte
	// oldSize and old restore what was there: the bytes overwritten, or cut off.
	oldSize int64
	old     []byte
	// durableAt is when the first Sync after it ends.
	durableAt int64
	// claimedAt is when a Sync ended that lied about it.
	claimedAt int64
	// stranded says that a Sync over it failed: no later one makes it durable.
	stranded bool
}

func (e *fileEffect) durable(now int64) bool { return e.durableAt != 0 && e.durableAt <= now }

// apply changes the contents and notes how to go back.
func (e *fileEffect) apply(n *inode) {
	e.oldSize, e.old = int64(len(n.data)), nil
	if e.size {
		if e.off < e.oldSize {
			e.old = slices.Clone(n.data[e.off:])
			n.data = n.data[:e.off]
		} else {
			n.grow(e.off, e.off)
		}
		return
	}
	end := e.off + int64(len(e.data))
	if e.off < e.oldSize {
		e.old = slices.Clone(n.data[e.off:min(end, e.oldSize)])
	}
	n.grow(end, e.off)
	copy(n.data[e.off:], e.data)
}

// undo restores what apply changed; every later effect was undone before.
func (e *fileEffect) undo(n *inode) {
	if e.size {
		n.data = append(n.data[:min(e.off, e.oldSize)], e.old...)
		return
	}
	copy(n.data[e.off:], e.old)
	n.data = n.data[:e.oldSize]
}

// grow lengthens the contents to end; the new bytes below zeros are cleared.
func (n *inode) grow(end, zeros int64) {
	size := int64(len(n.data))
	if end <= size {
		return
	}
	n.data = slices.Grow(n.data, int(end-size))[:end]
	if zeros > size {
		clear(n.data[size:zeros])
	}
}

// change applies an effect and keeps it until it is durable.
func (d *Disk) change(n *inode, e fileEffect) {
	e.apply(n)
	if !n.reachable() {
		return
	}
	n.pending = append(n.pending, e)
	if !n.listed {
		n.listed = true
		d.dirty = append(d.dirty, n)
		d.sweep()
	}
}

// sync gives the file's effects the time at which they become durable.
func (d *Disk) sync(n *inode, s span, lost bool) {
	d.settle(n)
	for i := range n.pending {
		e := &n.pending[i]
		switch {
		case e.stranded || !d.covers(s, e.span):
		case !lost:
			e.durableAt = sooner(e.durableAt, s.end)
		case e.durableAt == 0 && e.claimedAt == 0:
			e.claimedAt = s.end
		}
	}
}

// strand keeps the file's effects from ever becoming durable.
func (n *inode) strand() {
	for i := range n.pending {
		if n.pending[i].durableAt == 0 {
			n.pending[i].stranded = true
		}
	}
}

// settle forgets the durable effects at the head of the file's list: no crash can come before Now.
func (d *Disk) settle(n *inode) {
	now := d.env.Now()
	durable := 0
	for durable < len(n.pending) && n.pending[durable].durable(now) {
		durable++
	}
	n.pending = slices.Delete(n.pending, 0, durable)
}

// sweepFrom is the length of the dirty list at which it is first swept.
const sweepFrom = 64

// sweep forgets files without pending effects, and those that no name can come back to, whenever
// the list has doubled.
func (d *Disk) sweep() {
	if len(d.dirty) < d.sweepAt {
		return
	}
	d.dirty = slices.DeleteFunc(d.dirty, func(n *inode) bool {
		d.settle(n)
		if !n.reachable() {
			n.pending = nil
		}
		n.listed = len(n.pending) > 0
		return !n.listed
	})
	d.sweepAt = max(sweepFrom, 2*len(d.dirty))
}
