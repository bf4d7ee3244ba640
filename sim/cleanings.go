package sim

import (
	"momus/checker"
	"momus/core/kafka"
	"momus/core/port"
)

// cleaning puts a compaction into the history: what the disk is asked for, and what the world knows of the log.
func (n *node) cleaning(op *port.LogOp) {
	h := n.guests.population.History()
	at := checker.Event((*guestEnv)(n).Event())
	if op.Kind == port.OpReplace {
		for i := len(h.Cleanings) - 1; i >= 0; i-- {
			if c := &h.Cleanings[i]; c.Log == op.Log {
				if c.Replaced == 0 {
					c.Replaced = at
				}
				return
			}
		}
		panic("BUG: segments are replaced that nothing was made of")
	}
	if op.Clean == nil {
		return
	}
	h.Cleanings = append(h.Cleanings, checker.Cleaning{
		Event: at, Log: op.Log, From: op.Clean.From, Upto: op.Clean.Upto, Wall: n.now().Wall, Flushed: n.guests.flushed[op.Log],
	})
}

// cleaned notes that segments were replaced.
func (n *node) cleaned(log kafka.TopicPartition) {
	h := n.guests.population.History()
	for i := len(h.Cleanings) - 1; i >= 0; i-- {
		if c := &h.Cleanings[i]; c.Log == log {
			c.Done = checker.Event((*guestEnv)(n).Event())
			return
		}
	}
}

// drawCleaner has logs be looked through soon for what may be compacted, in most worlds, with tables that hold a few keys
// in some.
func (n *node) drawCleaner() {
	s := n.stream("plan/cleaner")
	c := &n.node.Broker.Cleaner
	c.Backoff = [...]kafka.Millis{200, 50, 600, 15_000}[s.Draw(4)]
	c.Threads = [...]int32{1, 2, 1, 1}[s.Draw(4)]
	if keys := [...]int64{0, 0, 2, 5}[s.Draw(4)]; keys > 0 {
		c.DedupeBytes = keys * 24 * int64(c.Threads)
	}
	if s.Draw(4) == 3 {
		c.BytesPerSecond = 20_000
	}
}
