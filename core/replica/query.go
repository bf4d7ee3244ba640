package replica

import (
	"momus/core/kafka"
	"momus/core/msg"
)

// leadership is the error of a request that only the leader answers, in Kafka's order: a client's
// wrong epoch first (KIP-320), then the role.
func (r *Replica) leadership(current kafka.LeaderEpoch) kafka.ErrorCode {
	switch r.role {
	case RoleDeleting, RoleDeleted:
		return kafka.ErrUnknownTopicOrPartition
	case RoleOffline:
		return kafka.ErrKafkaStorageError
	case RoleStandby, RoleLeader:
	default:
		return kafka.ErrNotLeaderOrFollower
	}
	switch {
	case current != kafka.NoLeaderEpoch && current < r.lead.Epoch:
		return kafka.ErrFencedLeaderEpoch
	case current != kafka.NoLeaderEpoch && current > r.lead.Epoch:
		return kafka.ErrUnknownLeaderEpoch
	case r.role != RoleLeader:
		return kafka.ErrNotLeaderOrFollower
	}
	return kafka.None
}

// AppendRoom tells whether a batch may be sent now; if not, an Advanced follows when it may. A
// leader whose log is not open yet has no room yet: clients learn of a new leader as soon as
// the image names it, and one that is refused waits for long before it tries again. A replica that
// would refuse the batch anyway has room.
func (r *Replica) AppendRoom() bool {
	if r.role == RoleNew || r.role == RoleOpening {
		return !r.leads
	}
	return r.role != RoleLeader || r.hasRoom()
}

// FetchState answers whether the log can be read at an offset; see msg.Replicas.
func (r *Replica) FetchState(q msg.FetchQuery) msg.FetchState {
	s := msg.FetchState{Err: r.leadership(q.CurrentEpoch), HighWatermark: -1, LastStable: -1, LogStart: -1}
	if s.Err != kafka.None {
		return s
	}
	s.HighWatermark, s.LastStable, s.LogStart = r.high, r.lastStable(), r.start
	s.CommittedBytes = r.committedBytes
	s.Upto = r.high
	if q.Committed {
		s.Upto = s.LastStable
	}
	if q.LastFetchedEpoch != kafka.NoLeaderEpoch {
		epoch, end := r.assignedEpochEnd(q.LastFetchedEpoch)
		switch {
		case epoch == kafka.NoLeaderEpoch || q.Offset < r.start:
			s.Err = kafka.ErrOffsetOutOfRange
			return s
		case epoch < q.LastFetchedEpoch || end < q.Offset:
			s.HasDiverging, s.DivergingEpoch, s.DivergingEnd = true, epoch, end
			return s
		}
	}
	if q.Offset < r.start || q.Offset > r.assigned {
		s.Err = kafka.ErrOffsetOutOfRange
	}
	return s
}

// OffsetState is what ListOffsets needs; see msg.Replicas.
func (r *Replica) OffsetState(current kafka.LeaderEpoch) msg.OffsetState {
	s := msg.OffsetState{Err: r.leadership(current), Epoch: kafka.NoLeaderEpoch, StartEpoch: kafka.NoLeaderEpoch}
	if s.Err != kafka.None {
		return s
	}
	s.LogStart, s.HighWatermark, s.LastStable = r.start, r.high, r.lastStable()
	s.Epoch = r.lead.Epoch
	s.StartEpoch = r.EpochAt(r.start)
	if n := len(r.epochs); n > 0 && r.epochs[n-1].Epoch == r.lead.Epoch {
		s.Lagging = r.high < r.epochs[n-1].Start
	}
	return s
}

// Coordinated is what a coordinator must know of its partition's replica.
func (r *Replica) Coordinated() msg.CoordinatorPartition {
	return msg.CoordinatorPartition{
		Log: r.log, Leads: r.role == RoleLeader, Epoch: r.lead.Epoch,
		Start: r.start, HighWatermark: r.high, End: r.assigned, BatchBytesMax: min(r.cfg.MessageBytesMax, r.cfg.SegmentBytes),
	}
}
