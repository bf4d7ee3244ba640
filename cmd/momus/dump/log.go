package dump

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"momus/core/kafka"
	"momus/core/record"
)

// batchBytesMax is what a batch may be decompressed to.
const batchBytesMax = 1 << 30

// log prints the batches of a segment, or of a snapshot of the metadata log.
func (d *dumper) log() (err error) {
	f, err := os.Open(d.file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if !d.JSON {
		d.begins()
	}
	last := kafka.NoOffset
	return walk(f, d.limit(), func(at int64, batch []byte, h record.Header, err error) error {
		if err != nil {
			d.problem("At position %d: %v", at, err)
			return nil
		}
		valid := record.CheckStored(batch, h) == nil
		d.batch(at, &h, valid)
		if last != kafka.NoOffset && h.BaseOffset <= last {
			d.problem("Non-consecutive offsets in %s: %d is followed by %d", d.file, last, h.BaseOffset)
		}
		last = h.Last()
		if !valid {
			d.problems++
			return nil
		}
		if d.Deep || d.Records || d.Metadata {
			d.records(&h, batch)
		}
		return nil
	})
}

// begins prints what the name of the file says.
func (d *dumper) begins() {
	name := filepath.Base(d.file)
	var offset, epoch int64
	switch {
	case name == "bootstrap.checkpoint":
		d.printf("KRaft bootstrap snapshot\n")
	case strings.HasSuffix(name, ".checkpoint"):
		if n, err := fmt.Sscanf(name, "%d-%d.checkpoint", &offset, &epoch); err == nil && n == 2 {
			d.printf("Snapshot end offset: %d, epoch: %d\n", offset, epoch)
		}
	default:
		if offset, err := strconv.ParseInt(strings.TrimSuffix(name, ".log"), 10, 64); err == nil {
			d.printf("Log starting offset: %d\n", offset)
		}
	}
}

func (d *dumper) limit() int64 {
	if d.BytesMax > 0 {
		return d.BytesMax
	}
	return 1<<63 - 1
}

// segmentFile is what walk reads: an os.File.
type segmentFile interface {
	io.ReaderAt
	Stat() (fs.FileInfo, error)
}

// walk reads batch after batch, and gives each with its position, and what is wrong where that is none; there
// it ends. It reads nothing that begins behind limit, and takes no more memory than the file has bytes,
// whatever a damaged length claims.
func walk(r segmentFile, limit int64, each func(at int64, batch []byte, h record.Header, err error) error) error {
	var head [record.HeaderSize]byte
	var batch []byte
	for at := int64(0); at < limit; {
		n, err := r.ReadAt(head[:], at)
		if n == 0 && errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		h, err := record.ParseHeader(head[:n])
		if err != nil {
			return each(at, nil, h, fmt.Errorf("no batch begins here: %w", err))
		}
		cut := func(missing int64) error {
			return each(at, nil, h, fmt.Errorf("the file ends %d bytes before the batch of offset %d does", missing, h.BaseOffset))
		}
		if cap(batch) < int(h.Size) {
			info, err := r.Stat()
			if err != nil {
				return err
			}
			if missing := at + int64(h.Size) - info.Size(); missing > 0 {
				return cut(missing)
			}
			batch = make([]byte, h.Size)
		}
		batch = batch[:h.Size]
		if n, err := r.ReadAt(batch, at); n < len(batch) {
			if !errors.Is(err, io.EOF) {
				return err
			}
			return cut(int64(len(batch) - n))
		}
		if err := each(at, batch, h, nil); err != nil {
			return err
		}
		at += int64(h.Size)
	}
	return nil
}

// batch prints a batch's header.
func (d *dumper) batch(at int64, h *record.Header, valid bool) {
	horizon := "OptionalLong.empty"
	if h.Attributes.HasDeleteHorizon() {
		horizon = fmt.Sprintf("OptionalLong[%d]", h.BaseTimestamp)
	}
	codec := h.Attributes.Compression().String()
	if d.JSON {
		d.say("", map[string]any{"batch": map[string]any{
			"baseOffset": h.BaseOffset, "lastOffset": h.Last(), "count": h.Count, "baseSequence": h.BaseSequence,
			"lastSequence": h.LastSequence(), "producerId": h.ProducerID, "producerEpoch": h.ProducerEpoch,
			"partitionLeaderEpoch": h.LeaderEpoch, "isTransactional": h.Attributes.IsTransactional(),
			"isControl": h.Attributes.IsControl(), "position": at, "timestampType": timeName(h), "maxTimestamp": h.MaxTimestamp,
			"size": h.Size, "magic": 2, "compression": codec, "crc": h.CRC, "isValid": valid,
		}})
		return
	}
	d.printf("baseOffset: %d lastOffset: %d count: %d baseSequence: %d lastSequence: %d producerId: %d producerEpoch: %d "+
		"partitionLeaderEpoch: %d isTransactional: %t isControl: %t deleteHorizonMs: %s position: %d %s: %d size: %d magic: 2 "+
		"compresscodec: %s crc: %d isvalid: %t\n",
		h.BaseOffset, h.Last(), h.Count, h.BaseSequence, h.LastSequence(), h.ProducerID, h.ProducerEpoch,
		h.LeaderEpoch, h.Attributes.IsTransactional(), h.Attributes.IsControl(), horizon, at, timeName(h), h.MaxTimestamp, h.Size,
		codec, h.CRC, valid)
}

func timeName(h *record.Header) string {
	if h.Attributes.TimestampType() == record.LogAppendTime {
		return "LogAppendTime"
	}
	return "CreateTime"
}

// records prints the records of a sound batch.
func (d *dumper) records(h *record.Header, batch []byte) {
	body := h.Body(batch)
	if codec := h.Attributes.Compression(); codec != record.Uncompressed {
		var err error
		if body, err = d.codecs.Decompress(nil, codec, body, batchBytesMax); err != nil {
			d.problem("The batch at offset %d does not decompress: %v", h.BaseOffset, err)
			return
		}
	}
	sequence := h.BaseSequence
	it := record.Records(*h, body)
	for it.Next() {
		d.record(h, &it.Record, sequence)
		if sequence != kafka.NoSequence {
			sequence = sequence.Add(1)
		}
	}
	if err := it.Err(); err != nil {
		d.problem("The records of the batch at offset %d: %v", h.BaseOffset, err)
	}
}

func (d *dumper) record(h *record.Header, r *record.Record, sequence kafka.Sequence) {
	var keys []string
	for key := range r.Headers {
		keys = append(keys, string(key))
	}
	text, object := d.content(h, r)
	if d.JSON {
		fields := map[string]any{
			"offset": r.Offset, "timestamp": r.Timestamp, "sequence": sequence, "keySize": size(r.Key), "valueSize": size(r.Value),
			"headers": headers(r),
		}
		for name, value := range object {
			fields[name] = value
		}
		d.say("", map[string]any{"record": fields})
		return
	}
	if d.SkipRecordMetadata {
		if !h.Attributes.IsControl() && text != "" {
			d.printf("|%s\n", text)
		}
		return
	}
	d.printf("| offset: %d %s: %d keySize: %d valueSize: %d sequence: %d headerKeys: [%s]%s\n",
		r.Offset, timeName(h), r.Timestamp, size(r.Key), size(r.Value), sequence, strings.Join(keys, ","), text)
}

// content is what a record holds, as text and as members of an object.
func (d *dumper) content(h *record.Header, r *record.Record) (string, map[string]any) {
	switch {
	case h.Attributes.IsControl():
		return d.control(r)
	case d.Metadata:
		text, err := metadataJSON(r.Value)
		if err != nil {
			d.problems++
			return fmt.Sprintf(" no metadata record: %v", err), map[string]any{"problem": err.Error()}
		}
		return " payload: " + text.String(), map[string]any{"payload": text}
	}
	line, object := "", map[string]any{}
	if !d.Records {
		return line, object
	}
	if r.Key != nil {
		line += " key: " + text(r.Key)
		put(object, "key", r.Key)
	}
	if r.Value != nil {
		line += " payload: " + text(r.Value)
		put(object, "payload", r.Value)
	}
	return line, object
}

// text is bytes for a terminal: what is no text shows as U+FFFD. JSON has the bytes themselves.
func text(b []byte) string { return string([]rune(string(b))) }

// put adds bytes: as text if they are that, else in base64 under a name that says so.
func put(object map[string]any, name string, b []byte) {
	if utf8.Valid(b) {
		object[name] = string(b)
	} else {
		object[name+"Base64"] = b
	}
}

func headers(r *record.Record) []map[string]any {
	all := []map[string]any{}
	for key, value := range r.Headers {
		one := map[string]any{"key": string(key)}
		if value != nil {
			put(one, "value", value)
		}
		all = append(all, one)
	}
	return all
}

// size is what is printed for the length of a field: -1 for null.
func size(b []byte) int {
	if b == nil {
		return -1
	}
	return len(b)
}
