package wire

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"momus/core/config"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// lentPool counts what is out.
type lentPool struct{ out int }

func (l *lentPool) Get(n int) *port.Buf { return l.Take(n) }

func (l *lentPool) Take(n int) *port.Buf {
	l.out++
	return port.NewBuf(make([]byte, n), l)
}

func (l *lentPool) Recycle([]byte) { l.out-- }

// testNow is the broker's time when batches of goodBatch arrive.
const testNow = 5000

// rules are those of a topic without configuration, changed.
func rules(change func(*config.Validation)) *config.Validation {
	topic := config.DefaultTopic()
	v := topic.Validation()
	if change != nil {
		change(&v)
	}
	return &v
}

var (
	standard   = rules(nil)
	testLimits = port.DefaultLimits()
	testWork   Workspace
	testPool   lentPool
)

// judge does all that the edge does with a batch of a topic without configuration.
func judge(p *ProducePartition, v kafka.APIVersion) { judgeBy(p, v, standard) }

func judgeBy(p *ProducePartition, version kafka.APIVersion, rules *config.Validation) {
	if p.CheckBatch(version); p.Err == kafka.None {
		validate(p, rules, testNow)
	}
}

func validate(p *ProducePartition, rules *config.Validation, now kafka.Wall) {
	v := Validator{Now: now, Limits: &testLimits, Pool: &testPool, Work: &testWork}
	v.Work.Begin(int(testLimits.DecompressedBytes))
	v.Validate("topic", p, rules)
}

var codecs = []record.Compression{record.Uncompressed, record.Gzip, record.Snappy, record.LZ4, record.Zstd}

// rawRecord is one record, field by field.
type rawRecord struct {
	offset, time int64
	key          []byte
	attributes   byte
	headers      int64
	more         []byte
	lie          int64 // added to the length
}

func rawBody(records ...rawRecord) []byte {
	var body []byte
	for _, r := range records {
		b := append([]byte{r.attributes}, binary.AppendVarint(nil, r.time)...)
		b = binary.AppendVarint(b, r.offset)
		if r.key == nil {
			b = binary.AppendVarint(b, -1)
		} else {
			b = append(binary.AppendVarint(b, int64(len(r.key))), r.key...)
		}
		b = append(binary.AppendVarint(b, 9), "the value"...)
		b = append(binary.AppendVarint(b, r.headers), r.more...)
		body = append(binary.AppendVarint(body, int64(len(b))+r.lie), b...)
	}
	return body
}

// batchAround is a batch of count records at time 1000 whose body is what is given.
func batchAround(codec record.Compression, count int32, stored []byte, edits ...func([]byte)) []byte {
	b := batchOf([]byte("x"))[:record.HeaderSize]
	b = append(b, stored...)
	for _, edit := range append([]func([]byte){
		put32(8, int32(len(b)-record.PrefixSize)), put16(21, int16(codec)), put32(23, count-1), put32(57, count),
	}, edits...) {
		edit(b)
	}
	binary.BigEndian.PutUint32(b[17:], record.Checksum(b))
	return b
}

func packed(codec record.Compression, records ...rawRecord) []byte {
	return batchAround(codec, int32(len(records)), compressed(codec, rawBody(records...)))
}

func compressed(codec record.Compression, body []byte) []byte {
	return (&record.Codecs{}).Compress(nil, codec, body)
}

