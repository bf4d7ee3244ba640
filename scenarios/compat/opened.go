package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"momus/core/config"
	"momus/core/fold"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/disk/ledger"
	"momus/disk/osfs"
	"momus/disk/seglog"
)

// opened opens every partition's log of a log directory with the broker's own storage code, as a start
// would, and prints what it holds in the words of Kafka's dump-log: batches, records, what the batches
// below each producer snapshot add up to, the producers at the end, the epochs. Into the file -records
// it writes a line for each record of the topics that feed wrote, as feed does. It recovers what it
// opens: the directory is to be a copy.
func opened(_ context.Context, args []string) (err error) {
	fs := flags("opened")
	records := fs.String("records", "", "file for the records")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() != 1 {
		return errors.New("usage: compat opened [-records FILE] DIR")
	}
	facts, err := ledger.GatherDir(osfs.FS{}, fs.Arg(0))
	if err != nil {
		return err
	}
	registry := seglog.NewRegistry(&sync.Mutex{})
	o := opening{
		out: bufio.NewWriter(os.Stdout), facts: &facts,
		reader: seglog.NewReader(registry, osfs.FS{}, nil, port.DefaultLimits(), nil),
		worker: seglog.NewWorker(seglog.Config{
			FS: osfs.FS{}, Registry: registry, Dirs: []seglog.Dir{{ID: facts.Dir, Path: facts.Path}},
			Limits: port.DefaultLimits(), Workers: 1,
		}),
	}
	if *records != "" {
		file, err := os.Create(*records)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, o.records.Flush(), file.Close()) }()
		o.records = bufio.NewWriter(file)
	}
	logs := slices.DeleteFunc(slices.Clone(facts.Logs), func(l port.LogName) bool { return l.Topic == kafka.MetadataTopic })
	slices.SortFunc(logs, func(a, b port.LogName) int { return strings.Compare(nameOf(a), nameOf(b)) })
	for _, log := range logs {
		if err := o.log(log); err != nil {
			return fmt.Errorf("%s: %w", nameOf(log), err)
		}
	}
	return o.out.Flush()
}

func nameOf(log port.LogName) string { return log.Topic + "-" + strconv.Itoa(int(log.Partition)) }

// opening is a directory that is being printed.
type opening struct {
	out     *bufio.Writer
	records *bufio.Writer // nil: not wanted
	facts   *port.DirFacts
	worker  *seglog.Worker
	reader  *seglog.Reader
	codecs  record.Codecs
}

func (o *opening) log(log port.LogName) error {
	// The opening removes snapshots that it doesn't believe.
	snapshots, err := snapshotsIn(filepath.Join(o.facts.Path, nameOf(log)))
	if err != nil {
		return err
	}
	id := kafka.TopicPartition{Topic: log.TopicID, Partition: log.Partition}
	done := o.worker.Turn([]port.LogOp{{Kind: port.OpOpen, Log: id, Gen: 1, Open: o.spec(log)}}, nil)
	for o.worker.Pending() {
		done = o.worker.Turn(nil, done)
	}
	if done[0].Fail != port.FailNone {
		return errors.New(done[0].Fail.String())
	}
	state := done[0].Opened
	w := walking{opening: o, log: log, snapshots: snapshots}
	w.printf("log %s\n", nameOf(log))
	for at := state.Start; at < state.End && w.err == nil; {
		d := o.reader.Read(port.Read{
			Kind: port.ReadCopy, Log: id, From: at, Upto: state.End, BytesMax: math.MaxInt32, AtLeastOne: true,
		})
		if d.Fail != port.FailNone || d.Next <= at {
			return fmt.Errorf("reading offset %d: %v", at, d.Fail)
		}
		at = d.Next
		w.batches(d.Data)
	}
	w.reached(kafka.Offset(math.MaxInt64))
	w.printf("%send\n", w.states)
	w.printf("%s", producers(&state.Fold))
	for _, e := range state.Epochs {
		w.printf("epoch %d from %d\n", e.Epoch, e.Start)
	}
	return w.err
}

