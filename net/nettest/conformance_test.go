package nettest_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"momus/net/nettest"
	"momus/net/sock"
)

// plantedSide makes this test the side that leaves every case out. It runs in a process of its own,
// since what it shows is a test that fails.
const plantedSide = "NETTEST_LEAVES_OUT"

// absent is a world that leaves every case out.
type absent struct{ nettest.Harness }

func (absent) Pair(side *testing.T) (a, b sock.Socket) {
	side.SkipNow()
	return nil, nil
}

func TestConformanceCaseThatASideLeavesOutFails(t *testing.T) {
	if os.Getenv(plantedSide) != "" {
		if ran := nettest.Run(t, absent{}); len(ran) > 0 {
			t.Logf("%q count as run", ran)
		}
		return
	}
	planted := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	planted.Env = append(os.Environ(), plantedSide+"=1")
	said, err := planted.CombinedOutput()
	if failed := (*exec.ExitError)(nil); !errors.As(err, &failed) {
		t.Fatalf("a side that left its cases out ended with %v:\n%s", err, said)
	}
	for _, name := range nettest.Names() {
		if !strings.Contains(string(said), name+" was skipped") {
			t.Errorf("nobody says that %s was left out", name)
		}
	}
	if strings.Contains(string(said), "count as run") {
		t.Errorf("cases that were left out count as run:\n%s", said)
	}
}

func TestConformanceCasesHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range nettest.Names() {
		if seen[name] {
			t.Errorf("two cases are named %s", name)
		}
		seen[name] = true
	}
}
