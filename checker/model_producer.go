package checker

import (
	"math"
	"slices"
	"strconv"

	"momus/core/kafka"

	"github.com/anishathalye/porcupine"
)

// A producer in a partition as a model: a broker knows the epoch and the last five batches. The next batch is
// taken, one of the five is known again, and all else is refused, unless a broker knows of more. After a crash all but the last of the
// five may be forgotten, and a power loss may take the last ones, or everything.

// producedBatch is one of the five.
type producedBatch struct {
	first, last kafka.Sequence
	base        kafka.Offset // NoOffset if nobody was told
}

// producerState is what a broker knows of a producer. Batches at window[:count] are there, the oldest first.
type producerState struct {
	epoch  kafka.ProducerEpoch
	window [windowBatches]producedBatch
	count  int8
	// soft are the first so many, which may be forgotten; sure the first so many that no loss took.
	soft, sure int8
	// vague says that the broker may know something else, or nothing: what it takes next shows.
	vague bool
}

// producerInput is one attempt.
type producerInput struct {
	kind        producerKind
	epoch       kafka.ProducerEpoch
	first, last kafka.Sequence
	base        kafka.Offset
	// again says that the batch was sent before: a broker may know of more than the five where it lies.
	again bool
}

type producerKind uint8

const (
	producerTaken     producerKind = iota // at base
	producerMaybe                         // nobody was told
	producerRefused                       // OUT_OF_ORDER_SEQUENCE_NUMBER
	producerFenced                        // INVALID_PRODUCER_EPOCH
	producerCrash                         // of the process
	producerLoss                          // of power: base is what was flushed
	producerForgotten                     // it expired
)

func (in *producerInput) step(s producerState) (producerState, bool) {
	switch in.kind {
	case producerTaken:
		return in.taken(s)
	case producerMaybe:
		if next, ok := in.taken(s); ok {
			return next, true
		}
		return s, true
	case producerRefused:
		return s, in.refusable(&s)
	case producerFenced:
		return s, s.vague || s.sure < s.count || s.count > 0 && in.epoch < s.epoch
	case producerForgotten:
		s.vague, s.sure = true, 0
		return s, true
	}
	if in.kind == producerLoss {
		for i := range s.count {
			if b := &s.window[i]; b.base == kafka.NoOffset || b.base+kafka.Offset((b.last-b.first)&math.MaxInt32) >= in.base {
				s.sure = min(s.sure, i)
				break
			}
		}
		s.vague = s.vague || s.sure <= s.soft // of the forgotten nobody knows that they are there
	}
	s.soft = max(s.soft, s.count-1, 0)
	return s, true
}

// find is the place of the batch in the window, or -1.
func (in *producerInput) find(s *producerState) int8 {
	for i := range s.count {
		if b := &s.window[i]; in.epoch == s.epoch && b.first == in.first && b.last == in.last &&
			(b.base == in.base || b.base == kafka.NoOffset || in.base == kafka.NoOffset) {
			return i
		}
	}
	return -1
}

// taken has the batch acknowledged: known again, or new.
func (in *producerInput) taken(s producerState) (producerState, bool) {
	if i := in.find(&s); i >= 0 {
		if s.window[i].base == kafka.NoOffset {
			s.window[i].base = in.base
		}
		s.soft, s.sure = min(s.soft, i), max(s.sure, i+1)
		return s, true
	}
	if in.again && s.count > 0 && in.epoch == s.epoch && in.base != kafka.NoOffset && in.base < s.window[0].base {
		return s, true
	}
	keeps := in.follows(&s)
	if keeps < 0 {
		return s, false
	}
	if s.count = keeps; in.epoch != s.epoch {
		s = producerState{epoch: in.epoch}
	}
	for s.count > 0 { // what a loss took lies where this one is now, or above
		if last := s.window[s.count-1].base; last == kafka.NoOffset || in.base == kafka.NoOffset || last < in.base {
			break
		}
		s.count--
	}
	if s.vague {
		s.soft = s.count
	}
	if s.count == windowBatches {
		copy(s.window[:], s.window[1:])
		s.count, s.soft, s.sure = s.count-1, max(s.soft-1, 0), max(s.sure-1, 0)
	}
	s.window[s.count] = producedBatch{in.first, in.last, in.base}
	s.count++
	s.soft, s.sure, s.vague = min(s.soft, s.count-1), s.count, false
	for i := s.count; i < windowBatches; i++ {
		s.window[i] = producedBatch{}
	}
	return s, true
}

// follows tells how many batches come before this one, if it is the next; -1 if it is not.
func (in *producerInput) follows(s *producerState) int8 {
	switch {
	case s.vague || s.count == 0:
		return s.count
	case in.epoch != s.epoch && (in.epoch < s.epoch || in.first != 0):
		return -1
	case in.epoch != s.epoch:
		return 0
	}
	for i := s.count; i >= max(s.sure, 1); i-- { // a loss may have taken those behind
		last := &s.window[i-1]
		if last.last.Add(1) == in.first && (last.base < in.base || in.base == kafka.NoOffset) {
			return i
		}
	}
	return -1
}

// refusable tells whether the batch may be out of order: it is not the next, and not one of those that are known.
func (in *producerInput) refusable(s *producerState) bool {
	switch {
	case s.vague || s.sure < s.count:
		return true
	case s.count == 0:
		return false
	case in.epoch != s.epoch:
		return in.first != 0 || in.epoch < s.epoch
	}
	if i := in.find(s); i >= 0 {
		return i < s.soft
	}
	return s.window[s.count-1].last.Add(1) != in.first
}