// spec says how a log is to be opened, as core.Node does.
func (o *opening) spec(log port.LogName) *port.OpenSpec {
	topic := config.DefaultTopic()
	spec := port.OpenSpec{
		Topic: log.Topic, Dir: o.facts.Dir,
		StopWasClean: o.facts.CleanMarker, StopWasLossy: !o.facts.CleanMarker && !o.facts.SameBoot,
		IndexIntervalBytes: topic.IndexIntervalBytes, IndexBytesMax: topic.SegmentIndexBytes,
	}
	for _, c := range o.facts.Checkpoints {
		if c.Topic == log.Topic && c.Partition == log.Partition {
			spec.RecoveryPoint, spec.LogStart = max(c.RecoveryPoint, 0), max(c.LogStart, 0)
		}
	}
	return &spec
}

// snapshotsIn lists the offsets of the producer snapshots in a directory.
func snapshotsIn(dir string) (at []kafka.Offset, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.snapshot"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		offset, err := strconv.ParseInt(strings.TrimSuffix(filepath.Base(name), ".snapshot"), 10, 64)
		if err != nil {
			return nil, err
		}
		at = append(at, kafka.Offset(offset))
	}
	slices.Sort(at)
	return at, nil
}

// walking is a log that is being printed.
type walking struct {
	*opening
	log port.LogName
	// fold is the state of producers behind the last batch; snapshots are the offsets at which it is
	// still to be noted in states.
	fold      fold.State
	snapshots []kafka.Offset
	states    string
	err       error
}

func (w *walking) printf(format string, args ...any) {
	if _, err := fmt.Fprintf(w.out, format, args...); err != nil {
		w.err = errors.Join(w.err, err)
	}
}

// reached notes the producers where snapshots were taken at or before an offset.
func (w *walking) reached(at kafka.Offset) {
	for len(w.snapshots) > 0 && w.snapshots[0] <= at {
		w.states += fmt.Sprintf("snapshot %d\n%s", w.snapshots[0], producers(&w.fold))
		w.snapshots = w.snapshots[1:]
	}
}

// batches prints batches with their records.
func (w *walking) batches(b []byte) {
	for len(b) > 0 && w.err == nil {
		h, batch, rest, err := record.Split(b)
		if err == nil {
			err = record.CheckStored(batch, h)
		}
		body := []byte(nil)
		if err == nil {
			body = h.Body(batch)
			if codec := h.Attributes.Compression(); codec != record.Uncompressed {
				body, err = w.codecs.Decompress(nil, codec, body, 64<<20)
			}
		}
		if err != nil {
			w.err = fmt.Errorf("the batch at %d: %w", h.BaseOffset, err)
			return
		}
		w.reached(h.BaseOffset)
		w.printf("baseOffset: %d lastOffset: %d count: %d baseSequence: %d lastSequence: %d producerId: %d producerEpoch: %d "+
			"partitionLeaderEpoch: %d isTransactional: %t isControl: %t %s: %d size: %d magic: 2 compresscodec: %s crc: %d\n",
			h.BaseOffset, h.Last(), h.Count, h.BaseSequence, h.LastSequence(), h.ProducerID, h.ProducerEpoch,
			h.LeaderEpoch, h.Attributes.IsTransactional(), h.Attributes.IsControl(), timeName(&h), h.MaxTimestamp, h.Size, codecName(&h), h.CRC)
		w.print(h, body)
		w.fold.Apply(&h)
		b = rest
	}
}

