package seglog

import (
	"strings"
	"testing"

	"momus/core/port"
	"momus/disk"
)

// syncs is a file system that tells which checkpoints of epochs were synced, by the names they were opened under.
type syncs struct {
	disk.FS
	seen []string
}

type syncedFile struct {
	disk.File
	name string
	fs   *syncs
}

func (s *syncs) file(name string, f disk.File, err error) (disk.File, error) {
	if _, is := strings.CutPrefix(name, testPath+"/"+epochsFile); err != nil || !is {
		return f, err
	}
	return &syncedFile{f, strings.TrimPrefix(name, testPath+"/"), s}, nil
}

func (s *syncs) Create(name string) (disk.File, error) {
	f, err := s.FS.Create(name)
	return s.file(name, f, err)
}

func (s *syncs) Open(name string) (disk.File, error) {
	f, err := s.FS.Open(name)
	return s.file(name, f, err)
}

func (f *syncedFile) Sync() error {
	f.fs.seen = append(f.fs.seen, f.name)
	return f.File.Sync()
}

// A power loss between a file's new name and its sync leaves the name alone. The batches say what it said, until
// compaction takes them: from then on it must never be without its contents (seed 23767).
func TestEpochsOfACompactedLogAreDurableBeforeTheyGetTheirName(t *testing.T) {
	inner, _ := simulated()
	fs := &syncs{FS: inner}
	r := newRig(t, fs, nil)
	r.open()
	synced := func(when, want string) {
		t.Helper()
		if got := strings.Join(fs.seen, " "); got != want {
			t.Errorf("%s: synced %q, not %q", when, got, want)
		}
		fs.seen = nil
	}
	r.must(r.opAppend(keyedBatch(keyed{"a", "1", 1})))
	r.must(r.flush())
	synced("the first flush", epochsFile)
	r.epoch++
	r.must(r.opAppend(keyedBatch(keyed{"a", "2", 2})))
	synced("a second epoch", "")
	r.must(rolls(r.opAppend(keyedBatch(keyed{"b", "3", 3}))))
	r.clean(r.cleanSpec(0))
	synced("the first compaction", epochsFile)
	r.epoch++
	r.must(r.opAppend(keyedBatch(keyed{"b", "4", 4})))
	synced("a third epoch", epochsFile+".tmp")

	r.must(r.flush())
	r.must(port.LogOp{Kind: port.OpClose, Gen: r.gen, End: r.end})
	r.spec.StopWasClean, r.spec.Compacted, r.spec.RecoveryPoint = true, true, r.end
	r.gen++
	r.restart()
	if o := r.open(); len(o.Epochs) != 3 {
		t.Errorf("opened with %v", o.Epochs)
	}
	fs.seen = nil
	r.epoch++
	r.must(r.opAppend(keyedBatch(keyed{"b", "5", 5})))
	synced("a fourth epoch, after a restart", epochsFile+".tmp")
}

// A life that was killed leaves a checkpoint of epochs in the page cache alone. The next one makes it durable before it
// takes the batches that say the same.
func TestEpochsOfALifeThatWasKilledAreDurableBeforeCompaction(t *testing.T) {
	for _, compacted := range []bool{false, true} {
		inner, _ := simulated()
		fs := &syncs{FS: inner}
		r := newRig(t, fs, nil)
		r.open()
		r.must(r.opAppend(keyedBatch(keyed{"a", "1", 1})))
		r.epoch++
		r.must(r.opAppend(keyedBatch(keyed{"a", "2", 2})))
		r.must(rolls(r.opAppend(keyedBatch(keyed{"b", "3", 3}))))
		r.restart()
		r.spec.Compacted = compacted
		r.open()
		r.clean(r.cleanSpec(0))
		if got := strings.Join(fs.seen, " "); got != epochsFile {
			t.Errorf("compacted before: %v: synced %q", compacted, got)
		}
	}
}
