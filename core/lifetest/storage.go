package lifetest

import (
	"cmp"
	"slices"
	"strings"

	"momus/core"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// Storage is the node's disk: it outlives the node.
type Storage struct {
	logs  map[kafka.TopicPartition]*log
	facts port.BootFacts
	// snapshots are the snapshots of the metadata log and what is written of the next, by their ids.
	snapshots map[port.SnapshotID][]byte
	// starts counts the lives, each of which has entropy of its own.
	starts byte
	// FailAppends makes every append to a partition fail, as a broken disk does.
	FailAppends bool
	// FailOpens makes every opening of a partition's log find it damaged.
	FailOpens bool
}

// log is the batches of one log, the whole of it durable.
type log struct {
	name     port.LogName
	start    kafka.Offset
	batches  []batch
	gen      port.Generation
	fenced   bool
	flushed  kafka.Offset
	segments []port.SegmentInfo
}

type batch struct {
	header record.Header
	bytes  []byte
}

// NewStorage makes the disk of a node that was formatted and never started.
func NewStorage() *Storage {
	dir := kafka.DirID{1}
	return &Storage{
		logs: map[kafka.TopicPartition]*log{}, snapshots: map[port.SnapshotID][]byte{},
		facts: port.BootFacts{
			ClusterID: "lifetest", MetadataDir: dir, Voters: []kafka.NodeID{1}, LogDirs: []string{"data"},
			Dirs: []port.DirFacts{{Dir: dir, Path: "data", BrokerEpoch: kafka.NoBrokerEpoch, CleanEpoch: kafka.NoBrokerEpoch}},
		},
	}
}

// boot is what the next start finds. The value shares nothing with the storage.
func (s *Storage) boot() port.BootFacts {
	facts := s.facts
	facts.Dirs, facts.Snapshots = slices.Clone(facts.Dirs), slices.Clone(facts.Snapshots)
	dir := &facts.Dirs[0]
	dir.Checkpoints = slices.Clone(dir.Checkpoints)
	dir.Logs = nil
	for _, l := range s.logs {
		dir.Logs = append(dir.Logs, l.name)
	}
	slices.SortFunc(dir.Logs, func(a, b port.LogName) int {
		return kafka.TopicPartition{Topic: a.TopicID, Partition: a.Partition}.Compare(
			kafka.TopicPartition{Topic: b.TopicID, Partition: b.Partition})
	})
	return facts
}

func (l *log) end() kafka.Offset {
	if len(l.batches) == 0 {
		return 0
	}
	return l.batches[len(l.batches)-1].header.End()
}

// op carries out one operation; a log fails everything of a generation that failed.
func (s *Storage) op(op port.LogOp) *core.LogDone {
	done := &core.LogDone{LogDone: port.LogDone{Kind: op.Kind, Log: op.Log, Gen: op.Gen, Epoch: op.Epoch, End: op.End}}
	defer op.Span.Release()
	l := s.logs[op.Log]
	if op.Kind == port.OpOpen {
		if l == nil {
			l = &log{name: port.LogName{Topic: op.Open.Topic, Partition: op.Log.Partition, TopicID: op.Log.Topic}, segments: []port.SegmentInfo{{}}}
			s.logs[op.Log] = l
		}
		if s.FailOpens && op.Log != kafka.MetadataLog {
			done.Fail = port.FailCorrupt
			return done
		}
		l.gen, l.fenced = op.Gen, false
		done.Opened = l.opened()
		return done
	}
	if op.Kind == port.OpPurge {
		return done
	}
	if l == nil {
		done.Fail = port.FailMissing
		return done
	}
	if l.fenced && op.Kind != port.OpDelete {
		done.Fail = port.FailFenced
		return done
	}
	switch op.Kind {
	case port.OpAppend:
		if s.FailAppends && op.Log != kafka.MetadataLog {
			l.fenced = true
			done.Fail = port.FailIO
			return done
		}
		l.append(op)
	case port.OpFlush, port.OpClose:
		l.flushed = l.end()
	case port.OpDelete:
		delete(s.logs, op.Log)
	case port.OpAdvanceStart:
		l.advance(op.Base)
		done.End = l.start
	default:
		panic("an operation that this life never needs")
	}
	return done
}

func (l *log) append(op port.LogOp) {
	if op.Roll {
		l.segments = append(l.segments, port.SegmentInfo{Base: op.Base})
	}
	rest := slices.Clone(op.Span.Bytes())
	for base := op.Base; len(rest) > 0; base = l.end() {
		record.Stamp(rest, base, op.Epoch)
		h, whole, after, err := record.Split(rest)
		if err != nil {
			panic(err)
		}
		l.batches = append(l.batches, batch{h, whole})
		l.segments[len(l.segments)-1].Size += int64(len(whole))
		rest = after
	}
	if l.end() != op.End {
		panic("an append does not end where it says")
	}
}

// advance moves the log start and lets go of the segments wholly below it.
func (l *log) advance(start kafka.Offset) {
	for len(l.segments) > 1 && l.segments[1].Base <= start {
		l.segments = l.segments[1:]
	}
	l.start = max(l.start, start)
	l.batches = slices.DeleteFunc(l.batches, func(b batch) bool { return b.header.BaseOffset < l.segments[0].Base })
}

func (l *log) opened() *port.Opened {
	o := &port.Opened{Start: l.start, End: l.end(), Flushed: l.flushed, Segments: slices.Clone(l.segments)}
	for i := range l.batches {
		h := &l.batches[i].header
		if n := len(o.Epochs); n == 0 || o.Epochs[n-1].Epoch != h.LeaderEpoch {
			o.Epochs = append(o.Epochs, port.EpochStart{Epoch: h.LeaderEpoch, Start: h.BaseOffset})
		}
		o.Fold.Apply(h)
	}
	return o
}

// read answers one read.
func (s *Storage) read(r port.Read) *core.ReadDone {
	done := &core.ReadDone{ReadDone: port.ReadDone{ID: r.ID, Log: r.Log, Next: r.From, Found: kafka.NoOffset}}
	if r.Kind == port.ReadSpace {
		done.TotalBytes, done.UsableBytes = 1000, 600
		return done
	}
	l := s.logs[r.Log]
	if l == nil {
		done.Fail = port.FailMissing
		return done
	}
	var found []byte
	for i := range l.batches {
		h := &l.batches[i].header
		if h.End() <= r.From || h.End() > r.Upto {
			continue
		}
		switch r.Kind {
		case port.ReadTime, port.ReadMaxTime:
			if done.Found == kafka.NoOffset && h.MaxTimestamp >= r.Timestamp {
				done.Found, done.Timestamp, done.Epoch = h.BaseOffset, h.MaxTimestamp, h.LeaderEpoch
			}
			continue
		}
		if len(found)+len(l.batches[i].bytes) > int(r.BytesMax) && (len(found) > 0 || !r.AtLeastOne) {
			break
		}
		found = append(found, l.batches[i].bytes...)
		done.Next = h.End()
	}
	switch r.Kind {
	case port.ReadCopy:
		done.Data = found
	case port.ReadBatches:
		done.Span = port.MemSpan(found, nil)
	}
	return done
}

// save carries out one save.
func (s *Storage) save(v port.Save) *core.Saved {
	dir := &s.facts.Dirs[0]
	switch v.Kind {
	case port.SaveQuorum:
		s.facts.HasQuorum, s.facts.Quorum = true, v.Quorum
	case port.SaveCheckpoints:
		dir.Checkpoints = slices.Clone(v.Checkpoints)
	case port.SaveBrokerEpoch:
		dir.SameBoot, dir.BrokerEpoch = true, v.BrokerEpoch
	case port.ForgetBoot:
		dir.SameBoot = false
	case port.SaveCleanMarker:
		dir.CleanMarker, dir.CleanEpoch = true, v.BrokerEpoch
	case port.RemoveCleanMarker:
		dir.CleanMarker = false
	case port.MarkStray:
	case port.WriteSnapshot, port.LoadSnapshot, port.RemoveSnapshot:
		return s.snapshot(&v)
	default:
		panic("a save that this life never needs")
	}
	return &core.Saved{Saved: port.Saved{Kind: v.Kind, Seq: v.Seq, Dir: v.Dir}}
}

// snapshot carries out a save of a snapshot.
func (s *Storage) snapshot(v *port.Save) *core.Saved {
	done := &core.Saved{Saved: port.Saved{Kind: v.Kind, Seq: v.Seq, Dir: v.Dir}}
	p := v.Snapshot
	switch v.Kind {
	case port.WriteSnapshot:
		b := append(s.snapshots[p.ID][:p.At:p.At], p.Data...)
		if s.snapshots[p.ID] = b; p.Last {
			s.facts.Snapshots = append(slices.Clone(s.facts.Snapshots), port.SnapshotFile{ID: p.ID, Size: int64(len(b)), Contained: 1})
		}
	case port.LoadSnapshot:
		b := s.snapshots[p.ID]
		done.Data = slices.Clone(b[p.At:min(p.At+int64(p.BytesMax), int64(len(b)))])
	case port.RemoveSnapshot:
		s.facts.Snapshots = slices.DeleteFunc(slices.Clone(s.facts.Snapshots), func(f port.SnapshotFile) bool { return f.ID == p.ID })
		delete(s.snapshots, p.ID)
	}
	return done
}

// LosesPower forgets that the kernel is the same: the next start finds a lossy stop.
func (s *Storage) LosesPower() { s.facts.Dirs[0].SameBoot = false }

// SameBoot tells whether the stored boot id is still that of the last start.
func (s *Storage) SameBoot() bool { return s.facts.Dirs[0].SameBoot }

// Logs are the names of the logs that are there, the metadata log among them.
func (s *Storage) Logs() []port.LogName { return s.boot().Dirs[0].Logs }

// Checkpoints are the lines of the offset checkpoints, ordered by topic and partition.
func (s *Storage) Checkpoints() []port.Checkpoint {
	return slices.SortedFunc(slices.Values(s.facts.Dirs[0].Checkpoints), func(a, b port.Checkpoint) int {
		return cmp.Or(strings.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
}
