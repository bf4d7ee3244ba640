package simdisk

import (
	"fmt"
	"slices"
	"strings"

	"momus/disk"
)

// entry is a place for a name: the directory itself, not its path, so that it moves with it.
type entry struct {
	dir  *inode
	name string
}

func (e entry) get() *inode { return e.dir.entries[e.name] }

// set puts an inode, or nothing, under the name.
func (e entry) set(n *inode) {
	if was := e.get(); was != nil {
		was.links--
	}
	if n == nil {
		delete(e.dir.entries, e.name)
		return
	}
	n.links++
	e.dir.entries[e.name] = n
}

// nameEffect is one change of the name space: from goes, to comes; a creation has no from, a
// removal no to.
type nameEffect struct {
	span
	call     op
	node     *inode
	from, to entry
	replaced *inode
	// fromAt and toAt are when the SyncDir of each side ends, 0: never.
	fromAt, toAt int64
}

// durable says whether every directory that the effect touches was synced by now.
func (e *nameEffect) durable(now int64) bool {
	done := func(side entry, at int64) bool { return side.dir == nil || at != 0 && at <= now }
	return done(e.from, e.fromAt) && done(e.to, e.toAt)
}

// touches says whether two effects share a name.
func (e *nameEffect) touches(o *nameEffect) bool {
	for _, a := range [...]entry{e.from, e.to} {
		if a.dir != nil && (a == o.from || a == o.to) {
			return true
		}
	}
	return false
}

func (e *nameEffect) apply() {
	if e.from.dir != nil {
		e.from.set(nil)
	}
	if e.to.dir != nil {
		e.replaced = e.to.get()
		e.to.set(e.node)
	}
}

// undo restores what apply changed; every later effect on these names was undone before.
func (e *nameEffect) undo() {
	if e.to.dir != nil {
		e.to.set(e.replaced)
	}
	if e.from.dir != nil {
		e.from.set(e.node)
	}
}

// refer counts the effect's hold on the inodes that undoing it could bring back.
func (e *nameEffect) refer(by int) {
	e.node.refs += by
	if e.replaced != nil {
		e.replaced.refs += by
	}
}

// rename applies a name effect and keeps it until it is durable.
func (d *Disk) rename(e nameEffect) {
	e.apply()
	e.refer(1)
	d.names = append(d.names, &e)
}

// link names a new inode.
func (d *Disk) link(s span, at entry, n *inode) {
	d.rename(nameEffect{span: s, call: opCreate, node: n, to: at})
}

// settleNames forgets the durable effects that no earlier pending one shares a name with.
func (d *Disk) settleNames() {
	now := d.env.Now()
	kept := d.names[:0]
	for _, e := range d.names {
		if e.durable(now) && !slices.ContainsFunc(kept, e.touches) {
			e.refer(-1)
			continue
		}
		kept = append(kept, e)
	}
	clear(d.names[len(kept):])
	d.names = kept
}

// parts are the components of a path; every path starts at the root.
func parts(name string) []string {
	return slices.DeleteFunc(strings.Split(name, "/"), func(p string) bool { return p == "" || p == "." })
}

// walk follows a path to what it names.
func (d *Disk) walk(path string) (*inode, error) {
	at := d.root
	for p := range strings.SplitSeq(path, "/") {
		if p == "" || p == "." {
			continue
		}
		if !at.dir {
			return nil, errNotDirectory
		}
		if at = at.entries[p]; at == nil {
			return nil, disk.ErrNotExist
		}
	}
	return at, nil
}

// parent finds the directory in which a path's last component stands or would stand.
func (d *Disk) parent(name string) (dir *inode, base string, err error) {
	for base == "" || base == "." {
		if name == "" {
			return nil, "", fmt.Errorf("%w: the root", disk.ErrExist)
		}
		slash := strings.LastIndexByte(name, '/')
		base = name[slash+1:]
		name = name[:max(slash, 0)]
	}
	dir, err = d.walk(name)
	if err == nil && !dir.dir {
		err = errNotDirectory
	}
	return dir, base, err
}

// Rename moves oldName to newName, replacing newName.
func (d *Disk) Rename(oldName, newName string) error {
	s := d.charge(opRename, 0)
	if _, err := d.fault(opRename, oldName, 0); err != nil {
		return failed(opRename, oldName, err)
	}
	from, to, err := d.ends(oldName, newName)
	if err != nil {
		return failed(opRename, oldName+" to "+newName, err)
	}
	n := from.get()
	if n == to.get() {
		return nil
	}
	n.label = newName
	d.rename(nameEffect{span: s, call: opRename, node: n, from: from, to: to})
	return nil
}

// within tells whether a path leads into a directory.
func within(path, dir []string) bool {
	return len(path) > len(dir) && slices.Equal(path[:len(dir)], dir)
}

