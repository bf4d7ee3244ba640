package group

import (
	"unicode/utf8"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// offsetCommit commits offsets. Whose metadata is too long is refused alone; all else holds for the whole request.
func (s *Shard) offsetCommit(now kafka.Now, v View, r *msg.OffsetCommit) {
	g := s.group(r.Group)
	if err := s.checkCommit(now, v, g, r); err != kafka.None {
		s.answer(now, v, r.Refuse(err))
		return
	}
	expires := record.NoTimestamp
	if r.Retention != -1 {
		expires = now.Wall + kafka.Wall(r.Retention)
	}
	reply := &msg.OffsetCommitted{Op: r.Op, Slot: r.Slot}
	d := decision{}
	for i := range r.Topics {
		t := &r.Topics[i]
		for j := range t.Partitions {
			p := &t.Partitions[j]
			if codeUnits(p.Metadata) > int(v.g.cfg.Groups.OffsetMetadataMax) {
				reply.Errs = append(reply.Errs, kafka.ErrOffsetMetadataTooLarge)
				continue
			}
			if err := s.checkCommitPartition(v, g, r, t, p.Partition); err != kafka.None {
				s.answer(now, v, r.Refuse(err))
				return
			}
			reply.Errs = append(reply.Errs, kafka.None)
			d.put(&record.OffsetCommit{
				Group: r.Group, Topic: t.Name, Partition: p.Partition, Offset: p.Offset, LeaderEpoch: max(p.LeaderEpoch, kafka.NoLeaderEpoch),
				Metadata: p.Metadata, CommitTimestamp: now.Wall, ExpireTimestamp: expires, TopicID: t.ID,
			})
		}
	}
	d.answer(reply)
	s.carry(now, v, &d)
}

// codeUnits is the length of a string as Java counts it, by which offset.metadata.max.bytes is meant.
func codeUnits(s string) int {
	n := 0
	for _, r := range s {
		if n++; r > 0xffff && r != utf8.RuneError {
			n++
		}
	}
	return n
}
