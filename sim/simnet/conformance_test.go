package simnet_test

import (
	"testing"

	"momus/net/nettest"
	"momus/sim/simnet"
	"momus/sim/simnet/simnettest"
)

// The benign world passes the suite beside the sockets of the machine, in net/tcp.
func TestConformanceHoldsWhereConnectionsAreChoppedAndLate(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3} {
		t.Run("Chopped", func(t *testing.T) {
			w := simnettest.New(simnettest.Seeded(seed))
			w.Net.SetFaults(simnet.Faults{ShortWrite: 4, ShortRead: 4, Chop: 3, Late: 5, LateNanos: 1e9})
			nettest.Run(t, simnettest.Harness{World: w})
			if b := w.Net.Bites(); b.ShortWrites == 0 || b.ShortReads == 0 || b.Chops == 0 || b.Late == 0 {
				t.Errorf("a fault never bit: %+v", b)
			}
		})
	}
}
