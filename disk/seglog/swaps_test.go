package seglog

import (
	"fmt"
	"strings"
	"testing"

	"momus/core/port"
	"momus/core/record"
)

// A replacement whose new segment turns out to be damaged is taken back whole: of the old segments some have their
// names, and some were renamed to be deleted, whichever a power loss kept (seed 21514).
func TestAReplacementByWhatIsDamagedIsTakenBack(t *testing.T) {
	for renamed := range 8 {
		t.Run(fmt.Sprintf("renamed %03b", renamed), func(t *testing.T) {
			fs, _ := simulated()
			r := newRig(t, fs, nil)
			r.open()
			r.must(r.opAppend(keyedBatch(keyed{"a", "1", 10}, keyed{"b", "2", 11})))
			r.must(rolls(r.opAppend(keyedBatch(keyed{"c", "3", 12}))))
			r.must(rolls(r.opAppend(keyedBatch(keyed{"d", "4", 13}))))
			r.must(rolls(r.opAppend(keyedBatch(keyed{"e", "5", 14}))))
			r.must(r.flush())
			before := r.records()
			r.restart()
			for n, base := range []string{"00000000000000000000", "00000000000000000002", "00000000000000000003"} {
				for _, suffix := range []string{".index", ".log", ".timeindex"} {
					if renamed&(1<<n) == 0 {
						continue
					}
					name := base + suffix
					if err := fs.Rename(testPath+"/"+name, testPath+"/"+name+deletedSuffix); err != nil {
						t.Fatal(err)
					}
				}
			}
			for _, suffix := range []string{".index", ".log", ".timeindex"} {
				f, err := fs.Create(testPath + "/00000000000000000000" + suffix + swapSuffix)
				if err != nil {
					t.Fatal(err)
				}
				if err := f.WriteAt(make([]byte, 512), 0); err != nil {
					t.Fatal(err)
				}
				if err := f.Close(); err != nil {
					t.Fatal(err)
				}
			}
			r.spec.Compacted, r.spec.RecoveryPoint = true, 5
			r.open()
			r.wants(before...)
			if got := r.list(); strings.Contains(got, swapSuffix) || strings.Contains(got, deletedSuffix) {
				t.Errorf("files are left:\n%s", got)
			}
		})
	}
}

// What an earlier replacement left to be deleted overlaps what took its place: the log is refused, and nothing is lost.
func TestALogThatOverlapsItselfAfterItWasTakenBackIsRefused(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.must(r.opAppend(keyedBatch(keyed{"a", "1", 10}, keyed{"b", "2", 11})))
	r.must(rolls(r.opAppend(keyedBatch(keyed{"c", "3", 12}))))
	r.must(r.flush())
	r.restart()
	copied := []byte(r.content("00000000000000000000.log"))
	record.Stamp(copied, 1, 0)
	for name, data := range map[string][]byte{
		"00000000000000000001.log" + deletedSuffix: copied, "00000000000000000000.log" + swapSuffix: make([]byte, 512),
	} {
		f, err := fs.Create(testPath + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.WriteAt(data, 0); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	r.spec.Compacted, r.spec.RecoveryPoint = true, 3
	op := port.LogOp{Kind: port.OpOpen, Gen: 1, Open: &r.spec}
	if done := r.drive(op); len(done) != 1 || done[0].Fail != port.FailCorrupt {
		t.Errorf("opened: %+v", done)
	}
}
