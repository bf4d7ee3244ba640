package group

import (
	"fmt"
	"testing"

	"momus/core/config"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

var (
	keptLog = kafka.TopicPartition{Topic: kafka.TopicID{8}}
	idT     = kafka.TopicID{1}
)

// keeper is a coordinator of one partition, and the log that it writes.
type keeper struct {
	t         *testing.T
	g         *Groups
	img       image.Image
	now       kafka.Now
	epoch     kafka.LeaderEpoch
	log       []byte
	end, high kafka.Offset
	refuse    kafka.ErrorCode
}

func newKeeper(t *testing.T) *keeper {
	cfg := config.DefaultBroker()
	cfg.Groups.OffsetsRetention, cfg.Groups.RetentionCheckInterval = 1000, 100
	k := &keeper{t: t, g: New(cfg, port.DefaultLimits(), [32]byte{1}), img: image.New(), now: kafka.Now{Mono: 1, Wall: 5000}, epoch: 1}
	delta := image.Delta{}
	k.img.Apply(&delta, 1, &record.TopicRecord{Name: kafka.GroupMetadataTopic, TopicID: keptLog.Topic})
	k.img.Apply(&delta, 2, &record.PartitionRecord{TopicID: keptLog.Topic, Leader: 1, Replicas: []kafka.NodeID{1}, ISR: []kafka.NodeID{1}})
	return k
}

func (k *keeper) view() View { return View{Image: &k.img, Log: k} }

func (k *keeper) AppendAs(_ kafka.Now, log kafka.TopicPartition, epoch kafka.LeaderEpoch, head record.Header, span port.Span) (kafka.Offset, kafka.ErrorCode) {
	if k.refuse != kafka.None {
		return kafka.NoOffset, k.refuse
	}
	if log != keptLog || epoch != k.epoch {
		k.t.Fatalf("an append to %v in epoch %d", log, epoch)
	}
	return k.store(span.Bytes()), kafka.None
}

func (k *keeper) store(batch []byte) kafka.Offset {
	b := append([]byte(nil), batch...)
	record.Stamp(b, k.end, k.epoch)
	head, _, _, err := record.Split(b)
	if err != nil {
		k.t.Fatal(err)
	}
	k.log = append(k.log, b...)
	base := k.end
	k.end += kafka.Offset(head.LastOffsetDelta) + 1
	return base
}

// follow tells the coordinator how its partition stands.
func (k *keeper) follow(leads bool) {
	k.g.Follow(k.now, &msg.CoordinatorPartition{
		Log: keptLog, Leads: leads, Epoch: k.epoch, HighWatermark: k.high, End: k.end, BatchBytesMax: 1 << 20,
	}, k.view())
}

func (k *keeper) commit() { k.high = k.end; k.follow(true) }

// lead has it lead, and gives it all that it reads.
func (k *keeper) lead() {
	k.commit()
	for len(k.g.Out.Reads) > 0 {
		reads := k.g.Out.Reads
		k.g.Out.Reads = nil
		for _, r := range reads {
			k.g.ReadDone(k.now, k.answer(r), k.view())
		}
	}
}

// answer gives whole batches from the offset on, at least one.
func (k *keeper) answer(r port.Read) *port.ReadDone {
	d := &port.ReadDone{ID: r.ID, Log: r.Log, Next: r.From}
	for rest := k.log; len(rest) > 0; {
		h, batch, after, err := record.Split(rest)
		if err != nil {
			k.t.Fatal(err)
		}
		rest = after
		if h.End() <= r.From || h.End() > r.Upto {
			continue
		}
		if len(d.Data) > 0 && len(d.Data)+len(batch) > int(r.BytesMax) {
			break
		}
		d.Data, d.Next = append(d.Data, batch...), h.End()
	}
	return d
}

// again loses the leadership and gets it back.
func (k *keeper) again() {
	k.follow(false)
	k.epoch++
	k.lead()
}

func (k *keeper) ask(r msg.GroupRequest) { k.g.Request(k.now, r, k.view()) }

// replies are those that left since.
func (k *keeper) replies() string {
	var b []byte
	for _, r := range k.g.Out.Replies {
		b = append(r.AppendText(b), ' ')
	}
	k.g.Out.Replies = nil
	return string(b)
}

func (k *keeper) shard() *Shard { return k.g.shards[0] }

func commitOf(group string, at kafka.Offset, partitions ...kafka.PartitionID) *msg.OffsetCommit {
	t := msg.CommitTopic{Name: "t", ID: idT}
	for _, p := range partitions {
		t.Partitions = append(t.Partitions, msg.CommitPartition{Partition: p, Offset: at, LeaderEpoch: kafka.NoLeaderEpoch})
	}
	return &msg.OffsetCommit{Group: group, Generation: -1, Retention: -1, KnowsGroupNotFound: true, Topics: []msg.CommitTopic{t}}
}

// offset is what a fetch tells of partition p.
func (k *keeper) offset(group string, id kafka.TopicID, p kafka.PartitionID, stable bool) string {
	k.t.Helper()
	k.g.Out.Replies = nil
	k.ask(&msg.OffsetFetch{Group: group, MemberEpoch: -1, RequireStable: stable, Topics: []msg.FetchTopic{{Name: "t", ID: id, Partitions: []kafka.PartitionID{p}}}})
	if len(k.g.Out.Replies) != 1 {
		k.t.Fatalf("a fetch has %d answers", len(k.g.Out.Replies))
	}
	r := k.g.Out.Replies[0].(*msg.OffsetFetched)
	k.g.Out.Replies = nil
	if r.Err != kafka.None {
		return r.Err.String()
	}
	f := r.Topics[0].Partitions[0]
	if f.Err != kafka.None {
		return f.Err.String()
	}
	return fmt.Sprint(f.Offset)
}

func (k *keeper) want(what, got, want string) {
	k.t.Helper()
	if got != want {
		k.t.Errorf("%s: %s, not %s", what, got, want)
	}
}

// run lets time pass.
func (k *keeper) run(until kafka.Millis) {
	for end := k.now.Mono.Add(until.Nanos()); k.now.Mono < end; {
		at := k.g.NextDeadline()
		k.now.Wall += kafka.Wall((at - k.now.Mono) / kafka.Mono(kafka.Millisecond))
		k.now.Mono = at
		k.g.Deadline(k.now, k.view())
		k.commit()
	}
}
