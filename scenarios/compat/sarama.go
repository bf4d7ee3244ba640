package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/IBM/sarama"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// saramaWalk is a promise to users of sarama. One that needs APIs which the broker does not serve is named
// as skipped.
type saramaWalk struct {
	name  string
	needs []int16
	run   func(*saramaClient) error
}

// saramaWalks are, beside the codecs, all admin calls that a single node without groups, transactions and
// security answers.
var saramaWalks = []saramaWalk{
	{"topics", nil, saramaTopics},
	{"partitions", []int16{37}, saramaPartitions},
	{"configs of topics", []int16{32, 33, 44}, saramaTopicConfigs},
	{"configs of brokers", []int16{32, 44}, saramaBrokerConfigs},
	{"offsets", nil, saramaOffsets},
	{"records deleted", []int16{21}, saramaDeleteRecords},
	{"producers", []int16{61}, saramaProducers},
	{"cluster", nil, saramaCluster},
	{"log directories", []int16{35}, saramaLogDirs},
	{"quotas", []int16{48, 49}, saramaQuotas},
	{"features", []int16{57}, saramaFeatures},
	{"elections", []int16{43}, saramaElections},
	{"reassignments", []int16{45, 46}, saramaReassignments},
	{"ACLs without an authorizer", []int16{29, 30, 31}, saramaACLs},
}

// saramaClient is what a walk works with.
type saramaClient struct {
	broker string
	config *sarama.Config
	admin  sarama.ClusterAdmin
}

// saramaRun walks through what sarama offers.
func saramaRun(ctx context.Context, args []string) error {
	fs := flags("sarama")
	broker := fs.String("broker", "", "host:port")
	if err := fs.Parse(args); err != nil {
		return err
	}
	served, err := servedAPIs(ctx, *broker)
	if err != nil {
		return err
	}
	c := &saramaClient{broker: *broker, config: saramaConfig()}
	if c.admin, err = sarama.NewClusterAdmin([]string{*broker}, c.config); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.admin.Close()) }()
	steps := 0
	for _, codec := range codecs {
		if err := c.throughCodec("sarama-"+codec.name, codec.name); err != nil {
			return fmt.Errorf("codec %s: %w", codec.name, err)
		}
		steps++
	}
	for _, w := range saramaWalks {
		if missing := notServed(served, w.needs); len(missing) > 0 {
			fmt.Printf("SKIP compat: sarama, %s: the broker does not serve %s\n", w.name, strings.Join(missing, ", "))
			continue
		}
		if err := w.run(c); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		steps++
	}
	fmt.Printf("FIGURE compat: sarama: %d of %d walks\n", steps, len(codecs)+len(saramaWalks))
	return nil
}

func saramaConfig() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.MaxVersion
	config.ClientID = "compat-sarama"
	config.Producer.Idempotent = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Producer.Partitioner = sarama.NewManualPartitioner
	config.Producer.Return.Successes = true
	config.Producer.Flush.Frequency = 2 * time.Millisecond
	config.Net.MaxOpenRequests = 1 // sarama wants that of an idempotent producer
	config.Consumer.Return.Errors = true
	config.Consumer.MaxWaitTime = 50 * time.Millisecond // closing waits for the last fetch
	return config
}

// servedAPIs asks for the keys in ApiVersions.
func servedAPIs(ctx context.Context, broker string) (kadm.BrokerApiVersions, error) {
	cl, err := connect(broker)
	if err != nil {
		return kadm.BrokerApiVersions{}, err
	}
	defer cl.Close()
	all, err := kadm.NewClient(cl).ApiVersions(ctx)
	if err != nil {
		return kadm.BrokerApiVersions{}, err
	}
	for _, one := range all {
		return one, one.Err
	}
	return kadm.BrokerApiVersions{}, errors.New("no broker answers ApiVersions")
}

// notServed are the names of the keys that are not in ApiVersions.
func notServed(served kadm.BrokerApiVersions, needs []int16) []string {
	var missing []string
	for _, key := range needs {
		if _, ok := served.KeyMaxVersion(key); !ok {
			missing = append(missing, kmsg.NameForKey(key))
		}
	}
	return missing
}

// saramaCodecs are the codecs by Kafka's names.
var saramaCodecs = map[string]sarama.CompressionCodec{
	"none": sarama.CompressionNone, "gzip": sarama.CompressionGZIP, "snappy": sarama.CompressionSnappy,
	"lz4": sarama.CompressionLZ4, "zstd": sarama.CompressionZSTD,
}