// TestRecordsAreJudgedAsByKafka holds the answers of Apache Kafka 4.3.1 to the same batches, of every
// codec. Where ours differ on purpose (docs/differences.md) the name ends in an asterisk: there Kafka
// takes what no reader can read, or says UNKNOWN_SERVER_ERROR.
func TestRecordsAreJudgedAsByKafka(t *testing.T) {
	two := rawBody(rawRecord{}, rawRecord{offset: 1})
	for _, codec := range codecs {
		for _, c := range []struct {
			name string
			b    []byte
			want kafka.ErrorCode
		}{
			{"good", packed(codec, rawRecord{}, rawRecord{offset: 1}), kafka.None},
			{"record attributes", packed(codec, rawRecord{attributes: 0xff}), kafka.None},
			{"headers", packed(codec, rawRecord{headers: 1, more: []byte{2, 'k', 1}}), kafka.None},
			{"one more counted", batchAround(codec, 3, compressed(codec, two)), kafka.ErrInvalidRecord},
			{"one fewer counted", batchAround(codec, 1, compressed(codec, two)), kafka.ErrInvalidRecord},
			{"offsets 0 2*", packed(codec, rawRecord{}, rawRecord{offset: 2}), kafka.ErrInvalidRecord},
			{"offsets 0 0*", packed(codec, rawRecord{}, rawRecord{}), kafka.ErrInvalidRecord},
			{"offsets 1 0*", packed(codec, rawRecord{offset: 1}, rawRecord{}), kafka.ErrInvalidRecord},
			{"offsets 0 -1*", packed(codec, rawRecord{}, rawRecord{offset: -1}), kafka.ErrInvalidRecord},
			{"offset 3*", packed(codec, rawRecord{offset: 3}), kafka.ErrInvalidRecord},
			{"record too long*", packed(codec, rawRecord{lie: 1}, rawRecord{offset: 1}), kafka.ErrInvalidRecord},
			{"last record too long*", packed(codec, rawRecord{}, rawRecord{offset: 1, lie: 1}), kafka.ErrInvalidRecord},
			{"record too short*", packed(codec, rawRecord{}, rawRecord{offset: 1, lie: -1}), kafka.ErrInvalidRecord},
			{"byte behind a record*", packed(codec, rawRecord{more: []byte{7}}, rawRecord{offset: 1}), kafka.ErrInvalidRecord},
			{"minus one header", packed(codec, rawRecord{headers: -1}), kafka.ErrInvalidRecord},
			{"nine headers", packed(codec, rawRecord{headers: 9}), kafka.ErrInvalidRecord},
			{"null header key", packed(codec, rawRecord{headers: 1, more: []byte{1, 1}}), kafka.ErrInvalidRecord},
			{"header key of -2", packed(codec, rawRecord{headers: 1, more: []byte{3, 1}}), kafka.ErrInvalidRecord},
			{"bytes behind the records", batchAround(codec, 2, compressed(codec, append(slices.Clone(two), 1, 2, 3))), kafka.ErrInvalidRecord},
			{"zero behind the records", batchAround(codec, 2, compressed(codec, append(slices.Clone(two), 0))), kafka.ErrInvalidRecord},
			{"stream cut*", batchAround(codec, 2, compressed(codec, two)[:len(compressed(codec, two))-8]), kafka.ErrInvalidRecord},
			{"empty stream", batchAround(codec, 1, compressed(codec, nil)), kafka.ErrInvalidRecord},
			{"no body*", batchAround(codec, 1, nil), kafka.ErrInvalidRecord},
			{"garbage*", batchAround(codec, 1, []byte("garbagegarbagegarbagegarbage")), kafka.ErrInvalidRecord},
		} {
			t.Run(codec.String()+" "+c.name, func(t *testing.T) {
				p := ProducePartition{Span: port.MemSpan(bytes.Clone(c.b), nil)}
				if judge(&p, 9); p.Err != c.want || p.ErrText != "" || p.RecordErrors != nil {
					t.Fatalf("%v %q, want %v", p.Err, p.ErrText, c.want)
				}
				if p.Err == kafka.None && !bytes.Equal(p.Span.Bytes(), c.b) {
					t.Fatal("the batch is not what was sent")
				}
			})
		}
	}
}

func TestWrongGreatestTimestampIsPutRight(t *testing.T) {
	for _, codec := range codecs {
		for _, wrong := range []int64{77, 7777} {
			b := batchAround(codec, 2, compressed(codec, rawBody(rawRecord{time: 1}, rawRecord{offset: 1})), put64(35, wrong))
			p := ProducePartition{Span: port.MemSpan(b, nil)}
			judge(&p, 9)
			if p.Err != kafka.None || p.Head.MaxTimestamp != 1001 || record.Check(p.Span.Bytes(), p.Head) != nil {
				t.Fatalf("%v: %v %+v", codec, p.Err, p.Head)
			}
		}
	}
}

// holds demands that the batch is sound, that Head is its header, and its time and type.
func holds(t *testing.T, p *ProducePartition, want kafka.Wall, typ record.TimestampType) {
	t.Helper()
	if p.Err != kafka.None {
		t.Fatal(p.Err)
	}
	h, err := record.ParseHeader(p.Span.Bytes())
	if err != nil || h != p.Head || record.Check(p.Span.Bytes(), h) != nil {
		t.Fatalf("%+v is read as %+v, %v", p.Head, h, err)
	}
	if h.MaxTimestamp != want || h.Attributes.TimestampType() != typ {
		t.Fatalf("%+v", h)
	}
}

func TestTimestampsFollowThePolicy(t *testing.T) {
	stamped := rules(func(v *config.Validation) { v.LogAppendTime = true })
	for _, codec := range codecs {
		p := ProducePartition{Span: port.MemSpan(packed(codec, rawRecord{}), nil)}
		judge(&p, 9)
		sent := p.Head
		holds(t, &p, 1000, record.CreateTime)
		validate(&p, stamped, 5000)
		holds(t, &p, 5000, record.LogAppendTime)
		validate(&p, stamped, 6000)
		holds(t, &p, 5000, record.LogAppendTime)
		if validate(&p, standard, 7000); p.Head != sent || p.Stamped {
			t.Fatalf("%+v, was %+v", p.Head, sent)
		}
		claim := ProducePartition{Span: port.MemSpan(batchAround(codec, 1, compressed(codec, rawBody(rawRecord{})), put16(21, 8|int16(codec))), nil)}
		judge(&claim, 9)
		holds(t, &claim, 1000, record.CreateTime)
	}
}

