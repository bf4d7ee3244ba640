package sim

import (
	"slices"
	"strings"

	"momus/checker"
	"momus/core"
	"momus/core/canon"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// The metadata log and its snapshots: what is drawn for them, and what the world looks at for the judge.

// metadataDir is where they lie: in the first of allDirs.
const metadataDir = "/data/__cluster_metadata-0"

// metadataWatch is what the world knows of a node's metadata log.
type metadataWatch struct {
	images checker.Images
	// offset is that of the image which was looked at last.
	offset kafka.Offset
	// damaged are the snapshots that the world damaged.
	damaged []port.SnapshotID
	// scratch is memory for an image.
	scratch []byte
	bites   MetadataBites
}

// MetadataBites counts what happened to the metadata log.
type MetadataBites struct {
	// Taken are snapshots that became durable, Loaded those that a life began with, PassedOver those
	// that were damaged and that an older one or the log stood in for.
	Taken, Loaded, PassedOver uint64
	// Trims are moves of the log start.
	Trims uint64
}

func (b *MetadataBites) add(o MetadataBites) {
	b.Taken += o.Taken
	b.Loaded += o.Loaded
	b.PassedOver += o.PassedOver
	b.Trims += o.Trims
}

// drawSnapshots has most seeds take many snapshots, and let go of them and of the log below them soon.
func (n *node) drawSnapshots() {
	pick := func(name string, from ...int64) int64 { return n.pick("plan/snapshots", name, from...) }
	b := &n.node.Broker
	b.SnapshotBytes = pick("metadata.log.max.record.bytes.between.snapshots", 20<<20, 300, 1000, 3000)
	b.SnapshotInterval = kafka.Millis(pick("metadata.log.max.snapshot.interval.ms", 3_600_000, 100, 1000, 0))
	b.MetadataRetentionBytes = pick("metadata.max.retention.bytes", 100<<20, 0, 2000, 8000)
	b.MetadataRetention = kafka.Millis(pick("metadata.max.retention.ms", 7*24*3_600_000, 500, -1))
	b.MetadataCleanInterval = kafka.Millis(pick("metadata-clean-interval.ms", 60_000, 200))
	n.limits.SnapshotPartBytes = int32(pick("limit.snapshot-part-bytes", 64<<10, 1000, 300))
}

// observeImage shows the judge the image that a Step made, if it is a new one. Of a snapshot that is
// being loaded there is none before its end.
func (n *node) observeImage(ev core.Event) {
	m := &n.metadata
	node := n.process.stepper.Node
	if _, start := ev.(*core.Start); start {
		m.offset = kafka.NoOffset
	}
	offset := node.ImageOffset()
	if offset == m.offset || offset == kafka.NoOffset {
		return
	}
	m.offset = offset
	m.scratch = node.AppendImage(m.scratch[:0])
	var sum canon.Hash
	sum.Add(m.scratch)
	n.violations(m.images.Saw(checker.Event(n.guests.events), offset, sum.Sum()))
}

func (n *node) violations(list []checker.Violation) {
	for i := range list {
		n.w.violated(Correctness, list[i].Checker, n.name+list[i].String())
	}
}

// metadataNote counts a fact about the metadata log.
func (n *node) metadataNote(kind core.NoteKind) {
	b := &n.metadata.bites
	switch kind {
	case core.NoteSnapshotTaken:
		b.Taken++
	case core.NoteSnapshotLoaded:
		b.Loaded++
	case core.NoteSnapshotDamaged:
		b.PassedOver++
	case core.NoteMetadataTrimmed:
		b.Trims++
	}
}

// metadataFiles looks at what lies on the disk, as the next start will find it.
func (n *node) metadataFiles() (f checker.MetadataFiles, ids []port.SnapshotID) {
	f.Event = checker.Event((*guestEnv)(n).Event())
	entries, err := n.disk.Look(metadataDir)
	if err != nil {
		return f, nil // it was not made yet
	}
	start := kafka.NoOffset
	for _, e := range entries {
		if base, ok := segmentBase(e.Name); ok && start == kafka.NoOffset {
			start = base
		}
		name, isSnapshot := strings.CutSuffix(e.Name, ".checkpoint")
		if id, ok := port.ParseSnapshotID(name); ok && isSnapshot {
			ids = append(ids, id)
			f.Snapshots = append(f.Snapshots, checker.SnapshotFile{
				End: id.End, Whole: wholeSnapshot(n.disk.Peek(metadataDir + "/" + e.Name)),
				Damaged: slices.Contains(n.metadata.damaged, id),
			})
		}
	}
	f.Start = max(start, 0)
	return f, ids
}

// wentDown shows the judge what a process left of the metadata log.
func (n *node) wentDown() {
	f, _ := n.metadataFiles()
	n.violations(checker.CheckMetadataFiles(&f))
}

func segmentBase(name string) (kafka.Offset, bool) {
	digits, isLog := strings.CutSuffix(name, ".log")
	id, ok := port.ParseSnapshotID(digits + "-0000000000")
	return id.End, isLog && ok
}

// wholeSnapshot reads a snapshot by the rules of KIP-630: sound batches, the first of which begins with
// the header, the last of which is the footer.
func wholeSnapshot(b []byte) bool {
	var first, last record.ControlType = -1, -1
	for next := kafka.Offset(0); len(b) > 0; {
		h, batch, rest, err := record.Split(b)
		if err != nil || record.CheckStored(batch, h) != nil || h.BaseOffset != next {
			return false
		}
		last = -1
		if h.Attributes.IsControl() {
			for it := record.Records(h, h.Body(batch)); it.Next(); {
				if last, err = record.ReadControlKey(it.Record.Key); err != nil {
					return false
				}
				if next == 0 && first < 0 {
					first = last
				}
			}
		}
		next, b = h.End(), rest
	}
	return first == record.ControlSnapshotHeader && last == record.ControlSnapshotFooter
}

// rotSnapshot damages the newest snapshot of a node that is down, in some seeds, if an older one or the
// log from its beginning says the same.
func (n *node) rotSnapshot() {
	s := n.stream("plan/snapshotrot")
	if n.phase != phaseFaults || !s.OneIn(6) {
		return
	}
	f, ids := n.metadataFiles()
	last := len(ids) - 1
	if last < 0 || !f.Snapshots[last].Whole {
		return
	}
	spare := f.Start == 0
	for _, older := range f.Snapshots[:last] {
		spare = spare || older.Whole && older.End >= f.Start
	}
	if !spare {
		return
	}
	path := metadataDir + "/" + ids[last].String() + ".checkpoint"
	for _, file := range n.disk.AtRest(func(at string) bool { return at == path }) {
		batches := batchesOf(file.Data)
		if last == 0 {
			batches = batches[min(len(batches), 1):] // the first names the voters, and nothing else would
		}
		if len(batches) == 0 {
			continue
		}
		hit := batches[s.Draw(uint64(len(batches)))]
		n.disk.Rot(path, hit.at+summedFrom+int64(s.Draw(uint64(hit.size-summedFrom))), s.Draw(8))
		n.metadata.damaged = append(n.metadata.damaged, ids[last])
	}
}
