package seglog

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"momus/core/fold"
	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

// stage is how far an opening has come.
type stage uint8

const (
	listing  stage = iota // what is in the directory
	swapping              // ending a replacement of segments
	tidying               // removing what an earlier run left half done
	planning              // the newest producer snapshot that can be read
	leaping               // where to begin in segment i
	walking               // the batches of segment i
	doubting              // making durable what was repaired, before all is walked again
	probing               // looking for batches behind a bad one
	cutting               // removing what lies behind the new end
	syncing               // making durable what was found
	dropping              // segments below the log start
	settling              // epochs
	settled               // the answer
)

// opener opens a log in many turns. From the newest producer snapshot on it walks the headers of the
// batches for the fold, the epochs and the indexes, and after a stop that was not clean it sums them
// above the recovery point; of older segments it looks at the last batches only.
type opener struct {
	l     *writer
	op    port.LogOp
	stage stage

	leftovers []string
	sizes     []int64 // by name of files
	names     []string
	bases     []kafka.Offset
	i         int
	walk      walker
	indexer   indexer
	current   extent
	opened    fold.State
	epochs    []port.EpochStart
	end       kafka.Offset
	cutBytes  int64
	// changed says that something was cut off, or an index repaired that the next opening trusts.
	changed bool
	// ioBytes is what the steps so far read and wrote.
	ioBytes int64
	// snapshots are those not read yet; entries is the one that was, taken at foldFrom, until it
	// is restored. before is the fold of the batches right before it, and refill says that it is wanted.
	snapshots []kafka.Offset
	entries   []fold.SnapshotEntry
	foldFrom  kafka.Offset
	before    fold.State
	refill    bool
	// found are the snapshots to write.
	found []foundSnapshot
	// stored is the checkpoint of epochs, for leaps.
	stored []port.EpochStart
	// leapt says that the walk of the segment began at the batch that ends with landAt, and promised
	// what its time index says is the greatest timestamp. doubt says that something did not fit, doubted that nothing is trusted.
	leapt    bool
	landAt   kafka.Offset
	promised timeEntry
	doubt    bool
	doubted  bool
	again    secondLook
	// rewritten counts the bytes of the first dirty file that are in aside, see rewrite.
	rewritten int64
	aside     disk.File
	doomed    []*segment
	swaps     *swaps
	// thinned says that compaction took records of the segment under way.
	thinned bool
}

// open begins an opening; whatever the log was before is let go.
func (l *writer) open(op port.LogOp) {
	w := l.w
	l.leave()
	l.retired = append(l.retired, w.recall(l.id)...)
	l.gen = op.Gen
	l.phase = opening
	l.dir = ""
	i := slices.IndexFunc(w.cfg.Dirs, func(d Dir) bool { return d.ID == op.Open.Dir })
	if i < 0 {
		l.fence()
		l.refuse(&op, port.FailMissing)
		return
	}
	l.parent = w.cfg.Dirs[i].Path
	l.name = op.Open.Topic + "-" + strconv.Itoa(int(op.Log.Partition))
	l.dir = l.parent + "/" + l.name
	l.flushed = 0
	l.indexer = newIndexer(op.Open.IndexIntervalBytes, op.Open.IndexBytesMax)
	l.begin(&opener{l: l, op: op, landAt: kafka.NoOffset})
}

func (o *opener) step() bool {
	before := o.l.w.meter.bytes
	err := o.advance()
	o.ioBytes += o.l.w.meter.bytes - before
	if err == nil {
		if o.stage != settled {
			return false
		}
		o.answer()
		return true
	}
	if o.walk.file != nil {
		o.closeWalk()
	}
	if o.aside != nil {
		closeIdle(o.aside)
	}
	if o.swaps != nil && o.swaps.walk.file != nil {
		closeIdle(o.swaps.walk.file)
	}
	if o.current.segment != nil {
		o.current.retire(&o.l.w.meter)
	}
	if errors.Is(err, errMissing) {
		o.l.fence()
		o.l.refuse(&o.op, port.FailMissing)
	} else {
		o.l.fail(&o.op, err)
	}
	return true
}

