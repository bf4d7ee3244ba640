package core

import (
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/raft"
	"momus/core/record"
)

// The metadata log is kept short by snapshots of the committed image (KIP-630): a start reads the
// newest and the log behind it. One is taken when the log has grown by
// metadata.log.max.record.bytes.between.snapshots, or something new is as old as
// metadata.log.max.snapshot.interval.ms. It is written from a picture of the image, one part a turn,
// while the image goes on changing.

// loaded takes a part of a snapshot into the image. Until the last one nobody looks at it.
func (n *Node) loaded(part *msg.Loaded) {
	if part.First {
		n.image = image.New()
	}
	for _, rec := range part.Records {
		n.image.Load(rec)
	}
	if part.Last && part.End > 0 {
		n.image.Advance(part.End-1, part.Epoch)
	}
}

// snapshotDue is when the next snapshot is due: 0 if nothing asks for one, or none can be begun now.
func (n *Node) snapshotDue(now kafka.Now) kafka.Mono {
	if n.sinceSnapshot == 0 || n.picture != nil || !n.raft.MaySnapshot() || !n.image.Whole() {
		return 0
	}
	switch {
	case n.sinceSnapshot >= n.cfg.SnapshotBytes:
		return now.Mono
	case n.cfg.SnapshotInterval > 0:
		return n.lastSnapshot.Add(n.cfg.SnapshotInterval.Nanos())
	}
	return 0
}

// carrySnapshot begins a snapshot that is due, and gives the one under way its next records.
func (n *Node) carrySnapshot(now kafka.Now) bool {
	if due := n.snapshotDue(now); due != 0 && due <= now.Mono {
		n.raft.BeginSnapshot()
		n.picture = n.image.Freeze()
		n.sinceSnapshot, n.lastSnapshot = 0, now.Mono
	}
	if n.picture == nil || !n.raft.WantsRecords() {
		return false
	}
	next := func() (record.Metadata, bool) { return n.picture.Next(&n.image) }
	if n.raft.WriteSnapshot(now, next) {
		n.picture = nil
	}
	return true
}

// quorumNote turns a fact about the metadata log into the node's.
func (n *Node) quorumNote(fact *raft.Note) {
	n.ready.Notes = append(n.ready.Notes, Note{
		Kind: quorumNotes[fact.Kind], From: fact.From, To: fact.To, Text: fact.Text,
	})
}

// quorumNotes is the node's word for the quorum's.
var quorumNotes = [...]NoteKind{
	raft.NoteSnapshotTaken: NoteSnapshotTaken, raft.NoteSnapshotLoaded: NoteSnapshotLoaded,
	raft.NoteSnapshotDamaged: NoteSnapshotDamaged, raft.NoteTrimmed: NoteMetadataTrimmed,
}

// AppendImage encodes the image of what is committed; its offset comes first. Two nodes, or two
// lives of one, whose images are of one offset have the same.
func (n *Node) AppendImage(b []byte) []byte { return n.image.AppendCanon(b) }

// ImageOffset is the offset that the image of what is committed reaches; NoOffset before there is
// any.
func (n *Node) ImageOffset() kafka.Offset {
	if n.phase == phaseNew {
		return kafka.NoOffset
	}
	return n.image.Offset
}
