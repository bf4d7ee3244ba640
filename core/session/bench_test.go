package session

import (
	"testing"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// BenchmarkProduce is a request of one batch and its answer: the reply is its one allocation.
func BenchmarkProduce(b *testing.B) {
	h := newBench()
	h.open(1)
	v := h.view()
	body := produceBody(-1, 0)
	body.SetVersion(9)
	req := &wire.Request{Conn: 1, Version: 9, Body: body}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		req.Seq = port.RequestSeq(i)
		body.Topics[0].Partitions[0].Span = port.PhantomSpan(100)
		h.s.Request(h.now, req, v)
		op := h.s.Out.Produces[0].Op
		h.s.Produced(h.now, &msg.Produced{Op: op, AppendTime: -1}, v)
		h.s.Out.Reset()
	}
}

// BenchmarkFetch is a fetch of one partition that is parked, woken, read and answered.
func BenchmarkFetch(b *testing.B) {
	h := newBench()
	h.open(1)
	v := h.view()
	body := fetchBody(1, 500, 0)
	body.SetVersion(12)
	req := &wire.Request{Conn: 1, Version: 12, Body: body}
	l := h.rep.at(tp(topicT, 0))
	at := &body.Topics[0].Partitions[0].FetchOffset
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		req.Seq = port.RequestSeq(i)
		*at = int64(l.high)
		h.s.Request(h.now, req, v)
		l.high++
		l.bytes += 100
		h.s.Advanced(h.now, msg.Advanced{Log: tp(topicT, 0), HighWatermark: l.high, CommittedBytes: l.bytes}, v)
		d := port.ReadDone{ID: h.s.Out.Reads[0].ID, Next: l.high, Span: port.PhantomSpan(100)}
		h.s.ReadDone(kafka.Now{}, &d, v)
		h.s.Out.Reset()
	}
}

// BenchmarkMetadata is a request for one topic.
func BenchmarkMetadata(b *testing.B) {
	h := newBench()
	h.open(1)
	v := h.view()
	body := kmsg.NewPtrMetadataRequest()
	rt := kmsg.NewMetadataRequestTopic()
	rt.Topic = kmsg.StringPtr("t")
	body.Topics = append(body.Topics, rt)
	req := &wire.Request{Conn: 1, Version: 12, Body: body}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		req.Seq = port.RequestSeq(i)
		h.s.Request(h.now, req, v)
		h.s.Out.Reset()
	}
}
