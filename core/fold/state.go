package fold

import (
	"fmt"
	"slices"

	"momus/core/canon"
	"momus/core/kafka"
)

// WindowBatches is how many batches of a producer are remembered, so that a client with five
// requests in flight can repeat any of them (KAFKA-5494).
const WindowBatches = 5

// Batch is what is remembered of one batch.
type Batch struct {
	BaseSequence kafka.Sequence
	LastSequence kafka.Sequence
	BaseOffset   kafka.Offset
	LastOffset   kafka.Offset
	// Timestamp is the batch's greatest timestamp.
	Timestamp kafka.Wall
}

// Producer is the state of one producer id in one log.
//
//canon:gen
type Producer struct {
	Epoch kafka.ProducerEpoch
	// Window holds the last batches of Epoch, oldest first; the first Len of it count. Len is 0
	// after a marker that raised the epoch: the next sequence is then 0.
	Window [WindowBatches]Batch
	Len    uint8
	// Timestamp is the greatest timestamp of the last batch or marker; expiry counts from it.
	Timestamp kafka.Wall
	// TxnFirst is the first offset of the transaction under way, or kafka.NoOffset.
	TxnFirst kafka.Offset
}

// Last is the newest remembered batch; ok is false if there is none.
func (p *Producer) Last() (b Batch, ok bool) {
	if p.Len == 0 {
		return Batch{}, false
	}
	return p.Window[p.Len-1], true
}

func (p *Producer) remember(b Batch) {
	if p.Len == WindowBatches {
		copy(p.Window[:], p.Window[1:])
		p.Len--
	}
	p.Window[p.Len] = b
	p.Len++
}

// forget empties the window, as a new epoch does. The slots are zeroed so that equal states have
// equal encodings.
func (p *Producer) forget() {
	p.Window = [WindowBatches]Batch{}
	p.Len = 0
}

// OpenTxn is a transaction without a marker yet.
type OpenTxn struct {
	Producer kafka.ProducerID
	First    kafka.Offset
}

// State is what a log's batches add up to. The zero State is that of an empty log.
//
//canon:gen
type State struct {
	Producers map[kafka.ProducerID]*Producer
	// Open holds the transactions under way by rising First.
	Open []OpenTxn
}

// FirstOpen is the offset at which the oldest open transaction begins, which bounds the last
// stable offset; kafka.NoOffset if none is open.
func (s *State) FirstOpen() kafka.Offset {
	if len(s.Open) == 0 {
		return kafka.NoOffset
	}
	return s.Open[0].First
}

// Clone copies the state, so that neither copy sees what is applied to the other.
func (s *State) Clone() State {
	c := State{Open: slices.Clone(s.Open)}
	if s.Producers == nil {
		return c
	}
	c.Producers = make(map[kafka.ProducerID]*Producer, len(s.Producers))
	for _, id := range canon.SortedKeys(s.Producers) {
		p := *s.Producers[id]
		c.Producers[id] = &p
	}
	return c
}

// Expire forgets the producers that wrote nothing for the span after and have no transaction
// under way (producer.id.expiration.ms), and returns their ids in rising order. The clocks compared
// may differ; what is lost by that is only the memory of duplicates.
func (s *State) Expire(now kafka.Wall, after kafka.Millis) []kafka.ProducerID {
	var gone []kafka.ProducerID
	for _, id := range canon.SortedKeys(s.Producers) {
		p := s.Producers[id]
		if p.TxnFirst == kafka.NoOffset && now-p.Timestamp >= kafka.Wall(after) {
			gone = append(gone, id)
			delete(s.Producers, id)
		}
	}
	if len(s.Producers) == 0 {
		s.Producers = nil // an encoding tells nil from empty
	}
	return gone
}

// CheckInvariants panics unless the invariants of the package hold.
func (s *State) CheckInvariants() {
	open := 0
	for _, id := range canon.SortedKeys(s.Producers) {
		p := s.Producers[id]
		if p.Len > WindowBatches {
			panic(fmt.Sprintf("BUG: producer %d remembers %d batches", id, p.Len))
		}
		if p.TxnFirst == kafka.NoOffset {
			continue
		}
		open++
		if !slices.Contains(s.Open, OpenTxn{id, p.TxnFirst}) {
			panic(fmt.Sprintf("BUG: the transaction of producer %d is not listed as open", id))
		}
	}
	if open != len(s.Open) {
		panic("BUG: a transaction is listed as open that no producer has")
	}
	for i := 1; i < len(s.Open); i++ {
		if s.Open[i-1].First >= s.Open[i].First {
			panic("BUG: open transactions are out of order")
		}
	}
}
