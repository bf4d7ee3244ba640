package seglog

import (
	"encoding/binary"
	"errors"
	"slices"

	"momus/core/canon"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// abortedTxn is an entry of a transaction index: the transaction of a producer whose first batch is at first, and its
// marker at last; stable is what the last stable offset was then.
type abortedTxn struct {
	producer            kafka.ProducerID
	first, last, stable kafka.Offset
}

func appendAborted(b []byte, list []abortedTxn) []byte {
	for _, a := range list {
		b = binary.BigEndian.AppendUint16(b, 0)
		b = binary.BigEndian.AppendUint64(b, uint64(a.producer))
		b = binary.BigEndian.AppendUint64(b, uint64(a.first))
		b = binary.BigEndian.AppendUint64(b, uint64(a.last))
		b = binary.BigEndian.AppendUint64(b, uint64(a.stable))
	}
	return b
}

func parseAborted(b []byte) []abortedTxn {
	var list []abortedTxn
	for ; len(b) >= txnEntryBytes; b = b[txnEntryBytes:] {
		word := func(at int) uint64 { return binary.BigEndian.Uint64(b[at:]) }
		list = append(list, abortedTxn{
			kafka.ProducerID(word(2)), kafka.Offset(word(10)), kafka.Offset(word(txnLastAt)), kafka.Offset(word(26)),
		})
	}
	return list
}

// txnState is what is known of transactions on a passage through a log that is compacted, as Kafka has it
// (CleanedTransactionMetadata).
type txnState struct {
	// all are the transactions that were aborted, by their first offset; those before next have begun.
	all  []abortedTxn
	next int
	// aborted are those under way that will be, with whether a batch of theirs was met, committed the producers of
	// whose transaction under way, that will not be, one was.
	aborted   map[kafka.ProducerID]metTxn
	committed map[kafka.ProducerID]bool
	// kept are those of which data were met, by rising offset of their marker.
	kept []abortedTxn
}

type metTxn struct {
	abortedTxn
	met bool
}

// clone copies what changes.
func (s *txnState) clone() txnState {
	c := *s
	c.aborted, c.committed, c.kept = nil, nil, slices.Clone(s.kept)
	for _, id := range canon.SortedKeys(s.aborted) {
		c.abort(s.aborted[id])
	}
	for _, id := range canon.SortedKeys(s.committed) {
		c.commit(id)
	}
	return c
}

// rewind goes back to the beginning of the log.
func (s *txnState) rewind() { *s = txnState{all: s.all} }

// begin takes those that have begun at a batch.
func (s *txnState) begin(h *record.Header) {
	for ; s.next < len(s.all) && s.all[s.next].first <= h.Last(); s.next++ {
		a := s.all[s.next]
		if _, found := s.aborted[a.producer]; found || a.last < h.BaseOffset {
			continue
		}
		s.abort(metTxn{abortedTxn: a})
	}
}

func (s *txnState) abort(a metTxn) {
	if s.aborted == nil {
		s.aborted = map[kafka.ProducerID]metTxn{}
	}
	s.aborted[a.producer] = a
}

func (s *txnState) commit(id kafka.ProducerID) {
	if s.committed == nil {
		s.committed = map[kafka.ProducerID]bool{}
	}
	s.committed[id] = true
}

// passes takes a batch of data, and tells whether its transaction was aborted.
func (s *txnState) passes(h *record.Header) (aborted bool) {
	s.begin(h)
	if !h.Attributes.IsTransactional() {
		return false
	}
	if a, found := s.aborted[h.ProducerID]; found {
		a.met = true
		s.aborted[h.ProducerID] = a
		return true
	}
	s.commit(h.ProducerID)
	return false
}

// ends takes a control batch, and tells whether it is a marker without data: of its transaction nothing was met.
func (s *txnState) ends(h *record.Header, batch []byte, sieve *record.Sieve) (empty bool, err error) {
	s.begin(h)
	kind, read := record.ControlType(-1), h.Count == 0
	if sieve.Take(*h, batch, recordBytesMax, func(_ kafka.Offset, key []byte, _ bool) bool {
		if t, err := record.ReadControlKey(key); err == nil {
			kind, read = t, true
		}
		return true
	}) != nil || !read {
		return false, errCorrupt
	}
	switch {
	case h.Count == 0:
		return true, nil
	case kind == record.ControlAbort:
		a, found := s.aborted[h.ProducerID]
		delete(s.aborted, h.ProducerID)
		if found && a.met {
			s.kept = append(s.kept, a.abortedTxn)
		}
		return !found || !a.met, nil
	case kind == record.ControlCommit:
		met := s.committed[h.ProducerID]
		delete(s.committed, h.ProducerID)
		return !met, nil
	}
	return false, nil
}

// gather reads the next of the log's transaction indexes, or goes on to the keys.
func (c *cleaner) gather() error {
	l := c.l
	if c.gathered == len(l.aborted) {
		slices.SortStableFunc(c.txns.all, func(a, b abortedTxn) int { return int(min(max(a.first-b.first, -1), 1)) })
		c.stage = cleanMapping
		return nil
	}
	path := l.dir + "/" + segmentName(l.aborted[c.gathered]) + txnIndexSuffix
	c.gathered++
	l.w.meter.call(0)
	file, err := l.w.fs.Open(path)
	if err != nil {
		return err
	}
	l.w.meter.call(0)
	size, err := file.Size()
	l.w.meter.call(0)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	b, err := l.readWhole(path, size)
	if err != nil {
		return err
	}
	c.txns.all = append(c.txns.all, parseAborted(b)...)
	return nil
}

// producer finds where the last batch of a producer ends.
func (c *cleaner) producer(id kafka.ProducerID) (p port.ProducerEnd, found bool) {
	list := c.spec.Producers
	i, found := slices.BinarySearchFunc(list, id, func(p port.ProducerEnd, id kafka.ProducerID) int {
		return int(min(max(p.Producer-id, -1), 1))
	})
	if !found {
		return p, false
	}
	return list[i], true
}
