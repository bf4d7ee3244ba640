package clients

import (
	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// epochsRequest asks where the epochs end of what was read last at the positions that are open, since
// their partitions have another leader, or the same one anew (KIP-320).
func (c *consumer) epochsRequest() kmsg.Request {
	r := kmsg.NewPtrOffsetForLeaderEpochRequest()
	r.Version, r.ReplicaID = c.speaks.epochs, -1
	for i, index := range c.open {
		p := &c.positions[index]
		if i == 0 || c.positions[c.open[i-1]].topic != p.topic {
			t := kmsg.NewOffsetForLeaderEpochRequestTopic()
			t.Topic = c.topics[p.topic].name
			r.Topics = append(r.Topics, t)
		}
		q := kmsg.NewOffsetForLeaderEpochRequestTopicPartition()
		q.Partition, q.LeaderEpoch, q.CurrentLeaderEpoch = int32(p.partition), int32(p.last), int32(c.epoch(p))
		p.asking = c.epoch(p)
		t := &r.Topics[len(r.Topics)-1]
		t.Partitions = append(t.Partitions, q)
	}
	return r
}

// validated takes a partition's part of an answer to OffsetForLeaderEpoch. A position beyond the end of its
// epoch was truncated away: reading goes on where the logs part, or anywhere if nothing is left.
func (c *consumer) validated(p *position, r *kmsg.OffsetForLeaderEpochResponse) {
	name := c.topics[p.topic].name
	a := findEpochEnd(r, name, p.partition)
	if a == nil {
		c.odd(c.id, "an OffsetForLeaderEpoch answer without a partition that was asked for")
		return
	}
	end := kafka.Offset(a.EndOffset)
	c.history.EpochEnds = append(c.history.EpochEnds, checker.EpochEndOp{
		Client: c.id, Topic: name, Partition: p.partition, Start: c.start, Answer: c.event(),
		Asked: p.last, Err: kafka.ErrorCode(a.ErrorCode), Epoch: kafka.LeaderEpoch(a.LeaderEpoch), End: end,
	})
	switch {
	case a.ErrorCode != 0:
		c.seen.topics[p.topic].stale = true
		return
	case end < 0:
		p.known, p.asked = false, c.drawReset()
		return
	case end < p.offset:
		p.offset, p.last = end, kafka.NoLeaderEpoch
	}
	p.valid = p.asking
}

func findEpochEnd(r *kmsg.OffsetForLeaderEpochResponse, topic string, partition kafka.PartitionID) *kmsg.OffsetForLeaderEpochResponseTopicPartition {
	for i := range r.Topics {
		if r.Topics[i].Topic != topic {
			continue
		}
		for j := range r.Topics[i].Partitions {
			if r.Topics[i].Partitions[j].Partition == int32(partition) {
				return &r.Topics[i].Partitions[j]
			}
		}
	}
	return nil
}
