package wire

import (
	"bytes"
	"testing"

	"momus/core/config"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

func TestBatchesAreStoredInTheTopicsCodec(t *testing.T) {
	body := rawBody(rawRecord{key: []byte("k"), time: 7}, rawRecord{offset: 1, time: 3, headers: 1, more: []byte{2, 'h', 1}})
	for _, source := range codecs {
		for want := config.CompressionProducer; want <= config.CompressionZstd; want++ {
			for _, stamp := range []bool{false, true} {
				r := rules(func(v *config.Validation) { v.Compression, v.LogAppendTime = want, stamp })
				r.Level = int32(record.DefaultLevel(record.Compression(max(want, 0))))
				sent := batchAround(source, 2, compressed(source, body), put64(43, 9), put16(51, 1), put32(53, 4),
					put16(21, int16(source)|0x50)) // transactional, with a delete horizon
				buf := testPool.Take(len(sent))
				copy(buf.B, sent)
				p := ProducePartition{Span: port.MemSpan(buf.B, buf)}
				if judgeBy(&p, 9, r); p.Err != kafka.None {
					t.Fatal(source, want, p.Err)
				}
				codec, attributes := source, record.Attributes(source)|record.AttributeTransactional|record.AttributeDeleteHorizon
				if want != config.CompressionProducer && record.Compression(want) != source {
					codec, attributes = record.Compression(want), record.Attributes(want)|record.AttributeTransactional
				}
				at := kafka.Wall(1007)
				if stamp {
					at, attributes = testNow, attributes|record.AttributeLogAppendTime
				}
				holds(t, &p, at, attributes.TimestampType())
				plain, err := (&record.Codecs{}).Decompress(nil, codec, p.Head.Body(p.Span.Bytes()), 1<<20)
				if err != nil || !bytes.Equal(plain, body) || p.Head.Attributes != attributes {
					t.Fatalf("%v to %v: %v, %v, attributes %#x", source, want, err, bytes.Equal(plain, body), p.Head.Attributes)
				}
				if h := p.Head; h.ProducerID != 9 || h.ProducerEpoch != 1 || h.BaseSequence != 4 || h.Count != 2 || h.BaseTimestamp != 1000 {
					t.Fatalf("%+v", h)
				}
				if p.Span.Release(); testPool.out != 0 {
					t.Fatalf("%d buffers are out", testPool.out)
				}
			}
		}
	}
}

func TestAnotherCodecIsTakenWhenThePolicyChanges(t *testing.T) {
	p := ProducePartition{Span: port.MemSpan(batchOf(make([]byte, 500)), nil)}
	judgeBy(&p, 9, rules(func(v *config.Validation) { v.Compression, v.Level, v.LogAppendTime = config.CompressionGzip, -1, true }))
	holds(t, &p, testNow, record.LogAppendTime)
	validate(&p, rules(func(v *config.Validation) { v.Compression = config.CompressionNone }), 6000)
	holds(t, &p, 1000, record.CreateTime)
	if !bytes.Equal(p.Span.Bytes(), batchOf(make([]byte, 500))) {
		t.Fatal("the batch is not what was sent")
	}
	p.Span.Release()
}

// TestSizeIsBoundedBeforeAndAfterCompression: Kafka 4.3.1 answers both with MESSAGE_TOO_LARGE.
func TestSizeIsBoundedBeforeAndAfterCompression(t *testing.T) {
	small := rules(func(v *config.Validation) {
		v.Compression, v.Level, v.MessageBytesMax = config.CompressionGzip, -1, 200
	})
	p := ProducePartition{Span: port.MemSpan(batchOf(make([]byte, 500)), nil)}
	if judgeBy(&p, 9, small); p.Err != kafka.ErrMessageTooLarge || p.Span.Len() != 0 {
		t.Fatal("sent too large:", p.Err)
	}
	p = ProducePartition{Span: port.MemSpan(batchAround(record.Gzip, 1, compressed(record.Gzip, batchOf(make([]byte, 500))[61:])), nil)}
	small.Compression = config.CompressionNone
	if judgeBy(&p, 9, small); p.Err != kafka.ErrMessageTooLarge || p.Span.Len() != 0 {
		t.Fatal("stored too large:", p.Err)
	}
}

// TestBombIsRefused: a request's batches share one bound on what they decompress to.
func TestBombIsRefused(t *testing.T) {
	limits := testLimits
	limits.DecompressedBytes = 100 << 10
	for _, codec := range codecs[1:] {
		bomb := batchAround(codec, 1, compressed(codec, batchOf(make([]byte, 60<<10))[61:]))
		v := Validator{Now: testNow, Limits: &limits, Pool: &testPool, Work: &testWork}
		v.Work.Begin(int(limits.DecompressedBytes))
		for i, want := range []kafka.ErrorCode{kafka.None, kafka.ErrMessageTooLarge} {
			p := ProducePartition{Span: port.MemSpan(bytes.Clone(bomb), nil)}
			p.CheckBatch(9)
			if v.Validate("topic", &p, standard); p.Err != want {
				t.Errorf("%v, batch %d: %v, want %v", codec, i, p.Err, want)
			}
		}
		v.Work.Begin(int(limits.DecompressedBytes))
		p := ProducePartition{Span: port.MemSpan(bytes.Clone(bomb), nil)}
		p.CheckBatch(9)
		if v.Validate("topic", &p, standard); p.Err != kafka.None {
			t.Errorf("%v, next request: %v", codec, p.Err)
		}
	}
}

// FuzzValidate: no bytes make it panic or leave a buffer behind, and what it lets through is sound
// in the topic's codec.
func FuzzValidate(f *testing.F) {
	for _, codec := range codecs {
		f.Add(byte(codec), byte(2), compressed(codec, rawBody(rawRecord{}, rawRecord{offset: 1})), byte(codec)+1)
	}
	f.Fuzz(func(t *testing.T, source, count byte, stored []byte, want byte) {
		codec, to := codecs[int(source)%len(codecs)], config.CompressionType(int(want)%6)-1
		limits := testLimits
		limits.DecompressedBytes = 1 << 20
		b := batchAround(codec, int32(count), stored)
		buf := testPool.Take(len(b))
		copy(buf.B, b)
		p := ProducePartition{Span: port.MemSpan(buf.B, buf)}
		if p.CheckBatch(9); p.Err != kafka.None {
			buf.Release()
			return
		}
		v := Validator{Now: testNow, Limits: &limits, Pool: &testPool, Work: &testWork}
		v.Work.Begin(1 << 20)
		v.Validate("topic", &p, rules(func(v *config.Validation) {
			v.Compression, v.KeysRequired, v.Level = to, count%2 == 1, int32(record.DefaultLevel(record.Compression(max(to, 0))))
		}))
		if p.Err == kafka.None {
			holds(t, &p, p.Head.MaxTimestamp, record.CreateTime)
			plain, err := (&record.Codecs{}).Decompress(nil, p.Head.Attributes.Compression(), p.Head.Body(p.Span.Bytes()), 1<<20)
			it := record.Records(p.Head, plain)
			for it.Next() {
			}
			if err != nil || it.Err() != nil {
				t.Fatal(err, it.Err())
			}
		}
		if p.Span.Release(); testPool.out != 0 {
			t.Fatalf("%d buffers are out", testPool.out)
		}
	})
}

func BenchmarkValidate(b *testing.B) {
	body := rawBody()
	for i := range int64(500) {
		body = append(body, rawBody(rawRecord{offset: i, key: []byte("a key")})...)
	}
	for _, source := range codecs {
		for _, want := range []config.CompressionType{config.CompressionProducer, config.CompressionLZ4, config.CompressionZstd} {
			b.Run(source.String()+" to "+want.String(), func(b *testing.B) {
				r := rules(func(v *config.Validation) { v.Compression = want })
				r.Level = int32(record.DefaultLevel(record.Compression(max(want, 0))))
				sent := batchAround(source, 500, compressed(source, body))
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				for b.Loop() {
					p := ProducePartition{Span: port.MemSpan(sent, nil)}
					if judgeBy(&p, 9, r); p.Err != kafka.None {
						b.Fatal(p.Err)
					}
					p.Span.Release()
				}
			})
		}
	}
}
