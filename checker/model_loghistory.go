package checker

import (
	"cmp"
	"math"
	"slices"

	"momus/core/kafka"

	"github.com/anishathalye/porcupine"
)

// logBehaviours is the history of a partition log, with what is known of unknown outcomes from later reads, and
// if it is short also without.
func (j *judge) logBehaviours(l *log) []*behaviour {
	writers := j.candidates(l)
	b := &behaviour{check: LogModel, key: l.topic.name + "-" + number(l.partition), model: logModel(), vague: l.tooVague(writers), carry: weakest}
	placed := l.placed(writers)
	slack := kafka.Offset(0)
	open := &behaviour{check: LogModel, key: b.key + "-unsettled", model: b.model, vague: b.vague || len(l.losses) > 0 || len(writers) > len(l.produces)}
	for _, op := range writers {
		slack += j.addAppends(l, b, op, placed)
	}
	if b.open > 0 || slack > 0 || b.settled > 0 {
		for _, op := range l.produces {
			j.addUnsettled(open, op)
		}
	}
	j.addReads(l, b)
	b.vague = b.vague || slack > 0 && len(l.losses) > 0 // what was lost may have lain anywhere
	taken := takenBy(b.ops)
	short := len(b.ops) + open.open
	for i := range b.ops {
		in := b.ops[i].Input.(*logInput)
		in.slack, in.taken = slack, taken
		if in.kind == logShown { // it makes nothing longer to search: it comes with its append
			short--
		}
	}
	if open.open == 0 || open.open > modelOpenMax || short > unsettledOpsMax || open.vague {
		return []*behaviour{b}
	}
	j.addReads(l, open)
	return []*behaviour{b, open}
}

// takenBy is where batches lie.
func takenBy(ops []porcupine.Operation) []Range {
	var taken []Range
	for i := range ops {
		if in := ops[i].Input.(*logInput); in.kind == logAppend {
			taken = append(taken, Range{in.base, in.base + kafka.Offset(in.count)})
		}
	}
	slices.SortFunc(taken, func(a, b Range) int { return cmp.Compare(a.Start, b.Start) })
	return taken
}

// tooVague tells whether a log was treated so that its model can't say what is in it; writers are the batches that may
// have gone to it (one of an unknown incarnation of its topic, seed 85400).
func (l *log) tooVague(writers []*ProduceOp) bool {
	if len(l.damages) > 0 || len(l.lost) > 0 || l.read != nil && len(l.read.Control) > 0 {
		return true
	}
	return slices.ContainsFunc(writers, l.mayRepeat)
}

// weakest stands for all states after a part of a history in which nothing was lost: what lies in the log is known,
// for each batch was told where it is.
func weakest(state any) any {
	s := state.(logState)
	s.high, s.start = 0, s.kept
	return s
}

// placing is where a batch was seen to begin, and by when.
type placing struct {
	base kafka.Offset
	by   Event
}

// placed finds where batches were seen to lie, by the first value of each. The writers are in that order.
func (l *log) placed(writers []*ProduceOp) map[Value][]placing {
	places := map[Value][]placing{}
	look := func(r *Record, by Event) {
		at, ok := slices.BinarySearchFunc(writers, r.Value, func(op *ProduceOp, v Value) int {
			switch {
			case op.First > v:
				return 1
			case op.First+Value(op.Count) <= v:
				return -1
			}
			return 0
		})
		if !ok {
			return
		}
		op := writers[at]
		base := r.Offset - kafka.Offset(r.Value-op.First)
		list := places[op.First]
		if i := slices.IndexFunc(list, func(p placing) bool { return p.base == base }); i >= 0 {
			list[i].by = min(list[i].by, by)
			return
		}
		places[op.First] = append(list, placing{base, by})
	}
	for _, p := range l.polls {
		for i := range p.Records {
			look(&p.Records[i], p.End)
		}
	}
	if l.read != nil {
		for i := range l.read.Records {
			look(&l.read.Records[i], l.read.Finish)
		}
	}
	return places
}

