package cluster

import (
	"errors"
	"fmt"
	"strconv"

	"momus/core/config"
	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
	"momus/disk/ledger"
	"momus/disk/seglog"
)

// Loss is what AcceptLoss cut off a log.
type Loss struct {
	// Start and End are the offsets that the log holds now; End is exclusive.
	Start, End kafka.Offset
	// CutBytes is how much of the log's files is gone, 0 if every batch is sound.
	CutBytes int64
	// Empty says that there is no log; the next start makes one, of a copy that was to become it if that is whole. Moved that it takes the place of one in
	// a directory that is lost.
	Empty, Moved bool
}

var errNoLog = errors.New("there is no log")

// nobody is the lock of a program with one goroutine.
type nobody struct{}

func (nobody) Lock()   {}
func (nobody) Unlock() {}

// AcceptLoss lets a partition go on whose log was found damaged: it looks at every batch of a log in
// the log directory dir, cuts the log before the first that is not sound, whatever lies behind, and
// lowers its checkpoints to the new end. The directory's broker must be stopped; that its lock is
// free shows it.
func AcceptLoss(fs disk.FS, limits port.Limits, dir, topic string, partition kafka.PartitionID) (loss Loss, err error) {
	lock, err := fs.Lock(dir + "/.lock")
	if errors.Is(err, disk.ErrLocked) {
		return Loss{}, fmt.Errorf("%s is in use; the broker must be stopped first", dir)
	}
	if err != nil {
		return Loss{}, err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	facts, err := ledger.GatherDir(fs, dir)
	if err != nil {
		return Loss{}, err
	}
	name := topic + "-" + strconv.Itoa(int(partition))
	for _, log := range facts.Logs {
		if log.Topic == topic && log.Partition == partition && !log.TopicID.IsZero() {
			return acceptLoss(fs, limits, &facts, log)
		}
	}
	return Loss{}, fmt.Errorf("%s: %w of %s with a partition.metadata", dir, errNoLog, name)
}

// AcceptLostDirectory lets a partition go on in the log directory dir, whose broker must be stopped, in
// the place of what a directory held that is lost: with the log of it that is there, cut as by
// AcceptLoss, or with none. It is for a directory that will not come back: what it held is put out of the
// way if it does.
func AcceptLostDirectory(fs disk.FS, limits port.Limits, dir string, a port.AcceptedLoss) (Loss, error) {
	loss, err := AcceptLoss(fs, limits, dir, a.Topic, a.Partition)
	if errors.Is(err, errNoLog) {
		loss, err = Loss{Empty: true}, nil
	}
	if err != nil {
		return Loss{}, err
	}
	loss.Moved = true
	return loss, ledger.Accept(fs, dir, a)
}

func acceptLoss(fs disk.FS, limits port.Limits, facts *port.DirFacts, log port.LogName) (Loss, error) {
	defaults := config.DefaultTopic()
	spec := port.OpenSpec{
		Topic: log.Topic, Dir: facts.Dir, StopWasLossy: true, AcceptLoss: true,
		Compacted:          facts.WasCleaned(log.Topic, log.Partition),
		IndexIntervalBytes: defaults.IndexIntervalBytes, IndexBytesMax: defaults.SegmentIndexBytes,
	}
	line := -1
	for i := range facts.Checkpoints {
		if c := &facts.Checkpoints[i]; c.Topic == log.Topic && c.Partition == log.Partition {
			line = i
			spec.RecoveryPoint, spec.LogStart = max(c.RecoveryPoint, 0), max(c.LogStart, 0)
		}
	}
	w := seglog.NewWorker(seglog.Config{
		FS: fs, Registry: seglog.NewRegistry(nobody{}), Limits: limits, Workers: 1,
		Dirs: []seglog.Dir{{ID: facts.Dir, Path: facts.Path}},
	})
	id := kafka.TopicPartition{Topic: log.TopicID, Partition: log.Partition}
	opened, err := driven(w, port.LogOp{Kind: port.OpOpen, Log: id, Gen: 1, Open: &spec})
	if err != nil {
		return Loss{}, err
	}
	loss := Loss{Start: opened.Opened.Start, End: opened.Opened.End, CutBytes: opened.Opened.CutBytes}
	if _, err := driven(w, port.LogOp{Kind: port.OpClose, Log: id, Gen: 1, End: loss.End}); err != nil {
		return Loss{}, err
	}
	if line < 0 {
		return loss, nil
	}
	c := &facts.Checkpoints[line]
	c.RecoveryPoint, c.HighWatermark = min(c.RecoveryPoint, loss.End), min(c.HighWatermark, loss.End)
	saved := ledger.Turn(fs, []ledger.Dir{{ID: facts.Dir, Path: facts.Path}},
		[]port.Save{{Kind: port.SaveCheckpoints, Dir: facts.Dir, Checkpoints: facts.Checkpoints}})
	if fail := saved[0].Fail; fail != port.FailNone {
		return Loss{}, fmt.Errorf("the log is cut at offset %d, but its checkpoints could not be written: %v", loss.End, fail)
	}
	return loss, nil
}

// driven carries one operation out, in as many turns as it takes.
func driven(w *seglog.Worker, op port.LogOp) (port.LogDone, error) {
	done := w.Turn([]port.LogOp{op}, nil)
	for w.Pending() {
		done = w.Turn(nil, done)
	}
	if fail := done[0].Fail; fail != port.FailNone {
		return done[0], fmt.Errorf("the %v failed: %v", op.Kind, fail)
	}
	return done[0], nil
}

// String says in a line what was cut.
func (l Loss) String() string {
	switch {
	case l.Empty:
		return "given up; the next start makes an empty log"
	case l.CutBytes == 0 && l.Moved:
		return fmt.Sprintf("the next start serves the log that is here, with offsets %d to %d", l.Start, l.End)
	case l.CutBytes == 0:
		return fmt.Sprintf("every batch is sound, nothing was cut; the log holds offsets %d to %d", l.Start, l.End)
	}
	return fmt.Sprintf("cut at offset %d, %d bytes are gone; the log holds offsets %d to %d", l.End, l.CutBytes, l.Start, l.End)
}
