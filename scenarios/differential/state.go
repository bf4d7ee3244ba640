package main

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"momus/core/kafka"
	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// began is when the run began, in whole seconds: records are stamped with it on both sides.
var began = time.Now().Unix() * 1000

// The topics of the set-up.
const (
	topicRecords = "records" // three partitions: batches of a producer, others, none
	topicStamped = "stamped" // the broker stamps
	topicSet     = "set"     // has a configuration
	topicGone    = "gone"    // was deleted; its id is known
	topicTrimmed = "trimmed" // begins at offset 2
)

// both runs f for either side.
func (r *run) both(f func(s *side) error) error {
	for _, s := range []*side{r.kafka, r.ours} {
		if err := f(s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// setUp brings both sides to the same state.
func (r *run) setUp() error {
	if err := r.both((*side).introduce); err != nil {
		return err
	}
	for _, t := range []struct {
		name       string
		partitions int32
		configs    []string
	}{
		{topicRecords, 3, nil},
		{topicStamped, 1, []string{"message.timestamp.type=LogAppendTime"}},
		{topicSet, 1, []string{"retention.ms=86400000", "segment.bytes=2097152", "cleanup.policy=delete"}},
		{topicGone, 1, nil},
		{topicTrimmed, 1, nil},
	} {
		if err := r.create(t.name, t.partitions, t.configs...); err != nil {
			return err
		}
	}
	if err := r.both(fillTopics); err != nil {
		return err
	}
	if err := r.both(setUpGroups); err != nil {
		return err
	}
	return r.newSink()
}

// newSink makes a topic that batches go to: after a batch that only one side took, their offsets would differ
// from there on.
func (r *run) newSink() error {
	r.sinks++
	name := fmt.Sprint("sink", r.sinks)
	r.kafka.sink, r.ours.sink = name, name
	return r.create(name, 3)
}

// fillTopics writes the records, deletes some, and a topic.
func fillTopics(s *side) error {
	for _, w := range []struct {
		topic     string
		partition int32
		batch     []byte
	}{
		{topicRecords, 0, batchOf(2, idempotent(900, 0, 0))},
		{topicRecords, 0, batchOf(3, idempotent(900, 0, 2))},
		{topicRecords, 0, batchOf(1, idempotent(901, 4, 0))},
		{topicRecords, 1, batchOf(4)},
		{topicRecords, 1, batchOf(1)},
		{topicStamped, 0, batchOf(2)},
		{topicTrimmed, 0, batchOf(2)},
		{topicTrimmed, 0, batchOf(2)},
	} {
		p := produce(w.topic, w.partition, w.batch)
		if err := s.fulfil(p(s, 12, 0), 12); err != nil {
			return err
		}
	}
	if err := s.fulfil(deleteRecords(topicTrimmed, 0, 2)(s, 2, 0), 2); err != nil {
		return err
	}
	return s.fulfil(deleteTopics(topicGone)(s, 5, 0), 5)
}

// introduce asks a broker what is its own: versions, cluster id, directory.
func (s *side) introduce() error {
	a := kmsg.NewPtrApiVersionsRequest()
	a.Version, a.ClientSoftwareName, a.ClientSoftwareVersion = 3, clientID, "1"
	got, err := s.ask(a)
	if err != nil {
		return err
	}
	s.versions = got.(*kmsg.ApiVersionsResponse).ApiKeys
	m := kmsg.NewPtrMetadataRequest()
	m.Version = 12
	if got, err = s.ask(m); err != nil {
		return err
	}
	cluster := got.(*kmsg.MetadataResponse).ClusterID
	if cluster == nil {
		return errors.New("a broker without a cluster id")
	}
	port, err := strconv.Atoi(portOf(s))
	if err != nil {
		return err
	}
	s.texts = strings.NewReplacer(*cluster, "<cluster>", s.dir, "<dir>",
		fmt.Sprint(port), "<port>", fmt.Sprint(port+1), "<controller's port>")
	return s.awaitProducers()
}

// awaitProducers waits until the broker hands out producer ids: Kafka's begins to get its first block when the
// first one is asked for, and doesn't wait for it.
func (s *side) awaitProducers() error {
	var err error
	for deadline := time.Now().Add(answerMax); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if err = s.fulfil(initProducerID(s, 4, 0), 4); err == nil {
			return nil
		}
	}
	return err
}

func portOf(s *side) string {
	_, port, _ := strings.Cut(s.addr, ":")
	return port
}

// fulfil asks, and takes no error for an answer.
func (s *side) fulfil(r kmsg.Request, version int16) error {
	r.SetVersion(version)
	got, err := s.ask(r)
	if err != nil {
		return err
	}
	if code := firstError(reflect.ValueOf(got)); code != 0 {
		return fmt.Errorf("set-up: %s: %s", kmsg.NameForKey(r.Key()), errorName(code))
	}
	return nil
}

// create makes a topic on both sides and waits until both know its leaders.
func (r *run) create(name string, partitions int32, configs ...string) error {
	return r.both(func(s *side) error {
		if err := s.fulfil(createTopic(name, partitions, configs...)(s, 7, 0), 7); err != nil {
			return err
		}
		return s.await(name)
	})
}

// await waits until a topic has a leader for each partition, and learns its id.
func (s *side) await(name string) error {
	for deadline := time.Now().Add(answerMax); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		m := kmsg.NewPtrMetadataRequest()
		m.Version = 12
		m.Topics = []kmsg.MetadataRequestTopic{{Topic: &name}}
		got, err := s.ask(m)
		if err != nil {
			return err
		}
		t := got.(*kmsg.MetadataResponse).Topics[0]
		if firstError(reflect.ValueOf(t)) != 0 {
			continue
		}
		s.learn(name, t.TopicID)
		if led, err := s.leads(name, len(t.Partitions)); led || err != nil {
			return err
		}
	}
	return fmt.Errorf("topic %s has no leader after %s", name, answerMax)
}

// leads tells whether the broker leads all partitions of a topic: it tells of a leader before it is one.
func (s *side) leads(name string, partitions int) (bool, error) {
	r := listOffsets(name, 0, -1)(s, 1, 0).(*kmsg.ListOffsetsRequest)
	r.Version = 1
	for p := 1; p < partitions; p++ {
		another := r.Topics[0].Partitions[0]
		another.Partition = int32(p)
		r.Topics[0].Partitions = append(r.Topics[0].Partitions, another)
	}
	got, err := s.ask(r)
	return err == nil && firstError(reflect.ValueOf(got)) == 0, err
}

// batchOf is a batch of n records, whose times are a second apart.
func batchOf(n int, changes ...func(*record.Builder)) []byte {
	b := record.NewBuilder(0, kafka.NoLeaderEpoch)
	for _, change := range changes {
		change(b)
	}
	for i := range n {
		b.Add(kafka.Wall(began+int64(i)*1000), []byte(fmt.Sprint("key ", i)), []byte(fmt.Sprint("value ", i)))
	}
	return b.Append(nil)
}

// idempotent makes a batch that of a producer.
func idempotent(id kafka.ProducerID, epoch kafka.ProducerEpoch, first kafka.Sequence) func(*record.Builder) {
	return func(b *record.Builder) {
		b.Batch.ProducerID, b.Batch.ProducerEpoch, b.Batch.BaseSequence = id, epoch, first
	}
}
