package checker

import (
	"slices"
	"strconv"

	"momus/core/kafka"

	"github.com/anishathalye/porcupine"
)

// A partition log as a model: batches come to its end, readers see a part of it from its beginning, which never
// gets shorter while a process lives, and that holds what was acknowledged with acks=all. A crash may show less
// to readers, until they catch up; a power loss takes what was not flushed, from some batch on.

// stored is a batch of the log, with all before it.
type stored struct {
	before     *stored
	first      Value
	count      int32
	base, end  kafka.Offset
	hash       uint64 // of it and all before
	unexplored bool   // nobody knows what lies there
}

// logState is a log at some instant.
type logState struct {
	tip  *stored
	hash uint64 // that of tip: two logs are the same if it is
	// least is NoOffset, or after a power loss the least offset at which the log may end now; it ends there, with
	// tip, or with a batch between.
	least kafka.Offset
	// high is what readers are known to see in this life of the process, start where the log begins for
	// them, kept where it begins for good.
	high, start, kept kafka.Offset
}

func (s *logState) end() kafka.Offset {
	if s.tip == nil {
		return 0
	}
	return s.tip.end
}

// logInput is an operation on a log.
type logInput struct {
	kind  logKind
	first Value
	count int32
	// base is where the batch was told to be, NoOffset if nobody was told.
	base kafka.Offset
	// slack is how many records may lie in the log of which nobody was told and that nobody read, taken those
	// of which is known where they lie, in the order of offsets.
	slack kafka.Offset
	taken []Range
	// high and start are what a reader was told, NoOffset if it was not; at a crash high is what was flushed.
	high, start kafka.Offset
	records     []Record
	// stale readers asked one of several nodes, which may be behind.
	stale bool
}

type logKind uint8

const (
	logAppend logKind = iota
	// logShown is that an acknowledgement with acks=all says that readers see a batch. It is not the append: the batch
	// takes its place when it comes, and batches come behind it and are answered, before readers see any of them.
	logShown
	logRead
	logTrim
	logCrash
	logPowerLoss
)

// step is what one operation makes of a log.
func (in *logInput) step(s logState) (logState, bool) {
	switch in.kind {
	case logAppend:
		return in.append(s)
	case logShown:
		return in.shown(s)
	case logRead:
		return in.read(s)
	case logTrim:
		if !in.reaches(&s, in.start) {
			return s, false
		}
		s.start, s.kept = max(s.start, in.start), max(s.kept, in.start)
		return s, true
	case logPowerLoss:
		if s.least == kafka.NoOffset {
			s.least = in.high
		}
		s.least = min(s.least, in.high)
		if s.least >= s.end() {
			s.least = kafka.NoOffset
		}
	}
	s.high, s.start = 0, s.kept
	return s, true
}

// append takes a batch to the end, or finds that it is there.
func (in *logInput) append(s logState) (logState, bool) {
	base := in.base
	if base == kafka.NoOffset {
		if s.has(in.first) {
			return s, true
		}
		base = s.end()
	}
	end := base + kafka.Offset(in.count)
	if b := s.at(base); b != nil && b.base == base && b.first == in.first {
		s.seen(b.end)
		return s, true
	}
	if s.least != kafka.NoOffset && base < s.end() {
		if base < s.least {
			return s, false
		}
		s.cut(base)
		if s.end() < s.least { // the batch that reaches beyond is gone, and only as a whole
			return s, false
		}
	}
	if base < s.end() || !in.reaches(&s, base) {
		return s, false
	}
	s.push(stored{first: in.first, count: in.count, base: base, end: end})
	s.least = kafka.NoOffset
	return s, true
}

// shown has readers see a batch that lies in the log, and all before it.
func (in *logInput) shown(s logState) (logState, bool) {
	b := s.at(in.base)
	if b == nil || b.base != in.base || b.first != in.first {
		return s, false
	}
	s.high = max(s.high, b.end)
	s.seen(b.end)
	return s, true
}

// reaches tells whether the log may reach up to an offset, by batches of which nobody was told.
func (in *logInput) reaches(s *logState, o kafka.Offset) bool {
	gap := o - s.end()
	if gap > in.slack {
		return false
	}
	if gap > 0 {
		if _, hit := slices.BinarySearchFunc(in.taken, Range{s.end(), o}, overlap); hit {
			return false
		}
		s.push(stored{count: int32(gap), base: s.end(), end: o, unexplored: true})
		s.least = kafka.NoOffset
	}
	return true
}

// overlap orders ranges that have nothing in common.
func overlap(a, b Range) int {
	switch {
	case a.End <= b.Start:
		return -1
	case a.Start >= b.End:
		return 1
	}
	return 0
}

