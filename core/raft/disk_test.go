package raft

import (
	"fmt"
	"slices"
	"strings"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

// disk is a log, a file and their workers as simple as can be. Its durable part outlives a run.
type disk struct {
	batches []batch
	// durable is how many of the batches survive a power loss.
	durable int
	quorum  *port.QuorumState
	// start is the first offset that the log holds, segments where its segments begin.
	start    kafka.Offset
	segments []kafka.Offset
	// snapshots are those under their names, rising; part is one that is being written.
	snapshots []snapshotFile
	part      []byte

	ops   []port.LogOp
	saves []port.Save
	reads []port.Read
}

type batch struct {
	header record.Header
	bytes  []byte
}

type snapshotFile struct {
	id    port.SnapshotID
	bytes []byte
}

// take queues what the machine wants and returns the rest of its outbox as text.
func (d *disk) take(m *Raft) (text string, committed []msg.Committed) {
	var b strings.Builder
	for _, op := range m.Out.Ops {
		b.WriteString(opText(op) + "\n")
	}
	for _, r := range m.Out.Reads {
		fmt.Fprintf(&b, "read %d: [%d, %d) at most %d bytes\n", r.ID, r.From, r.Upto, r.BytesMax)
	}
	for _, s := range m.Out.Saves {
		if s.Snapshot != nil {
			b.WriteString(partText(&s) + "\n")
			continue
		}
		fmt.Fprintf(&b, "save %d: leader %d of epoch %d, voted for %d\n", s.Seq, s.Quorum.LeaderID, s.Quorum.LeaderEpoch, s.Quorum.VotedID)
	}
	for _, c := range m.Out.Committed {
		fmt.Fprintf(&b, "committed [%d, %d] of epoch %d:", c.Base, c.Last, c.Epoch)
		for _, rec := range c.Records {
			fmt.Fprintf(&b, " %s", rec.AppendText(nil))
		}
		b.WriteString("\n")
	}
	for _, r := range m.Out.Roles {
		fmt.Fprintf(&b, "role: epoch %d leader %d active %v\n", r.Epoch, r.Leader, r.Active)
	}
	if m.Out.Fatal != "" {
		b.WriteString("fatal: " + m.Out.Fatal + "\n")
	}
	if m.Out.Closed {
		b.WriteString("closed\n")
	}
	d.ops, d.saves, d.reads = append(d.ops, m.Out.Ops...), append(d.saves, m.Out.Saves...), append(d.reads, m.Out.Reads...)
	committed = append(committed, m.Out.Committed...)
	m.Out = Out{}
	return b.String(), committed
}

func partText(s *port.Save) string {
	p := s.Snapshot
	switch {
	case s.Kind == port.WriteSnapshot:
		return fmt.Sprintf("save %d: snapshot %s at %d: %d bytes, last %v", s.Seq, p.ID, p.At, len(p.Data), p.Last)
	case s.Kind == port.LoadSnapshot:
		return fmt.Sprintf("save %d: read %d bytes of snapshot %s at %d", s.Seq, p.BytesMax, p.ID, p.At)
	case p.Name != "":
		return fmt.Sprintf("save %d: remove %s", s.Seq, p.Name)
	}
	return fmt.Sprintf("save %d: remove snapshot %s", s.Seq, p.ID)
}

func opText(op port.LogOp) string {
	switch op.Kind {
	case port.OpOpen:
		o := op.Open
		return fmt.Sprintf("open gen %d: clean %v lossy %v recovery point %d", op.Gen, o.StopWasClean, o.StopWasLossy, o.RecoveryPoint)
	case port.OpAppend:
		roll := ""
		if op.Roll {
			roll = " in a new segment"
		}
		return fmt.Sprintf("append gen %d epoch %d: [%d, %d) %d bytes%s", op.Gen, op.Epoch, op.Base, op.End, op.Span.Len(), roll)
	case port.OpFlush:
		return fmt.Sprintf("flush gen %d: to %d", op.Gen, op.End)
	case port.OpClose:
		return fmt.Sprintf("close gen %d: at %d", op.Gen, op.End)
	case port.OpAdvanceStart:
		return fmt.Sprintf("advance gen %d: to %d", op.Gen, op.Base)
	case port.OpPurge:
		return fmt.Sprintf("purge gen %d: below %d", op.Gen, op.Base)
	}
	return "an operation that this log never needs"
}

func (d *disk) end() kafka.Offset {
	if len(d.batches) == 0 {
		return d.start
	}
	return d.batches[len(d.batches)-1].header.End()
}

// runOp carries out the oldest operation.
func (d *disk) runOp(fail port.Failure) *port.LogDone {
	op := d.ops[0]
	d.ops = d.ops[1:]
	done := &port.LogDone{Kind: op.Kind, Log: op.Log, Gen: op.Gen, Epoch: op.Epoch, End: op.End, Fail: fail}
	if fail != port.FailNone {
		return done
	}
	switch op.Kind {
	case port.OpOpen:
		done.Opened = d.opened()
	case port.OpAppend:
		h, whole, rest, err := record.Split(op.Span.Bytes())
		if err != nil || len(rest) > 0 || record.CheckStored(whole, h) != nil || h.BaseOffset != d.end() || h.End() != op.End {
			panic(fmt.Sprintf("a bad batch was written at %d: %v", op.Base, err))
		}
		if op.Roll || len(d.segments) == 0 {
			d.segments = append(d.segments, op.Base)
		}
		d.batches = append(d.batches, batch{h, whole})
	case port.OpFlush, port.OpClose:
		d.durable = len(d.batches)
	case port.OpAdvanceStart:
		for len(d.segments) > 1 && d.segments[1] <= op.Base {
			d.segments = d.segments[1:]
		}
		d.start = d.segments[0]
		for len(d.batches) > 0 && d.batches[0].header.BaseOffset < d.start {
			d.batches = d.batches[1:]
			d.durable--
		}
	}
	return done
}

func (d *disk) opened() *port.Opened {
	o := &port.Opened{Start: d.start, End: d.end()}
	for _, base := range d.segments {
		o.Segments = append(o.Segments, port.SegmentInfo{Base: base})
	}
	if len(d.segments) == 0 {
		o.Segments = []port.SegmentInfo{{}}
	}
	if d.durable > 0 {
		o.Flushed = d.batches[d.durable-1].header.End()
	}
	for _, b := range d.batches {
		at := len(o.Segments) - 1
		for o.Segments[at].Base > b.header.BaseOffset {
			at--
		}
		o.Segments[at].Size += int64(len(b.bytes))
		if n := len(o.Epochs); n == 0 || o.Epochs[n-1].Epoch != b.header.LeaderEpoch {
			o.Epochs = append(o.Epochs, port.EpochStart{Epoch: b.header.LeaderEpoch, Start: b.header.BaseOffset})
		}
	}
	return o
}

func (d *disk) runSave(fail port.Failure) *port.Saved {
	s := d.saves[0]
	d.saves = d.saves[1:]
	done := &port.Saved{Kind: s.Kind, Seq: s.Seq, Dir: s.Dir, Fail: fail}
	if fail != port.FailNone {
		return done
	}
	p := s.Snapshot
	switch s.Kind {
	case port.SaveQuorum:
		d.quorum = &s.Quorum
	case port.WriteSnapshot:
		d.part = append(d.part[:p.At:p.At], p.Data...)
		if p.Last {
			d.snapshots, d.part = append(d.snapshots, snapshotFile{p.ID, d.part}), nil
		}
	case port.LoadSnapshot:
		for _, f := range d.snapshots {
			if f.id == p.ID {
				done.Data = f.bytes[p.At:min(p.At+int64(p.BytesMax), int64(len(f.bytes)))]
			}
		}
	case port.RemoveSnapshot:
		d.snapshots = slices.DeleteFunc(d.snapshots, func(f snapshotFile) bool { return p.Name == "" && f.id == p.ID })
	}
	return done
}

func (d *disk) runRead(fail port.Failure) *port.ReadDone {
	r := d.reads[0]
	d.reads = d.reads[1:]
	done := &port.ReadDone{ID: r.ID, Log: r.Log, Next: r.From, Fail: fail}
	for _, b := range d.batches {
		fits := len(done.Data)+len(b.bytes) <= int(r.BytesMax) || len(done.Data) == 0
		if b.header.BaseOffset < r.From || b.header.End() > r.Upto || !fits || fail != port.FailNone {
			if b.header.BaseOffset >= r.From {
				break
			}
			continue
		}
		done.Data = append(done.Data, b.bytes...)
		done.Next = b.header.End()
	}
	return done
}

// crash ends a run: what was asked for and not done is forgotten. A power loss also takes whole
// batches that were not flushed.
func (d *disk) crash(keep int) {
	d.ops, d.saves, d.reads, d.part = nil, nil, nil, nil
	d.batches = d.batches[:max(d.durable, min(keep, len(d.batches)))]
	for len(d.segments) > 1 && d.segments[len(d.segments)-1] >= d.end() {
		d.segments = d.segments[:len(d.segments)-1]
	}
}

// damage spoils a byte of the newest snapshot, or cuts it, if an older one or the log says the same.
func (d *disk) damage(where int) {
	n := len(d.snapshots)
	if n == 0 || d.start > 0 && (n == 1 || d.snapshots[n-2].id.End < d.start) {
		return
	}
	f := &d.snapshots[n-1]
	bad := slices.Clone(f.bytes)
	if where%2 == 0 || len(bad) <= record.HeaderSize {
		f.bytes = bad[:where/2%(len(bad)+1)]
		return
	}
	bad[16+where%(record.HeaderSize-16)] ^= 1 // in the first header, behind what the checksum leaves out
	f.bytes = bad
}

func (d *disk) facts() *port.BootFacts {
	f := &port.BootFacts{MetadataDir: kafka.DirID{1}, Dirs: []port.DirFacts{{Dir: kafka.DirID{1}, SameBoot: true}}}
	if d.quorum != nil {
		f.HasQuorum, f.Quorum = true, *d.quorum
	}
	for _, s := range d.snapshots {
		f.Snapshots = append(f.Snapshots, port.SnapshotFile{ID: s.id, Size: int64(len(s.bytes)), Contained: 5})
	}
	return f
}
