package replica

import (
	"momus/core/canon"
	"momus/core/kafka"
	"momus/core/msg"
)

// Producers lists the producers that the log remembers, by rising id; see msg.Replicas.
func (r *Replica) Producers() ([]msg.ProducerState, kafka.ErrorCode) {
	switch err := r.leadership(kafka.NoLeaderEpoch); {
	case r.role == RoleStandby: // whoever has the log open may say
	case err != kafka.None:
		return nil, err
	}
	list := make([]msg.ProducerState, 0, len(r.fold.Producers))
	for _, id := range canon.SortedKeys(r.fold.Producers) {
		p := r.fold.Producers[id]
		state := msg.ProducerState{
			ID: id, Epoch: p.Epoch, LastSequence: kafka.NoSequence, LastTimestamp: p.Timestamp, TxnFirst: p.TxnFirst,
		}
		if last, ok := p.Last(); ok {
			state.LastSequence = last.LastSequence
		}
		list = append(list, state)
	}
	return list, kafka.None
}
