package checker

import (
	"slices"

	"momus/core/kafka"
)

// checkProducers demands of each answer to DescribeProducers that every producer in it has sent a batch
// to the partition, in that epoch, that ended with the sequence which was told. That somebody is missing
// proves nothing: logs forget producers, and power losses batches.
func (j *judge) checkProducers(l *log) {
	for _, q := range l.described {
		for i := range q.Producers {
			p := &q.Producers[i]
			sent := slices.ContainsFunc(l.produces, func(op *ProduceOp) bool {
				return op.Producer == p.ID && op.Epoch == p.Epoch && op.Sequence.Add(op.Count-1) == p.LastSequence &&
					len(op.Attempts) > 0 && op.Attempts[0].Start < q.Answer
			})
			if !sent && !l.damagedBefore(q.Answer) {
				j.flag(Producers, []Event{q.Start, q.Answer}, "%s-%d: client %d was told of producer id %d, epoch %d, with the last sequence %d, which sent no such batch",
					l.topic.name, l.partition, q.Client, p.ID, p.Epoch, p.LastSequence)
				return
			}
			if i > 0 && p.ID <= q.Producers[i-1].ID {
				j.flag(Producers, []Event{q.Start, q.Answer}, "%s-%d: producer id %d was told behind %d",
					l.topic.name, l.partition, p.ID, q.Producers[i-1].ID)
				return
			}
		}
	}
}

// ProducerSeen is a producer as DescribeProducers told of it.
type ProducerSeen struct {
	ID           kafka.ProducerID
	Epoch        kafka.ProducerEpoch
	LastSequence kafka.Sequence
}
