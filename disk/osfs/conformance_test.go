package osfs

import (
	"syscall"
	"testing"

	"momus/disk"
	"momus/disk/disktest"
	"momus/sim/simdisk"

	"github.com/google/go-cmp/cmp"
)

// disturbance is one shortened call, and then one errno in the place of a call.
type disturbance struct {
	op    string
	n     int
	errno error
	moved bool
}

func (d *disturbance) fault(op string, n int) (int, error) {
	if op != d.op {
		return n, nil
	}
	if d.n > 0 && !d.moved {
		d.moved = true
		return min(n, d.n), nil
	}
	d.op = ""
	if d.errno != nil {
		return 0, d.errno
	}
	return n, nil
}

// machine is an empty directory of the machine's file system.
func machine(t *testing.T) disktest.Fixture {
	d := &disturbance{}
	errnos := map[error]error{disk.ErrIO: syscall.EIO, disk.ErrNoSpace: syscall.ENOSPC}
	return disktest.Fixture{
		FS:  FS{fault: d.fault},
		Dir: t.TempDir(),
		Fail: func(op disktest.Op, n int, err error) {
			*d = disturbance{op: string(op), n: n, errno: errnos[err]}
		},
		Short: func(op disktest.Op, n int) { *d = disturbance{op: string(op), n: n} },
	}
}

// calm is a simulated world in which no time passes and every draw is the benign one.
type calm struct{}

func (calm) Now() int64                 { return 0 }
func (calm) Draw(string, uint64) uint64 { return 0 }

// simulated is an empty directory on a simulated disk.
func simulated(t *testing.T) disktest.Fixture {
	d := simdisk.New(calm{}, "n1", simdisk.Faults{})
	if err := d.MkdirAll("/data"); err != nil {
		t.Fatal(err)
	}
	return disktest.Fixture{
		FS:    d,
		Dir:   "/data",
		Fail:  func(op disktest.Op, n int, err error) { d.FailNext(string(op), n, err) },
		Short: func(op disktest.Op, n int) { d.FailNext(string(op), n, nil) },
	}
}

// One test runs both sides, so that it can tell that they ran the same cases.
func TestConformance(t *testing.T) {
	var onMachine, onSimulated []string
	both := 0
	t.Run("osfs", func(t *testing.T) { onMachine = disktest.Run(t, machine); both++ })
	t.Run("simdisk", func(t *testing.T) { onSimulated = disktest.Run(t, simulated); both++ })
	if both < 2 { // the command line asked for one side
		return
	}
	if diff := cmp.Diff(onMachine, onSimulated); diff != "" {
		t.Errorf("osfs (-) and simdisk (+) did not run the same cases:\n%s", diff)
	}
}
