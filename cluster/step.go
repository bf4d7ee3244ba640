package cluster

import (
	"momus/core"
	"momus/core/canon"
	"momus/core/kafka"
)

// Observer sees every Step: its number from 1, the event, also as bytes (clocks, then event), and
// where its entries begin in the node's outboxes, and the chain's sum after it. The slices are valid during the call.
type Observer interface {
	Step(number uint64, now kafka.Now, ev core.Event, event []byte, mark core.Mark, sum uint64)
}

// Stepper steps a node and, where somebody wants it, keeps the hash chain over every input and
// every entry. The chain is per Step, however many Steps one Ready gathers.
type Stepper struct {
	Node *core.Node
	// Chained turns the chain on; it is always on in the simulator, in production under --record.
	Chained  bool
	Observer Observer
	// Checked runs CheckTouched after every Step.
	Checked bool

	chain          canon.Hash
	steps          uint64
	event, entries []byte
}

// Step gives the node one event.
func (s *Stepper) Step(now kafka.Now, ev core.Event) {
	s.steps++
	if !s.Chained {
		s.Node.Step(now, ev)
	} else {
		s.event = canon.AppendInt(s.event[:0], int64(now.Mono))
		s.event = canon.AppendInt(s.event, int64(now.Wall))
		s.event = core.AppendEvent(s.event, ev)
		mark := s.Node.Mark()
		s.Node.Step(now, ev)
		s.entries = s.Node.AppendEntries(s.entries[:0], mark)
		s.chain.Add(s.event)
		s.chain.Add(s.entries)
		if s.Observer != nil {
			s.Observer.Step(s.steps, now, ev, s.event, mark, s.chain.Sum())
		}
	}
	if s.Checked {
		s.Node.CheckTouched()
	}
}

// Steps is the number of Steps so far.
func (s *Stepper) Steps() uint64 { return s.steps }

// Sum is the hash chain so far.
func (s *Stepper) Sum() uint64 { return s.chain.Sum() }

// Chain returns the chain itself, for a journal that must resume it.
func (s *Stepper) Chain() canon.Hash { return s.chain }
