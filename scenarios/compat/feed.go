package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// The topics of a directory that both brokers are to read: all begin with feedPrefix. A segment holds
// some twenty batches, so that each partition has several, and indexes have entries.
const (
	feedPrefix     = "dir-"
	feedPartitions = 2
	feedSegment    = "4000"
	feedInterval   = "512"
)

// feedTopics are the topics by what is special about them.
var feedTopics = []struct{ name, key, value string }{
	{"dir-none", "compression.type", "uncompressed"},
	{"dir-gzip", "compression.type", "gzip"},
	{"dir-snappy", "compression.type", "snappy"},
	{"dir-lz4", "compression.type", "lz4"},
	{"dir-zstd", "compression.type", "zstd"},
	{"dir-producer", "compression.type", "producer"},
	{"dir-append", "message.timestamp.type", "LogAppendTime"},
}

// feedTransactions is the topic that transactions write to.
const feedTransactions = "dir-transactions"

// feedRounds is how many batches each producer sends to each partition, of feedBatch records.
const (
	feedRounds = 8
	feedBatch  = 4
)

// feeding is a load of one life of a broker.
type feeding struct {
	broker string
	life   int
	// began is the time of the first record. Kafka forgets a producer by the time of its records.
	began time.Time

	mu    sync.Mutex
	lines []fedLine
	err   error
}

// fedLine is a record that was acked, as a line.
type fedLine struct {
	topic     string
	partition int32
	offset    int64
	line      string
}

// feed produces to the topics of a directory with several producers, idempotent and not, of which each
// has a codec of its own, so that some of the batches are compressed anew by the broker; with
// -transactions also transactions that are committed, aborted, and left open. It appends a line to the
// file -fed for each record that was acked.
func feed(ctx context.Context, args []string) error {
	f := &feeding{began: time.Now()}
	fs := flags("feed")
	fs.StringVar(&f.broker, "broker", "", "host:port")
	fs.IntVar(&f.life, "life", 0, "number of the broker's life, which goes into the records; in the first the topics are made")
	fed := fs.String("fed", "", "file to append a line to for each acked record")
	transactions := fs.Bool("transactions", false, "write transactions too")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if err := f.topics(ctx, *transactions); err != nil {
		return err
	}
	for _, p := range []struct {
		name string
		opts []kgo.Opt
	}{
		{"a", []kgo.Opt{kgo.ProducerBatchCompression(kgo.NoCompression())}},
		{"b", []kgo.Opt{kgo.ProducerBatchCompression(kgo.SnappyCompression())}},
		{"c", []kgo.Opt{kgo.ProducerBatchCompression(kgo.Lz4Compression()), kgo.DisableIdempotentWrite()}},
	} {
		if err := f.produce(ctx, p.name, p.opts); err != nil {
			return fmt.Errorf("producer %s: %w", p.name, err)
		}
	}
	if *transactions {
		if err := f.transactions(ctx); err != nil {
			return fmt.Errorf("transactions: %w", err)
		}
	}
	return f.write(*fed)
}

// topics makes those of the topics that are not there. Nothing is to be deleted: the timestamps of the
// records are old.
func (f *feeding) topics(ctx context.Context, transactions bool) error {
	cl, err := connect(f.broker)
	if err != nil {
		return err
	}
	defer cl.Close()
	configs := map[string]*string{
		"internal.segment.bytes": kadm.StringPtr(feedSegment), "index.interval.bytes": kadm.StringPtr(feedInterval),
		"retention.ms": kadm.StringPtr("-1"),
	}
	names := []string{}
	for _, t := range feedTopics {
		own := map[string]*string{t.key: kadm.StringPtr(t.value)}
		for key, value := range configs {
			own[key] = value
		}
		names = append(names, t.name)
		if err := f.topic(ctx, cl, t.name, own); err != nil {
			return err
		}
	}
	if transactions {
		names = append(names, feedTransactions)
		if err := f.topic(ctx, cl, feedTransactions, configs); err != nil {
			return err
		}
	}
	for _, name := range names {
		if err := led(ctx, cl, name, feedPartitions); err != nil {
			return err
		}
	}
	return nil
}

func (f *feeding) topic(ctx context.Context, cl *kgo.Client, name string, configs map[string]*string) error {
	_, err := kadm.NewClient(cl).CreateTopic(ctx, feedPartitions, 1, configs, name)
	if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
		return fmt.Errorf("creating %s: %w", name, err)
	}
	return nil
}

// produce sends small batches over all partitions with one producer.
func (f *feeding) produce(ctx context.Context, name string, opts []kgo.Opt) error {
	cl, err := connect(f.broker, append(opts, kgo.ProducerLinger(time.Millisecond))...)
	if err != nil {
		return err
	}
	defer cl.Close()
	for round := range feedRounds {
		for _, t := range feedTopics {
			f.batch(ctx, cl, t.name, name, round)
		}
		if err := errors.Join(cl.Flush(ctx), f.failed()); err != nil {
			return err
		}
	}
	return nil
}

// batch sends a batch to each partition of a topic; it is acked once the client was flushed.
func (f *feeding) batch(ctx context.Context, cl *kgo.Client, topic, producer string, round int) {
	for p := range int32(feedPartitions) {
		for i := range feedBatch {
			cl.Produce(ctx, f.record(topic, p, producer, round*feedBatch+i), f.acked)
		}
	}
}

