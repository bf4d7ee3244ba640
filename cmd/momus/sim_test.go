package main

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"momus/sim"
)

// planted runs worlds that come out as the test says, and gives the exit status with what was printed.
func planted(t *testing.T, first, last uint64, world func(seed uint64) *sim.Report) (status int, out string) {
	t.Helper()
	var b strings.Builder
	r := simRun{out: &b, errs: &b, jobs: 2, world: func(seed uint64, _ sim.Options) *sim.Report { return world(seed) }}
	err := r.all(first, last, false)
	if err == nil {
		return 0, b.String()
	}
	var end *exitError
	if !errors.As(err, &end) {
		t.Fatalf("an error without a status: %v", err)
	}
	return end.status, b.String()
}

func TestTheExitStatusTellsCrashLivenessAndCorrectnessApart(t *testing.T) {
	came := func(v sim.Verdict) func(uint64) *sim.Report {
		return func(seed uint64) *sim.Report {
			r := &sim.Report{Seed: seed}
			if seed == 2 {
				r.Verdict = v
			}
			return r
		}
	}
	for verdict, want := range map[sim.Verdict]int{sim.OK: 0, sim.Correctness: 1, sim.Crash: 3, sim.Liveness: 4} {
		if got, out := planted(t, 1, 3, came(verdict)); got != want {
			t.Errorf("%s: status %d, want %d\n%s", verdict, got, want, out)
		}
	}
}

func TestAPanicOfAWorldIsItsVerdictAndNotTheEndOfTheOthers(t *testing.T) {
	status, out := planted(t, 1, 3, func(seed uint64) *sim.Report {
		if seed == 2 {
			panic("BUG: planted")
		}
		return &sim.Report{Seed: seed}
	})
	if status != 3 || !strings.Contains(out, "violation: crash: BUG: planted") || !strings.Contains(out, "seeds=3 ok=2 crash=1") {
		t.Errorf("status %d\n%s", status, out)
	}
}

func TestASeedThatComesOutOtherwiseTheSecondTimeIsACrash(t *testing.T) {
	runs := uint64(0)
	status, out := planted(t, 10, 10, func(seed uint64) *sim.Report {
		runs++
		return &sim.Report{Seed: seed, Hash: runs}
	})
	if status != 3 || runs != 2 || !strings.Contains(out, "violation: determinism: a second run") {
		t.Errorf("status %d after %d runs\n%s", status, runs, out)
	}
	runs = 0
	if status, out = planted(t, 11, 11, func(seed uint64) *sim.Report { runs++; return &sim.Report{Seed: seed} }); status != 0 || runs != 1 {
		t.Errorf("status %d after %d runs of a seed that runs once\n%s", status, runs, out)
	}
}

func TestPeopleAreToldHowFarSeedsAre(t *testing.T) {
	total := sim.Total{}
	total.Add(sim.New(1, sim.Options{}).Run())
	var b strings.Builder
	p := progress{out: &b, seeds: 4, began: time.Now().Add(-10 * time.Second)}
	p.tell(&total)
	p.tell(&total) // not again so soon
	for _, want := range []string{"1 of 4 seeds, 0.1/s; ", " s simulated, ", "operations acknowledged, ", " faults bit; all well"} {
		if strings.Count(b.String(), want) != 1 {
			t.Errorf("%q is not there once:\n%s", want, b.String())
		}
	}
	p.last = time.Time{}
	p.seeds = 1
	p.tell(&total)
	if strings.Count(b.String(), "\n") != 1 {
		t.Errorf("progress at the end, where the report follows:\n%s", b.String())
	}
}

func TestScenariosEndWithOneIfOneIsNotAsExpected(t *testing.T) {
	write := func(name, expect string) string {
		file := t.TempDir() + "/" + name
		if err := os.WriteFile(file, []byte("promise: x\nseed: benign\nlength: 100ms\nexpect: "+expect+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	good, bad := write("good", "ok"), write("bad", "violation lost-write")
	if out, status, _ := said("sim", "scenario", good); status != 0 || !strings.Contains(out, "good: seed=0 verdict=ok") {
		t.Errorf("status %d: %s", status, out)
	}
	if out, status, _ := said("sim", "scenario", good, bad); status != 1 || !strings.Contains(out, "bad: expected violation lost-write, and that check did not speak") {
		t.Errorf("status %d: %s", status, out)
	}
	if _, status, text := said("sim", "shrink", "--scenario", good, "--out", good+".smaller"); status != 1 || text != "nothing fails there: verdict ok" {
		t.Errorf("status %d: %s", status, text)
	}
}

func TestPaceTellsOfSeedsAndOfSteadyRates(t *testing.T) {
	out, status, text := said("sim", "pace", "--seeds", "1", "--length", "2s")
	if status != 0 || strings.Count(out, " steps/s, ") != 5 {
		t.Errorf("status %d, %q:\n%s", status, text, out)
	}
	for _, want := range []string{"1 seeds: ", "   0 operations a second, 1 in all: ", "  10 operations a second, ", "1000 operations a second, "} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
}
