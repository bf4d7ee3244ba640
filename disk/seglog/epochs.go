package seglog

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"momus/core/kafka"
	"momus/core/port"
)

// Names of the small files in a partition's directory.
const (
	epochsFile   = "leader-epoch-checkpoint"
	metadataFile = "partition.metadata"
)

// smallBytesMax bounds what is read of a small file.
const smallBytesMax = 1 << 20

// saveEpochs replaces leader-epoch-checkpoint: version 0, the number of lines, `epoch start`. It
// is written before the first append of an epoch is, and made durable by the next flush. Recovery
// takes the epochs of the batches that it walks from these, and trusts the file for older segments,
// if it fits, and for what has no batch yet. Of a log that was compacted it may be all that is known of older epochs,
// so that it is synced before it gets its name (KAFKA-16541). Else
//
//  1. compaction takes the first batches of epoch 2,
//  2. epoch 4 begins, and the new file gets its name before it is synced,
//  3. a power loss leaves the name and not what is in it: epoch 2 begins where its next batch does (seed 23767).
func (l *writer) saveEpochs() error {
	b := appendEpochs(nil, l.epochs)
	path := l.dir + "/" + epochsFile
	if err := l.writeSmall(path+".tmp", b, l.sparse); err != nil {
		return err
	}
	l.w.meter.call(0)
	l.newEntries = true
	if err := l.w.fs.Rename(path+".tmp", path); err != nil {
		return err
	}
	l.cleanse(path)
	l.soil(&handle{name: path, once: true})
	return nil
}

// hardenEpochs makes leader-epoch-checkpoint durable, under its name, before compaction takes batches from the log, one
// thing at a time: a name that is not durable may give way to that of the file before, which nobody has synced.
func (l *writer) hardenEpochs() (done bool, err error) {
	l.sparse = true
	path := l.dir + "/" + epochsFile
	if i := slices.IndexFunc(l.dirty, func(h *handle) bool { return h.name == path }); i >= 0 {
		h := l.dirty[i]
		l.dirty = slices.Insert(slices.Delete(l.dirty, i, i+1), 0, h)
		return false, l.syncOne()
	}
	return true, l.syncEntries()
}

func appendEpochs(b []byte, epochs []port.EpochStart) []byte {
	b = append(b, "0\n"...)
	b = append(strconv.AppendInt(b, int64(len(epochs)), 10), '\n')
	for _, e := range epochs {
		b = append(strconv.AppendInt(b, int64(e.Epoch), 10), ' ')
		b = append(strconv.AppendInt(b, int64(e.Start), 10), '\n')
	}
	return b
}

// writeSmall makes a file of its own, synced if that is asked for.
func (l *writer) writeSmall(path string, b []byte, synced bool) error {
	m := &l.w.meter
	m.call(len(b))
	file, err := l.w.fs.Create(path)
	if err != nil {
		return err
	}
	m.call(0)
	err = file.WriteAt(b, 0)
	if err == nil && synced {
		m.call(0)
		err = file.Sync()
	}
	if err != nil {
		closeIdle(file)
		return err
	}
	m.call(0)
	return file.Close()
}

// readSmall reads a file of which no more than smallBytesMax counts.
func (l *writer) readSmall(path string, size int64) ([]byte, error) {
	return l.readWhole(path, min(size, smallBytesMax))
}

func (l *writer) readWhole(path string, size int64) ([]byte, error) {
	m := &l.w.meter
	m.call(0)
	file, err := l.w.fs.Open(path)
	if err != nil {
		return nil, err
	}
	b := make([]byte, size)
	n, err := readAgreed(file, b, make([]byte, len(b)), 0, m)
	m.call(0)
	closeIdle(file)
	return b[:n], err
}

