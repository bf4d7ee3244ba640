package controller

import (
	"math"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// allocateProducerIDs gives the next block to a broker. The record names the block after it, so
// that a block is never given twice, whoever dies when.
func (m *Controller) allocateProducerIDs(r *msg.AllocateProducerIDs) decision {
	refuse := func(code kafka.ErrorCode) decision {
		return decision{reply: &msg.AllocatedProducerIDs{Op: r.Op, Err: code, First: kafka.NoProducerID}}
	}
	if b := m.img.Broker(r.Broker); b == nil || b.Epoch != r.BrokerEpoch {
		return refuse(kafka.ErrStaleBrokerEpoch)
	}
	first, count := m.img.NextProducerID, m.cfg.ProducerIDBlock
	if first > math.MaxInt64-kafka.ProducerID(count) {
		return refuse(kafka.ErrUnknownServerError)
	}
	return decision{
		records: []record.Metadata{&record.ProducerIDsRecord{
			BrokerID: r.Broker, BrokerEpoch: r.BrokerEpoch, NextProducerID: first + kafka.ProducerID(count),
		}},
		reply: &msg.AllocatedProducerIDs{Op: r.Op, First: first, Count: count},
	}
}
