package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// topicWidth is how many partitions each topic of the loads here has at most, and perRequest how many
// of them a request names: the same for ten partitions and for ten thousand, so that the cost of a
// batch can be compared.
const (
	topicWidth = 100
	perRequest = 10
)

// partitions makes topics named prefix-0, prefix-1 and so on, and then watches the idle server. They stay.
func partitions(ctx context.Context, l *load) error {
	cl, err := l.connect()
	if err != nil {
		return err
	}
	defer cl.Close()
	admin := kadm.NewClient(cl)
	if err := l.begin(); err != nil {
		return err
	}
	for i, left := 0, l.partitions; left > 0; i, left = i+1, left-topicWidth {
		if _, err := admin.CreateTopic(ctx, int32(min(left, topicWidth)), 1, nil, fmt.Sprintf("%s-%d", l.prefix, i)); err != nil {
			return err
		}
	}
	if err := l.end("partition", l.partitions, 0); err != nil {
		return err
	}
	cl.Close()
	time.Sleep(3 * time.Second) // what the creation left to do is not the idle server's
	return l.watchIdle()
}

// watchIdle tells what the server does when nobody asks it.
func (l *load) watchIdle() error {
	before, err := cpuOf(l.pid)
	if err != nil {
		return err
	}
	start := time.Now()
	time.Sleep(l.duration)
	after, err := cpuOf(l.pid)
	if err != nil {
		return err
	}
	l.line.Extra["idle_cpu_pct"] = 100 * (after - before).Seconds() / time.Since(start).Seconds()
	return l.holds()
}

// holds tells how much memory and how many files the server holds.
func (l *load) holds() (err error) {
	if l.line.Resident, err = residentOf(l.pid); err != nil {
		return err
	}
	files, err := filesOf(l.pid)
	l.line.Extra["open_files"] = float64(files)
	return err
}

// spread is the topics of a prefix, seen by one raw connection.
type spread struct {
	*load
	broker *kgo.Broker
	cl     *kgo.Client
	topics []kmsg.MetadataResponseTopic
	batch  []byte
	ends   kadm.ListedOffsets
	// sent counts the batches of each partition.
	sent []int32
	at   int
}

// over finds the topics of the prefix, which hold l.partitions together.
func (l *load) over(ctx context.Context) (*spread, error) {
	cl, err := l.connect()
	if err != nil {
		return nil, err
	}
	s := &spread{load: l, cl: cl, broker: cl.SeedBrokers()[0], sent: make([]int32, l.partitions)}
	for first := 0; first < l.partitions; first += topicWidth {
		topic, err := s.find(ctx, fmt.Sprintf("%s-%d", l.prefix, first/topicWidth))
		if err != nil {
			return nil, err
		}
		s.topics = append(s.topics, topic)
	}
	for admin := kadm.NewClient(cl); ; time.Sleep(100 * time.Millisecond) {
		s.ends, err = admin.ListEndOffsets(ctx, s.names()...)
		if err == nil {
			err = s.ends.Error()
		}
		if err == nil || ctx.Err() != nil || !kerr.IsRetriable(err) {
			return s, err // Kafka names a leader before that one leads
		}
	}
}

