package fold

import (
	"math"

	"momus/core/kafka"
	"momus/core/record"
)

// VerdictKind says whether a client's batch may be appended.
type VerdictKind uint8

// The verdicts, with the error that a client gets.
const (
	// Append: the batch is next in order, or of no idempotent producer.
	Append VerdictKind = iota
	// Duplicate: it was appended before; the answer is that of then, without an error.
	Duplicate
	// OutOfOrder: records are missing before it (OUT_OF_ORDER_SEQUENCE_NUMBER).
	OutOfOrder
	// FencedEpoch: a newer incarnation of the producer has written (INVALID_PRODUCER_EPOCH).
	FencedEpoch
	// TxnOpen: a batch outside of a transaction while one is open (INVALID_TXN_STATE).
	TxnOpen
)

// Verdict is the answer of Check. First is that of a Duplicate: the batch as it was appended.
type Verdict struct {
	Kind  VerdictKind
	First Batch
}

// Check decides about a batch that a client wants appended; nothing is written. The order of the
// rules is Kafka's: duplicate before epoch before sequence.
func (s *State) Check(h *record.Header) Verdict {
	if h.ProducerID < 0 {
		return Verdict{}
	}
	p := s.Producers[h.ProducerID]
	if p == nil {
		// All that the producer wrote was deleted, expired or truncated away, or it is new: any
		// sequence will do (KIP-360).
		return Verdict{}
	}
	if h.ProducerEpoch == p.Epoch && h.BaseSequence != kafka.NoSequence {
		last := h.LastSequence()
		for i := range p.Window[:p.Len] {
			if b := &p.Window[i]; b.BaseSequence == h.BaseSequence && b.LastSequence == last {
				return Verdict{Kind: Duplicate, First: *b}
			}
		}
	}
	switch {
	case h.ProducerEpoch < p.Epoch:
		return Verdict{Kind: FencedEpoch}
	case h.BaseSequence == kafka.NoSequence:
		// Coordinators write without sequences; only the epoch is theirs to keep.
	case h.ProducerEpoch > p.Epoch && h.BaseSequence != 0,
		h.ProducerEpoch == p.Epoch && !p.inSequence(h.BaseSequence):
		return Verdict{Kind: OutOfOrder}
	}
	if p.TxnFirst != kafka.NoOffset && !h.Attributes.IsTransactional() {
		return Verdict{Kind: TxnOpen}
	}
	return Verdict{}
}

// inSequence tells whether next follows the newest batch; after 2^31-1 comes 0. With an empty
// window the producer is known by a marker alone and begins at 0.
func (p *Producer) inSequence(next kafka.Sequence) bool {
	last := kafka.NoSequence
	if p.Len > 0 {
		last = p.Window[p.Len-1].LastSequence
	}
	if last == math.MaxInt32 {
		return next == 0
	}
	return next == last+1
}
