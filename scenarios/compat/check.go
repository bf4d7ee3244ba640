package main

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc64"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// sent is what a producer was told: for each partition the offset of every record, by number.
type sent struct {
	topic   string
	values  values
	offsets [][]int64
}

// newSent makes room for counts[p] records of partition p; an offset of -1 is not acked.
func newSent(topic string, v values, partitions, records int) *sent {
	s := &sent{topic: topic, values: v, offsets: make([][]int64, partitions)}
	for p := range s.offsets {
		n := records / partitions
		if p < records%partitions {
			n++
		}
		s.offsets[p] = make([]int64, n)
		for i := range s.offsets[p] {
			s.offsets[p][i] = -1
		}
	}
	return s
}

// record is the record of that partition and number.
func (s *sent) record(partition int32, number int) *kgo.Record {
	room := make([]byte, 0, s.values.size+24)
	value := s.values.append(room, partition, number)
	return &kgo.Record{
		Topic: s.topic, Partition: partition,
		Key:   s.values.key(value[len(value):], partition, number),
		Value: value,
	}
}

// quiet is how long a partition must bring nothing more before its end is believed.
const quiet = 300 * time.Millisecond

// verify reads every partition from its beginning and compares keys, values and offsets with what
// was sent. It returns one checksum of the content per partition.
func (s *sent) verify(ctx context.Context, broker string, opts ...kgo.Opt) ([]uint64, error) {
	cl, err := connect(broker, append(opts, fromStart(s.topic, len(s.offsets)))...)
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	r := &reading{sent: s, next: make([]int, len(s.offsets)), sums: make([]uint64, len(s.offsets))}
	for _, offsets := range s.offsets {
		r.left += len(offsets)
	}
	for r.left > 0 {
		if err := r.take(cl.PollFetches(ctx)); err != nil {
			return nil, err
		}
	}
	more, cancel := context.WithTimeout(ctx, quiet)
	defer cancel()
	for more.Err() == nil {
		fs := cl.PollFetches(more)
		if more.Err() != nil && fs.NumRecords() == 0 {
			break
		}
		if err := r.take(fs); err != nil {
			return nil, err
		}
	}
	return r.sums, ctx.Err()
}

// reading is how far a verification has come.
type reading struct {
	sent *sent
	next []int
	sums []uint64
	left int
	want []byte
}

var crc64Table = crc64.MakeTable(crc64.ECMA)

func (r *reading) take(fs kgo.Fetches) error {
	if err := fs.Err(); err != nil {
		return err
	}
	for it := fs.RecordIter(); !it.Done(); {
		if err := r.one(it.Next()); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) one(got *kgo.Record) error {
	p := got.Partition
	offsets := r.sent.offsets[p]
	number := r.next[p]
	if number == len(offsets) {
		return fmt.Errorf("partition %d: a record more than was sent, key %q at offset %d", p, got.Key, got.Offset)
	}
	if got.Offset != offsets[number] {
		return fmt.Errorf("partition %d: record %d was acked at offset %d; at offset %d stands key %q",
			p, number, offsets[number], got.Offset, got.Key)
	}
	r.want = r.sent.values.append(r.want[:0], p, number)
	if !bytes.Equal(got.Value, r.want) {
		return fmt.Errorf("partition %d offset %d: the value is not that of record %d", p, got.Offset, number)
	}
	r.want = r.sent.values.key(r.want[:0], p, number)
	if !bytes.Equal(got.Key, r.want) {
		return fmt.Errorf("partition %d offset %d: the key is %q, not %q", p, got.Offset, got.Key, r.want)
	}
	r.sums[p] = crc64.Update(crc64.Update(r.sums[p], crc64Table, got.Key), crc64Table, got.Value)
	r.next[p]++
	r.left--
	return nil
}
