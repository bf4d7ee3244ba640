package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// bombBytes is what a bomb decompresses to: far more than a request may hold decompressed.
const bombBytes = 1 << 30

// batchOf makes a batch by hand, so that it can be wrong in any place.
func batchOf(attributes int16, count int32, records []byte) []byte {
	b := binary.BigEndian.AppendUint64(nil, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(49+len(records)))
	b = binary.BigEndian.AppendUint32(b, 0xffffffff) // leader epoch
	b = append(b, 2)
	b = binary.BigEndian.AppendUint32(b, 0) // the checksum, see below
	b = binary.BigEndian.AppendUint16(b, uint16(attributes))
	b = binary.BigEndian.AppendUint32(b, uint32(count-1))
	b = binary.BigEndian.AppendUint64(b, 1_000_000)
	b = binary.BigEndian.AppendUint64(b, 1_000_000)
	b = binary.BigEndian.AppendUint64(b, 0xffffffffffffffff)
	b = binary.BigEndian.AppendUint16(b, 0xffff)
	b = binary.BigEndian.AppendUint32(b, 0xffffffff)
	b = binary.BigEndian.AppendUint32(b, uint32(count))
	b = append(b, records...)
	binary.BigEndian.PutUint32(b[17:], crc32.Checksum(b[21:], crc32.MakeTable(crc32.Castagnoli)))
	return b
}

// recordBefore is a record up to its value, of so many bytes, which a byte of 0 follows: no headers.
func recordBefore(value int) []byte {
	body := []byte{0, 0, 0, 1} // attributes, deltas of time and offset, no key
	body = binary.AppendVarint(body, int64(value))
	return append(binary.AppendVarint(nil, int64(len(body)+value+1)), body...)
}

// bomb is a record of zeros that compresses to next to nothing.
func bomb() ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(recordBefore(bombBytes)); err != nil {
		return nil, err
	}
	zeros := make([]byte, 1<<20)
	for range bombBytes / len(zeros) {
		if _, err := w.Write(zeros); err != nil {
			return nil, err
		}
	}
	_, err := w.Write([]byte{0})
	return out.Bytes(), firstOf(err, w.Close())
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// badBatches sends batches that are wrong, each of which must be refused by itself.
func (a *attack) badBatches(ctx context.Context, exploding []byte) error {
	cl, err := connect(a.broker)
	if err != nil {
		return err
	}
	defer cl.Close()
	const topic = "bad-batches"
	if err := createTopic(ctx, cl, topic, 1); err != nil {
		return err
	}
	record := append(recordBefore(3), 'a', 'b', 'c', 0)
	sound := batchOf(0, 1, record)
	broken := bytes.Clone(sound)
	broken[len(broken)-2] ^= 1
	for _, c := range []struct {
		name  string
		batch []byte
		want  []kafka.ErrorCode
	}{
		{"a sound batch", sound, []kafka.ErrorCode{kafka.None}},
		{"a wrong checksum", broken, []kafka.ErrorCode{kafka.ErrCorruptMessage}},
		{"a count beyond the records", batchOf(0, 5, record), []kafka.ErrorCode{kafka.ErrInvalidRecord}},
		{"a negative count", batchOf(0, -1, record), []kafka.ErrorCode{kafka.ErrInvalidRecord, kafka.ErrCorruptMessage}},
		{"a batch cut short", sound[:len(sound)-3], []kafka.ErrorCode{kafka.ErrCorruptMessage, kafka.ErrInvalidRecord}},
		{"noise in a codec's place", batchOf(1, 1, []byte("no gzip at all")), []kafka.ErrorCode{kafka.ErrCorruptMessage, kafka.ErrInvalidRecord}},
		{"a codec that there is not", batchOf(7, 1, record), []kafka.ErrorCode{kafka.ErrCorruptMessage, kafka.ErrInvalidRecord, kafka.ErrUnsupportedCompressionType}},
		{"a bomb", batchOf(1, 1, exploding), []kafka.ErrorCode{kafka.ErrMessageTooLarge, kafka.ErrCorruptMessage, kafka.ErrInvalidRecord}},
		{"a sound batch again", sound, []kafka.ErrorCode{kafka.None}},
	} {
		r := kmsg.NewPtrProduceRequest()
		r.Acks, r.TimeoutMillis = -1, 5000
		t := kmsg.NewProduceRequestTopic()
		t.Topic = topic
		p := kmsg.NewProduceRequestTopicPartition()
		p.Records = c.batch
		t.Partitions = append(t.Partitions, p)
		r.Topics = append(r.Topics, t)
		got, err := a.produce(r)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		expected := false
		for _, want := range c.want {
			expected = expected || got == want
		}
		if !expected {
			return fmt.Errorf("%s: answered %v, want one of %v", c.name, got, c.want)
		}
	}
	return nil
}
