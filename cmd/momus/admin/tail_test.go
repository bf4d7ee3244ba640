package admin

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// batchOf is a batch from an offset to another whose records but the first n, one an offset, compaction took.
func batchOf(base, last int64, n int) []byte {
	var records []byte
	for i := range n {
		r := kmsg.Record{OffsetDelta: int32(i), Key: []byte("k"), Value: []byte("v")}
		r.Length = int32(len(r.AppendTo(nil)) - 1)
		records = r.AppendTo(records)
	}
	b := kmsg.RecordBatch{
		FirstOffset: base, Magic: 2, LastOffsetDelta: int32(last - base), ProducerID: -1, ProducerEpoch: -1, FirstSequence: -1,
		NumRecords: int32(n), Records: records, Length: int32(49 + len(records)),
	}
	raw := b.AppendTo(nil)
	binary.BigEndian.PutUint32(raw[17:], crc32.Checksum(raw[21:], crc32.MakeTable(crc32.Castagnoli)))
	return raw
}

// withRecords lets orders:0, which begins at 10 and ends at 250, answer a fetch from an offset with batches.
func withRecords(b *madeUp, answer func(from int64, v *kmsg.FetchResponse) []byte) {
	withLogs(b)
	b.on(&kmsg.FetchRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.FetchResponse)
		for _, asked := range r.(*kmsg.FetchRequest).Topics {
			topic := kmsg.NewFetchResponseTopic()
			topic.Topic, topic.TopicID = asked.Topic, asked.TopicID
			for _, p := range asked.Partitions {
				part := kmsg.NewFetchResponseTopicPartition()
				part.Partition, part.HighWatermark, part.LastStableOffset = p.Partition, 250, 250
				part.RecordBatches = answer(p.FetchOffset, v)
				topic.Partitions = append(topic.Partitions, part)
			}
			v.Topics = append(v.Topics, topic)
		}
		return v
	})
}

const twoRecords = "orders:0 offset 10 1970-01-01T00:00:00.000Z \"k\" \"v\"\norders:0 offset 11 1970-01-01T00:00:00.000Z \"k\" \"v\"\n"

func TestOffsetsThatCompactionTookAreNotMissing(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(from int64) []byte{
		"behind the last batch": func(from int64) []byte {
			if from < 12 {
				return batchOf(10, 11, 2)
			}
			return nil
		},
		"in the last batch": func(from int64) []byte {
			if from < 250 {
				return batchOf(10, 249, 2)
			}
			return nil
		},
		"and their batch is there": func(from int64) []byte {
			if from < 12 {
				return batchOf(10, 11, 2)
			}
			return batchOf(100, 249, 0)
		},
	} {
		b := newMadeUp(t)
		withRecords(b, func(from int64, _ *kmsg.FetchResponse) []byte { return answer(from) })
		if out, errs, err := ran(b, "log tail orders:0 --from start -n 0"); err != nil || out != twoRecords || errs != "" {
			t.Errorf("%s: %v, %q, %q", name, err, out, errs)
		}
	}
}

func TestRecordsThatDoNotComeAreMissing(t *testing.T) {
	t.Parallel()
	b := newMadeUp(t)
	withRecords(b, func(from int64, v *kmsg.FetchResponse) []byte {
		if from < 12 {
			return batchOf(10, 11, 2)
		}
		v.ThrottleMillis = 1
		return nil
	})
	out, _, err := ran(b, "log tail orders:0 --from start -n 0 --timeout 1500ms")
	want := "not everything was read, orders:0 from offset 12 to 249 is left: nothing came for 1.5s; --timeout gives it longer"
	if err == nil || err.Error() != want || out != twoRecords {
		t.Errorf("%v, not %s, and %q", err, want, out)
	}
}

func TestABrokerThatDiedLeavesRecords(t *testing.T) {
	t.Parallel()
	b := newMadeUp(t)
	var dead atomic.Bool
	withRecords(b, func(from int64, _ *kmsg.FetchResponse) []byte {
		if from < 12 {
			return batchOf(10, 11, 2)
		}
		dead.Store(true)
		return nil
	})
	dial := func(ctx context.Context, network, host string) (net.Conn, error) {
		if dead.Load() {
			return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
		}
		c, err := b.dial(ctx, network, host)
		return &mortal{Conn: c, dead: &dead}, err
	}
	out, _, err := ranOver(dial, "log tail orders:0 --from start -n 0 --timeout 1500ms")
	want := "not everything was read, orders:0 from offset 12 to 249 is left: "
	if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") || out != twoRecords {
		t.Errorf("%v, not %s, and %q", err, want, out)
	}
}

// mortal is a connection that ends when its broker is dead.
type mortal struct {
	net.Conn
	dead *atomic.Bool
}

func (c *mortal) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.dead.Load() {
		return 0, net.ErrClosed
	}
	return n, err
}

func TestATailFromATimeThatIsBehindAllEndsAtOnce(t *testing.T) {
	b := newMadeUp(t)
	withLogs(b)
	offsets := b.answers[(&kmsg.ListOffsetsRequest{}).Key()]
	b.on(&kmsg.ListOffsetsRequest{}, func(r kmsg.Request) kmsg.Response {
		v := offsets(r).(*kmsg.ListOffsetsResponse)
		if asked := r.(*kmsg.ListOffsetsRequest).Topics[0].Partitions[0]; asked.Timestamp >= 0 {
			v.Topics[0].Partitions[0].Offset = -1
		}
		return v
	})
	if out, errs, err := ran(b, "log tail orders:0 --from 2026-01-31T10:00:00Z"); err != nil || out != "" || errs != "" {
		t.Errorf("%v, %q, %q", err, out, errs)
	}
}

func TestATailOfLessThanNothingIsRefused(t *testing.T) {
	b := newMadeUp(t)
	wantError(t, b, "log tail orders:0 -n -1", "--max -1: allowed is a number of records, or 0 for all")
}
