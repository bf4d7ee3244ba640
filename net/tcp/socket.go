package tcp

import (
	"errors"
	"fmt"
	"net"
	"syscall"

	"momus/core/port"
	"momus/net/sock"

	"golang.org/x/sys/unix"
)

// Socket is one TCP connection. The arguments and results of a call in progress are fields, and
// the callbacks are made once, so that no call allocates.
type Socket struct {
	c   *net.TCPConn
	raw syscall.RawConn

	read, write struct {
		ready func(fd uintptr) bool // for the wait
		move  func(fd uintptr) bool // for the transfer
		asked bool                  // the kernel was asked in this wait
		n     int
		again bool
		err   error
	}
	into []byte
	from []port.Span
}

var _ sock.Socket = (*Socket)(nil)

// newSocket takes over an open connection. Go sets TCP_NODELAY on it; that is repeated here since
// latency depends on it.
func newSocket(c *net.TCPConn) (*Socket, error) {
	raw, err := c.SyscallConn()
	if err == nil {
		err = c.SetNoDelay(true)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("socket: %w", err), c.Close())
	}
	s := &Socket{c: c, raw: raw}
	s.read.ready = func(fd uintptr) bool { return s.isReady(&s.read.asked, fd, unix.POLLIN) }
	s.write.ready = func(fd uintptr) bool { return s.isReady(&s.write.asked, fd, unix.POLLOUT) }
	s.read.move = s.receive
	s.write.move = s.send
	return s, nil
}

// Remote is the peer's address, as host:port.
func (s *Socket) Remote() string { return s.c.RemoteAddr().String() }

// WaitReadable waits until TryRead has something to say: bytes, the end or an error. It may return
// early, and then TryRead says again. The error is sock.ErrClosed.
func (s *Socket) WaitReadable() error {
	s.read.asked = false
	return mapped(s.raw.Read(s.read.ready))
}

// WaitWritable waits until TryWrite may accept something or fail; it may return early.
func (s *Socket) WaitWritable() error {
	s.write.asked = false
	return mapped(s.raw.Write(s.write.ready))
}

// isReady asks the kernel the first time; the second time the poller has seen an edge since.
func (s *Socket) isReady(asked *bool, fd uintptr, events int16) bool {
	if *asked {
		return true
	}
	*asked = true
	return poll(fd, events)
}

// TryRead implements sock.Socket.
func (s *Socket) TryRead(p []byte) (n int, again bool, err error) {
	r := &s.read
	s.into, r.n, r.again, r.err = p, 0, false, nil
	err = s.raw.Read(r.move)
	s.into = nil
	if err == nil {
		err = r.err
	}
	return r.n, r.again, mapped(err)
}

func (s *Socket) receive(fd uintptr) bool {
	r := &s.read
	n, err := retried(func() (int, error) { return syscall.Read(int(fd), s.into) })
	if errors.Is(err, syscall.EAGAIN) {
		r.again = true
		return true
	}
	r.n, r.err = max(n, 0), err
	return true
}

// TryWrite implements sock.Socket.
func (s *Socket) TryWrite(spans []port.Span) (n int, full bool, err error) {
	w := &s.write
	s.from, w.n, w.again, w.err = spans, 0, false, nil
	err = s.raw.Write(w.move)
	s.from = nil
	if err == nil {
		err = w.err
	}
	return w.n, w.again, mapped(err)
}

// CloseWrite implements sock.Socket.
func (s *Socket) CloseWrite() error { return mapped(s.c.CloseWrite()) }

// Close implements sock.Socket.
func (s *Socket) Close() error { return mapped(s.c.Close()) }

// mapped turns what the system says into the errors of net/sock. Whatever is not this side's own
// close has broken the connection: a reset, a lost route, a keep-alive without answer.
func mapped(err error) error {
	switch {
	case err == nil, errors.Is(err, sock.ErrRegion):
		return err
	case errors.Is(err, net.ErrClosed):
		return fmt.Errorf("%w: %w", sock.ErrClosed, err)
	}
	return fmt.Errorf("%w: %w", sock.ErrReset, err)
}
