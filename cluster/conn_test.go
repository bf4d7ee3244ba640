package cluster

import (
	"testing"

	"momus/core"
	"momus/core/port"
	"momus/core/wire"
)

// A connection that waits in line for its place is served when others close. If a topic's configuration has changed
// meanwhile, its batches are sent back to be validated anew, and the peer may have hung up by then (seed 7805).
func TestABatchThatIsSentBackToAConnectionThatIsGoneGivesItsBufferBack(t *testing.T) {
	p := &Pool{Lock: noLock{}, Budget: 1024, Freed: func() {}}
	of := func(n int) port.Span {
		buf := p.Get(n)
		return port.MemSpan(buf.B, buf)
	}
	produced := &wire.ProduceRequest{Topics: []wire.ProduceTopic{
		{Partitions: []wire.ProducePartition{{Span: of(256)}, {}, {Span: of(256)}}},
		{Partitions: []wire.ProducePartition{{Span: of(256)}}},
	}}
	fetched := &wire.FetchResponse{Topics: []wire.FetchedTopic{{Partitions: []wire.FetchedPartition{{Records: of(256)}}}}}
	if b := p.Get(256); b != nil {
		t.Fatal("there is room for more than was lent")
	}
	for _, e := range []ConnEntry{
		{IsOp: true, Op: core.ConnOp{Kind: core.Revalidate, Request: &wire.Request{Body: produced}}},
		{Reply: wire.Reply{Body: fetched}},
		{IsOp: true, Op: core.ConnOp{Kind: core.Unmute}},
	} {
		e.Discard()
	}
	if b := p.Get(1024); b == nil {
		t.Fatal("what a discarded entry held did not come back")
	} else {
		b.Release()
	}
}
