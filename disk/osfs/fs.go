package osfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"momus/disk"
)

// bootIDFile is where Linux names the boot.
const bootIDFile = "/proc/sys/kernel/random/boot_id"

// FS is the machine's file system. The zero value is ready.
type FS struct {
	// fault stands below the port in tests: it may shorten the next transfer, of n bytes at most, or put an
	// errno in the place of the call. Nil in production.
	fault func(op string, n int) (int, error)
}

var _ disk.FS = FS{}

// allow asks the fault hook.
func (s FS) allow(op string, n int) (int, error) {
	if s.fault == nil {
		return n, nil
	}
	return s.fault(op, n)
}

// call is one kernel call that moves no bytes.
func (s FS) call(op, name string, do func() error) error {
	if _, err := s.allow(op, 0); err != nil {
		return failed(op, name, err)
	}
	for {
		if err := do(); !errors.Is(err, syscall.EINTR) || op == "sync" || op == "syncdir" {
			return failed(op, name, err)
		}
	}
}

// failed maps an errno to the port's errors, and nil to nil.
func failed(op, name string, err error) error {
	if err == nil {
		return nil
	}
	kind := disk.ErrIO
	switch {
	case errors.Is(err, syscall.ENOENT):
		kind = disk.ErrNotExist
	case errors.Is(err, syscall.EEXIST), errors.Is(err, syscall.ENOTEMPTY):
		kind = disk.ErrExist
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		kind = disk.ErrNoSpace
	case op == "lock" && errors.Is(err, syscall.EAGAIN): // of the lock; open does not say it
		kind = disk.ErrLocked
	}
	return fmt.Errorf("%s %s: %w (%v)", op, name, kind, err)
}

// open opens a descriptor on behalf of op.
func (s FS) open(op, name string, flags int) (*File, error) {
	f := &File{fs: s, name: name}
	return f, s.call(op, name, func() (err error) {
		if f.fd, err = syscall.Open(name, flags|syscall.O_CLOEXEC, 0o644); err == syscall.EACCES && op == "open" {
			f.fd, err = syscall.Open(name, syscall.O_RDONLY|syscall.O_CLOEXEC, 0) // Kafka's snapshots are read-only
		}
		return err
	})
}

// file is open, with the port's convention that there is no file beside an error.
func (s FS) file(op, name string, flags int) (disk.File, error) {
	f, err := s.open(op, name, flags)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Open opens an existing file for reading and writing.
func (s FS) Open(name string) (disk.File, error) { return s.file("open", name, syscall.O_RDWR) }

// Create makes or empties a file and opens it.
func (s FS) Create(name string) (disk.File, error) {
	return s.file("create", name, syscall.O_RDWR|syscall.O_CREAT|syscall.O_TRUNC)
}

// Rename moves oldName to newName, replacing newName.
func (s FS) Rename(oldName, newName string) error {
	return s.call("rename", oldName, func() error { return syscall.Rename(oldName, newName) })
}

// Remove deletes a file or an empty directory; disk.ErrExist if it is not empty.
func (s FS) Remove(name string) error {
	return s.call("remove", name, func() error { return os.Remove(name) })
}

// MkdirAll makes a directory and its missing parents.
func (s FS) MkdirAll(name string) error {
	return s.call("mkdir", name, func() error { return os.MkdirAll(name, 0o755) })
}

// ReadDir lists a directory. An entry that is removed meanwhile is left out.
func (s FS) ReadDir(name string) (list []disk.Entry, err error) {
	err = s.call("readdir", name, func() error {
		found, err := os.ReadDir(name)
		if err != nil {
			return err
		}
		for _, e := range found {
			info, err := e.Info()
			switch {
			case err == nil && e.IsDir():
				list = append(list, disk.Entry{Name: e.Name(), Dir: true})
			case err == nil:
				list = append(list, disk.Entry{Name: e.Name(), Size: info.Size()})
			case !errors.Is(err, fs.ErrNotExist):
				return err
			}
		}
		return nil
	})
	return list, err
}

// SyncDir makes the entries of a directory durable.
func (s FS) SyncDir(name string) error {
	f, err := s.open("syncdir", name, syscall.O_RDONLY|syscall.O_DIRECTORY)
	if err != nil {
		return err
	}
	err = s.call("syncdir", name, func() error { return syscall.Fsync(f.fd) })
	return errors.Join(err, f.Close())
}

// fcntlOFDSetLock is Linux's F_OFD_SETLK.
const fcntlOFDSetLock = 37

// Lock takes a lock on the whole file that belongs to the open file and ends with the process. An
// open-file lock excludes a second one in this process too, unlike a plain fcntl lock, and it
// excludes the plain fcntl lock that a Kafka broker takes on the same .lock, unlike flock(2).
func (s FS) Lock(name string) (disk.Lock, error) {
	f, err := s.open("lock", name, syscall.O_RDWR|syscall.O_CREAT)
	if err != nil {
		return nil, err
	}
	whole := syscall.Flock_t{Type: syscall.F_WRLCK}
	if err = s.call("lock", name, func() error {
		return syscall.FcntlFlock(uintptr(f.fd), fcntlOFDSetLock, &whole)
	}); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return held{f}, nil
}

// held is a lock file whose lock is taken.
type held struct{ file *File }

// Unlock gives the lock up by closing its file.
func (h held) Unlock() error { return h.file.Close() }

// Space is the size of the file system that holds a directory, and what of it others than root may use.
func (s FS) Space(name string) (total, usable int64, err error) {
	var stat syscall.Statfs_t
	err = s.call("space", name, func() error { return syscall.Statfs(name, &stat) })
	return int64(stat.Blocks) * stat.Frsize, int64(stat.Bavail) * stat.Frsize, err
}

// BootID is the kernel's boot id. Where the system has none it is "", which callers must not take
// for the same boot as any other.
func (s FS) BootID() (string, error) {
	var id []byte
	err := s.call("bootid", bootIDFile, func() (err error) {
		id, err = os.ReadFile(bootIDFile)
		return err
	})
	if errors.Is(err, disk.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(id)), err
}
