package fold

import (
	"slices"

	"momus/core/kafka"
	"momus/core/record"
)

// Apply takes a batch of the log into the state: one just assigned its offset, or one read back.
// It judges nothing, since what is in the log is the truth.
func (s *State) Apply(h *record.Header) {
	if h.ProducerID < 0 {
		return
	}
	p := s.Producers[h.ProducerID]
	if p == nil {
		p = &Producer{Epoch: h.ProducerEpoch, TxnFirst: kafka.NoOffset}
		if s.Producers == nil {
			s.Producers = make(map[kafka.ProducerID]*Producer)
		}
		s.Producers[h.ProducerID] = p
	}
	if p.Epoch != h.ProducerEpoch {
		p.forget()
		p.Epoch = h.ProducerEpoch
	}
	p.Timestamp = h.MaxTimestamp
	if h.Attributes.IsControl() {
		s.endTxn(h.ProducerID, p)
		return
	}
	p.remember(Batch{
		BaseSequence: h.BaseSequence,
		LastSequence: h.LastSequence(),
		BaseOffset:   h.BaseOffset,
		LastOffset:   h.Last(),
		Timestamp:    h.MaxTimestamp,
	})
	if h.Attributes.IsTransactional() && p.TxnFirst == kafka.NoOffset {
		p.TxnFirst = h.BaseOffset
		s.Open = append(s.Open, OpenTxn{h.ProducerID, h.BaseOffset})
	}
}

// endTxn closes the producer's transaction at its marker, commit or abort alike: which of the two
// matters to readers of the transaction index only.
func (s *State) endTxn(id kafka.ProducerID, p *Producer) {
	if p.TxnFirst == kafka.NoOffset {
		return
	}
	i := slices.Index(s.Open, OpenTxn{id, p.TxnFirst})
	if i < 0 {
		panic("BUG: the open transaction of a producer is not listed")
	}
	s.Open = slices.Delete(s.Open, i, i+1)
	if len(s.Open) == 0 {
		s.Open = nil // an encoding tells nil from empty
	}
	p.TxnFirst = kafka.NoOffset
}
