package checker

import (
	"cmp"
	"slices"

	"momus/core/kafka"
)

// place names a partition log: one incarnation of a topic, and a partition of it.
type place struct {
	incarnation int
	partition   kafka.PartitionID
}

// incarnation is one topic between its creation and its deletion.
type incarnation struct {
	name  string
	id    kafka.TopicID // zero if nobody learned it
	final bool          // it is in the final list
}

// log is what the history says of one partition log.
type log struct {
	place
	topic *incarnation
	flush int64
	// losses are the power losses that may have cost something, in the order of events.
	losses []loss
	// damages are what the world did to its bytes.
	damages []*Damage
	// gone are those that took whole batches where offsets may be missing.
	gone []*Damage
	// forgets are what the disk took of what was known of producers.
	forgets []Event
	// epochsForgot are the moments at which it took where leader epochs began.
	epochsForgot []Event
	// misreads are what the disk gave wrongly, once.
	misreads []*Misread
	// lost is when its log directory was lost, with what it held.
	lost []Event
	// moves are those of the log start.
	moves []*StartMove
	// cleanings are its compactions, replaced those of them that may have changed something. Then settings is its
	// topic, and keys are the records that were seen, by key.
	cleanings, replaced []*Cleaning
	settings            *Topic
	keys                map[int64][]keyedAt
	// expiries are those of producers.
	expiries []*Expiry
	// trims are what was asked to be deleted of it, if it cannot have been another of its name.
	trims    []*TrimOp
	produces []*ProduceOp
	polls    []*Poll
	lookups  []*Lookup
	// epochEnds are the questions for the end of an epoch that were answered.
	epochEnds []*EpochEndOp
	described []*DescribeOp
	// read is the final read, or nil; found are its records in the order of their values.
	read  *Read
	found []Record
	// acks are the records that were acknowledged with an offset, in the order of offsets.
	acks []ack
}

// ack is one record that was acknowledged at an offset.
type ack struct {
	offset  kafka.Offset
	value   Value
	op      *ProduceOp
	attempt *Attempt
}

// index is the history by what it is about.
type index struct {
	incarnations []incarnation
	byID         map[kafka.TopicID]int
	byName       map[string]int // of names that never were deleted
	byPlace      map[place]int
	logs         []*log
	// deletions are the attempts to delete, by name, that may have deleted something.
	deletions map[string][]*AdminOp
	settings  map[string]Topic // as they were asked for, by name
	// homeless are batches of which nobody can tell which incarnation of their topic they went to.
	homeless []*ProduceOp
	// written finds the operation of a value.
	written []span
}

// span is the range of values of one operation.
type span struct {
	first Value
	op    *ProduceOp
}

// build sorts the history by partition.
func (j *judge) build() {
	h := j.h
	j.byID, j.byName, j.byPlace = map[kafka.TopicID]int{}, map[string]int{}, map[place]int{}
	j.deletions, j.settings = map[string][]*AdminOp{}, map[string]Topic{}
	for _, t := range h.Topics {
		j.settings[t.Name] = t
	}
	for i := range h.Admin {
		if op := &h.Admin[i]; op.Kind == DeleteTopic && op.mayHaveDeleted() {
			j.deletions[op.Topic] = append(j.deletions[op.Topic], op)
		}
	}
	j.learnIDs()
	for i := range h.Produces {
		op := &h.Produces[i]
		j.written = append(j.written, span{op.First, op})
		if l := j.log(op.Topic, op.ID, op.Partition); l != nil {
			l.produces = append(l.produces, op)
			continue
		}
		// It went to some incarnation of a topic that was deleted, and nobody can tell which.
		j.homeless = append(j.homeless, op)
		if op.acked() != nil {
			j.report.RecordsAcked += int(op.Count)
			j.report.ExcusedDeletion += int(op.Count)
		}
	}
	slices.SortFunc(j.written, func(a, b span) int { return cmp.Compare(a.first, b.first) })
	for i := range h.Polls {
		p := &h.Polls[i]
		if l := j.log(p.Topic, p.ID, p.Partition); l != nil && p.Err == kafka.None {
			l.polls = append(l.polls, p)
		}
	}
	for i := range h.Lookups {
		p := &h.Lookups[i]
		if l := j.log(p.Topic, kafka.TopicID{}, p.Partition); l != nil && p.Err == kafka.None {
			l.lookups = append(l.lookups, p)
		}
	}
	j.buildAsked()
	for i := range h.Reads {
		r := &h.Reads[i]
		if l := j.log(r.Topic, r.ID, r.Partition); l != nil {
			l.read = r
		}
	}
	for i := range h.Damaged {
		j.log(h.Damaged[i].Topic, h.Damaged[i].ID, h.Damaged[i].Partition) // nothing else may be known of it
	}
	for _, l := range j.logs {
		l.topic = &j.incarnations[l.incarnation]
		l.collect(j)
	}
	j.findLosses()
	j.findDamages()
	j.findLies()
	j.findDirLosses()
	j.findMoves()
	j.findCleanings()
	j.findExpiries()
}