func TestSingleRecordsAreRefusedInKafkasWords(t *testing.T) {
	key := []byte("k")
	compacted := rules(func(v *config.Validation) { v.KeysRequired = true })
	bounded := rules(func(v *config.Validation) { v.TimestampBefore, v.TimestampAfter = 4500, 500 })
	stamped := rules(func(v *config.Validation) { v.LogAppendTime = true })
	const noKey = "Compacted topic cannot accept message without key in topic partition topic-0"
	const times = "One or more records have been rejected due to invalid timestamp"
	late := func(at, offset, least, most string) string {
		return "Timestamp " + at + " of message with offset " + offset + " is out of range. The timestamp should be within [" + least + ", " + most + "]"
	}
	four := "One or more records have been rejected due to 4 record errors in total, and only showing the first three errors at most: [" +
		"RecordError(batchIndex=1, message='" + noKey + "'), RecordError(batchIndex=2, message='" + noKey + "'), RecordError(batchIndex=3, message='" + noKey + "')]"
	for _, c := range []struct {
		name    string
		rules   *config.Validation
		claims  bool
		records []rawRecord
		code    kafka.ErrorCode
		text    string
		each    []RecordError
	}{
		{"keyless", compacted, false, []rawRecord{{key: key}, {offset: 1}, {offset: 2}, {offset: 3}, {offset: 4}}, kafka.ErrInvalidRecord, four,
			[]RecordError{{1, noKey}, {2, noKey}, {3, noKey}, {4, noKey}}},
		{"empty key", compacted, false, []rawRecord{{key: []byte{}}}, kafka.None, "", nil},
		{"late", standard, false, []rawRecord{{time: 3604001}, {offset: 1}, {offset: 2, time: 3604002}}, kafka.ErrInvalidTimestamp, times,
			[]RecordError{{0, late("3605001", "0", "-9223372036854770807", "3605000")}, {2, late("3605002", "2", "-9223372036854770807", "3605000")}}},
		{"early", bounded, false, []rawRecord{{time: -501}, {offset: 1, time: -500}}, kafka.ErrInvalidTimestamp, times,
			[]RecordError{{0, late("499", "0", "500", "5500")}}},
		{"no time at all", bounded, false, []rawRecord{{time: -1001}}, kafka.None, "", nil},
		{"keyless and late", compacted, false, []rawRecord{{time: 3604001}, {offset: 1, key: key, time: 3604001}}, kafka.ErrInvalidTimestamp, times,
			[]RecordError{{0, noKey}, {1, late("3605001", "1", "-9223372036854770807", "3605000")}}},
		{"late, but stamped", stamped, false, []rawRecord{{time: 3604001}}, kafka.None, "", nil},
		{"claims LogAppendTime", stamped, true, []rawRecord{{time: 5}}, kafka.ErrInvalidTimestamp, times,
			[]RecordError{{0, "Invalid timestamp type in message DefaultRecord(offset=0, timestamp=1000, key=0 bytes, value=9 bytes). Producer should not set timestamp type to LogAppendTime."}}},
	} {
		for _, codec := range codecs {
			t.Run(codec.String()+" "+c.name, func(t *testing.T) {
				var edits []func([]byte)
				if c.claims {
					edits = append(edits, put16(21, 8|int16(codec)))
				}
				b := batchAround(codec, int32(len(c.records)), compressed(codec, rawBody(c.records...)), edits...)
				buf := testPool.Take(len(b))
				copy(buf.B, b)
				p := ProducePartition{Span: port.MemSpan(buf.B, buf)}
				judgeBy(&p, 9, c.rules)
				each := c.each
				if c.claims && codec != record.Uncompressed {
					each = []RecordError{{0, strings.NewReplacer("DefaultRecord", "PartialDefaultRecord", "key=0", "key=-1").Replace(each[0].Text)}}
				}
				if p.Err != c.code || p.ErrText != c.text || !slices.Equal(p.RecordErrors, each) {
					t.Errorf("%v\n%q\n%q", p.Err, p.ErrText, p.RecordErrors)
				}
				p.Span.Release()
				if testPool.out != 0 {
					t.Fatalf("%d buffers are out", testPool.out)
				}
			})
		}
	}
}

func TestRecordErrorsAreBounded(t *testing.T) {
	limits := testLimits
	limits.RecordErrors = 2
	p := ProducePartition{Span: port.MemSpan(batchOf([]byte("1"), []byte("2"), []byte("3")), nil)}
	p.CheckBatch(9)
	v := Validator{Now: testNow, Limits: &limits}
	v.Validate("topic", &p, rules(func(v *config.Validation) { v.KeysRequired = true }))
	if p.Err != kafka.ErrInvalidRecord || len(p.RecordErrors) != 2 || !strings.Contains(p.ErrText, "due to 3 record errors") {
		t.Fatalf("%v %q %q", p.Err, p.ErrText, p.RecordErrors)
	}
}
