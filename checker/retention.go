package checker

import (
	"slices"

	"momus/core/kafka"
)

// findMoves gives each log the moves of its start.
func (j *judge) findMoves() {
	for i := range j.h.StartMoves {
		m := &j.h.StartMoves[i]
		if l := j.known(m.Log); l != nil {
			l.moves = append(l.moves, m)
		}
	}
}

// mayHaveGone tells whether a move of the log start after an event took the record at an offset; of
// one whose offset nobody was told, whether there was a move. What lies above the start of the final
// read has not gone.
func (l *log) mayHaveGone(o kafka.Offset, after Event) bool {
	if l.read == nil || o >= l.read.LogStart {
		return false
	}
	return slices.ContainsFunc(l.moves, func(m *StartMove) bool {
		return m.Event > after && (o == kafka.NoOffset || m.From <= o && o < m.To)
	})
}

// checkStart demands that a log begins where a move of its start said, or before: a start that moved
// without one, or beyond one, cost records that nobody excused. No loss of power moves a start: it takes the
// end of a log.
func (j *judge) checkStart(l *log) {
	check := func(start kafka.Offset, from, to Event) bool {
		most := kafka.Offset(0)
		for _, m := range l.moves {
			if m.Event < to {
				most = max(most, m.To)
			}
		}
		if start <= most {
			return true
		}
		j.flag(LogStart, []Event{from, to}, "%s-%d: the log begins at offset %d, though nothing moved its start beyond %d",
			l.topic.name, l.partition, start, most)
		return false
	}
	if l.read != nil && !check(l.read.LogStart, l.read.Start, l.read.Finish) {
		return
	}
	for _, p := range l.polls {
		if !check(p.LogStart, p.Start, p.End) {
			return
		}
	}
	for _, p := range l.lookups {
		if p.Asked == EarliestOffset && !check(p.Offset, p.Start, p.End) {
			return
		}
	}
}

// checkMoves demands of each move of the log start that its cause was one: what the topic was asked
// to keep then was kept. The node's word counts for nothing here but which of the limits it went by.
func (j *judge) checkMoves(l *log) {
	for _, m := range l.moves {
		events := []Event{m.Event}
		flag := func(format string, args ...any) {
			args = append([]any{l.topic.name, l.partition, m.From, m.To}, args...)
			j.flag(Retention, events, "%s-%d: the records from %d to %d were taken, "+format, args...)
		}
		switch {
		case m.From >= m.To:
			flag("which is nothing")
		case j.hadPolicy(l.topic.name, m.Event, m.Event, PolicyCompact):
			flag("though the topic is only compacted")
		case l.flush == 1 && m.To > m.Flushed:
			flag("but only those below %d were flushed, so that the high watermark cannot be higher", m.Flushed)
		case m.Cause == ByRequest:
			if !j.wasAsked(l, m) {
				flag("by a request that nobody made")
			}
		case m.Cause == BySize:
			if least, any := j.leastLimit(l, RetentionSize, m.Event); !any {
				flag("by a limit that the topic does not have")
			} else if m.Kept < least {
				flag("which leaves %d bytes, fewer than retention.bytes=%d", m.Kept, least)
			}
		case m.Cause == ByTime:
			if least, any := j.leastLimit(l, RetentionTime, m.Event); !any {
				flag("by a limit that the topic does not have")
			} else if o, at := l.youngest(m); m.Wall-at <= kafka.Wall(least) {
				flag("at time %d, but offset %d was of time %d, and retention.ms is %d", m.Wall, o, at, least)
			}
		}
	}
}

// leastLimit is the least of the limits that a log may have had at an event; -1 is none.
func (j *judge) leastLimit(l *log, key ConfigKey, at Event) (least int64, any bool) {
	limits := slices.DeleteFunc(j.retention(l.topic.name, key, at, at), func(n int64) bool { return n < 0 })
	if len(limits) == 0 {
		return 0, false
	}
	return slices.Min(limits), true
}

// youngest is the youngest record that a move took, as far as anybody knows. A record that a power
// loss may have replaced by another proves nothing, and neither does one in a batch that was damaged:
// the damage may be in the timestamp that the move went by.
func (l *log) youngest(m *StartMove) (at kafka.Offset, time kafka.Wall) {
	see := func(o kafka.Offset, t kafka.Wall, from, to Event) {
		if o >= m.From && o < m.To && from < m.Event && t > time && !l.gapMayBe(o+1, m.Event) && !l.damagedAt(o, m.Event) && !l.mayLose(o, from, max(to, m.Event)) {
			at, time = o, t
		}
	}
	for _, k := range l.acks {
		// The batch's greatest timestamp is that of one of its records, and they go together.
		see(k.offset, k.op.Latest, k.op.Attempts[0].Start, k.attempt.End)
	}
	for _, p := range l.polls {
		for i := range p.Records {
			see(p.Records[i].Offset, p.Records[i].Timestamp, p.Start, p.End)
		}
	}
	return at, time
}