// buildAsked sorts what was asked for beside reading and writing.
func (j *judge) buildAsked() {
	h := j.h
	for i := range h.EpochEnds {
		q := &h.EpochEnds[i]
		if l := j.log(q.Topic, kafka.TopicID{}, q.Partition); l != nil && q.Err == kafka.None {
			l.epochEnds = append(l.epochEnds, q)
		}
	}
	for i := range h.Described {
		q := &h.Described[i]
		if l := j.log(q.Topic, kafka.TopicID{}, q.Partition); l != nil && q.Err == kafka.None {
			l.described = append(l.described, q)
		}
	}
	for i := range h.Trims {
		op := &h.Trims[i]
		if l := j.log(op.Topic, kafka.TopicID{}, op.Partition); l != nil {
			l.trims = append(l.trims, op)
		}
	}
}

// collect fills in what follows from the operations.
func (l *log) collect(j *judge) {
	if l.read != nil {
		l.found = slices.Clone(l.read.Records)
		slices.SortStableFunc(l.found, func(a, b Record) int { return cmp.Compare(a.Value, b.Value) })
	}
	for _, op := range l.produces {
		a := op.acked()
		if a == nil {
			continue
		}
		j.report.RecordsAcked += int(op.Count)
		if a.offset(0) == kafka.NoOffset {
			continue
		}
		for i := range op.Count {
			l.acks = append(l.acks, ack{a.offset(i), op.First + Value(i), op, a})
		}
	}
	slices.SortStableFunc(l.acks, func(a, b ack) int { return cmp.Compare(a.offset, b.offset) })
}

// candidates are the batches that may have gone to the log.
func (j *judge) candidates(l *log) []*ProduceOp {
	all := slices.Clone(l.produces)
	for _, op := range j.homeless {
		if op.Topic == l.topic.name && op.Partition == l.partition {
			all = append(all, op)
		}
	}
	slices.SortStableFunc(all, func(a, b *ProduceOp) int { return cmp.Compare(a.First, b.First) })
	return all
}

// find is where the final read has a value, or NoOffset.
func (l *log) find(v Value) kafka.Offset {
	at, ok := slices.BinarySearchFunc(l.found, v, func(r Record, v Value) int { return cmp.Compare(r.Value, v) })
	if !ok {
		return kafka.NoOffset
	}
	return l.found[at].Offset
}

// learnIDs collects the incarnations that anybody has seen, so that a request that named a topic
// that has only one finds it.
func (j *judge) learnIDs() {
	for i := range j.h.Final {
		t := &j.h.Final[i]
		if at := j.incarnation(t.Name, t.ID); at >= 0 {
			j.incarnations[at].final = true
		}
	}
	for i := range j.h.Admin {
		if op := &j.h.Admin[i]; op.Kind == CreateTopic && op.Answered && op.Err == kafka.None {
			j.incarnation(op.Topic, op.ID)
		}
	}
	for i := range j.h.Produces {
		j.incarnation(j.h.Produces[i].Topic, j.h.Produces[i].ID)
	}
	for i := range j.h.Polls {
		j.incarnation(j.h.Polls[i].Topic, j.h.Polls[i].ID)
	}
}

// incarnation finds or adds a topic. Without an id it is that of the name if the name never was
// deleted, else -1: it could be any.
func (j *judge) incarnation(name string, id kafka.TopicID) int {
	if !id.IsZero() {
		if at, ok := j.byID[id]; ok {
			return at
		}
	}
	stable := len(j.deletions[name]) == 0
	if at, ok := j.byName[name]; ok && stable {
		known := &j.incarnations[at]
		switch {
		case id.IsZero():
			return at
		case known.id.IsZero():
			known.id = id
			j.byID[id] = at
			return at
		}
		j.flag(Metadata, nil, "topic %s was %v and is %v, though nobody deleted it", name, known.id, id)
	}
	if id.IsZero() && !stable {
		return -1
	}
	at := len(j.incarnations)
	j.incarnations = append(j.incarnations, incarnation{name: name, id: id})
	if !id.IsZero() {
		j.byID[id] = at
	}
	if stable {
		j.byName[name] = at
	}
	return at
}

// log finds or adds a partition's log; nil if it cannot be told which one it is.
func (j *judge) log(name string, id kafka.TopicID, partition kafka.PartitionID) *log {
	at := j.incarnation(name, id)
	if at < 0 {
		return nil
	}
	key := place{at, partition}
	n, ok := j.byPlace[key]
	if !ok {
		n = len(j.logs)
		j.byPlace[key] = n
		j.logs = append(j.logs, &log{place: key, flush: j.settings[name].FlushMessages})
	}
	return j.logs[n]
}

// writer is the operation that sent a value, or nil.
func (j *judge) writer(v Value) *ProduceOp {
	at, ok := slices.BinarySearchFunc(j.written, v, func(s span, v Value) int { return cmp.Compare(s.first, v) })
	if !ok {
		at--
	}
	if at < 0 {
		return nil
	}
	if op := j.written[at].op; v < op.First+Value(op.Count) {
		return op
	}
	return nil
}
