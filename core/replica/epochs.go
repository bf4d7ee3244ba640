package replica

import (
	"slices"

	"momus/core/kafka"
	"momus/core/port"
)

// beginEpoch notes that records from the end on are of epoch. An epoch that began there before and
// got no records is forgotten, as by Kafka.
func (r *Replica) beginEpoch(epoch kafka.LeaderEpoch) {
	n := len(r.epochs)
	if n > 0 && r.epochs[n-1].Epoch >= epoch {
		return
	}
	for n > 0 && r.epochs[n-1].Start >= r.assigned {
		n--
	}
	r.epochs = append(r.epochs[:n], port.EpochStart{Epoch: epoch, Start: r.assigned})
}

// forgetEpochs drops those that ended below the log start. One that spans it begins there now, as
// in Kafka's checkpoint.
func (r *Replica) forgetEpochs() {
	n := 0
	for n+1 < len(r.epochs) && r.epochs[n+1].Start <= r.start {
		n++
	}
	r.epochs = slices.Delete(r.epochs, 0, n)
	if len(r.epochs) > 0 {
		r.epochs[0].Start = max(r.epochs[0].Start, r.start)
	}
}

// EpochEnd tells a client the largest epoch not above asked and its end, see assignedEpochEnd. The end
// that is told is at most what the leader counts as its own: what was only given away may never come
// to be. It is at least the high watermark, up to which consumers have read. Without that (seed 1749 of
// the simulator, with flush.messages=1):
//
//  1. a batch is given offsets 28 and 29 in epoch 4, and its flush is under way,
//  2. a client asks for the end of epoch 4, and is told 30,
//  3. the power fails, and the batch was never there: epoch 6 begins at 28.
func (r *Replica) EpochEnd(asked kafka.LeaderEpoch) (kafka.LeaderEpoch, kafka.Offset) {
	epoch, end := r.assignedEpochEnd(asked)
	return epoch, min(end, max(r.selfEnd(), r.high))
}

// assignedEpochEnd finds the largest epoch not above asked and its end by the offsets that were given
// away. An epoch above all known ones gives kafka.NoLeaderEpoch and kafka.NoOffset; one below all
// gives itself and the first start, so that whatever a follower has of it is cut (KIP-101, KIP-279).
func (r *Replica) assignedEpochEnd(asked kafka.LeaderEpoch) (kafka.LeaderEpoch, kafka.Offset) {
	n := len(r.epochs)
	if asked == kafka.NoLeaderEpoch || n == 0 || asked > r.epochs[n-1].Epoch {
		return kafka.NoLeaderEpoch, kafka.NoOffset
	}
	if asked == r.epochs[n-1].Epoch {
		return asked, r.assigned
	}
	higher := 0
	for r.epochs[higher].Epoch <= asked {
		higher++
	}
	if higher == 0 {
		return asked, r.epochs[0].Start
	}
	return r.epochs[higher-1].Epoch, r.epochs[higher].Start
}

// EpochAt is the leader epoch of the record at an offset, or kafka.NoLeaderEpoch.
func (r *Replica) EpochAt(at kafka.Offset) kafka.LeaderEpoch {
	for i := len(r.epochs) - 1; i >= 0; i-- {
		if r.epochs[i].Start <= at {
			return r.epochs[i].Epoch
		}
	}
	return kafka.NoLeaderEpoch
}
