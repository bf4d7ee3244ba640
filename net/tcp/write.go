package tcp

import (
	"errors"
	"fmt"
	"sync"
	"syscall"

	"momus/core/port"
	"momus/net/sock"
)

const (
	// vecMax is how many pieces one writev takes, few enough for the stack.
	vecMax = 64
	// copyBytes is the size of the buffer for regions without a descriptor.
	copyBytes = 64 << 10
)

var copies = sync.Pool{New: func() any { return new([copyBytes]byte) }}

// descriptor is a region that the kernel can send by itself.
type descriptor interface{ Fd() int }

// send writes the spans until they are all out or the socket is full. It is called by the poller
// and always answers true: to wait is not its business.
func (s *Socket) send(fd uintptr) bool {
	w := &s.write
	spans, skip := s.from, 0 // skip counts the bytes of spans[0] that are out
	for w.err == nil {
		for len(spans) > 0 && skip == spans[0].Len() {
			spans, skip = spans[1:], 0
		}
		if len(spans) == 0 {
			return true
		}
		n, err := sendSome(int(fd), spans, skip)
		if errors.Is(err, syscall.EAGAIN) {
			w.again = true
			return true
		}
		w.n += n
		w.err = err
		for len(spans) > 0 && n >= spans[0].Len()-skip {
			n -= spans[0].Len() - skip
			spans, skip = spans[1:], 0
		}
		skip += n
	}
	return true
}

// sendSome makes one system call for the beginning of spans, less skip bytes.
func sendSome(fd int, spans []port.Span, skip int) (int, error) {
	if !spans[0].InMemory() {
		return sendRegion(fd, spans[0].Slice(skip, spans[0].Len()))
	}
	var pieces [vecMax]syscall.Iovec
	count := 0
	for i := 0; i < len(spans) && count < vecMax && spans[i].InMemory(); i++ {
		b := spans[i].Bytes()[skip:]
		skip = 0
		if len(b) > 0 {
			pieces[count].Base = &b[0]
			pieces[count].SetLen(len(b))
			count++
		}
	}
	return retried(func() (int, error) { return writev(fd, pieces[:count]) })
}

// sendRegion sends a part of a file; a file that ends early is as bad as one that cannot be read.
func sendRegion(fd int, span port.Span) (int, error) {
	region, off := span.Region()
	file, ok := region.(descriptor)
	if !ok {
		return copyRegion(fd, region, off, span.Len())
	}
	n, err := retried(func() (int, error) {
		at := off
		return syscall.Sendfile(fd, file.Fd(), &at, span.Len())
	})
	switch {
	case err == nil && n == 0:
		return 0, fmt.Errorf("%w: it ends at %d", sock.ErrRegion, off)
	case errors.Is(err, syscall.EIO):
		return max(n, 0), fmt.Errorf("%w: %w", sock.ErrRegion, err)
	}
	return max(n, 0), err
}

// copyRegion is for regions without a descriptor: what the socket does not take is read again.
func copyRegion(fd int, region port.Region, off int64, size int) (int, error) {
	buf := copies.Get().(*[copyBytes]byte)
	defer copies.Put(buf)
	part := buf[:min(size, copyBytes)]
	n, err := region.ReadAt(part, off)
	if n < len(part) {
		return 0, errors.Join(fmt.Errorf("%w: %d of %d bytes at %d", sock.ErrRegion, n, len(part), off), err)
	}
	n, err = retried(func() (int, error) { return syscall.Write(fd, part) })
	return max(n, 0), err
}
