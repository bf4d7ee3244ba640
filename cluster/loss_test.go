package cluster

import (
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/disk"
	"momus/disk/ledger"
	"momus/disk/seglog"
	"momus/sim/simdisk"
)

// kind is a world in which nothing goes wrong, and every call has ended by the next look at the clock.
type kind struct{ now int64 }

func (*kind) Draw(string, uint64) uint64 { return 0 }
func (k *kind) Now() int64               { k.now += 1_000_000_000; return k.now }

var (
	lossLog = kafka.TopicPartition{Topic: kafka.TopicID{1, 2}, Partition: 3}
	lossDir = ledger.Dir{ID: kafka.DirID{9}, Path: "/data"}
)

// stopped is a log directory with a log of ten batches of one record, flushed and checkpointed, whose
// broker is stopped.
func stopped(t *testing.T) *simdisk.Disk {
	t.Helper()
	fs := simdisk.New(&kind{}, "disk", simdisk.Faults{})
	err := ledger.Format(fs, ledger.Options{
		Dirs: []ledger.Dir{lossDir}, MetadataDir: "/data", ClusterID: "AAAAAAAAAAAAAAAAAAAAAQ", NodeID: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	w := lossWorker(fs)
	spec := port.OpenSpec{Topic: "t", Dir: lossDir.ID, Create: true, IndexIntervalBytes: 4096, IndexBytesMax: 1 << 20}
	ops := []port.LogOp{{Kind: port.OpOpen, Log: lossLog, Gen: 1, Open: &spec}}
	for i := range kafka.Offset(10) {
		b := record.NewBuilder(0, 0)
		b.Add(1000, nil, []byte("value"))
		batch := b.Append(nil)
		ops = append(ops, port.LogOp{
			Kind: port.OpAppend, Log: lossLog, Gen: 1, Base: i, End: i + 1, Roll: i == 5, Span: port.MemSpan(batch, port.NewBuf(batch, nil)),
		})
	}
	ops = append(ops, port.LogOp{Kind: port.OpClose, Log: lossLog, Gen: 1, End: 10})
	for _, op := range ops {
		if _, err := driven(w, op); err != nil {
			t.Fatal(err)
		}
	}
	saved := ledger.Turn(fs, []ledger.Dir{lossDir}, []port.Save{{Kind: port.SaveCheckpoints, Dir: lossDir.ID, Checkpoints: []port.Checkpoint{
		{Topic: "other", Partition: 0, RecoveryPoint: 7, LogStart: kafka.NoOffset, HighWatermark: 7},
		{Topic: "t", Partition: 3, RecoveryPoint: 10, LogStart: kafka.NoOffset, HighWatermark: 10},
	}}})
	if saved[0].Fail != port.FailNone {
		t.Fatal(saved[0].Fail)
	}
	return fs
}

func lossWorker(fs disk.FS) *seglog.Worker {
	return seglog.NewWorker(seglog.Config{
		FS: fs, Registry: seglog.NewRegistry(nobody{}), Limits: port.DefaultLimits(), Workers: 1,
		Dirs: []seglog.Dir{{ID: lossDir.ID, Path: lossDir.Path}},
	})
}

func TestAcceptedLossIsCutAndTheLogOpensAgain(t *testing.T) {
	fs := stopped(t)
	const first = "/data/t-3/00000000000000000000.log"
	size := int64(len(fs.Peek(first)))
	fs.Rot(first, size/5*2+70, 3) // in the value of the third record
	loss, err := AcceptLoss(fs, port.DefaultLimits(), "/data", "t", 3)
	if err != nil || loss.End != 2 || loss.CutBytes != size/5*8 {
		t.Fatalf("%+v, %v", loss, err)
	}
	facts, err := ledger.GatherDir(fs, "/data")
	if err != nil {
		t.Fatal(err)
	}
	if c := facts.Checkpoints; len(c) != 2 || c[0].RecoveryPoint != 7 || c[1].RecoveryPoint != 2 || c[1].HighWatermark != 2 {
		t.Errorf("the checkpoints are %+v", c)
	}
	spec := port.OpenSpec{Topic: "t", Dir: lossDir.ID, RecoveryPoint: 2, IndexIntervalBytes: 4096, IndexBytesMax: 1 << 20}
	opened, err := driven(lossWorker(fs), port.LogOp{Kind: port.OpOpen, Log: lossLog, Gen: 1, Open: &spec})
	if err != nil || opened.Opened.End != 2 {
		t.Errorf("after the loss was accepted it opens with %+v, %v", opened.Opened, err)
	}
}

func TestASoundLogStaysAsItIs(t *testing.T) {
	loss, err := AcceptLoss(stopped(t), port.DefaultLimits(), "/data", "t", 3)
	if err != nil || loss != (Loss{End: 10}) {
		t.Errorf("%+v, %v", loss, err)
	}
	if got := loss.String(); got != "every batch is sound, nothing was cut; the log holds offsets 0 to 10" {
		t.Error(got)
	}
}

func TestALossIsAcceptedOnlyOfALogThatIsThereAndNotInUse(t *testing.T) {
	fs := stopped(t)
	if _, err := AcceptLoss(fs, port.DefaultLimits(), "/data", "t", 4); err == nil || !strings.Contains(err.Error(), "t-4") {
		t.Errorf("of a partition that there is not: %v", err)
	}
	if _, err := fs.Lock("/data/.lock"); err != nil {
		t.Fatal(err)
	}
	if _, err := AcceptLoss(fs, port.DefaultLimits(), "/data", "t", 3); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("while a broker runs: %v", err)
	}
}
