package osfs

import (
	"errors"
	"math"
	"syscall"
	"unsafe"

	"momus/disk"
)

// vecMax is how many buffers one call takes: far below the kernel's 1,024, so that the vector
// fits the stack.
const vecMax = 128

// File is an open file descriptor.
type File struct {
	fs   FS
	name string
	fd   int
}

var _ disk.File = (*File)(nil)

// Fd is the descriptor, for sendfile; it is valid until Close.
func (f *File) Fd() int { return f.fd }

// ReadAt fills p from off and returns less only at the end of the file.
func (f *File) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		want, err := f.fs.allow("read", len(p)-done)
		n := 0
		if err == nil {
			n, err = syscall.Pread(f.fd, p[done:done+want], off+int64(done))
		}
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return done, failed("read", f.name, err)
		case n == 0:
			return done, nil
		default:
			done += n
		}
	}
	return done, nil
}

// WriteAt writes all of p at off.
func (f *File) WriteAt(p []byte, off int64) error {
	return f.write("write", [][]byte{p}, off)
}

// WriteVec writes bufs one after another at off.
func (f *File) WriteVec(bufs [][]byte, off int64) error { return f.write("writevec", bufs, off) }

// write repeats pwritev until everything is written.
func (f *File) write(op string, bufs [][]byte, off int64) error {
	skip := 0 // of the first buffer, written already
	for {
		for len(bufs) > 0 && skip >= len(bufs[0]) {
			skip -= len(bufs[0])
			bufs = bufs[1:]
		}
		if len(bufs) == 0 {
			return nil
		}
		n, err := f.writeSome(op, bufs, skip, off)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return failed(op, f.name, err)
		case n == 0:
			return failed(op, f.name, syscall.EIO)
		default:
			skip, off = skip+n, off+int64(n)
		}
	}
}

// writeSome is one pwritev of bufs, without the first skip bytes.
func (f *File) writeSome(op string, bufs [][]byte, skip int, off int64) (int, error) {
	var vec [vecMax]syscall.Iovec
	room, err := f.fs.allow(op, math.MaxInt)
	if err != nil {
		return 0, err
	}
	count := 0
	for _, b := range bufs {
		b, skip = b[skip:], 0
		b = b[:min(room, len(b))]
		if len(b) == 0 {
			continue
		}
		vec[count].Base = &b[0]
		vec[count].SetLen(len(b))
		room -= len(b)
		if count++; count == vecMax {
			break
		}
	}
	// The kernel takes the offset in two halves; on 64-bit machines the first is all of it.
	n, _, errno := syscall.Syscall6(syscall.SYS_PWRITEV, uintptr(f.fd),
		uintptr(unsafe.Pointer(&vec[0])), uintptr(count), uintptr(off), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// Truncate sets the size.
func (f *File) Truncate(size int64) error {
	return f.fs.call("truncate", f.name, func() error { return syscall.Ftruncate(f.fd, size) })
}

// Size is the current size in bytes.
func (f *File) Size() (int64, error) {
	var stat syscall.Stat_t
	err := f.fs.call("size", f.name, func() error { return syscall.Fstat(f.fd, &stat) })
	return stat.Size, err
}

// Sync makes contents and size durable: fdatasync(2), which leaves out the times alone.
func (f *File) Sync() error {
	return f.fs.call("sync", f.name, func() error { return syscall.Fdatasync(f.fd) })
}

// Close gives the descriptor back. It is given back even if the kernel reports an error, so that
// EINTR does not repeat it either.
func (f *File) Close() error {
	fd := f.fd
	if fd < 0 {
		panic("BUG: a file was closed twice: " + f.name)
	}
	f.fd = -1
	err := syscall.Close(fd)
	if _, fault := f.fs.allow("close", 0); fault != nil {
		err = fault
	}
	return failed("close", f.name, err)
}