// addAppends takes one batch: at each offset that an acknowledgement told, and at each where it was seen. It
// returns how many records it may have put elsewhere, unseen.
func (j *judge) addAppends(l *log, b *behaviour, op *ProduceOp, places map[Value][]placing) (unseen kafka.Offset) {
	outcome := j.outcome(op)
	if outcome == failed || len(op.Attempts) == 0 {
		return 0
	}
	begun, home := op.Attempts[0].Start, j.log(op.Topic, op.ID, op.Partition) == l
	var told []kafka.Offset
	for i := range op.Attempts {
		a := &op.Attempts[i]
		if base := a.offset(0); home && op.Acks != 0 && a.acks() && base != kafka.NoOffset {
			start := a.Start
			if len(told) == 0 {
				start = begun
			}
			told = append(told, base)
			b.add(op.Client, start, a.End, &logInput{kind: logAppend, first: op.First, count: op.Count, base: base})
			b.addShown(op, a)
		}
	}
	seen := 0
	for _, p := range places[op.First] {
		if !slices.Contains(told, p.base) {
			seen++
			b.add(op.Client, begun, min(p.by, op.lastLanding()), &logInput{kind: logAppend, first: op.First, count: op.Count, base: p.base})
		}
	}
	b.settled += seen
	if len(told)+seen == 0 || len(l.losses) > 0 && len(op.Attempts) > 1 {
		return kafka.Offset(op.Count)
	}
	return 0
}

// addShown takes what an acknowledgement says of readers: at some time while its attempt was under way they saw the
// batch.
func (b *behaviour) addShown(op *ProduceOp, a *Attempt) {
	if base := a.offset(0); op.Acks == -1 && base != kafka.NoOffset {
		b.add(op.Client, a.Start, a.End, &logInput{kind: logShown, first: op.First, base: base})
	}
}

// addUnsettled takes one batch by what its sender knows of it alone.
func (j *judge) addUnsettled(b *behaviour, op *ProduceOp) {
	outcome := j.outcome(op)
	if outcome == failed || len(op.Attempts) == 0 {
		return
	}
	in := &logInput{kind: logAppend, first: op.First, count: op.Count, base: kafka.NoOffset}
	if outcome == acked {
		a := op.acked()
		in.base = a.offset(0)
		b.add(op.Client, op.Attempts[0].Start, a.End, in)
		b.addShown(op, a)
		return
	}
	b.addOpen(op.Client, op.Attempts[0].Start, in)
}

// nobody is the client of what the world did.
const nobody int32 = math.MaxInt8

// severalNodes tells whether more than one node was asked about the log.
func (l *log) severalNodes() bool {
	for _, p := range l.polls {
		if p.Node != l.polls[0].Node {
			return true
		}
	}
	for _, p := range l.lookups {
		if p.Node != l.lookups[0].Node || len(l.polls) > 0 && p.Node != l.polls[0].Node {
			return true
		}
	}
	return false
}

// addReads takes all who looked at the log, and the crashes.
func (j *judge) addReads(l *log, b *behaviour) {
	stale := l.severalNodes()
	for _, p := range l.polls {
		in := &logInput{kind: logRead, high: p.HighWatermark, start: p.LogStart, records: p.Records, stale: stale}
		if len(p.Control) > 0 {
			b.vague = true
		}
		b.add(p.Client, p.Start, p.End, in)
	}
	for _, p := range l.lookups {
		switch p.Asked {
		case LatestOffset:
			b.add(p.Client, p.Start, p.End, &logInput{kind: logRead, high: p.Offset, start: kafka.NoOffset, stale: stale})
		case EarliestOffset:
			b.add(p.Client, p.Start, p.End, &logInput{kind: logRead, high: kafka.NoOffset, start: p.Offset, stale: stale})
		}
	}
	for _, op := range l.trims {
		if op.Answered && op.Err == kafka.None {
			b.add(op.Client, op.Start, op.End, &logInput{kind: logTrim, start: op.LowWatermark})
		}
	}
	if l.read != nil {
		b.add(nobody, l.read.Start, l.read.Finish, &logInput{kind: logRead, high: l.read.End, start: l.read.LogStart, records: l.read.Records})
	}
	if len(b.ops) == 0 {
		return
	}
	for i := range j.h.Crashes {
		c := &j.h.Crashes[i]
		in := &logInput{kind: logCrash}
		for _, loss := range l.losses {
			if loss.at == c.Event {
				in = &logInput{kind: logPowerLoss, high: loss.end}
			}
		}
		b.add(nobody+1, c.Event, c.Event, in)
	}
}
