package wire

import (
	"bytes"
	"encoding/binary"
	"testing"

	"momus/core/kafka"
	"momus/core/port"

	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"
)

// whole puts a reply together as a socket sends it.
func whole(b []byte, cuts []Cut) []byte {
	var out []byte
	at := 0
	for _, c := range cuts {
		out = append(append(out, b[at:c.At]...), c.Span.Bytes()...)
		at = c.At
	}
	return append(out, b[at:]...)
}

// frameFor is the frame that kmsg's body makes.
func frameFor(correlation int32, flexibleHeader bool, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(correlation))
	if flexibleHeader {
		b = append(b, 0)
	}
	b = append(b, body...)
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...)
}

func drawHint(t *rapid.T) LeaderHint {
	if !rapid.Bool().Draw(t, "hint") {
		return LeaderHint{}
	}
	return LeaderHint{Set: true, Node: kafka.NodeID(rapid.Int32Min(0).Draw(t, "node")), Epoch: kafka.LeaderEpoch(rapid.Int32().Draw(t, "epoch"))}
}

func drawNodes(t *rapid.T) []NodeEndpoint {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) NodeEndpoint {
		return NodeEndpoint{
			Node: kafka.NodeID(rapid.Int32().Draw(t, "id")), Host: rapid.StringN(0, 150, 300).Draw(t, "host"),
			Port: rapid.Int32().Draw(t, "port"), Rack: rapid.StringN(0, 3, 9).Draw(t, "rack"),
		}
	}), 0, 3).Draw(t, "nodes")
}

