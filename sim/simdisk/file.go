package simdisk

import (
	"slices"

	"momus/disk"
)

// file is an open file.
type file struct {
	d      *Disk
	node   *inode
	life   int
	closed bool
}

var _ disk.File = (*file)(nil)

func (d *Disk) handle(n *inode, name string) *file {
	n.label = name
	return &file{d: d, node: n, life: d.life}
}

// Open opens an existing file.
func (d *Disk) Open(name string) (disk.File, error) {
	d.charge(opOpen, 0)
	if _, err := d.fault(opOpen, name, 0); err != nil {
		return nil, failed(opOpen, name, err)
	}
	n, err := d.walk(name)
	if err == nil && n.dir {
		err = errDirectory
	}
	if err != nil {
		return nil, failed(opOpen, name, err)
	}
	return d.handle(n, name), nil
}

// Create makes or empties a file and opens it.
func (d *Disk) Create(name string) (disk.File, error) {
	s := d.charge(opCreate, 0)
	if _, err := d.fault(opCreate, name, 0); err != nil {
		return nil, failed(opCreate, name, err)
	}
	dir, base, err := d.parent(name)
	if err != nil {
		return nil, failed(opCreate, name, err)
	}
	n := dir.entries[base]
	switch {
	case n == nil:
		n = d.newInode(false)
		d.link(s, entry{dir, base}, n)
	case n.dir:
		return nil, failed(opCreate, name, errDirectory)
	case len(n.data) > 0:
		d.change(n, fileEffect{span: s, size: true})
	}
	return d.handle(n, name), nil
}

// alive refuses a handle from before a crash. Using a closed one is our own fault.
func (f *file) alive(op op) error {
	if f.closed {
		panic("BUG: a closed file was used: " + f.node.label)
	}
	if f.life != f.d.life {
		return failed(op, f.node.label, errDead)
	}
	return nil
}

// ReadAt fills p from off; at the end of the file it returns what there is.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	if err := f.alive(opRead); err != nil {
		return 0, err
	}
	n := 0
	if off < int64(len(f.node.data)) {
		n = min(len(p), len(f.node.data)-int(off))
	}
	f.d.charge(opRead, int64(n))
	n, err := f.d.fault(opRead, f.node.label, n)
	if n > 0 {
		copy(p[:n], f.node.data[off:])
		f.d.stray(f.node, p[:n], off)
	}
	if err != nil {
		return n, failed(opRead, f.node.label, err)
	}
	return n, nil
}

// WriteAt writes all of p at off.
func (f *file) WriteAt(p []byte, off int64) error {
	if err := f.alive(opWrite); err != nil {
		return err
	}
	return f.write(opWrite, slices.Clone(p), off)
}

// WriteVec writes bufs one after another at off, in one call.
func (f *file) WriteVec(bufs [][]byte, off int64) error {
	if err := f.alive(opWriteVec); err != nil {
		return err
	}
	return f.write(opWriteVec, slices.Concat(bufs...), off)
}

// write is the one call behind both writes; data belongs to the disk.
func (f *file) write(op op, data []byte, off int64) error {
	s := f.d.charge(op, int64(len(data)))
	n, err := f.d.fault(op, f.node.label, len(data))
	if n > 0 {
		f.d.change(f.node, fileEffect{span: s, off: off, data: data[:n]})
	}
	if err != nil {
		return failed(op, f.node.label, err)
	}
	return nil
}

// Truncate sets the size.
func (f *file) Truncate(size int64) error {
	if err := f.alive(opTruncate); err != nil {
		return err
	}
	s := f.d.charge(opTruncate, 0)
	if _, err := f.d.fault(opTruncate, f.node.label, 0); err != nil {
		return failed(opTruncate, f.node.label, err)
	}
	if size != int64(len(f.node.data)) {
		f.d.change(f.node, fileEffect{span: s, size: true, off: size})
	}
	return nil
}

// Size is the current size.
func (f *file) Size() (int64, error) {
	if err := f.alive(opSize); err != nil {
		return 0, err
	}
	f.d.charge(opSize, 0)
	if _, err := f.d.fault(opSize, f.node.label, 0); err != nil {
		return 0, failed(opSize, f.node.label, err)
	}
	return int64(len(f.node.data)), nil
}

// Sync makes contents and size durable when it ends.
func (f *file) Sync() error {
	if err := f.alive(opSync); err != nil {
		return err
	}
	d := f.d
	s := d.charge(opSync, 0)
	if _, err := d.fault(opSync, f.node.label, 0); err != nil {
		f.node.strand()
		return failed(opSync, f.node.label, err)
	}
	d.sync(f.node, s, d.lies(f.node))
	return nil
}

// Close gives the handle back.
func (f *file) Close() error {
	if err := f.alive(opClose); err != nil {
		return err
	}
	f.closed = true
	f.d.charge(opClose, 0)
	if _, err := f.d.fault(opClose, f.node.label, 0); err != nil {
		return failed(opClose, f.node.label, err)
	}
	return nil
}
