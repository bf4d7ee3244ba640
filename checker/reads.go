package checker

import (
	"cmp"
	"slices"

	"momus/core/kafka"
)

// seen is one value at one offset, at some time between two events.
type seen struct {
	offset   kafka.Offset
	value    Value
	from, to Event
}

// checkObservations compares everything that was seen of a log: by polls, by the final read, and by
// acknowledgements.
func (j *judge) checkObservations(l *log) {
	var all []seen
	for _, p := range l.polls {
		for _, r := range p.Records {
			all = append(all, seen{r.Offset, r.Value, p.Start, p.End})
		}
	}
	if l.read != nil {
		for _, r := range l.read.Records {
			all = append(all, seen{r.Offset, r.Value, l.read.Start, l.read.Finish})
		}
	}
	j.checkValues(l, all)
	for _, k := range l.acks {
		all = append(all, seen{k.offset, k.value, k.attempt.Start, k.attempt.End})
	}
	j.checkOffsets(l, all)
	j.checkDuplicates(l, all)
}

// checkValues demands of what was read that somebody sent it there, and was not told that it failed.
func (j *judge) checkValues(l *log, all []seen) {
	for _, s := range all {
		op := j.writer(s.value)
		switch {
		case op == nil || op.Topic != l.topic.name || op.Partition != l.partition ||
			!op.ID.IsZero() && !l.topic.id.IsZero() && op.ID != l.topic.id:
			j.flag(UnknownValue, []Event{s.from, s.to}, "%s-%d: nobody sent value %d, which was read at offset %d",
				l.topic.name, l.partition, s.value, s.offset)
			return
		case op.Keyless && j.hadPolicy(op.Topic, op.Attempts[0].Start, s.to, PolicyCompact, PolicyBoth):
			j.flag(AbortedRead, []Event{op.Attempts[0].Start, s.from, s.to},
				"%s-%d: value %d has no key and was read at offset %d, though the topic is compacted",
				l.topic.name, l.partition, s.value, s.offset)
			return
		case j.outcome(op) == failed:
			j.flag(AbortedRead, []Event{op.Attempts[0].Start, s.from, s.to},
				"%s-%d: value %d was refused with %v, but was read at offset %d",
				l.topic.name, l.partition, s.value, op.Attempts[0].Err, s.offset)
			return
		}
	}
}

// checkOffsets demands that an offset keeps its value, but for what a power loss cost, and that what
// was lost stays lost.
func (j *judge) checkOffsets(l *log, all []seen) {
	slices.SortStableFunc(all, func(a, b seen) int {
		return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(a.to, b.to), cmp.Compare(a.from, b.from))
	})
	begin := 0 // of this offset
	for i := 1; i < len(all); i++ {
		a, b := all[i-1], all[i]
		if a.offset != b.offset {
			begin = i
			continue
		}
		if a.value == b.value {
			continue
		}
		if !l.mayLose(b.offset, min(a.from, b.from), max(a.to, b.to)) {
			j.flag(InconsistentReads, []Event{a.from, a.to, b.from, b.to}, "%s-%d: offset %d held value %d and then %d",
				l.topic.name, l.partition, b.offset, a.value, b.value)
			return
		}
		// An answer may have been under way for long: only what was asked after the other value was seen
		// can have come back.
		if b.from > a.to && j.resurrected(all[begin:i], b.value) {
			j.flag(Resurrection, []Event{a.from, b.to}, "%s-%d: offset %d has value %d again, after it had %d",
				l.topic.name, l.partition, b.offset, b.value, a.value)
			return
		}
	}
}

// resurrected tells whether a value was seen before another took its offset, and nobody can have
// sent it again since.
func (j *judge) resurrected(before []seen, v Value) bool {
	if !slices.ContainsFunc(before, func(s seen) bool { return s.value == v }) {
		return false
	}
	op, other := j.writer(v), j.writer(before[len(before)-1].value)
	if op == nil || other == nil || len(other.Attempts) == 0 {
		return false
	}
	return op.acked() != nil && op.lastEnd() < other.Attempts[0].Start
}

// checkDuplicates demands that a value is at one offset only, unless a power loss cost the first
// copy before a retry made the second, or its producer had expired by then.
func (j *judge) checkDuplicates(l *log, all []seen) {
	slices.SortStableFunc(all, func(a, b seen) int {
		return cmp.Or(cmp.Compare(a.value, b.value), cmp.Compare(a.offset, b.offset))
	})
	for i := 0; i < len(all); {
		a, next := join(all, i)
		if next == len(all) {
			return
		}
		if b, _ := join(all, next); a.value == b.value &&
			!l.mayLose(a.offset, a.from, b.to) && !l.mayLose(b.offset, b.from, a.to) && !l.mayRepeat(j.writer(a.value)) {
			j.flag(Duplicate, []Event{a.from, a.to, b.from, b.to}, "%s-%d: value %d was at offset %d and at %d",
				l.topic.name, l.partition, a.value, a.offset, b.offset)
			return
		}
		i = next
	}
}

// join sums up what was seen of all[i]'s value at its offset, and says where the next begins.
func join(all []seen, i int) (seen, int) {
	s := all[i]
	for i++; i < len(all) && all[i].value == s.value && all[i].offset == s.offset; i++ {
		s.from, s.to = min(s.from, all[i].from), max(s.to, all[i].to)
	}
	return s, i
}

// checkPoll looks at one answer by itself: from where it was asked for on, without gaps, forwards,
// and below the high watermark.
func (j *judge) checkPoll(p *Poll) {
	next := p.From
	for _, r := range p.Records {
		next = skipControl(p.Control, next)
		events := []Event{p.Start, p.End}
		switch {
		case r.Offset < next:
			j.flag(PollBack, events, "%s-%d: a poll of client %d went back from offset %d to %d", p.Topic, p.Partition, p.Client, next, r.Offset)
			return
		case r.Offset > next && !j.pollGapMayBe(p, next, r.Offset):
			j.flag(PollSkip, events, "%s-%d: a poll of client %d skipped from offset %d to %d", p.Topic, p.Partition, p.Client, next, r.Offset)
			return
		case r.Offset >= p.HighWatermark:
			j.flag(UncommittedRead, events, "%s-%d: client %d read offset %d with the high watermark at %d",
				p.Topic, p.Partition, p.Client, r.Offset, p.HighWatermark)
			return
		}
		next = r.Offset + 1
	}
}
