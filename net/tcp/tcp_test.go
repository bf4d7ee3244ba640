package tcp

import (
	"errors"
	"net"
	"testing"

	"momus/core/port"
	"momus/net/sock"
)

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
