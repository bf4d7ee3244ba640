package record

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The logs of three partitions of __consumer_offsets as Kafka 4.3.1 wrote them: a classic group of the console
// consumer, one of the consumer protocol, and offsets that consumer-groups reset. What is read of them and written
// again is the same.
func TestGroupRecordsOfAKafkaAreWrittenAlike(t *testing.T) {
	logs, err := filepath.Glob("testdata/offsets-*.log")
	if err != nil || len(logs) != 3 {
		t.Fatalf("%d logs, %v", len(logs), err)
	}
	kinds := map[GroupType]int{}
	for _, name := range logs {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for len(b) > 0 {
			h, batch, rest, err := Split(b)
			if err != nil {
				t.Fatal(err)
			}
			b = rest
			it := Records(h, h.Body(batch))
			for it.Next() {
				rec, err := ReadGroup(it.Record.Key, it.Record.Value)
				if err != nil {
					t.Errorf("%s, record %d: %v", name, it.Record.Offset, err)
					continue
				}
				kind, _ := ReadGroupType(it.Record.Key)
				kinds[kind]++
				key, value := AppendGroupKey(nil, rec.Record), []byte(nil)
				if !rec.Deleted {
					value = AppendGroupValue(nil, rec.Record)
				}
				if !bytes.Equal(key, it.Record.Key) || !bytes.Equal(value, it.Record.Value) {
					t.Errorf("%s, record %d: %s\nis %x %x\nnot %x %x", name, it.Record.Offset, rec.AppendText(nil), key, value, it.Record.Key, it.Record.Value)
				}
			}
			if it.Err() != nil {
				t.Fatal(it.Err())
			}
		}
	}
	for _, kind := range []GroupType{1, 2, 3, 5, 6, 7, 8} {
		if kinds[kind] == 0 {
			t.Errorf("no record of type %d", kind)
		}
	}
}