// find waits for a topic to be served: Kafka answers its creation earlier than that.
func (s *spread) find(ctx context.Context, name string) (kmsg.MetadataResponseTopic, error) {
	for {
		req := kmsg.NewPtrMetadataRequest()
		t := kmsg.NewMetadataRequestTopic()
		t.Topic = kmsg.StringPtr(name)
		req.Topics = append(req.Topics, t)
		resp, err := req.RequestWith(ctx, s.broker)
		if err != nil {
			return kmsg.MetadataResponseTopic{}, err
		}
		err = kerr.ErrorForCode(resp.Topics[0].ErrorCode)
		switch {
		case err == nil:
			return resp.Topics[0], nil
		case ctx.Err() != nil || !kerr.IsRetriable(err):
			return kmsg.MetadataResponseTopic{}, fmt.Errorf("%s: %w", name, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// next names the next partitions of a request; they lie in one topic.
func (s *spread) next() (topic *kmsg.MetadataResponseTopic, first, numbers int) {
	first = s.at
	s.at = (s.at + perRequest) % s.partitions
	return &s.topics[first/topicWidth], first % topicWidth, first
}

// spreadOut appends batches of one record to all partitions in turn, the next request when the last
// one is acked.
func spreadOut(ctx context.Context, l *load) error {
	s, err := l.over(ctx)
	if err != nil {
		return err
	}
	defer s.cl.Close()
	id, err := kmsg.NewPtrInitProducerIDRequest().RequestWith(ctx, s.broker)
	if err != nil {
		return err
	}
	s.batch = oneRecord(l.value(0), id.ProducerID, id.ProducerEpoch)
	if err := l.begin(); err != nil {
		return err
	}
	for n := 0; n < l.count; n += perRequest {
		req := kmsg.NewPtrProduceRequest()
		req.Acks, req.TimeoutMillis = -1, 10_000
		topic, first, at := s.next()
		t := kmsg.NewProduceRequestTopic()
		t.Topic, t.TopicID = *topic.Topic, topic.TopicID
		for i := range perRequest {
			p := kmsg.NewProduceRequestTopicPartition()
			p.Partition, p.Records = int32(first+i), sequenced(s.batch, s.sent[at+i])
			s.sent[at+i]++
			t.Partitions = append(t.Partitions, p)
		}
		req.Topics = append(req.Topics, t)
		resp, err := req.RequestWith(ctx, s.broker)
		if err != nil {
			return err
		}
		for _, p := range resp.Topics[0].Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return fmt.Errorf("%s-%d: %w", t.Topic, p.Partition, err)
			}
		}
	}
	return l.end("batch", l.count, l.count*l.size)
}

// gather reads the last batch of all partitions in turn.
func gather(ctx context.Context, l *load) error {
	s, err := l.over(ctx)
	if err != nil {
		return err
	}
	defer s.cl.Close()
	if err := l.begin(); err != nil {
		return err
	}
	for n := 0; n < l.count; n += perRequest {
		req := kmsg.NewPtrFetchRequest()
		req.MaxWaitMillis, req.MinBytes, req.MaxBytes, req.SessionEpoch = 1000, 1, 50<<20, -1
		topic, first, _ := s.next()
		t := kmsg.NewFetchRequestTopic()
		t.Topic, t.TopicID = *topic.Topic, topic.TopicID
		for i := range perRequest {
			end, _ := s.ends.Lookup(t.Topic, int32(first+i))
			p := kmsg.NewFetchRequestTopicPartition()
			p.Partition, p.FetchOffset, p.PartitionMaxBytes = int32(first+i), end.Offset-1, 1<<20
			t.Partitions = append(t.Partitions, p)
		}
		req.Topics = append(req.Topics, t)
		resp, err := req.RequestWith(ctx, s.broker)
		if err != nil {
			return err
		}
		for _, p := range resp.Topics[0].Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil || len(p.RecordBatches) < l.size {
				return fmt.Errorf("%s-%d: %d bytes, %v", t.Topic, p.Partition, len(p.RecordBatches), err)
			}
		}
	}
	return l.end("batch", l.count, l.count*l.size)
}

func (s *spread) names() (names []string) {
	for i := range s.topics {
		names = append(names, *s.topics[i].Topic)
	}
	return names
}

// oneRecord is a record batch (version 2) of one record without key.
func oneRecord(value []byte, producer int64, epoch int16) []byte {
	body := binary.AppendVarint([]byte{0, 0, 0, 1}, int64(len(value))) // attributes, deltas, no key
	body = append(append(body, value...), 0)                           // no headers
	b := make([]byte, 61, 80+len(body))
	b[16] = 2
	now := uint64(time.Now().UnixMilli())
	binary.BigEndian.PutUint64(b[27:], now)
	binary.BigEndian.PutUint64(b[35:], now)
	binary.BigEndian.PutUint64(b[43:], uint64(producer))
	binary.BigEndian.PutUint16(b[51:], uint16(epoch))
	binary.BigEndian.PutUint32(b[57:], 1)
	b = append(binary.AppendVarint(b, int64(len(body))), body...)
	binary.BigEndian.PutUint32(b[8:], uint32(len(b)-12))
	return b
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sequenced is a copy of a batch with a sequence number, and its checksum.
func sequenced(batch []byte, sequence int32) []byte {
	b := append([]byte(nil), batch...)
	binary.BigEndian.PutUint32(b[53:], uint32(sequence))
	binary.BigEndian.PutUint32(b[17:], crc32.Checksum(b[21:], castagnoli))
	return b
}
