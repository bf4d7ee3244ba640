package lifecycle

import (
	"momus/core/kafka"
	"momus/core/msg"
)

// producerBlock is the block of producer ids that this broker hands out (KIP-730), the block after
// it if that is here already, and who waits for an id.
type producerBlock struct {
	next, end kafka.ProducerID
	// enough is how many ids must be left, or the next block is asked for: a tenth of one, as in Kafka.
	enough kafka.ProducerID
	// ahead is the first id of the next block, count its length; 0 if there is none yet.
	ahead   kafka.ProducerID
	count   int32
	asked   bool
	waiting []msg.Op
}

// prefetchPart is the part of a block that is left when the next one is asked for.
const prefetchPart = 10

// ProducerID asks for an id; Out.ProducerIDs answers, at once or when a block comes. Who waits is
// bounded by the requests of all connections.
func (m *Lifecycle) ProducerID(now kafka.Now, op msg.Op) {
	if m.phase >= shuttingDown {
		m.Out.ProducerIDs = append(m.Out.ProducerIDs, noProducerID(op))
		return
	}
	m.block.waiting = append(m.block.waiting, op)
	m.serveProducerIDs()
}

func noProducerID(op msg.Op) ProducerID {
	return ProducerID{Op: op, ID: kafka.NoProducerID, Err: kafka.ErrCoordinatorLoadInProgress}
}

// serveProducerIDs hands out what there is and asks for more when it runs low.
func (m *Lifecycle) serveProducerIDs() {
	b := &m.block
	n := 0
	for ; n < len(b.waiting); n++ {
		if b.next == b.end && b.count > 0 {
			b.next, b.end, b.enough = b.ahead, b.ahead+kafka.ProducerID(b.count), kafka.ProducerID(b.count/prefetchPart)
			b.count = 0
		}
		if b.next == b.end {
			break
		}
		m.Out.ProducerIDs = append(m.Out.ProducerIDs, ProducerID{Op: b.waiting[n], ID: b.next})
		b.next++
	}
	b.waiting = append(b.waiting[:0], b.waiting[n:]...)
	switch {
	case b.asked || b.count > 0 || b.next < b.end && b.end-b.next >= b.enough:
	case m.epoch == kafka.NoBrokerEpoch:
		m.refuseProducerIDs()
	default:
		b.asked = true
		m.Out.Requests = append(m.Out.Requests, &msg.AllocateProducerIDs{
			Op: msg.OpLifecycle, Broker: m.id, BrokerEpoch: m.epoch,
		})
	}
}

// allocated takes a block. On an error those who wait are told to come again; the next one to come
// asks the controller again.
func (m *Lifecycle) allocated(now kafka.Now, r *msg.AllocatedProducerIDs) {
	m.block.asked = false
	if r.Err != kafka.None || r.Count <= 0 {
		m.refuseProducerIDs()
		return
	}
	m.block.ahead, m.block.count = r.First, r.Count
	if len(m.block.waiting) > 0 {
		m.serveProducerIDs()
	}
}

func (m *Lifecycle) refuseProducerIDs() {
	for _, op := range m.block.waiting {
		m.Out.ProducerIDs = append(m.Out.ProducerIDs, noProducerID(op))
	}
	m.block.waiting = nil
}