// throughCodec sends with an idempotent producer, over several partitions, and reads back.
func (c *saramaClient) throughCodec(topic, codec string) (err error) {
	s := newSent(topic, values{codecValueSize}, codecPartitions, codecRecords)
	if err := c.create(topic, codecPartitions); err != nil {
		return err
	}
	config := *c.config
	config.Producer.Compression = saramaCodecs[codec]
	producer, err := sarama.NewAsyncProducer([]string{c.broker}, &config)
	if err != nil {
		return err
	}
	go func() {
		for i := range codecRecords {
			p, number := int32(i%codecPartitions), i/codecPartitions
			r := s.record(p, number)
			producer.Input() <- &sarama.ProducerMessage{
				Topic: topic, Partition: p, Metadata: number,
				Key: sarama.ByteEncoder(r.Key), Value: sarama.ByteEncoder(r.Value),
			}
		}
	}()
	for range codecRecords {
		select {
		case m := <-producer.Successes():
			s.offsets[m.Partition][m.Metadata.(int)] = m.Offset
		case failed := <-producer.Errors():
			return failed
		case <-time.After(consumeMax):
			return errors.New("no record is acked any more")
		}
	}
	if err := producer.Close(); err != nil {
		return err
	}
	if err := (&acks{sent: s}).dense(); err != nil {
		return err
	}
	return c.readBack(s)
}

// consumeMax is how long a partition may bring nothing.
const consumeMax = 20 * time.Second

// readBack reads every partition to the offset after the last one sent.
func (c *saramaClient) readBack(s *sent) (err error) {
	consumer, err := sarama.NewConsumer([]string{c.broker}, c.config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, consumer.Close()) }()
	for p := range s.offsets {
		if err := saramaPartition(consumer, s, int32(p)); err != nil {
			return fmt.Errorf("partition %d: %w", p, err)
		}
	}
	return nil
}

func saramaPartition(consumer sarama.Consumer, s *sent, p int32) (err error) {
	part, err := consumer.ConsumePartition(s.topic, p, sarama.OffsetOldest)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, part.Close()) }()
	for number, offset := range s.offsets[p] {
		select {
		case m := <-part.Messages():
			want := s.record(p, number)
			if m.Offset != offset || !bytes.Equal(m.Key, want.Key) || !bytes.Equal(m.Value, want.Value) {
				return fmt.Errorf("at offset %d stands key %q, not record %d, acked at %d", m.Offset, m.Key, number, offset)
			}
		case failed := <-part.Errors():
			return failed
		case <-time.After(consumeMax):
			return fmt.Errorf("nothing comes after %d records of %d", number, len(s.offsets[p]))
		}
	}
	if end := part.HighWaterMarkOffset(); end != int64(len(s.offsets[p])) {
		return fmt.Errorf("the high watermark is %d after %d records", end, len(s.offsets[p]))
	}
	return nil
}

// create makes a topic and waits until it is led.
func (c *saramaClient) create(topic string, partitions int32) error {
	if err := c.admin.CreateTopic(topic, &sarama.TopicDetail{NumPartitions: partitions, ReplicationFactor: 1}, false); err != nil {
		return fmt.Errorf("creating %s: %w", topic, err)
	}
	return c.until(topic, int(partitions))
}

// until waits until a topic has that many partitions, all of them led; none means that it is gone.
func (c *saramaClient) until(topic string, partitions int) error {
	var last string
	for began := time.Now(); time.Since(began) < consumeMax; time.Sleep(10 * time.Millisecond) {
		md, err := c.admin.DescribeTopics([]string{topic})
		if err != nil || len(md) != 1 {
			return fmt.Errorf("describing %s: %d topics, %w", topic, len(md), err)
		}
		led := 0
		for _, p := range md[0].Partitions {
			if p.Err == sarama.ErrNoError && p.Leader >= 0 {
				led++
			}
		}
		gone := md[0].Err == sarama.ErrUnknownTopicOrPartition
		if partitions > 0 && led == partitions && len(md[0].Partitions) == partitions || partitions == 0 && gone {
			return nil
		}
		last = fmt.Sprintf("%v, %d partitions, %d of them led", md[0].Err, len(md[0].Partitions), led)
	}
	return fmt.Errorf("%s, which should have %d: %s", topic, partitions, last)
}
