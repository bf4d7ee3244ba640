package core_test

import (
	"testing"

	"momus/core"
	"momus/core/canon"
	"momus/core/canon/canontest"
	"momus/core/kafka"
	"momus/core/lifetest"
	"momus/core/port"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"
)

func readerOf(b []byte) *canon.Reader { return canon.NewReader(b) }

// spansOf counts the payloads of a Produce.
func spansOf(ev *core.Request) int {
	p, ok := ev.Body.(*wire.ProduceRequest)
	if !ok {
		return 0
	}
	n := 0
	for i := range p.Topics {
		for j := range p.Topics[i].Partitions {
			n += count(p.Topics[i].Partitions[j].Span)
		}
	}
	return n
}

// spansLeaving counts the payloads in a Ready that came from outside.
func spansLeaving(r *core.Ready) int {
	n := 0
	for i := range r.LogOps {
		if r.LogOps[i].Log != kafka.MetadataLog {
			n += count(r.LogOps[i].Span)
		}
	}
	for i := range r.Replies {
		f, ok := r.Replies[i].Body.(*wire.FetchResponse)
		if !ok {
			continue
		}
		for j := range f.Topics {
			for k := range f.Topics[j].Partitions {
				n += count(f.Topics[j].Partitions[k].Records)
			}
		}
	}
	for i := range r.ConnOps {
		if req := r.ConnOps[i].Request; req != nil {
			n += spansOf(&core.Request{Request: *req})
		}
	}
	for i := range r.Drops {
		n += count(r.Drops[i])
	}
	return n
}

// results counts the batches that were acknowledged and the parts that were fetched with records.
func results(l *lifetest.Life) (acked, fetched int) {
	for i := range l.Replies {
		switch body := l.Replies[i].Body.(type) {
		case *wire.ProduceResponse:
			if body.Topics[0].Partitions[0].Err == kafka.None {
				acked++
			}
		case *wire.FetchResponse:
			for j := range body.Topics {
				for k := range body.Topics[j].Partitions {
					fetched += count(body.Topics[j].Partitions[k].Records)
				}
			}
		}
	}
	return acked, fetched
}

// drawSpan draws what is read back from an encoding.
func drawSpan(t *rapid.T) port.Span { return port.PhantomSpan(rapid.IntRange(0, 1000).Draw(t, "span")) }

// drawBody draws a request; its fields are package wire's to test.
func drawBody(t *rapid.T) kmsg.Request {
	switch rapid.IntRange(0, 2).Draw(t, "api") {
	case 0:
		return nil
	case 1:
		return &wire.ProduceRequest{Version: 9, Acks: int16(rapid.IntRange(-1, 1).Draw(t, "acks"))}
	}
	m := kmsg.NewPtrInitProducerIDRequest()
	m.SetVersion(4)
	m.TransactionTimeoutMillis = rapid.Int32().Draw(t, "timeout")
	return m
}

func drawReply(t *rapid.T) wire.Response {
	if rapid.Bool().Draw(t, "none") {
		return nil
	}
	return &wire.ProduceResponse{Version: 9, Throttle: rapid.Int32().Draw(t, "throttle")}
}

var drawing = []canontest.Option{
	canontest.Custom(drawSpan),
	canontest.Custom(func(t *rapid.T) wire.Request {
		return wire.Request{
			Conn: port.ConnID(rapid.Int64().Draw(t, "conn")), Seq: port.RequestSeq(rapid.Int64().Draw(t, "seq")),
			Version: 9, ClientID: rapid.String().Draw(t, "client"), Body: drawBody(t),
			Policies: rapid.Int64().Draw(t, "policies"), Bytes: rapid.Int32().Draw(t, "bytes"),
		}
	}),
	canontest.Custom(func(t *rapid.T) wire.Reply {
		return wire.Reply{Conn: port.ConnID(rapid.Int64().Draw(t, "conn")), Body: drawReply(t)}
	}),
}

func TestEventsAreReadAsTheyWereWritten(t *testing.T) {
	canontest.RoundTrip(t, canontest.Values(core.EventMembers()), drawing...)
}

func TestEntriesAreReadAsTheyWereWritten(t *testing.T) {
	canontest.RoundTrip(t, []canontest.Value{
		&port.LogOp{}, &port.Read{}, &port.Save{}, &wire.Reply{}, &core.ConnOp{}, &port.Span{}, &core.Note{}, &core.Exit{},
	}, drawing...)
}

// Each event has a tag of its own, and the union's reader knows all of them.
func TestEveryEventIsReadByItsTag(t *testing.T) {
	for _, ev := range core.EventMembers() {
		b := core.AppendEvent(nil, ev)
		r := canon.NewReader(b)
		if got := core.ReadEvent(r); r.End() != nil || string(got.AppendText(nil)) != string(ev.AppendText(nil)) {
			t.Errorf("%T was read as %T: %v", ev, got, r.Err)
		}
	}
}
