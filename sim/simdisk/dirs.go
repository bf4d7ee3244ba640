package simdisk

import (
	"maps"
	"slices"
	"strings"
)

// A directory of the root stands for a disk of its own that is mounted there: it may fail wholly, be
// away for a while, or be replaced by an empty one. What the others hold is not touched.

// Break has every call below a directory fail from now on, until Mend. A sync that fails by it strands
// what it covers, as any other.
func (d *Disk) Break(path string) {
	if !slices.Contains(d.broken, path) {
		d.broken = append(d.broken, path)
	}
}

// Mend ends it.
func (d *Disk) Mend(path string) {
	d.broken = slices.DeleteFunc(d.broken, func(p string) bool { return p == path })
}

func (d *Disk) isBroken(name string) bool {
	return slices.ContainsFunc(d.broken, func(p string) bool { return name == p || strings.HasPrefix(name, p+"/") })
}

// mount is the first component of a path.
func mount(name string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(name, "/"), "/")
	return first
}

func (d *Disk) troubled(name string) { d.troubles[mount(name)]++ }

// Troubles counts the calls below a directory of the root that failed.
func (d *Disk) Troubles(path string) uint64 { return d.troubles[mount(path)] }

// Drive is a directory of the root that was taken away, with all that it holds.
type Drive struct{ root *inode }

// Detach takes a directory of the root away; nil means that there is none. It is for a node that is
// down, and orderly: all that was written to the drive is durable from then on.
func (d *Disk) Detach(path string) *Drive {
	at := entry{d.root, mount(path)}
	n := at.get()
	if n == nil {
		return nil
	}
	dirs := []*inode{n}
	for i := 0; i < len(dirs); i++ {
		for _, name := range slices.Sorted(maps.Keys(dirs[i].entries)) {
			if e := dirs[i].entries[name]; e.dir {
				dirs = append(dirs, e)
			} else {
				e.pending = nil
			}
		}
	}
	d.names = slices.DeleteFunc(d.names, func(e *nameEffect) bool {
		if e.from != at && e.to != at && !slices.Contains(dirs, e.from.dir) && !slices.Contains(dirs, e.to.dir) {
			return false
		}
		e.refer(-1)
		return true
	})
	at.set(nil)
	n.links++ // somewhere it is still there
	return &Drive{n}
}

// Attach puts a drive where no directory is.
func (d *Disk) Attach(path string, drive *Drive) {
	at := entry{d.root, mount(path)}
	if at.get() != nil {
		panic("BUG: a drive is attached where another is: " + path)
	}
	at.set(drive.root)
	drive.root.links--
}
