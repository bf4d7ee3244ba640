package group

import (
	"slices"

	"momus/core/coord"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

// Shard is one partition of __consumer_offsets that this node leads, with the groups that it keeps.
//
//canon:gen
type Shard struct {
	log coord.Log
	// list are the groups, in the order in which they came, but that the last takes the place of one that went.
	list []*Group
	// replies wait for the commit of what they saw: as many as wait in log.
	replies []msg.GroupReply
	timers  timers
	// producers are those whose transactions are under way, by id, with the groups that they committed offsets of.
	producers []openProducer
	// skipped counts the records of unknown types that the load passed over.
	skipped int64
	// expiring and sweeping are where in list the search for what has expired, and for offsets of the deleted
	// topics, goes on: below them. 0 is the end of a search.
	expiring, sweeping int
	deleted            []deletedTopic

	// groups finds a group by its id.
	groups map[string]*Group `canon:"-"`
}

func newShard(p kafka.TopicPartition) *Shard {
	s := &Shard{log: coord.NewLog(p)}
	s.rebuild()
	return s
}

// rebuild makes the caches.
func (s *Shard) rebuild() {
	s.groups = make(map[string]*Group, len(s.list))
	for _, g := range s.list {
		s.groups[g.ID] = g
	}
	s.timers.rebuild()
}

// follow takes how the replica stands.
func (s *Shard) follow(now kafka.Now, v View, p *msg.CoordinatorPartition) {
	lost, began := s.log.Follow(p)
	if lost {
		s.unload(v.g)
	}
	if began || s.log.Phase() == coord.Loading {
		s.load(now, v)
	}
	s.release(v.g)
}

// release answers those whose records are committed by now.
func (s *Shard) release(g *Groups) {
	n := s.log.Release()
	g.Out.Replies = append(g.Out.Replies, s.replies[:n]...)
	s.replies = slices.Delete(s.replies, 0, n)
}

// unload forgets all, since the leadership is over, and tells everybody who waits.
func (s *Shard) unload(g *Groups) {
	for _, reply := range s.replies {
		reply.Fail(kafka.ErrNotCoordinator)
		g.reply(reply)
	}
	for _, group := range s.list {
		group.refuseWaiting(g, kafka.ErrNotCoordinator)
	}
	g.note(Note{Kind: NoteUnloaded, Log: s.log.Partition()})
	*s = Shard{log: s.log}
	s.rebuild()
}

// decision is what a request or a deadline leads to.
type decision struct {
	records []record.GroupRecord
	replies []msg.GroupReply
}

// put has a record written.
func (d *decision) put(rec record.Group) {
	d.records = append(d.records, record.GroupRecord{Record: rec})
}

// tombstone has what has the record's key deleted.
func (d *decision) tombstone(rec record.Group) {
	d.records = append(d.records, record.GroupRecord{Record: rec, Deleted: true})
}

// answer has somebody told, once the records are committed.
func (d *decision) answer(reply msg.GroupReply) { d.replies = append(d.replies, reply) }

// carry appends a decision's records as one batch, applies them, and parks the answers until all that is applied
// by then is committed. If the batch can't be appended nothing happened, and the answers are refusals with the
// error that carry returns: it is for the caller to undo what it did to volatile state.
func (s *Shard) carry(now kafka.Now, v View, d *decision) kafka.ErrorCode {
	if len(d.records) > 0 {
		base, err := s.write(now, v, d.records)
		if err != kafka.None {
			for _, reply := range d.replies {
				reply.Fail(err)
				s.answerNow(v, reply)
			}
			return err
		}
		for i := range d.records {
			s.apply(now, base+kafka.Offset(i), &d.records[i])
		}
	}
	for _, reply := range d.replies {
		s.answer(now, v, reply)
	}
	return kafka.None
}

// carrySplit carries a decision that nobody waits for, in as many batches as it takes: what it says of one group
// needs not come at once.
func (s *Shard) carrySplit(now kafka.Now, v View, d *decision) kafka.ErrorCode {
	for len(d.records) > 0 {
		n := min(len(d.records), recordsPerBatch)
		part := decision{records: d.records[:n]}
		if err := s.carry(now, v, &part); err != kafka.None {
			return err
		}
		d.records = d.records[n:]
	}
	return kafka.None
}

// recordsPerBatch bounds the batches of what needs no one batch.
const recordsPerBatch = 500

// write appends records as one batch.
func (s *Shard) write(now kafka.Now, v View, records []record.GroupRecord) (kafka.Offset, kafka.ErrorCode) {
	w := &v.g.writer
	w.Begin(v.g.codec())
	var key, value []byte
	for i := range records {
		rec := &records[i]
		if !record.FitsGroupKey(rec.Record) {
			return kafka.NoOffset, kafka.ErrUnknownServerError
		}
		key = record.AppendGroupKey(key[:0], rec.Record)
		if value = value[:0]; rec.Deleted {
			w.Add(now.Wall, key, nil)
			continue
		}
		value = record.AppendGroupValue(value, rec.Record)
		w.Add(now.Wall, key, value)
	}
	return s.log.Append(now, v.Log, w)
}

// answer answers once all that is applied is committed: a decision, and what only looked.
func (s *Shard) answer(now kafka.Now, v View, reply msg.GroupReply) {
	if s.log.Waiting() == 0 && s.log.End() <= s.log.Committed() {
		v.g.reply(reply)
		return
	}
	s.log.Await(now.Mono.Add(v.g.cfg.Groups.CommitTimeout.Delay()))
	s.replies = append(s.replies, reply)
}

// answerNow answers at once: a refusal that says nothing of the state.
func (s *Shard) answerNow(v View, reply msg.GroupReply) { v.g.reply(reply) }

// nextDeadline is when deadline is due, or 0.
func (s *Shard) nextDeadline() kafka.Mono {
	at := s.log.NextDeadline()
	if t := s.timers.next(); t != 0 && (at == 0 || t < at) {
		at = t
	}
	return at
}

// deadline does what is due. Whoever waits for too long for a commit is told that it is not known: what was
// appended stays, and so does the state (a timed-out append is not undone).
func (s *Shard) deadline(now kafka.Now, v View) {
	for range s.log.TimedOut(now) {
		v.g.marks.Hit(port.MarkAppendTimedOut)
		reply := s.replies[0]
		s.replies = slices.Delete(s.replies, 0, 1)
		reply.Fail(kafka.ErrCoordinatorNotAvailable)
		v.g.reply(reply)
	}
	if s.log.Phase() == coord.Loading {
		s.log.Retry(now)
		s.load(now, v)
	}
	for s.log.Phase() == coord.Active {
		key, due := s.timers.due(now.Mono)
		if !due {
			return
		}
		s.timerDue(now, v, key)
	}
}

// request decides on a request of a client.
func (s *Shard) request(now kafka.Now, v View, r msg.GroupRequest) {
	switch r := r.(type) {
	case *msg.OffsetCommit:
		s.offsetCommit(now, v, r)
	case *msg.OffsetFetch:
		s.offsetFetch(now, v, r)
	case *msg.OffsetDelete:
		s.offsetDelete(now, v, r)
	case *msg.JoinGroup:
		s.joinGroup(now, v, r)
	case *msg.SyncGroup:
		s.syncGroup(now, v, r)
	case *msg.GroupHeartbeat:
		s.groupHeartbeat(now, v, r)
	case *msg.LeaveGroup:
		s.leaveGroup(now, v, r)
	case *msg.DescribeGroup:
		s.describeGroup(now, v, r)
	case *msg.ListGroups:
		s.listGroups(now, v, r)
	case *msg.DeleteGroup:
		s.deleteGroup(now, v, r)
	case *msg.ConsumerGroupHeartbeat:
		s.consumerGroupHeartbeat(now, v, r)
	case *msg.ConsumerGroupDescribe:
		s.consumerGroupDescribe(now, v, r)
	default:
		panic("BUG: a request that no group coordinator decides on")
	}
}
