package tcp

import (
	"errors"
	"fmt"
	"net"

	"momus/net/sock"
)

// Listener accepts connections on one address.
type Listener struct {
	l *net.TCPListener
}

// Listen opens addr, host:port; an empty host is every address, port 0 one that the system picks.
func Listen(addr string) (*Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return &Listener{l: l.(*net.TCPListener)}, nil
}

// Accept waits for the next connection. After Close the error is sock.ErrClosed (and
// net.ErrClosed); others are the system's, and accepting may go on.
func (l *Listener) Accept() (*Socket, error) {
	c, err := l.l.AcceptTCP()
	if errors.Is(err, net.ErrClosed) {
		return nil, fmt.Errorf("%w: %w", sock.ErrClosed, err)
	}
	if err != nil {
		return nil, fmt.Errorf("accept: %w", err)
	}
	return newSocket(c)
}

// Port is the port that is listened on.
func (l *Listener) Port() int32 { return int32(l.l.Addr().(*net.TCPAddr).Port) }

// Addr is the address that is listened on, as host:port.
func (l *Listener) Addr() string { return l.l.Addr().String() }

// Close stops accepting; accepted connections stay.
func (l *Listener) Close() error { return l.l.Close() }
