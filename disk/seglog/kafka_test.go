package seglog

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"momus/core/fold"
	"momus/core/kafka"
	"momus/core/record"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// The partition in testdata was written by Apache Kafka 4.3.1 with segment.ms=3000 and
// index.interval.bytes=400: two idempotent producers, a transactional one, another idempotent one, and
// a clean stop.
const kafkaDir = "testdata/kafka-4.3.1/"

// kafkasLog puts the partition in the place of the rig's.
func kafkasLog(t *testing.T) *rig {
	fs, _ := simulated()
	r := newRig(t, fs, func(r *rig) { r.spec.IndexIntervalBytes = 400 })
	if err := fs.MkdirAll(testPath); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(kafkaDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(kafkaDir + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		f, err := fs.Create(testPath + "/" + e.Name())
		if err == nil {
			err = f.WriteAt(b, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// headers reads the log's batches in order.
func (r *rig) headers() (headers []record.Header) {
	r.t.Helper()
	for at := kafka.Offset(0); ; {
		d := r.read(at, 1<<40, 1<<20)
		if d.Span.Len() == 0 {
			return headers
		}
		for b := bytesOf(r.t, d); len(b) > 0; {
			h, _, rest, err := record.Split(b)
			if err != nil {
				r.t.Fatalf("reading at %d: %v", at, err)
			}
			headers, at, b = append(headers, h), h.End(), rest
		}
	}
}

func TestKafkasLogIsOpenedFromItsSnapshot(t *testing.T) {
	for _, refill := range []int64{0, 1 << 20} {
		r := kafkasLog(t)
		r.limits.RefillBytes = refill
		r.restart()
		r.spec.StopWasClean, r.spec.RecoveryPoint = true, 41
		o := r.open()
		if o.Start != 0 || o.End != 41 || len(o.Segments) != 4 || len(o.Epochs) != 1 {
			t.Errorf("opened: %+v", o)
		}
		var whole fold.State
		for _, h := range r.headers() {
			whole.Apply(&h)
		}
		if refill > 0 {
			if d := cmp.Diff(whole, o.Fold); d != "" {
				t.Errorf("the producers:\n%s", d)
			}
		}
		for id, want := range whole.Producers {
			got := o.Fold.Producers[id]
			if got == nil || got.Epoch != want.Epoch || want.Len > 0 && got.Window[got.Len-1] != want.Window[want.Len-1] {
				t.Errorf("producer %d: %+v, want %+v", id, got, want)
			}
		}
		r.checkIndexFiles()
	}
}

// TestSnapshotsAgreeWithKafkasFieldByField folds the batches below each snapshot that Kafka wrote, and
// compares the entries. The coordinator's epoch is not the fold's to know.
func TestSnapshotsAgreeWithKafkasFieldByField(t *testing.T) {
	r := kafkasLog(t)
	r.spec.StopWasClean, r.spec.RecoveryPoint = true, 41
	r.open()
	headers := r.headers()
	files, err := os.ReadDir(kafkaDir)
	if err != nil {
		t.Fatal(err)
	}
	snapshots := 0
	for _, f := range files {
		digits, found := strings.CutSuffix(f.Name(), snapshotSuffix)
		if !found {
			continue
		}
		snapshots++
		at, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(kafkaDir + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := fold.ReadSnapshot(b)
		if err != nil {
			t.Fatalf("%s: %v", f.Name(), err)
		}
		var s fold.State
		for i := range headers {
			if headers[i].BaseOffset < kafka.Offset(at) {
				s.Apply(&headers[i])
			}
		}
		written := s.AppendSnapshot(nil)
		ours, err := fold.ReadSnapshot(written)
		if err != nil {
			t.Fatal(err)
		}
		byID := cmpopts.SortSlices(func(a, b fold.SnapshotEntry) bool { return a.Producer < b.Producer })
		if d := cmp.Diff(theirs, ours, byID, cmpopts.IgnoreFields(fold.SnapshotEntry{}, "CoordinatorEpoch")); d != "" {
			t.Errorf("%s:\n%s", f.Name(), d)
		}
		if at < 30 && string(written) != string(b) { // no transaction yet, and producers by rising id
			t.Errorf("%s: other bytes than Kafka's", f.Name())
		}
	}
	if snapshots != 4 {
		t.Errorf("%d snapshots, want 4", snapshots)
	}
}
