package sock

import (
	"errors"

	"momus/core/port"
)

// The faults of a connection, as every implementation reports them (wrapped or bare).
var (
	// ErrReset says that the peer or the network broke the connection. Bytes that were accepted
	// may or may not have arrived.
	ErrReset = errors.New("connection reset")
	// ErrClosed says that this side closed the connection, or this direction of it.
	ErrClosed = errors.New("connection closed")
	// ErrRegion says that a file region could not be read (I/O error, or shorter than its span).
	// Since a header that promised its bytes may have left, nothing but closing is possible.
	ErrRegion = errors.New("file region cannot be read")
)

// Socket is one end of a connection.
type Socket interface {
	// TryRead takes bytes that have arrived, at most len(p), which is not 0. Again says that there are none now.
	// No bytes, not again and no error is the end: the peer sends nothing more.
	TryRead(p []byte) (n int, again bool, err error)
	// TryWrite sends the spans one after another, as far as that goes without waiting. It returns
	// the bytes accepted, also beside an error; full says that the rest has to wait.
	TryWrite(spans []port.Span) (n int, full bool, err error)
	// CloseWrite ends this direction after what was accepted; the other stays open (half-close).
	CloseWrite() error
	// Close gives the connection up, in both directions. What was accepted is still sent, unless
	// bytes that arrived were never read: then the peer sees a reset, as TCP has it.
	Close() error
}
