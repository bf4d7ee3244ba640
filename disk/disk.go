package disk

import "errors"

// The environment's faults, as every implementation reports them (wrapped or bare).
var (
	ErrNotExist = errors.New("file does not exist")
	ErrExist    = errors.New("file exists")
	ErrNoSpace  = errors.New("no space left on device")
	ErrIO       = errors.New("input/output error")
	// ErrLocked is returned by Lock when another process holds the directory.
	ErrLocked = errors.New("directory is in use by another process")
)

// FS is the file system as storage code sees it. Paths are slash-separated and absolute or
// relative to the process; no call follows symbolic links specially. A directory entry (of a
// created, renamed or removed file) is durable only after SyncDir of its directory.
type FS interface {
	// Open opens an existing file for reading and writing; ErrNotExist if there is none.
	Open(name string) (File, error)
	// Create makes a new file, or empties an existing one, and opens it.
	Create(name string) (File, error)
	// Rename moves old to new within one file system, replacing new.
	Rename(oldName, newName string) error
	// Remove deletes a file or an empty directory.
	Remove(name string) error
	// MkdirAll makes a directory and its missing parents.
	MkdirAll(name string) error
	// ReadDir lists a directory's entries, sorted by name.
	ReadDir(name string) ([]Entry, error)
	// SyncDir makes the entries of a directory durable.
	SyncDir(name string) error
	// Lock takes the advisory lock file name, until the process ends or the result is closed.
	Lock(name string) (Lock, error)
	// Space is the size of the file system that holds a directory, and what of it is free to be used by
	// this process, both in bytes.
	Space(name string) (total, usable int64, err error)
	// BootID identifies this boot of the machine: it changes when page cache was lost.
	BootID() (string, error)
}

// Entry is one name in a directory.
type Entry struct {
	Name string
	Dir  bool
	// Size is the file's size in bytes.
	Size int64
}

// Lock is a held lock file.
type Lock interface {
	Unlock() error
}

// File is an open file. Writes carry explicit offsets; nothing is shared between callers but the
// bytes, so that readers may run beside the one writer.
type File interface {
	// ReadAt fills p from off; at the end of the file it returns what there is and io.EOF's
	// meaning as n < len(p) with a nil error.
	ReadAt(p []byte, off int64) (int, error)
	// WriteAt writes all of p at off or returns an error; then any part of it may have been written.
	WriteAt(p []byte, off int64) error
	// WriteVec writes bufs one after another at off, in one call where the system has one.
	WriteVec(bufs [][]byte, off int64) error
	// Truncate sets the size.
	Truncate(size int64) error
	// Size is the current size in bytes.
	Size() (int64, error)
	// Sync makes contents and size durable. A failed Sync is final: it is never retried.
	Sync() error
	// Close gives the handle back.
	Close() error
}