// ends finds and checks both sides of a rename.
func (d *Disk) ends(oldName, newName string) (from, to entry, err error) {
	if from.dir, from.name, err = d.parent(oldName); err != nil {
		return from, to, err
	}
	if to.dir, to.name, err = d.parent(newName); err != nil {
		return from, to, err
	}
	n, there := from.get(), to.get()
	switch {
	case n == nil:
		return from, to, disk.ErrNotExist
	case n.dir && within(parts(newName), parts(oldName)):
		return from, to, fmt.Errorf("%w: a directory into itself", disk.ErrIO)
	case there == nil:
		return from, to, nil
	case n.dir && !there.dir:
		return from, to, errNotDirectory
	case !n.dir && there.dir:
		return from, to, errDirectory
	case there != n && len(there.entries) > 0:
		return from, to, errNotEmpty
	}
	return from, to, nil
}

// Remove deletes a file or an empty directory.
func (d *Disk) Remove(name string) error {
	s := d.charge(opRemove, 0)
	if _, err := d.fault(opRemove, name, 0); err != nil {
		return failed(opRemove, name, err)
	}
	dir, base, err := d.parent(name)
	if err != nil {
		return failed(opRemove, name, err)
	}
	at := entry{dir, base}
	n := at.get()
	switch {
	case n == nil:
		return failed(opRemove, name, disk.ErrNotExist)
	case len(n.entries) > 0:
		return failed(opRemove, name, errNotEmpty)
	}
	d.rename(nameEffect{span: s, call: opRemove, node: n, from: at})
	return nil
}

// MkdirAll makes a directory and its missing parents.
func (d *Disk) MkdirAll(name string) error {
	s := d.charge(opMkdir, 0)
	if _, err := d.fault(opMkdir, name, 0); err != nil {
		return failed(opMkdir, name, err)
	}
	at := d.root
	for _, p := range parts(name) {
		next := at.entries[p]
		if next == nil {
			next = d.newInode(true)
			next.label = strings.TrimSuffix(at.label, "/") + "/" + p
			d.rename(nameEffect{span: s, call: opMkdir, node: next, to: entry{at, p}})
		}
		if !next.dir {
			return failed(opMkdir, name, errNotDirectory)
		}
		at = next
	}
	return nil
}

// directory finds a directory.
func (d *Disk) directory(name string) (*inode, error) {
	n, err := d.walk(name)
	if err == nil && !n.dir {
		err = errNotDirectory
	}
	return n, err
}

// ReadDir lists a directory, sorted by name.
func (d *Disk) ReadDir(name string) ([]disk.Entry, error) {
	d.charge(opReadDir, 0)
	if _, err := d.fault(opReadDir, name, 0); err != nil {
		return nil, failed(opReadDir, name, err)
	}
	list, err := d.Look(name)
	if err != nil {
		return nil, failed(opReadDir, name, err)
	}
	return list, nil
}

// Look is ReadDir for the world around the machine: it takes no time, and meets no fault.
func (d *Disk) Look(name string) ([]disk.Entry, error) {
	dir, err := d.directory(name)
	if err != nil {
		return nil, err
	}
	found := make([]string, 0, len(dir.entries))
	for entry := range dir.entries {
		found = append(found, entry)
	}
	slices.Sort(found)
	list := make([]disk.Entry, 0, len(found))
	for _, entry := range found {
		n := dir.entries[entry]
		list = append(list, disk.Entry{Name: entry, Dir: n.dir, Size: int64(len(n.data))})
	}
	return list, nil
}

// SyncDir makes the names in a directory durable when it ends. One that fails leaves them as they
// were: unlike the pages of a file, names stay in the file system's journal until they are written.
func (d *Disk) SyncDir(name string) error {
	s := d.charge(opSyncDir, 0)
	dir, err := d.directory(name)
	if err != nil {
		return failed(opSyncDir, name, err)
	}
	d.settleNames()
	_, err = d.fault(opSyncDir, name, 0)
	if err != nil {
		return failed(opSyncDir, name, err)
	}
	for _, e := range d.names {
		if !d.covers(s, e.span) {
			continue
		}
		if e.from.dir == dir {
			e.fromAt = sooner(e.fromAt, s.end)
		}
		if e.to.dir == dir {
			e.toAt = sooner(e.toAt, s.end)
		}
	}
	return nil
}

// covers says whether a sync covers what a call did: one of another turn may have been made already
// and yet end later than the sync begins. Outside of turns, calls follow one another.
func (d *Disk) covers(sync, call span) bool { return !d.turn.running || call.end <= sync.start }

// sooner is when something is durable that was to be at a time, 0 for never, and of which another
// sync ends at end: that of a worker which stalls does not hold back that of another.
func sooner(at, end int64) int64 {
	if at == 0 {
		return end
	}
	return min(at, end)
}