// advance does what the stage says.
func (o *opener) advance() error {
	switch o.stage {
	case listing:
		return o.list()
	case swapping:
		return o.swapOn()
	case tidying:
		return o.tidy()
	case planning:
		return o.planOn()
	case leaping:
		o.stage = walking
		if err := o.leap(); !errors.Is(err, errCorrupt) { // of an accelerator, or of one reading of the log
			return err
		}
		return nil
	case walking:
		return o.walkOn()
	case doubting:
		return o.startOver()
	case probing:
		return o.probeOn()
	case cutting:
		return o.cutOn()
	case syncing:
		return o.syncOn()
	case dropping:
		return o.dropOn()
	case settling:
		return o.settle()
	}
	panic("BUG: an opening goes on that is over")
}

// errMissing says that there is no log where one was to be.
var errMissing = errors.New("seglog: the log is not there")

func (o *opener) list() error {
	l := o.l
	if err := l.w.sweep(l.parent); err != nil {
		return err
	}
	l.w.meter.call(0)
	entries, err := l.w.fs.ReadDir(l.dir)
	if errors.Is(err, disk.ErrNotExist) {
		if !o.op.Open.Create {
			return errMissing
		}
		l.w.meter.call(0)
		err = l.w.fs.MkdirAll(l.dir)
		l.newEntries = true
		l.nameDir(l.w.made + 1)
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		o.sort(e)
	}
	if o.findSwaps() {
		o.stage = swapping
		return nil
	}
	o.leftovers = slices.DeleteFunc(o.leftovers, o.hasLog)
	slices.Sort(o.bases)
	l.aborted = slices.DeleteFunc(slices.Clone(o.bases), func(base kafka.Offset) bool { return o.size(segmentName(base)+txnIndexSuffix) < 0 })
	o.sortSnapshots()
	if err := o.checkTopic(); err != nil {
		return err
	}
	o.stage = tidying
	return nil
}

// sort files one name of the directory away.
func (o *opener) sort(e disk.Entry) {
	o.names, o.sizes = append(o.names, e.Name), append(o.sizes, e.Size)
	digits, suffix, _ := strings.Cut(e.Name, ".")
	base, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case strings.HasSuffix(e.Name, deletedSuffix), strings.HasSuffix(e.Name, cleanedSuffix), strings.HasSuffix(e.Name, ".tmp"):
		o.leftovers = append(o.leftovers, e.Name)
	case err != nil || len(digits) != 20:
	case suffix == "log":
		o.bases = append(o.bases, kafka.Offset(base))
	case suffix == "snapshot":
		o.snapshots = append(o.snapshots, kafka.Offset(base))
	case suffix == "index" || suffix == "timeindex" || suffix == "txnindex":
		o.leftovers = append(o.leftovers, e.Name) // unless its log turns up
	}
}

// hasLog tells an index that belongs to a segment.
func (o *opener) hasLog(name string) bool {
	digits, suffix, _ := strings.Cut(name, ".")
	return (suffix == "index" || suffix == "timeindex" || suffix == "txnindex") && o.size(digits+".log") >= 0
}

// size is the size of a file of the directory, whose names came sorted, or noFile.
func (o *opener) size(name string) int64 {
	i, found := slices.BinarySearch(o.names, name)
	if !found {
		return noFile
	}
	return o.sizes[i]
}