// parseEpochs reads the checkpoint; what it cannot read it takes as absent, and so one without the end of its
// last line. Else
//
//  1. epoch 2 begins at offset 136, and the file that says so gets its name before it is synced,
//  2. a power loss leaves `2 1` of its last line,
//  3. epoch 2 is taken to begin at offset 1, and a consumer is told that what it read of epoch 0 was
//     truncated there (seed 4659).
func parseEpochs(b []byte) []port.EpochStart {
	text, whole := strings.CutSuffix(string(b), "\n")
	lines := strings.Split(text, "\n")
	if !whole || len(lines) < 2 || lines[0] != "0" || lines[1] != strconv.Itoa(len(lines)-2) {
		return nil
	}
	var epochs []port.EpochStart
	for _, line := range lines[2:] {
		left, right, _ := strings.Cut(line, " ")
		epoch, err := strconv.ParseInt(left, 10, 32)
		if err != nil {
			return nil
		}
		start, err := strconv.ParseInt(right, 10, 64)
		if err != nil {
			return nil
		}
		epochs = append(epochs, port.EpochStart{Epoch: kafka.LeaderEpoch(epoch), Start: kafka.Offset(start)})
	}
	return epochs
}

// trimEpochs drops what the log no longer holds: epochs that begin at or above end, and all but
// the last that begin at or below start, which then begins there (KIP-101).
func trimEpochs(epochs []port.EpochStart, start, end kafka.Offset) []port.EpochStart {
	for n := len(epochs); n > 0 && epochs[n-1].Start >= end; n = len(epochs) {
		epochs = epochs[:n-1]
	}
	for len(epochs) > 1 && epochs[1].Start <= start {
		epochs = epochs[1:]
	}
	epochs = slices.Clone(epochs)
	if len(epochs) > 0 {
		epochs[0].Start = max(epochs[0].Start, start)
	}
	return epochs
}

// keepEpochs makes trimmed the log's epochs, on disk too if they are news.
func (l *writer) keepEpochs(trimmed []port.EpochStart) error {
	if slices.Equal(trimmed, l.epochs) {
		return nil
	}
	l.epochs = trimmed
	return l.saveEpochs()
}

// sparseEpochs are the epochs of a log that was compacted, of which batches may be gone, and all those of an epoch: where
// an epoch began, the checkpoint says, as long as it fits what was found. The end of the log, where the checkpoint may
// not have been durable, has all its batches. Both begin with the log start: what was found below it says of no epoch
// that the checkpoint is wrong (seed 22553).
func sparseEpochs(found, stored []port.EpochStart, start, end kafka.Offset) []port.EpochStart {
	var merged []port.EpochStart
	found = trimEpochs(found, start, math.MaxInt64)
	for i, j := 0, 0; i < len(found) || j < len(stored); {
		var next port.EpochStart
		switch {
		case j == len(stored) || i < len(found) && found[i].Epoch < stored[j].Epoch:
			next = found[i]
			i++
		case i == len(found) || stored[j].Epoch < found[i].Epoch:
			next = stored[j]
			j++
		default:
			next = stored[j]
			if next.Start > found[i].Start {
				return found
			}
			i, j = i+1, j+1
		}
		if n := len(merged); next.Start > end || n > 0 && next.Start < merged[n-1].Start {
			return found
		}
		merged = append(merged, next)
	}
	return merged
}

// settle compares the epochs with their checkpoint.
func (o *opener) settle() error {
	l := o.l
	var stored []port.EpochStart
	if size := o.size(epochsFile); size > 0 {
		b, err := l.readSmall(l.dir+"/"+epochsFile, size)
		if err != nil {
			return err
		}
		stored = parseEpochs(b)
	}
	epochs := o.epochs
	if l.sparse = o.op.Open.Compacted; l.sparse {
		epochs = sparseEpochs(epochs, stored, l.view.start, l.view.end)
	}
	for _, e := range stored {
		// An epoch that has no batch yet is known from the file alone.
		if n := len(epochs); e.Start <= l.view.end && (n == 0 || e.Epoch > epochs[n-1].Epoch && e.Start >= epochs[n-1].Start) {
			epochs = append(epochs, e)
		}
	}
	l.epochs = stored
	if err := l.keepEpochs(trimEpochs(epochs, l.view.start, math.MaxInt64)); err != nil {
		return err
	}
	o.stage = settled
	return nil
}
