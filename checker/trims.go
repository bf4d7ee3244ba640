package checker

import "momus/core/kafka"

// mayMove tells whether a request may have been the cause of a move. One that was answered with an
// error that says so did nothing; of any other nobody knows.
func (op *TrimOp) mayMove(m *StartMove) bool {
	if op.Start > m.Event || op.Offset != m.To && op.Offset != AtHighWatermark {
		return false
	}
	if !op.Answered {
		return true
	}
	switch op.Err {
	case kafka.ErrOffsetOutOfRange, kafka.ErrPolicyViolation, kafka.ErrInvalidTopicException:
		return false
	}
	return m.Event < op.End
}

// wasAsked tells whether anybody asked for a move. Which of several topics of one name was meant is not
// known.
func (j *judge) wasAsked(l *log, m *StartMove) bool {
	for i := range j.h.Trims {
		op := &j.h.Trims[i]
		if op.Topic == l.topic.name && op.Partition == l.partition && op.mayMove(m) {
			return true
		}
	}
	return false
}

// checkTrims demands of each DeleteRecords that was acknowledged that it did what was asked, and that
// nobody who asked later finds the log begin below what it told: no crash brings back what somebody
// wanted deleted. It also demands that nothing was refused that lay below the high watermark.
func (j *judge) checkTrims(l *log) {
	for _, op := range l.trims {
		events := []Event{op.Start, op.End}
		known := j.knownHigh(l, op)
		switch {
		case !op.Answered:
		case op.Err == kafka.None && j.hadPolicy(op.Topic, op.Start, op.End, PolicyCompact):
			j.flag(LogStart, events, "%s-%d: deleting below offset %d was acknowledged, though the topic is only compacted",
				op.Topic, op.Partition, op.Offset)
			return
		case op.Err == kafka.ErrOffsetOutOfRange && op.Offset <= known:
			j.flag(LogStart, events, "%s-%d: deleting below offset %d was refused, though the high watermark was at least %d",
				op.Topic, op.Partition, op.Offset, known)
			return
		case op.Err != kafka.None:
		case op.LowWatermark < op.Offset || op.Offset == AtHighWatermark && op.LowWatermark < known:
			j.flag(LogStart, events, "%s-%d: deleting below offset %d was acknowledged with the low watermark %d; the high watermark was at least %d",
				op.Topic, op.Partition, op.Offset, op.LowWatermark, known)
			return
		case !j.staysDeleted(l, op):
			return
		}
	}
	for _, p := range l.polls {
		if p.From < p.LogStart {
			j.flag(LogStart, []Event{p.Start, p.End}, "%s-%d: offset %d was read, though the log began at %d",
				p.Topic, p.Partition, p.From, p.LogStart)
			return
		}
	}
}

// knownHigh is the highest that a node's high watermark is known to have been when a request came, or
// -1: told by the same life of the node before the request was sent.
func (j *judge) knownHigh(l *log, op *TrimOp) kafka.Offset {
	high := kafka.Offset(-1)
	tell := func(node int32, start, end Event, at kafka.Offset) {
		if node == op.Node && end < op.Start && at > high && !j.crashed(node, start, max(end, op.End)) {
			high = at
		}
	}
	for _, p := range l.polls {
		tell(p.Node, p.Start, p.End, p.HighWatermark)
	}
	for _, p := range l.lookups {
		if p.Asked == LatestOffset {
			tell(p.Node, p.Start, p.End, p.Offset)
		}
	}
	return high
}

// staysDeleted looks at all who asked where the log begins after a request was acknowledged.
func (j *judge) staysDeleted(l *log, op *TrimOp) bool {
	stays := func(start kafka.Offset, from, to Event) bool {
		if from < op.End || start >= op.LowWatermark || start < 0 { // Fetch v4 does not tell it
			return true
		}
		j.flag(LogStart, []Event{op.Start, op.End, from, to},
			"%s-%d: the log begins at offset %d, though the deletion of what lies below %d was acknowledged",
			op.Topic, op.Partition, start, op.LowWatermark)
		return false
	}
	if l.read != nil && !stays(l.read.LogStart, l.read.Start, l.read.Finish) {
		return false
	}
	for _, p := range l.polls {
		if !stays(p.LogStart, p.Start, p.End) {
			return false
		}
	}
	for _, p := range l.lookups {
		if p.Asked == EarliestOffset && !stays(p.Offset, p.Start, p.End) {
			return false
		}
	}
	return true
}