// transactions commits, aborts, commits across a kill, and leaves one open. Between them a producer
// outside of any transaction writes, whose records a reader of committed ones sees only below the first
// open transaction.
func (f *feeding) transactions(ctx context.Context) error {
	plain, err := connect(f.broker)
	if err != nil {
		return err
	}
	defer plain.Close()
	for i, end := range []struct {
		name string
		how  kgo.TransactionEndTry
		open bool
	}{
		{name: "committed", how: kgo.TryCommit},
		{name: "aborted", how: kgo.TryAbort},
		{name: "again", how: kgo.TryCommit},
		{name: "open", open: true},
	} {
		cl, err := connect(f.broker, kgo.TransactionalID(fmt.Sprintf("%s-%d", end.name, f.life)),
			kgo.TransactionTimeout(10*time.Minute), kgo.ProducerBatchCompression(kgo.GzipCompression()))
		if err != nil {
			return err
		}
		defer cl.Close()
		for round := range feedRounds / 2 {
			if round == 0 || !end.open {
				if err := cl.BeginTransaction(); err != nil {
					return err
				}
			}
			f.batch(ctx, cl, feedTransactions, end.name, round)
			if err := errors.Join(cl.Flush(ctx), f.failed()); err != nil {
				return err
			}
			f.batch(ctx, plain, feedTransactions, "plain", i*feedRounds+round)
			if err := errors.Join(plain.Flush(ctx), f.failed()); err != nil {
				return err
			}
			if end.open {
				continue
			}
			if err := cl.EndTransaction(ctx, end.how); err != nil {
				return err
			}
		}
	}
	return nil
}

// record makes a record that follows from where it goes, with some of everything: null keys and values,
// headers with and without a value, timestamps that also step back, values that grow.
func (f *feeding) record(topic string, partition int32, producer string, number int) *kgo.Record {
	step := time.Duration(number*37) * time.Millisecond
	if number%5 == 4 {
		step -= 150 * time.Millisecond
	}
	r := &kgo.Record{
		Topic: topic, Partition: partition,
		Timestamp: f.began.Add(step),
	}
	if number%3 != 2 {
		r.Key = fmt.Appendf(nil, "%s%d.%d", producer, f.life, number)
	}
	if number%11 != 10 {
		r.Value = fmt.Appendf(nil, "%s of %s-%d in life %d: %s", producer, topic, partition, f.life, strings.Repeat(fmt.Sprintf("%d;", number*7919), 1+number*2))
	}
	for h := range number % 4 {
		header := kgo.RecordHeader{Key: fmt.Sprintf("h%d", h)}
		if h != 1 {
			header.Value = fmt.Appendf(nil, "%s/%d", producer, number)
		}
		r.Headers = append(r.Headers, header)
	}
	return r
}

func (f *feeding) acked(r *kgo.Record, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.err = errors.Join(f.err, fmt.Errorf("%s-%d: %w", r.Topic, r.Partition, err))
		return
	}
	if r.Topic == "dir-append" {
		r.Timestamp = time.Time{}
	}
	f.lines = append(f.lines, lineOf(r))
}

func (f *feeding) failed() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

func (f *feeding) write(path string) (err error) {
	out, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	for _, l := range f.lines {
		if _, err := out.WriteString(l.line + "\n"); err != nil {
			return err
		}
	}
	fmt.Printf("fed %d records\n", len(f.lines))
	return nil
}

// feedRecord is what of a record makes its line. No time, 0, is one that the broker gave: the producer is
// not told.
type feedRecord struct {
	millis     int64
	key, value []byte
	headers    []feedHeader
}

type feedHeader struct {
	key   string
	value []byte
}

// at is the line: fields quoted, or null.
func (r *feedRecord) at(topic string, partition int32, offset int64) string {
	b := fmt.Appendf(nil, "%s-%d %d ", topic, partition, offset)
	if r.millis == 0 {
		b = append(b, "LogAppendTime"...)
	} else {
		b = fmt.Appendf(b, "CreateTime %d", r.millis)
	}
	b = appendQuoted(append(b, " key "...), r.key)
	b = appendQuoted(append(b, " value "...), r.value)
	for _, h := range r.headers {
		b = appendQuoted(fmt.Appendf(b, " %q ", h.key), h.value)
	}
	return string(b)
}

// lineOf is the line of a client's record.
func lineOf(r *kgo.Record) fedLine {
	l := feedRecord{key: r.Key, value: r.Value}
	if !r.Timestamp.IsZero() && r.Attrs.TimestampType() != 1 {
		l.millis = r.Timestamp.UnixMilli()
	}
	for _, h := range r.Headers {
		l.headers = append(l.headers, feedHeader{h.Key, h.Value})
	}
	return fedLine{r.Topic, r.Partition, r.Offset, l.at(r.Topic, r.Partition, r.Offset)}
}

func appendQuoted(b, field []byte) []byte {
	if field == nil {
		return append(b, "null"...)
	}
	return fmt.Appendf(b, "%q", field)
}

// sortLines brings lines into the order of partitions and offsets.
func sortLines(lines []fedLine) {
	slices.SortFunc(lines, func(a, b fedLine) int {
		if c := strings.Compare(a.topic, b.topic); c != 0 {
			return c
		}
		if a.partition != b.partition {
			return int(a.partition - b.partition)
		}
		return int(min(max(a.offset-b.offset, -1), 1))
	})
}