// cut takes away the batches that reach beyond an offset. Where nobody knows what lies, something may end there.
func (s *logState) cut(o kafka.Offset) {
	for s.tip != nil && s.tip.end > o {
		gone := s.tip
		if s.tip, s.hash = gone.before, 0; s.tip != nil {
			s.hash = s.tip.hash
		}
		if gone.unexplored && gone.base < o {
			s.push(stored{count: int32(o - gone.base), base: gone.base, end: o, unexplored: true})
		}
	}
}

func (s *logState) push(b stored) {
	b.before = s.tip
	b.hash = chain(chain(s.hash, uint64(b.first)), uint64(b.end))
	s.tip, s.hash = &b, b.hash
}

// seen notes that the log reaches up to an offset.
func (s *logState) seen(end kafka.Offset) {
	if s.least != kafka.NoOffset {
		if s.least = max(s.least, end); s.least >= s.end() {
			s.least = kafka.NoOffset
		}
	}
}

// at is the batch that holds an offset, or nil.
func (s *logState) at(o kafka.Offset) *stored {
	for b := s.tip; b != nil; b = b.before {
		if b.base <= o && o < b.end {
			return b
		}
		if b.end <= o {
			return nil
		}
	}
	return nil
}

func (s *logState) has(first Value) bool {
	for b := s.tip; b != nil; b = b.before {
		if b.first == first {
			return true
		}
	}
	return false
}

// read shows a part of the log.
func (in *logInput) read(s logState) (logState, bool) {
	if in.high != kafka.NoOffset {
		if in.high < s.high && !in.stale || !in.reaches(&s, in.high) {
			return s, false
		}
		s.high = max(s.high, in.high)
		s.seen(in.high)
	}
	if in.start != kafka.NoOffset {
		if in.start < s.start && !in.stale || !in.reaches(&s, in.start) {
			return s, false
		}
		s.start = max(s.start, in.start)
	}
	if len(in.records) > 0 && !in.shows(&s) {
		return s, false
	}
	return s, true
}

// shows tells whether the records lie in the log as they were read.
func (in *logInput) shows(s *logState) bool {
	last := &in.records[len(in.records)-1]
	if last.Offset >= s.end() {
		return false
	}
	s.seen(last.Offset + 1)
	b := s.tip
	for i := len(in.records) - 1; i >= 0; i-- {
		r := &in.records[i]
		for b != nil && b.base > r.Offset {
			b = b.before
		}
		if b == nil || r.Offset >= b.end || b.unexplored || r.Value != b.first+Value(r.Offset-b.base) {
			return false
		}
	}
	return true
}

func (in *logInput) String() string {
	switch in.kind {
	case logAppend:
		text := "append " + strconv.FormatUint(uint64(in.first), 10) + ".." + strconv.FormatUint(uint64(in.first)+uint64(in.count)-1, 10)
		if in.base == kafka.NoOffset {
			return text + ", outcome unknown"
		}
		return text + " at " + number(in.base)
	case logShown:
		return "readers see the batch of " + strconv.FormatUint(uint64(in.first), 10) + " at " + number(in.base)
	case logRead:
		text := "read"
		if n := len(in.records); n > 0 {
			text += " " + number(in.records[0].Offset) + ".." + number(in.records[n-1].Offset)
		}
		if in.high != kafka.NoOffset {
			text += " high watermark " + number(in.high)
		}
		if in.start != kafka.NoOffset {
			text += " log start " + number(in.start)
		}
		return text
	case logTrim:
		return "delete records below " + number(in.start)
	case logPowerLoss:
		return "power loss, flushed up to " + number(in.high)
	}
	return "crash"
}

func (s logState) String() string {
	text := "ends at " + number(s.end())
	if s.least != kafka.NoOffset {
		text += ", or after a power loss from " + number(s.least) + " on"
	}
	return text + ", readers see at least up to " + number(s.high) + ", begins at " + number(s.start)
}

func logModel() porcupine.Model {
	m := stepper(logState{least: kafka.NoOffset}, func(s logState, in *logInput) (logState, bool) { return in.step(s) },
		(*logInput).String, logState.String)
	m.Equal = func(a, b any) bool {
		x, y := a.(logState), b.(logState)
		sameEnd := x.end() == y.end()
		x.tip, y.tip = nil, nil
		return sameEnd && x == y
	}
	m.Hash = func(state any) uint64 {
		s := state.(logState)
		return chain(chain(s.hash, uint64(s.high)), uint64(s.start))
	}
	return m
}
