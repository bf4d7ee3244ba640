package group

import (
	"fmt"
	"testing"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// BenchmarkMemberHeartbeat is what one heartbeat costs the coordinator: of a member that has nothing new to say,
// among as many groups of one member, or in one group.
func BenchmarkMemberHeartbeat(b *testing.B) {
	for _, c := range []struct{ groups, members int }{{1000, 1}, {1, 100}} {
		b.Run(fmt.Sprintf("%dx%d", c.groups, c.members), func(b *testing.B) {
			w := newWorld(nil, testConfig())
			w.apply(&record.TopicRecord{Name: "t", TopicID: kafka.TopicID{1}})
			for p := range 100 {
				w.apply(&record.PartitionRecord{TopicID: kafka.TopicID{1}, PartitionID: kafka.PartitionID(p), Leader: 1, Replicas: []kafka.NodeID{1}, ISR: []kafka.NodeID{1}})
			}
			w.imageChanged()
			w.lead()
			w.read()
			beat := func(group, member, epoch int) *msg.ConsumerGroupHeartbeat {
				r := &msg.ConsumerGroupHeartbeat{Group: fmt.Sprint("g", group), Member: fmt.Sprint("m", member), MemberEpoch: int32(epoch), ClientID: "c", ClientHost: "/127.0.0.1", RebalanceTimeout: -1}
				if epoch == 0 {
					r.RebalanceTimeout, r.Topics, r.Owned = 60_000, []string{"t"}, []record.TargetPartitions{}
				}
				return r
			}
			var beats []*msg.ConsumerGroupHeartbeat
			for g := range c.groups {
				for m := range c.members {
					w.ask(beat(g, m, 0))
					w.high = w.end
					w.follow(true)
				}
			}
			for g := range c.groups {
				for m := range c.members {
					epoch := w.g.shards[0].group(fmt.Sprint("g", g)).Consumer.members[fmt.Sprint("m", m)].epoch()
					beats = append(beats, beat(g, m, int(epoch)))
				}
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				w.now.Mono += 1000
				w.g.Request(w.now, beats[i%len(beats)], w.view())
				w.g.NextDeadline()
				w.g.Out.Replies = w.g.Out.Replies[:0]
			}
		})
	}
}
