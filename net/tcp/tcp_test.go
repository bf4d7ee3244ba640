package tcp

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"momus/core/port"
	"momus/net/nettest"
	"momus/net/sock"
)

// loopback is the machine's own network, as a world for the conformance suite.
type loopback struct{}

// patience bounds every wait, so that a broken promise fails instead of hanging.
const patience = 20 * time.Second

func (loopback) Pair(t *testing.T) (a, b sock.Socket) {
	t.Helper()
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	client, err := newSocket(c.(*net.TCPConn))
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(patience)
	for _, s := range []*Socket{server, client} {
		if err := s.c.SetDeadline(deadline); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closeAgain(t, s.Close()) })
	}
	closeAgain(t, l.Close())
	return server, client
}

// closeAgain allows for what the case closed itself.
func closeAgain(t *testing.T, err error) {
	t.Helper()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

func (loopback) AwaitReadable(t *testing.T, s sock.Socket) {
	t.Helper()
	if err := s.(*Socket).WaitReadable(); err != nil {
		t.Fatal(err)
	}
}

func (loopback) AwaitWritable(t *testing.T, s sock.Socket) {
	t.Helper()
	if err := s.(*Socket).WaitWritable(); err != nil {
		t.Fatal(err)
	}
}

func (loopback) Reset(t *testing.T, s sock.Socket) {
	t.Helper()
	if err := s.(*Socket).c.SetLinger(0); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// file is a region that the kernel can send.
type file struct{ *os.File }

func (f file) Fd() int { return int(f.File.Fd()) }
func (file) Pin()      {}
func (file) Unpin()    {}

func (loopback) Region(t *testing.T, content []byte) port.Region {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "region")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeAgain(t, f.Close()) })
	if _, err := f.Write(content); err != nil {
		t.Fatal(err)
	}
	return file{f}
}

func TestSocketsOfTheMachineConform(t *testing.T) { nettest.Run(t, loopback{}) }

func TestCloseEndsWaits(t *testing.T) {
	a, _ := loopback{}.Pair(t)
	s := a.(*Socket)
	waited := make(chan error)
	go func() { waited <- s.WaitReadable() }()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-waited; !errors.Is(err, sock.ErrClosed) {
		t.Errorf("the wait ended with %v", err)
	}
}

func TestWaitSeesWhatArrivedBeforeItBegan(t *testing.T) {
	a, b := loopback{}.Pair(t)
	for range 100 {
		if _, _, err := b.TryWrite([]port.Span{port.MemSpan([]byte("x"), nil)}); err != nil {
			t.Fatal(err)
		}
		var buf [2]byte
		for got := 0; got == 0; {
			loopback{}.AwaitReadable(t, a)
			n, _, err := a.TryRead(buf[:])
			if err != nil {
				t.Fatal(err)
			}
			got = n
		}
	}
}

func TestListenerSaysClosed(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if l.Port() == 0 {
		t.Error("the port that the system picked is not told")
	}
	if _, err := Listen(l.Addr()); err == nil {
		t.Error("an address was listened on twice")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Accept(); !errors.Is(err, sock.ErrClosed) || !errors.Is(err, net.ErrClosed) {
		t.Errorf("accepting ended with %v", err)
	}
}

func TestTransferDoesNotAllocate(t *testing.T) {
	a, b := loopback{}.Pair(t)
	spans := []port.Span{port.MemSpan([]byte("header"), nil), port.MemSpan(make([]byte, 1000), nil)}
	buf := make([]byte, 2000)
	allocs := testing.AllocsPerRun(100, func() {
		if n, _, err := a.TryWrite(spans); n != 1006 || err != nil {
			t.Fatal(n, err)
		}
		for got := 0; got < 1006; {
			if err := b.(*Socket).WaitReadable(); err != nil {
				t.Fatal(err)
			}
			n, _, err := b.TryRead(buf)
			if err != nil {
				t.Fatal(err)
			}
			got += n
		}
	})
	if allocs > 0 {
		t.Errorf("%v allocations for a message", allocs)
	}
}
