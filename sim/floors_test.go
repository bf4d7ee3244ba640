package sim

import (
	"slices"
	"strings"
	"testing"
)

// TestEveryFloorIsOfACountAndHighEnough keeps the least that no floor may fall below.
func TestEveryFloorIsOfACountAndHighEnough(t *testing.T) {
	counts := (&Report{}).Counts()
	exists := func(name string) bool {
		return slices.ContainsFunc(counts, func(c Count) bool { return c.Name == name })
	}
	for _, f := range slices.Concat(floors, faultFloors) {
		if !exists(f.Name) {
			t.Errorf("nothing is counted as %s", f.Name)
		}
	}
	for _, f := range faultFloors {
		if f.N < leastBites || f.Name == "crash-lossy" && f.N < leastLossy {
			t.Errorf("the floor of %s is %d", f.Name, f.N)
		}
	}
	if f := floors[0]; f.Name != "acked" || f.N < leastAcked {
		t.Errorf("the floor of %s is %d", f.Name, f.N)
	}
}

func TestAKindOfFaultThatNeverBitesIsBelowItsFloor(t *testing.T) {
	full := func() *Total {
		total := &Total{Seeds: 200}
		for _, f := range slices.Concat(floors, faultFloors) {
			total.counts = append(total.counts, Count{f.Name, 2 * f.N})
		}
		return total
	}
	if missed := full().BelowFloors(); len(missed) > 0 {
		t.Errorf("on the floors, and yet below: %v", missed)
	}
	for i := range full().counts {
		total := full()
		c := &total.counts[i]
		c.N--
		missed := total.BelowFloors()
		if len(missed) != 1 || !strings.HasPrefix(missed[0], c.Name+"=") {
			t.Errorf("%s is one short, and below are %v", c.Name, missed)
		}
	}
}

func TestTheFigureNamesTheRarestFault(t *testing.T) {
	total := &Total{}
	report := &Report{}
	report.Judge.AcksAll = 7
	report.Disk.LossyPowerLosses = 2
	total.Add(report)
	total.Add(Panicked(2, "why"))
	for _, f := range faultFloors {
		if f.Name != "resets" {
			for i := range total.counts {
				if total.counts[i].Name == f.Name && total.counts[i].N == 0 {
					total.counts[i].N = 5
				}
			}
		}
	}
	want := "FIGURE seeds: 1 of 2 green; in 100 seeds 350 acked, 100 crash-lossy, and of the rarest fault 0 resets"
	if got := total.Figure(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
