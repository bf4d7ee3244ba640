package simdisk

import (
	"maps"
	"math"
	"slices"
)

// Rest is the part of a file that is at rest: its first bytes, up to the first that a write or a
// change of size touches that is not durable yet. No crash changes anything of it.
type Rest struct {
	Path string
	// Data are the bytes. They belong to the disk.
	Data []byte
}

// AtRest lists, in the order of their paths, the files that want accepts and of which something is
// at rest.
func (d *Disk) AtRest(want func(path string) bool) []Rest {
	var list []Rest
	d.eachFile(want, func(path string, n *inode) {
		if b := d.rest(n); len(b) > 0 {
			list = append(list, Rest{path, b})
		}
	})
	return list
}

// eachFile visits, in the order of their paths, the files that want accepts.
func (d *Disk) eachFile(want func(path string) bool, visit func(path string, n *inode)) {
	var walk func(dir *inode, path string)
	walk = func(dir *inode, path string) {
		for _, name := range slices.Sorted(maps.Keys(dir.entries)) {
			n, at := dir.entries[name], path+"/"+name
			switch {
			case n.dir:
				walk(n, at)
			case want(at):
				visit(at, n)
			}
		}
	}
	walk(d.root, "")
}

// rest is what is at rest of a file's contents.
func (d *Disk) rest(n *inode) []byte {
	d.settle(n)
	end := int64(len(n.data))
	for i := range n.pending {
		e := &n.pending[i]
		end = min(end, e.off)
		if e.size {
			end = min(end, e.oldSize)
		}
	}
	return n.data[:end]
}

// Peek is a file's contents as readers see them, or nil if there is no such file. They belong to the
// disk; looking at them costs no time and no draw.
func (d *Disk) Peek(path string) []byte {
	n, err := d.walk(path)
	if err != nil || n.dir {
		return nil
	}
	return n.data
}

// Rot flips one bit, of 0 to 7, of a byte that is at rest: nobody wrote it, and no call fails.
func (d *Disk) Rot(path string, at int64, bit uint64) {
	d.resting(path, at+1)[at] ^= 1 << bit
	d.bites.RottenBits++
}

// Misplace lets a write of a whole sector that ended long ago have gone astray: the sector at from,
// where it was to go, holds zeros, and another one at to holds it. Both are at rest.
func (d *Disk) Misplace(path string, from, to int64) {
	b := d.resting(path, max(from, to)+sector)
	copy(b[to:to+sector], b[from:from+sector])
	clear(b[from : from+sector])
	d.bites.MisplacedWrites++
}

// resting is what is at rest of a file, of which the caller damages bytes below end.
func (d *Disk) resting(path string, end int64) []byte {
	n, err := d.walk(path)
	if err != nil || n.dir {
		panic("BUG: damage to a file that there is not: " + path)
	}
	b := d.rest(n)
	if end > int64(len(b)) || end > math.MaxInt {
		panic("BUG: damage to bytes that are not at rest: " + path)
	}
	return b
}

// SectorSize is the unit in which a drive writes whole.
const SectorSize = sector