// text is the kmsg form of a string whose empty form is null.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func drawID(t *rapid.T) (id kafka.TopicID) {
	copy(id[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
	return id
}

// drawProduced draws a response and its twin.
func drawProduced(t *rapid.T, v int16) (*ProduceResponse, *kmsg.ProduceResponse) {
	ours := &ProduceResponse{Version: v, Throttle: rapid.Int32().Draw(t, "throttle"), Nodes: drawNodes(t)}
	twin := &kmsg.ProduceResponse{Version: v, ThrottleMillis: ours.Throttle}
	if v >= 10 {
		for _, n := range ours.Nodes {
			twin.Brokers = append(twin.Brokers, kmsg.ProduceResponseBroker{NodeID: int32(n.Node), Host: n.Host, Port: n.Port, Rack: text(n.Rack)})
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "topics") {
		topic := ProducedTopic{Name: rapid.StringN(0, 5, 20).Draw(t, "name"), ID: drawID(t)}
		tt := kmsg.ProduceResponseTopic{Topic: topic.Name, TopicID: topic.ID}
		for range rapid.IntRange(0, 3).Draw(t, "partitions") {
			p := ProducedPartition{
				Partition: kafka.PartitionID(rapid.Int32().Draw(t, "p")), Err: kafka.ErrorCode(rapid.Int16().Draw(t, "err")),
				Base: kafka.Offset(rapid.Int64().Draw(t, "base")), AppendTime: kafka.Wall(rapid.Int64().Draw(t, "at")),
				LogStart: kafka.Offset(rapid.Int64().Draw(t, "start")), ErrText: rapid.StringN(0, 5, 20).Draw(t, "text"), Leader: drawHint(t),
			}
			tp := kmsg.NewProduceResponseTopicPartition()
			tp.Partition, tp.ErrorCode, tp.BaseOffset = int32(p.Partition), int16(p.Err), int64(p.Base)
			tp.LogAppendTime, tp.LogStartOffset, tp.ErrorMessage = int64(p.AppendTime), int64(p.LogStart), text(p.ErrText)
			for range rapid.IntRange(0, 2).Draw(t, "record errors") {
				e := RecordError{Index: rapid.Int32().Draw(t, "index"), Text: rapid.StringN(0, 5, 20).Draw(t, "reason")}
				p.RecordErrors = append(p.RecordErrors, e)
				te := kmsg.NewProduceResponseTopicPartitionErrorRecord()
				te.RelativeOffset, te.ErrorMessage = e.Index, text(e.Text)
				tp.ErrorRecords = append(tp.ErrorRecords, te)
			}
			if p.Leader.Set && v >= 10 {
				tp.CurrentLeader.LeaderID, tp.CurrentLeader.LeaderEpoch = int32(p.Leader.Node), int32(p.Leader.Epoch)
			}
			topic.Partitions, tt.Partitions = append(topic.Partitions, p), append(tt.Partitions, tp)
		}
		ours.Topics, twin.Topics = append(ours.Topics, topic), append(twin.Topics, tt)
	}
	return ours, twin
}

func TestProduceResponseIsThatOfKmsg(t *testing.T) {
	a := Lookup(KeyProduce)
	rapid.Check(t, func(t *rapid.T) {
		v := int16(rapid.IntRange(int(a.Min), int(a.Max)).Draw(t, "version"))
		ours, twin := drawProduced(t, v)
		got := whole(AppendReply(nil, nil, 5, ours))
		if want := frameFor(5, v >= 9, twin.AppendTo(nil)); !bytes.Equal(got, want) {
			t.Fatalf("v%d\n got %x\nwant %x", v, got, want)
		}
	})
}

// drawFetchedPartition draws a partition and its twin.
func drawFetchedPartition(t *rapid.T, v int16) (FetchedPartition, kmsg.FetchResponseTopicPartition) {
	p := FetchedPartition{
		Partition: kafka.PartitionID(rapid.Int32().Draw(t, "p")), Err: kafka.ErrorCode(rapid.Int16().Draw(t, "err")),
		HighWatermark: kafka.Offset(rapid.Int64().Draw(t, "hw")), LastStable: kafka.Offset(rapid.Int64().Draw(t, "lso")),
		LogStart: kafka.Offset(rapid.Int64().Draw(t, "start")), PreferredReplica: kafka.NodeID(rapid.Int32().Draw(t, "preferred")),
		HasDiverging: rapid.Bool().Draw(t, "diverging"), Leader: drawHint(t),
		Records: port.MemSpan(rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "records"), nil),
	}
	tp := kmsg.NewFetchResponseTopicPartition()
	tp.Partition, tp.ErrorCode, tp.HighWatermark = int32(p.Partition), int16(p.Err), int64(p.HighWatermark)
	tp.LastStableOffset, tp.LogStartOffset, tp.PreferredReadReplica = int64(p.LastStable), int64(p.LogStart), int32(p.PreferredReplica)
	tp.RecordBatches = append([]byte{}, p.Records.Bytes()...)
	if p.HasDiverging {
		p.DivergingEpoch, p.DivergingEnd = kafka.LeaderEpoch(rapid.Int32Min(0).Draw(t, "epoch")), kafka.Offset(rapid.Int64().Draw(t, "end"))
		tp.DivergingEpoch.Epoch, tp.DivergingEpoch.EndOffset = int32(p.DivergingEpoch), int64(p.DivergingEnd)
	}
	if p.Leader.Set {
		tp.CurrentLeader.LeaderID, tp.CurrentLeader.LeaderEpoch = int32(p.Leader.Node), int32(p.Leader.Epoch)
	}
	if rapid.Bool().Draw(t, "read_committed") {
		p.Aborted, tp.AbortedTransactions = []AbortedTxn{}, []kmsg.FetchResponseTopicPartitionAbortedTransaction{}
		for range rapid.IntRange(0, 3).Draw(t, "aborted") {
			x := AbortedTxn{Producer: kafka.ProducerID(rapid.Int64().Draw(t, "pid")), First: kafka.Offset(rapid.Int64().Draw(t, "first"))}
			p.Aborted = append(p.Aborted, x)
			tp.AbortedTransactions = append(tp.AbortedTransactions, kmsg.FetchResponseTopicPartitionAbortedTransaction{ProducerID: int64(x.Producer), FirstOffset: int64(x.First)})
		}
	}
	return p, tp
}

func TestFetchResponseIsThatOfKmsg(t *testing.T) {
	a := Lookup(KeyFetch)
	rapid.Check(t, func(t *rapid.T) {
		v := int16(rapid.IntRange(int(a.Min), int(a.Max)).Draw(t, "version"))
		ours := &FetchResponse{
			Version: v, Throttle: rapid.Int32().Draw(t, "throttle"), Err: kafka.ErrorCode(rapid.Int16().Draw(t, "err")),
			SessionID: rapid.Int32().Draw(t, "session"), Nodes: drawNodes(t),
		}
		twin := &kmsg.FetchResponse{Version: v, ThrottleMillis: ours.Throttle, ErrorCode: int16(ours.Err), SessionID: ours.SessionID}
		if v >= 16 {
			for _, n := range ours.Nodes {
				twin.Brokers = append(twin.Brokers, kmsg.FetchResponseBroker{NodeID: int32(n.Node), Host: n.Host, Port: n.Port, Rack: text(n.Rack)})
			}
		}
		for range rapid.IntRange(0, 3).Draw(t, "topics") {
			topic := FetchedTopic{Name: rapid.StringN(0, 5, 20).Draw(t, "name"), ID: drawID(t)}
			tt := kmsg.FetchResponseTopic{Topic: topic.Name, TopicID: topic.ID}
			for range rapid.IntRange(0, 3).Draw(t, "partitions") {
				p, tp := drawFetchedPartition(t, v)
				topic.Partitions, tt.Partitions = append(topic.Partitions, p), append(tt.Partitions, tp)
			}
			ours.Topics, twin.Topics = append(ours.Topics, topic), append(twin.Topics, tt)
		}
		before := rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(t, "before")
		b, cuts := AppendReply(before, nil, 5, ours)
		got := whole(b, cuts)
		if want := append(bytes.Clone(before), frameFor(5, v >= 12, twin.AppendTo(nil))...); !bytes.Equal(got, want) {
			t.Fatalf("v%d\n got %x\nwant %x", v, got, want)
		}
	})
}

func TestEveryResponseHasItsHeader(t *testing.T) {
	everyVersion(t, func(t *rapid.T, a *API, v kafka.APIVersion) {
		if a.response == nil {
			return // by hand, see above
		}
		r := drawResponse(t, a, v)
		got := whole(AppendReply(nil, nil, -3, r))
		// ApiVersions alone is answered with the first header always (KIP-511).
		if want := frameFor(-3, a.flexible(v) && a.Name != "ApiVersions", r.AppendTo(nil)); !bytes.Equal(got, want) {
			t.Fatalf("got %x\nwant %x", got, want)
		}
	})
}

func BenchmarkFetchResponse(b *testing.B) {
	records := port.MemSpan(make([]byte, 4096), nil)
	r := &FetchResponse{Version: 18, Topics: []FetchedTopic{{Partitions: make([]FetchedPartition, 10)}}}
	for i := range r.Topics[0].Partitions {
		r.Topics[0].Partitions[i].Records = records
	}
	var out []byte
	var cuts []Cut
	b.ReportAllocs()
	for b.Loop() {
		out, cuts = AppendReply(out[:0], cuts[:0], 1, r)
	}
}

func BenchmarkProduceResponse(b *testing.B) {
	r := &ProduceResponse{Version: 13, Topics: []ProducedTopic{{Partitions: make([]ProducedPartition, 1)}}}
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		out, _ = AppendReply(out[:0], nil, 1, r)
	}
}
