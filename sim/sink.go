package sim

import (
	"errors"

	"momus/cluster"
	"momus/core"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/wire"
	"momus/net/sock"
)

// publishedConfig is what the edge works with.
type publishedConfig = msg.Published

// nodeSink takes the entries of a Ready into the node's queues.
type nodeSink node

// LogOp implements cluster.Sink.
func (s *nodeSink) LogOp(worker int, op port.LogOp) {
	n := (*node)(s)
	if op.Kind == port.OpSwap {
		n.process.left[op.Log] = n.homes[op.Log]
	}
	if op.Kind == port.OpOpen || op.Kind == port.OpSwap {
		n.placed(op.Log, op.Open)
	}
	if op.Kind == port.OpClean || op.Kind == port.OpReplace {
		n.cleaning(&op)
	}
	w := n.process.workers[worker]
	w.queue = append(w.queue, op)
	n.wantWorker(worker)
}

// Read implements cluster.Sink: every read gets a drawn moment of its own.
func (s *nodeSink) Read(r port.Read) {
	n := (*node)(s)
	p := n.process
	index := int64(len(p.reads))
	if last := len(p.freeReads) - 1; last >= 0 {
		index = p.freeReads[last]
		p.freeReads = p.freeReads[:last]
		p.reads[index] = r
	} else {
		p.reads = append(p.reads, r)
	}
	n.schedule(n.w.now+int64(n.stream("read").Draw(64))*int64(kafka.Microsecond)+n.lag("lag/read", lagOfRead), kindRead, index, nil)
}

// Save implements cluster.Sink.
func (s *nodeSink) Save(v port.Save) {
	n := (*node)(s)
	n.process.saver.queue = append(n.process.saver.queue, v)
	if v.Kind == port.SaveCheckpoints {
		n.guests.saving[v.Seq] = v.Checkpoints
	}
	switch v.Kind {
	case port.SaveBrokerEpoch, port.SaveFaulted:
		n.vouch(&v)
	case port.ForgetBoot: // a node that ends, for whatever reason, trusts no directory (seed 84860)
		n.guests.suspect = true
	}
	n.wantSaver()
}

// Work implements cluster.Sink: it is done at a drawn moment.
func (s *nodeSink) Work(w port.Work) {
	n := (*node)(s)
	done := &delivery{events: []core.Event{&core.WorkDone{WorkDone: cluster.Do(w)}}, worker: workerWork}
	n.schedule(n.w.now+int64(n.stream("work").Draw(64))*int64(kafka.Microsecond)+n.lag("lag/work", lagOfWork), kindComplete, workerWork, done)
}

// Reply implements cluster.Sink.
func (s *nodeSink) Reply(r wire.Reply, left kafka.Mono) {
	n := (*node)(s)
	entry := cluster.ConnEntry{Reply: r, Left: left}
	c := n.process.conns[r.Conn]
	if c == nil {
		// The core has not heard of its end, and charges its client for the answer (seed 24652).
		if gone := n.process.gone[r.Conn]; gone != nil {
			n.served(gone, &r)
		}
		entry.Discard()
		return
	}
	n.served(c, &r)
	n.answered(c)
	if r.Mute {
		c.mutes++
	}
	c.queue = append(c.queue, entry)
	n.wantConn(c)
}

// ConnOp implements cluster.Sink.
func (s *nodeSink) ConnOp(op core.ConnOp) {
	n := (*node)(s)
	entry := cluster.ConnEntry{Op: op, IsOp: true}
	c := n.process.conns[op.Conn]
	if c == nil {
		entry.Discard()
		return
	}
	if op.Kind == core.Unmute {
		c.mutes--
	}
	c.queue = append(c.queue, entry)
	n.wantConn(c)
}

// Publish implements cluster.Sink.
func (s *nodeSink) Publish(p *msg.Published) { s.process.published = p }

// Note implements cluster.Sink.
func (s *nodeSink) Note(note core.Note) {
	s.notes[note.Kind]++
	switch note.Kind {
	case core.NoteDirFailed:
		s.process.dirDown, s.process.checkAt = true, 0
		(*node)(s).dirFailed(&note)
	case core.NoteLogStartMoved:
		(*node)(s).startMoved(&note)
	case core.NoteSnapshotTaken, core.NoteSnapshotLoaded, core.NoteSnapshotDamaged, core.NoteMetadataTrimmed:
		(*node)(s).metadataNote(note.Kind)
	case core.NoteGroupsLoaded:
		s.bites.CoordinatorsLoaded++
	case core.NoteGroupsUnloaded:
		s.bites.CoordinatorsMoved++
	case core.NoteOffsetsExpired:
		(*node)(s).offsetExpired(&note)
	case core.NoteProducerExpired:
		(*node)(s).producerExpired(&note)
	case core.NoteLogMoving, core.NoteLogMoved, core.NoteMoveFailed, core.NoteMoveGivenUp, core.NoteMoveOvertaken, core.NoteLogDeleted:
		(*node)(s).moveNote(&note)
	case core.NoteLogFailed: // its copy stays, for the next start to go on with
		s.process.checkAt = 0
		delete(s.process.moving, note.Log)
	case core.NoteLeader:
		s.process.checkAt = 0
		(*node)(s).leads(&note)
	case core.NoteReady, core.NoteRegistered:
		s.process.checkAt = 0
	}
	s.process.meter.Note(note.Kind)
	if trace := s.w.options.Trace; trace != nil {
		trace(s.name + "note " + note.Kind.String() + " " + string(note.AppendText(nil)))
	}
}

// Report implements cluster.Sink.
func (s *nodeSink) Report(r core.Report) { (*node)(s).inspected(&r) }

// Exit implements cluster.Sink.
func (s *nodeSink) Exit(e core.Exit) { s.exit = &e }

// isGone tells the errors of an end that needs no closing any more.
func isGone(err error) bool { return errors.Is(err, sock.ErrClosed) || errors.Is(err, sock.ErrReset) }
