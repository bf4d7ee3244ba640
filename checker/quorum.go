package checker

import (
	"cmp"
	"slices"

	"momus/core/kafka"
)

// QuorumTold is an answer to DescribeQuorum.
type QuorumTold struct {
	Client        int32
	Node          int32
	Start, End    Event
	Epoch         kafka.LeaderEpoch
	HighWatermark kafka.Offset
	// Ends are the exclusive ends of what the voters hold.
	Ends []kafka.Offset
}

// checkQuorum demands that the metadata quorum never goes back, through whatever crashes: neither its epoch
// nor what is committed; and that what is committed is held by a majority of the voters.
func (j *judge) checkQuorum() {
	told := slices.Clone(j.h.Quorums)
	slices.SortStableFunc(told, func(a, b QuorumTold) int { return cmp.Compare(a.End, b.End) })
	for i := range told {
		q := &told[i]
		holders := 0
		for _, end := range q.Ends {
			if end >= q.HighWatermark {
				holders++
			}
		}
		if 2*holders <= len(q.Ends) {
			j.flag(Quorum, []Event{q.Start, q.End}, "the metadata log is said to be committed up to %d, and its voters hold it up to %v", q.HighWatermark, q.Ends)
			return
		}
		for k := range i {
			if before := &told[k]; before.End < q.Start && (q.HighWatermark < before.HighWatermark || q.Epoch < before.Epoch) {
				j.flag(Quorum, []Event{before.End, q.Start}, "the metadata quorum of epoch %d had committed up to %d, and later, in epoch %d, up to %d",
					before.Epoch, before.HighWatermark, q.Epoch, q.HighWatermark)
				return
			}
		}
	}
}
