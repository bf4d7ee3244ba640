package raft

import (
	"fmt"
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

	ops   []port.LogOp
	saves []port.Save
	reads []port.Read
}

type batch struct {
	header record.Header
	bytes  []byte
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
	}
	return "an operation that this log never needs"
}

func (d *disk) end() kafka.Offset {
	if len(d.batches) == 0 {
		return 0
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
		d.batches = append(d.batches, batch{h, whole})
	case port.OpFlush, port.OpClose:
		d.durable = len(d.batches)
	}
	return done
}

func (d *disk) opened() *port.Opened {
	o := &port.Opened{End: d.end(), Segments: []port.SegmentInfo{{}}}
	if d.durable > 0 {
		o.Flushed = d.batches[d.durable-1].header.End()
	}
	for _, b := range d.batches {
		o.Segments[0].Size += int64(len(b.bytes))
		if n := len(o.Epochs); n == 0 || o.Epochs[n-1].Epoch != b.header.LeaderEpoch {
			o.Epochs = append(o.Epochs, port.EpochStart{Epoch: b.header.LeaderEpoch, Start: b.header.BaseOffset})
		}
	}
	return o
}

func (d *disk) runSave(fail port.Failure) *port.Saved {
	s := d.saves[0]
	d.saves = d.saves[1:]
	if fail == port.FailNone {
		d.quorum = &s.Quorum
	}
	return &port.Saved{Kind: s.Kind, Seq: s.Seq, Dir: s.Dir, Fail: fail}
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
	d.ops, d.saves, d.reads = nil, nil, nil
	d.batches = d.batches[:max(d.durable, min(keep, len(d.batches)))]
}

func (d *disk) facts() *port.BootFacts {
	f := &port.BootFacts{MetadataDir: kafka.DirID{1}, Dirs: []port.DirFacts{{Dir: kafka.DirID{1}, SameBoot: true}}}
	if d.quorum != nil {
		f.HasQuorum, f.Quorum = true, *d.quorum
	}
	return f
}
