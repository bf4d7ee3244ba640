package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// readBack gives a reading what a faithful broker would, altered by change.
func readBack(change func([]*kgo.Record) []*kgo.Record) error {
	s := newSent("t", values{100}, 2, 7)
	var records []*kgo.Record
	for p := range s.offsets {
		for i := range s.offsets[p] {
			r := s.record(int32(p), i)
			r.Offset = int64(10 + i)
			s.offsets[p][i] = r.Offset
			records = append(records, r)
		}
	}
	r := &reading{sent: s, next: make([]int, 2), sums: make([]uint64, 2)}
	for _, record := range change(records) {
		if err := r.one(record); err != nil {
			return err
		}
	}
	return nil
}

func TestAReadingRefusesWhatWasNotSent(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func([]*kgo.Record) []*kgo.Record
		want   string
	}{
		{"nothing changed", func(r []*kgo.Record) []*kgo.Record { return r }, ""},
		{"a lost record", func(r []*kgo.Record) []*kgo.Record { return r[1:] }, "was acked at offset 10"},
		{"a second copy", func(r []*kgo.Record) []*kgo.Record { return append(r, r[6]) }, "more than was sent"},
		{"a flipped byte", func(r []*kgo.Record) []*kgo.Record { r[2].Value[99] ^= 1; return r }, "the value is not"},
		{"another key", func(r []*kgo.Record) []*kgo.Record { r[2].Key = []byte("p0-1"); return r }, "the key is"},
		{"another offset", func(r []*kgo.Record) []*kgo.Record { r[2].Offset++; return r }, "was acked at offset 12"},
	} {
		err := readBack(c.change)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

func TestALineTellsRecordsApart(t *testing.T) {
	of := func(change func(r *kgo.Record)) string {
		r := &kgo.Record{
			Topic: "t", Partition: 1, Offset: 7, Timestamp: time.UnixMilli(1000), Key: []byte("k"), Value: []byte("v"),
			Headers: []kgo.RecordHeader{{Key: "a", Value: []byte("1")}, {Key: "b"}},
		}
		change(r)
		return lineOf(r).line
	}
	same := of(func(*kgo.Record) {})
	if want := `t-1 7 CreateTime 1000 key "k" value "v" "a" "1" "b" null`; same != want {
		t.Errorf("got %s, want %s", same, want)
	}
	for name, change := range map[string]func(r *kgo.Record){
		"partition":       func(r *kgo.Record) { r.Partition = 0 },
		"offset":          func(r *kgo.Record) { r.Offset = 8 },
		"time":            func(r *kgo.Record) { r.Timestamp = time.UnixMilli(1001) },
		"null key":        func(r *kgo.Record) { r.Key = nil },
		"empty key":       func(r *kgo.Record) { r.Key = []byte{} },
		"a bit":           func(r *kgo.Record) { r.Value[0] ^= 1 },
		"null value":      func(r *kgo.Record) { r.Value = nil },
		"header's value":  func(r *kgo.Record) { r.Headers[0].Value = nil },
		"header's key":    func(r *kgo.Record) { r.Headers[1].Key = "c" },
		"one header less": func(r *kgo.Record) { r.Headers = r.Headers[:1] },
		"order":           func(r *kgo.Record) { r.Headers[0], r.Headers[1] = r.Headers[1], r.Headers[0] },
	} {
		if of(change) == same {
			t.Errorf("another %s makes no difference", name)
		}
	}
}

func TestValuesFollowFromPartitionAndNumber(t *testing.T) {
	v := values{1000}
	first := v.append(nil, 1, 2)
	if len(first) != 1000 || !bytes.Equal(first, v.append(nil, 1, 2)) {
		t.Error("the same record differs between two calls")
	}
	if bytes.Equal(first, v.append(nil, 2, 1)) || bytes.Equal(first, v.append(nil, 1, 3)) {
		t.Error("two records share a value")
	}
}

func TestBatchesAreCountedAndTornOnesRefused(t *testing.T) {
	batch := func(records, payload int) []byte {
		b := make([]byte, batchHeader+payload)
		binary.BigEndian.PutUint32(b[8:], uint32(len(b)-batchLead))
		binary.BigEndian.PutUint32(b[countAt:], uint32(records))
		return b
	}
	segment := append(batch(3, 40), batch(500, 0)...)
	n, records, err := countBatches(bytes.NewReader(segment), int64(len(segment)))
	if n != 2 || records != 503 || err != nil {
		t.Errorf("counted %d batches, %d records, %v", n, records, err)
	}
	for cut := 1; cut < batchHeader; cut += 7 {
		if _, _, err := countBatches(bytes.NewReader(segment[:len(segment)-cut]), int64(len(segment)-cut)); err == nil {
			t.Errorf("a segment that lacks its last %d bytes is counted without complaint", cut)
		}
	}
}

func TestWhatIsLeftOutOfASuiteHasItsReason(t *testing.T) {
	text, err := os.ReadFile("leftout.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[0] != "franz-go" && fields[0] != "kafka-go" && fields[0] != "kcat" {
			t.Errorf("%q is no suite, test and reason", line)
			continue
		}
		if name := fields[0] + " " + fields[1]; seen[name] {
			t.Errorf("%s is left out twice", name)
		} else {
			seen[name] = true
		}
	}
	if len(seen) == 0 {
		t.Error("nothing is left out")
	}
}
