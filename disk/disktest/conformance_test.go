package disktest_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"momus/disk/disktest"
)

// plantedSide makes this test the side that leaves every case out. It runs in a process of its own,
// since what it shows is a test that fails.
const plantedSide = "DISKTEST_LEAVES_OUT"

func TestConformanceCaseThatASideLeavesOutFails(t *testing.T) {
	if os.Getenv(plantedSide) != "" {
		ran := disktest.Run(t, func(side *testing.T) disktest.Fixture {
			side.SkipNow()
			return disktest.Fixture{}
		})
		if len(ran) > 0 {
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
	for _, c := range disktest.Cases() {
		if !strings.Contains(string(said), c.Name+" was skipped") {
			t.Errorf("nobody says that %s was left out", c.Name)
		}
	}
	if strings.Contains(string(said), "count as run") {
		t.Errorf("cases that were left out count as run:\n%s", said)
	}
}

func TestConformanceCasesHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range disktest.Cases() {
		if seen[c.Name] {
			t.Errorf("two cases are named %s", c.Name)
		}
		seen[c.Name] = true
	}
}