func (in *producerInput) String() string {
	text := "sequences " + number(in.first) + ".." + number(in.last) + " of epoch " + number(in.epoch)
	switch in.kind {
	case producerTaken:
		return text + " at " + number(in.base)
	case producerMaybe:
		return text + ", outcome unknown"
	case producerRefused:
		return text + " out of order"
	case producerFenced:
		return text + " fenced"
	case producerLoss:
		return "power loss, flushed up to " + number(in.base)
	case producerForgotten:
		return "expired"
	}
	return "crash"
}

func (s producerState) String() string {
	text := "epoch " + number(s.epoch)
	for i := range s.count {
		b := &s.window[i]
		text += " " + number(b.first) + ".." + number(b.last) + "@" + number(b.base)
		if i < s.soft {
			text += "?"
		}
		if i >= s.sure {
			text += " or lost"
		}
	}
	if s.vague {
		text += ", or anything"
	}
	return text
}

// producerModel is the model. Before the first batch, any is taken.
func producerModel() porcupine.Model {
	return stepper(producerState{}, func(s producerState, in *producerInput) (producerState, bool) { return in.step(s) },
		(*producerInput).String, producerState.String)
}

// producerBehaviours are the histories of the producers of a partition log.
func (j *judge) producerBehaviours(l *log) []*behaviour {
	var all []*behaviour
	byID := map[kafka.ProducerID]*behaviour{}
	writers := j.candidates(l)
	places := l.placed(writers)
	for _, op := range writers {
		if op.Producer == noProducer || len(op.Attempts) == 0 {
			continue
		}
		b := byID[op.Producer]
		if b == nil {
			b = &behaviour{
				check: ProducerModel, model: producerModel(), vague: len(l.damages)+len(l.forgets)+len(l.lost) > 0,
				key: l.topic.name + "-" + number(l.partition) + "-producer-" + strconv.FormatInt(int64(op.Producer), 10),
			}
			byID[op.Producer] = b
			all = append(all, b)
			j.addBreaks(l, b, op.Producer)
		}
		b.vague = b.vague || j.log(op.Topic, op.ID, op.Partition) != l
		l.addAttempts(b, op, places[op.First])
	}
	return all
}

// addAttempts takes each attempt of a batch.
func (l *log) addAttempts(b *behaviour, op *ProduceOp, places []placing) {
	in := producerInput{epoch: op.Epoch, first: op.Sequence, last: op.Sequence.Add(op.Count - 1), base: kafka.NoOffset}
	for i := range op.Attempts {
		a, one := &op.Attempts[i], in
		one.again = i > 0
		switch {
		case a.acks() && a.offset(0) != kafka.NoOffset:
			one.kind, one.base = producerTaken, a.offset(0)
			b.add(op.Client, a.Start, a.End, &one)
			continue
		case a.Answered && (a.Err == kafka.ErrOutOfOrderSequenceNumber || a.Err == kafka.ErrUnknownProducerID):
			one.kind = producerRefused
			b.add(op.Client, a.Start, a.End, &one)
			continue
		case a.Answered && (a.Err == kafka.ErrInvalidProducerEpoch || a.Err == kafka.ErrProducerFenced):
			one.kind = producerFenced
			b.add(op.Client, a.Start, a.End, &one)
			continue
		case op.tooLarge() || a.Answered && a.refusedUnseen():
			continue // the state of the producer had no part in it
		case len(places) == 0 && op.acked() == nil && len(l.losses)+len(l.moves)+len(l.cleanings) == 0 && l.read != nil:
			b.settled++ // it came to nothing: all is there that ever was, and it is not
			continue
		}
		one.kind = producerMaybe
		switch first := op.acked(); {
		case len(l.losses) > 0 || l.mayRepeat(op): // where it lies now need not be where another attempt had put it
		case len(places) == 1:
			one.base = places[0].base
			b.settled++
		case first != nil && len(places) == 0:
			one.base = first.offset(0)
		}
		b.addOpen(op.Client, a.Start, &one)
	}
}

// refusedUnseen tells whether an answer says that the batch was not even looked at.
func (a *Attempt) refusedUnseen() bool {
	return slices.Contains([]kafka.ErrorCode{
		kafka.ErrCorruptMessage, kafka.ErrInvalidRecord, kafka.ErrInvalidTimestamp, kafka.ErrNotEnoughReplicas,
		kafka.ErrUnknownTopicOrPartition, kafka.ErrUnknownTopicID, kafka.ErrUnsupportedVersion,
	}, a.Err)
}

// addBreaks takes what befell a log and its producers.
func (j *judge) addBreaks(l *log, b *behaviour, id kafka.ProducerID) {
	for i := range j.h.Crashes {
		c := &j.h.Crashes[i]
		in := &producerInput{kind: producerCrash}
		for _, loss := range l.losses {
			if loss.at == c.Event {
				in = &producerInput{kind: producerLoss, base: loss.end}
			}
		}
		b.add(nobody, c.Event, c.Event, in)
	}
	for _, e := range l.expiries {
		if e.Producer == id {
			b.add(nobody+1, e.Event, e.Event, &producerInput{kind: producerForgotten})
		}
	}
}