// tidy removes one leftover, or goes on to the segments.
func (o *opener) tidy() error {
	l := o.l
	if n := len(o.leftovers); n > 0 {
		l.newEntries = true
		l.w.meter.call(0)
		err := l.w.fs.Remove(l.dir + "/" + o.leftovers[n-1])
		o.leftovers = o.leftovers[:n-1]
		if errors.Is(err, disk.ErrNotExist) {
			o.l.w.Marks.Hit(port.MarkTrashGone)
			return nil // trash of an earlier opening, which went meanwhile
		}
		return err
	}
	if len(o.bases) == 0 {
		return o.beginAnew()
	}
	o.end = o.bases[0]
	if !o.op.Open.StopWasClean {
		// An earlier life made them, and may not have come to its next flush.
		l.soil(&handle{name: l.dir + "/" + metadataFile, once: true})
		if o.size(epochsFile) > 0 {
			l.soil(&handle{name: l.dir + "/" + epochsFile, once: true})
		}
	}
	o.stage = planning
	return nil
}

// beginAnew gives a log without segments its first.
func (o *opener) beginAnew() error {
	if o.op.Open.RecoveryPoint > o.op.Open.LogStart && !o.op.Open.AcceptLoss {
		o.l.w.Marks.Hit(port.MarkLogEmptied)
		return errCorrupt // what was flushed is not there
	}
	// The directory may be older than this opening, and its name durable no more than its contents.
	o.l.nameDir(madeBefore)
	o.l.soil(&handle{name: o.l.dir + "/" + metadataFile, once: true})
	o.end = max(o.op.Open.LogStart, 0)
	o.l.view.start = o.end
	o.stage = syncing
	return o.l.beginSegment(o.end)
}

// syncOn syncs one file of what an unclean stop left, so that all that was found is durable from
// here on, unless it waits for the first flush.
func (o *opener) syncOn() error {
	l := o.l
	if len(o.found) > 0 {
		s := o.found[0]
		o.found = o.found[1:]
		return l.keepSnapshot(s.at, s.bytes)
	}
	if len(o.bases) > 0 && len(l.dirty) > 0 && !o.defers() {
		if o.op.Open.Rewrite {
			o.l.w.Marks.Hit(port.MarkRewritten)
			if done, err := o.rewrite(l.dirty[0]); err != nil || !done {
				return err
			}
		}
		return l.syncOne()
	}
	if len(o.bases) > 0 {
		if !o.op.Open.StopWasClean {
			// The names may be as little durable as the contents were.
			l.newEntries = true
			l.nameDir(madeBefore)
		}
		if !o.defers() {
			if err := l.syncEntries(); err != nil {
				return err
			}
		}
	}
	l.flushed = l.view.end
	if o.defers() {
		l.flushed = min(l.view.end, max(o.op.Open.RecoveryPoint, o.op.Open.LogStart))
	}
	l.view.start = max(o.op.Open.LogStart, l.view.extent(0).base)
	o.stage = dropping
	if l.view.end < l.view.start {
		o.l.w.Marks.Hit(port.MarkStartBeyondEnd)
		// What is left lies below the log start, and was to go.
		o.doomed = append(segmentsOf(l.view.sealed), l.view.active.segment)
		l.view.sealed = nil
		o.opened, o.epochs = fold.State{}, nil
		o.end = l.view.start
		if err := l.dropSnapshots(o.end); err != nil {
			return err
		}
		return l.beginSegment(o.end)
	}
	o.doomed = l.belowStart()
	return nil
}

func (o *opener) dropOn() error {
	if len(o.doomed) > 0 {
		o.l.w.Marks.Hit(port.MarkBelowStart)
	}
	if len(o.doomed) == 0 {
		o.stage = settling
		return nil
	}
	err := o.l.doom(o.doomed[0])
	o.doomed = o.doomed[1:]
	return err
}

// answer lets readers in.
func (o *opener) answer() {
	l := o.l
	l.phase = running
	l.w.files.settle(&l.view)
	l.log = new(Log)
	l.changed = true
	l.publish()
	l.w.reg.register(l.id, l.log)
	found := l.opened(o.opened, o.cutBytes)
	found.IOBytes = o.ioBytes
	l.w.out = append(l.w.out, port.LogDone{
		Kind: port.OpOpen, Log: l.id, Gen: l.gen, Epoch: o.op.Epoch, End: l.view.end, Opened: found,
	})
}