// print prints the records of a batch.
func (w *walking) print(h record.Header, body []byte) {
	sequence := h.BaseSequence
	it := record.Records(h, body)
	for it.Next() {
		r := &it.Record
		at := r.Timestamp
		if h.Attributes.TimestampType() == record.LogAppendTime {
			at = h.MaxTimestamp
		}
		keys := []string{}
		for key := range r.Headers {
			keys = append(keys, string(key))
		}
		w.printf("| offset: %d %s: %d keySize: %d valueSize: %d sequence: %d headerKeys: [%s]",
			r.Offset, timeName(&h), at, size(r.Key), size(r.Value), sequence, strings.Join(keys, ","))
		switch {
		case h.Attributes.IsControl():
			w.marker(r)
		case !strings.HasPrefix(w.log.Topic, "__"): // whose records are no text
			w.text(r)
			w.line(&h, r)
		}
		w.printf("\n")
		if sequence != kafka.NoSequence {
			sequence = sequence.Add(1)
		}
	}
	w.err = errors.Join(w.err, it.Err())
}

func (w *walking) text(r *record.Record) {
	if r.Key != nil {
		w.printf(" key: %s", r.Key)
	}
	if r.Value != nil {
		w.printf(" payload: %s", r.Value)
	}
}

// marker prints what ends a transaction: the type in the key, the coordinator's epoch in the value,
// each behind a version of two bytes.
func (w *walking) marker(r *record.Record) {
	if len(r.Key) < 4 || len(r.Value) < 6 {
		w.err = errors.Join(w.err, fmt.Errorf("the control record at %d is no end of a transaction", r.Offset))
		return
	}
	kind := "ABORT"
	if r.Key[3] == 1 {
		kind = "COMMIT"
	}
	w.printf(" endTxnMarker: %s coordinatorEpoch: %d", kind, int32(r.Value[2])<<24|int32(r.Value[3])<<16|int32(r.Value[4])<<8|int32(r.Value[5]))
}

// line writes a record of a topic of feed's as feed does.
func (w *walking) line(h *record.Header, r *record.Record) {
	if w.records == nil || !strings.HasPrefix(w.log.Topic, feedPrefix) {
		return
	}
	l := feedRecord{key: r.Key, value: r.Value}
	if h.Attributes.TimestampType() == record.CreateTime {
		l.millis = int64(r.Timestamp)
	}
	for key, value := range r.Headers {
		l.headers = append(l.headers, feedHeader{string(key), value})
	}
	w.err = errors.Join(w.err, line(w.records, []byte(l.at(w.log.Topic, int32(w.log.Partition), int64(r.Offset)))))
}

func timeName(h *record.Header) string {
	if h.Attributes.TimestampType() == record.LogAppendTime {
		return "LogAppendTime"
	}
	return "CreateTime"
}

// codecName is Kafka's name of a batch's codec.
func codecName(h *record.Header) string {
	names := [...]string{"none", "gzip", "snappy", "lz4", "zstd"}
	return names[h.Attributes.Compression()]
}

// size is what dump-log prints for the length of a field: -1 for null.
func size(b []byte) int {
	if b == nil {
		return -1
	}
	return len(b)
}

// producers are the producers of a state as dump-log prints those of a snapshot, but for the epoch of the
// coordinator, and the time of the last batch, in whose place a snapshot has that of the producer.
func producers(s *fold.State) string {
	var b []byte
	for _, id := range slices.Sorted(maps.Keys(s.Producers)) {
		p := s.Producers[id]
		txn := "OptionalLong.empty"
		if p.TxnFirst != kafka.NoOffset {
			txn = fmt.Sprintf("OptionalLong[%d]", p.TxnFirst)
		}
		b = fmt.Appendf(b, "producerId: %d producerEpoch: %d currentTxnFirstOffset: %s lastTimestamp: %d", id, p.Epoch, txn, p.Timestamp)
		if last, ok := p.Last(); ok {
			b = fmt.Appendf(b, " firstSequence: %d lastSequence: %d lastOffset: %d offsetDelta: %d",
				last.BaseSequence, last.LastSequence, last.LastOffset, last.LastOffset-last.BaseOffset)
		}
		b = append(b, '\n')
	}
	return string(b)
}
