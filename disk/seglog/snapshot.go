package seglog

import (
	"errors"
	"math"
	"slices"

	"momus/core/fold"
	"momus/core/kafka"
	"momus/disk"
)

const snapshotSuffix = ".snapshot"

func (l *writer) snapshotPath(at kafka.Offset) string {
	return l.dir + "/" + segmentName(at) + snapshotSuffix
}

// keepSnapshot writes the producer snapshot at an offset, for the next flush to make durable. One
// that is there already speaks of the same batches and stays: a file that is believed is never
// written over, so that no crash can tear it.
func (l *writer) keepSnapshot(at kafka.Offset, b []byte) error {
	i, found := slices.BinarySearch(l.snapshots, at)
	if b == nil || found {
		return nil
	}
	path := l.snapshotPath(at)
	l.newEntries = true
	if err := l.writeSmall(path, b, false); err != nil {
		return err
	}
	l.soil(&handle{name: path, once: true})
	l.snapshots = slices.Insert(l.snapshots, i, at)
	return nil
}

// dropSnapshots removes the snapshots above the log's end: the batches that they speak of are gone,
// and others may come to stand at those offsets. Those of segments went with them, so that few are left.
func (l *writer) dropSnapshots(end kafka.Offset) error {
	for n := len(l.snapshots); n > 0 && l.snapshots[n-1] > end; n = len(l.snapshots) {
		path := l.snapshotPath(l.snapshots[n-1])
		l.snapshots = l.snapshots[:n-1]
		l.newEntries = true
		l.cleanse(path)
		l.w.meter.call(0)
		if err := l.w.fs.Remove(path); err != nil && !errors.Is(err, disk.ErrNotExist) {
			return err
		}
	}
	return nil
}

// doomSnapshot renames the snapshot at a segment's base away with the segment.
func (l *writer) doomSnapshot(base kafka.Offset, t *trash) error {
	i, found := slices.BinarySearch(l.snapshots, base)
	if !found {
		return nil
	}
	l.snapshots = slices.Delete(l.snapshots, i, i+1)
	path := l.snapshotPath(base)
	l.cleanse(path)
	l.w.meter.call(0)
	if err := l.w.fs.Rename(path, path+deletedSuffix); err != nil {
		return err
	}
	t.names = append(t.names, path+deletedSuffix)
	return nil
}

// cleanse forgets that a small file is to be synced.
func (l *writer) cleanse(path string) {
	l.dirty = slices.DeleteFunc(l.dirty, func(h *handle) bool { return h.once && h.name == path })
}

// sortSnapshots decides which of the snapshots in the directory stay: those at the base of a segment,
// and the last one. After a stop that was not clean, what lies above the recovery point may never have
// reached the disk, or speak of batches that did not; when a loss is accepted, nothing is known of any.
// Nor is one of use that lies below the first segment: batches behind it are gone.
// The one at the base of the first segment is what is left of the batches below the log start. Segments go
// only once it is durable, though the recovery point of the checkpoint may lag behind. The one at the recovery point
// itself is believed, and synced once more (seed 77050):
//
//  1. all is flushed, and the recovery point saved,
//  2. a segment begins there, with its snapshot, and the process is killed before either is synced,
//  3. after the next start retention takes all that lies before, and power fails: the snapshot is not there,
//  4. nobody knows the producer, and what it repeats is appended.
func (o *opener) sortSnapshots() {
	open := o.op.Open
	limit := kafka.Offset(math.MaxInt64)
	if !open.StopWasClean {
		limit = open.RecoveryPoint
	}
	slices.Sort(o.snapshots)
	for i, at := range o.snapshots {
		stray := !slices.Contains(o.bases, at) && i+1 < len(o.snapshots) && o.snapshots[i+1] <= limit
		first := len(o.bases) > 0 && at == o.bases[0]
		if at > limit && !first || stray || open.AcceptLoss || len(o.bases) == 0 || at < o.bases[0] {
			o.leftovers = append(o.leftovers, segmentName(at)+snapshotSuffix)
			continue
		}
		o.l.snapshots = append(o.l.snapshots, at)
		if at == limit {
			o.l.soil(&handle{name: o.l.snapshotPath(at), once: true})
		}
	}
	o.snapshots = slices.Clone(o.l.snapshots)
}

// planOn reads the newest snapshot that is left, and removes it if it is damaged, as Kafka does. With
// the first sound one, or with none, the walk begins.
func (o *opener) planOn() error {
	l := o.l
	n := len(o.snapshots)
	if n == 0 {
		return o.beginWalk()
	}
	at := o.snapshots[n-1]
	o.snapshots = o.snapshots[:n-1]
	name := segmentName(at) + snapshotSuffix
	b, err := l.readWhole(l.dir+"/"+name, o.size(name))
	if err != nil {
		return err
	}
	entries, err := fold.ReadSnapshot(b)
	if err != nil {
		i := slices.Index(l.snapshots, at)
		l.snapshots = slices.Delete(l.snapshots, i, i+1)
		l.newEntries = true
		l.cleanse(l.dir + "/" + name)
		l.w.meter.call(0)
		return l.w.fs.Remove(l.dir + "/" + name)
	}
	o.entries, o.foldFrom = entries, at
	o.refill = slices.ContainsFunc(entries, func(e fold.SnapshotEntry) bool { return e.Incomplete() })
	if size := o.size(epochsFile); size > 0 {
		b, err := l.readSmall(l.dir+"/"+epochsFile, size)
		if err != nil {
			return err
		}
		o.stored = parseEpochs(b)
	}
	return o.beginWalk()
}

// restore makes the snapshot the state from which the walk goes on.
func (o *opener) restore() {
	if o.entries != nil {
		o.opened = fold.Restore(o.entries, &o.before)
		o.entries, o.before = nil, fold.State{}
	}
}

// foundSnapshot is one to be written.
type foundSnapshot struct {
	at    kafka.Offset
	bytes []byte
}

// snapshotFound takes the snapshot at the base of the next segment if a crash took the file, or it was
// not trusted. It is written once it is clear that the log can be opened.
func (o *opener) snapshotFound(base kafka.Offset) {
	_, there := slices.BinarySearch(o.l.snapshots, base)
	if o.op.Open.StopWasClean || base < o.foldFrom || there {
		return
	}
	o.restore()
	o.found = append(o.found, foundSnapshot{base, o.opened.AppendSnapshot(nil)})
}
