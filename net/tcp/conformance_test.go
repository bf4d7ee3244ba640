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
	"momus/sim/simnet/simnettest"

	"github.com/google/go-cmp/cmp"
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

// One test runs both sides, so that it can tell that they ran the same cases.
func TestConformance(t *testing.T) {
	var onMachine, onSimulated []string
	both := 0
	t.Run("tcp", func(t *testing.T) { onMachine = nettest.Run(t, loopback{}); both++ })
	t.Run("simnet", func(t *testing.T) {
		onSimulated = nettest.Run(t, simnettest.Harness{World: simnettest.New(simnettest.Benign)})
		both++
	})
	if both < 2 { // the command line asked for one side
		return
	}
	if diff := cmp.Diff(onMachine, onSimulated); diff != "" {
		t.Errorf("tcp (-) and simnet (+) did not run the same cases:\n%s", diff)
	}
}
