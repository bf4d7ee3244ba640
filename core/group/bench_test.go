package group

import (
	"fmt"
	"runtime"
	"testing"

	"momus/core/config"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

// loads are logs of a shard with 100,000 committed offsets in them.
var loads = []struct {
	name                       string
	groups, topics, partitions int
	// perBatch is how many commits one batch holds.
	perBatch int
}{
	{"wide", 100, 10, 100, 100},
	{"many", 100_000, 1, 1, 1},
	{"deep", 1, 1, 100_000, 10},
}

// BenchmarkLoad loads them. It tells the time and the memory for one offset.
func BenchmarkLoad(b *testing.B) {
	for _, l := range loads {
		b.Run(l.name, func(b *testing.B) {
			log, n := commitLog(l.groups, l.topics, l.partitions, l.perBatch)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var g *Groups
			for b.Loop() {
				g = loadAll(b, log, n)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/offset")
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/offset")
			runtime.KeepAlive(g)
			runtime.KeepAlive(log)
		})
	}
}

// commitLog is a log of so many commits, in reads of 256 KiB.
func commitLog(groups, topics, partitions, perBatch int) (reads []port.ReadDone, n kafka.Offset) {
	builder := record.NewBuilder(0, 1)
	var data []byte
	flush := func() {
		if builder.Count() > 0 {
			data = builder.Append(data)
		}
		if len(data) > 256<<10 {
			reads = append(reads, port.ReadDone{Data: data, Next: n})
			data = nil
		}
		builder.Reset(n, 1)
	}
	var key, value []byte
	for g := range groups {
		for t := range topics {
			for p := range partitions {
				rec := &record.OffsetCommit{
					Group: fmt.Sprintf("some-group-%d", g), Topic: fmt.Sprintf("some-topic-%d", t), Partition: kafka.PartitionID(p),
					Offset: 1 << 40, LeaderEpoch: 3, CommitTimestamp: 1 << 40, ExpireTimestamp: record.NoTimestamp, TopicID: kafka.TopicID{byte(t)},
				}
				key, value = record.AppendGroupKey(key[:0], rec), record.AppendGroupValue(value[:0], rec)
				builder.Add(1<<40, key, value)
				if n++; int(n)%perBatch == 0 {
					flush()
				}
			}
		}
	}
	flush()
	return append(reads, port.ReadDone{Data: data, Next: n}), n
}

func loadAll(b *testing.B, log []port.ReadDone, n kafka.Offset) *Groups {
	g := New(config.DefaultBroker(), port.DefaultLimits(), [32]byte{1})
	img := image.New()
	v := View{Image: &img}
	now := kafka.Now{Mono: 1, Wall: 1}
	g.Follow(now, &msg.CoordinatorPartition{Log: keptLog, Leads: true, Epoch: 1, End: n, HighWatermark: n}, v)
	for i := range log {
		if len(log[i].Data) == 0 {
			continue
		}
		d := log[i]
		d.ID, d.Log = g.Out.Reads[0].ID, keptLog
		g.Out.Reads = nil
		g.ReadDone(now, &d, v)
	}
	if len(g.Out.Notes) == 0 || g.Out.Notes[0].Kind != NoteLoaded {
		b.Fatalf("the log is not loaded: %v", g.Out.Notes)
	}
	return g
}
