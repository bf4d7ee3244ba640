package raft

import (
	"fmt"
	"slices"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// writing is a snapshot that is being written, one part a turn.
type writing struct {
	id        port.SnapshotID
	contained kafka.Wall
	// seq is the number of the save that is out, or 0; pos where in the file the next part goes, next
	// the offset, within the snapshot, of its first record.
	seq  int64
	pos  int64
	next kafka.Offset
	// records counts those of the image.
	records int64
	ended   bool
}

// MaySnapshot tells whether a snapshot can be begun.
func (m *Raft) MaySnapshot() bool {
	return m.active && !m.stopped && !m.failed && m.writing == nil
}

// BeginSnapshot begins a snapshot of what was delivered so far: its records are asked for one part at
// a time, see WantsRecords. The log goes on in a new segment, so that what the snapshot holds can be
// deleted without what follows it, and an unclean stop leaves only that in doubt.
func (m *Raft) BeginSnapshot() {
	if !m.MaySnapshot() {
		panic("BUG: a snapshot was begun at the wrong time")
	}
	m.writing = &writing{id: port.SnapshotID{End: m.delivered, Epoch: m.deliveredEpoch}, contained: m.deliveredAt}
	m.roll = m.segments[len(m.segments)-1].size > 0
}

// WantsRecords tells that the snapshot under way is to be given its next records.
func (m *Raft) WantsRecords() bool {
	w := m.writing
	return w != nil && w.seq == 0 && !w.ended && m.active && !m.stopped && !m.failed
}

// WriteSnapshot writes the next part of the snapshot under way, of records taken from next until that
// has none left; then it is whole, and true is returned. A snapshot is, as Kafka's
// RecordsSnapshotWriter has it, a batch of control records with the header and what the quorum knows
// of itself, batches of the image's records, and the footer in a control batch of its own.
func (m *Raft) WriteSnapshot(now kafka.Now, next func() (record.Metadata, bool)) (done bool) {
	w := m.writing
	var data []byte
	if w.pos == 0 {
		head := record.NewBuilder(0, w.id.Epoch)
		head.Batch.Attributes |= record.AttributeControl
		head.AddControl(now.Wall, &record.SnapshotHeaderRecord{LastContainedLogTimestamp: w.contained}, 0)
		if m.kraftVersion > 0 {
			head.AddControl(now.Wall, &record.KRaftVersionRecord{KRaftVersion: m.kraftVersion}, 0)
			head.AddControl(now.Wall, &record.VotersRecord{Voters: m.voterSet}, 0)
		}
		w.next += kafka.Offset(head.Count())
		data = head.Append(data)
	}
	b := record.NewBuilder(w.next, w.id.Epoch)
	for !w.ended && len(data)+b.Size() < int(m.cfg.PartBytes) {
		rec, more := next()
		if w.ended = !more; more {
			b.Add(now.Wall, nil, record.AppendMetadata(nil, rec, version(rec)))
		}
	}
	if n := b.Count(); n > 0 {
		data = b.Append(data)
		w.next += kafka.Offset(n)
		w.records += int64(n)
	}
	if w.ended {
		data = append(data, controlBatch(w.next, w.id.Epoch, now.Wall, &record.SnapshotFooterRecord{})...)
	}
	w.seq = m.saveSnapshot(port.WriteSnapshot, port.SnapshotPart{ID: w.id, At: w.pos, Data: data, Last: w.ended})
	w.pos += int64(len(data))
	return w.ended
}

// partWritten follows the end of a part's save. The last one made the snapshot durable.
func (m *Raft) partWritten(now kafka.Now, saved *port.Saved) {
	w := m.writing
	if w == nil || saved.Seq != w.seq {
		return
	}
	w.seq = 0
	if !w.ended {
		return
	}
	m.writing = nil
	for _, id := range m.damaged {
		m.Marks.Hit(port.MarkDamagedRemoved)
		m.saveSnapshot(port.RemoveSnapshot, port.SnapshotPart{ID: id})
	}
	m.damaged = nil
	m.snapshots = append(m.snapshots, port.SnapshotFile{ID: w.id, Size: w.pos, Contained: w.contained})
	m.note(Note{
		Kind: NoteSnapshotTaken, To: w.id.End,
		Text: fmt.Sprintf("%s, %d records in %d bytes", w.id, w.records, w.pos),
	})
	m.clean(now)
}

// clean lets go of the oldest snapshots while the log and they are larger than
// metadata.max.retention.bytes, or what the oldest holds is older than metadata.max.retention.ms; and
// of the log below the oldest one that stays. As in Kafka (KafkaRaftLog.maybeClean) the newest snapshot
// always stays, and the log only ever goes as far as a snapshot reaches that is durable:
//
//  1. the log passes a limit, and is cut by the age of its segments alone (KAFKA-14238),
//  2. the snapshot that is to hold the beginning is not finished yet,
//  3. the process dies: nothing holds the beginning any more.
func (m *Raft) clean(now kafka.Now) {
	m.nextClean = now.Mono.Add(m.cfg.CleanInterval.Nanos())
	if m.trimming {
		m.Marks.Hit(port.MarkTrimUnderWay)
	}
	if !m.active || m.trimming {
		return
	}
	n := 0
	for n+1 < len(m.snapshots) && m.mayGo(now, n) {
		n++
	}
	if n > 0 {
		m.trim(m.snapshots[n].ID.End)
	}
}

// mayGo tells whether snapshot i is too much, with the log from it on and the snapshots behind it.
func (m *Raft) mayGo(now kafka.Now, i int) bool {
	s := &m.snapshots[i]
	if m.cfg.Retention >= 0 && s.Contained >= 0 && int64(now.Wall-s.Contained) > int64(m.cfg.Retention) {
		return true
	}
	bytes := int64(0)
	for _, kept := range m.snapshots[i:] {
		bytes += kept.Size
	}
	for _, kept := range m.segments[m.below(s.ID.End):] {
		bytes += kept.size
	}
	return m.cfg.RetentionBytes >= 0 && bytes > m.cfg.RetentionBytes
}

// below counts the segments that lie wholly below an offset; the active one never does.
func (m *Raft) below(end kafka.Offset) int {
	n := 0
	for n+1 < len(m.segments) && m.segments[n+1].base <= end {
		n++
	}
	return n
}

// trim moves the log start to where a durable snapshot ends.
func (m *Raft) trim(start kafka.Offset) {
	if start <= m.start {
		m.forgetSnapshots()
		return
	}
	m.note(Note{Kind: NoteTrimmed, From: m.start, To: start})
	m.start, m.trimming = start, true
	m.Out.Ops = append(m.Out.Ops, port.LogOp{
		Kind: port.OpAdvanceStart, Log: kafka.MetadataLog, Gen: m.gen, Epoch: m.epoch, Base: start,
	})
}

// trimmed follows the log start that moved. The files go at once: Kafka keeps them for a minute, for
// those that read them, and this log has no reader but the node itself.
func (m *Raft) trimmed() {
	m.trimming = false
	m.segments = slices.Delete(m.segments, 0, m.below(m.start))
	m.Out.Ops = append(m.Out.Ops, port.LogOp{
		Kind: port.OpPurge, Log: kafka.MetadataLog, Gen: m.gen, Epoch: m.epoch, Base: m.start,
	})
	if !m.stopped {
		m.forgetSnapshots()
	}
}

// forgetSnapshots removes the snapshots that end below the log start.
func (m *Raft) forgetSnapshots() {
	n := 0
	for n < len(m.snapshots) && m.snapshots[n].ID.End < m.start {
		m.saveSnapshot(port.RemoveSnapshot, port.SnapshotPart{ID: m.snapshots[n].ID})
		n++
	}
	m.snapshots = slices.Delete(m.snapshots, 0, n)
}

// saveSnapshot asks for a save of a part of a snapshot, and returns its number.
func (m *Raft) saveSnapshot(kind port.SaveKind, part port.SnapshotPart) (seq int64) {
	m.lastSave++
	m.Out.Saves = append(m.Out.Saves, port.Save{Kind: kind, Seq: m.lastSave, Dir: m.dir, Snapshot: &part})
	return m.lastSave
}
