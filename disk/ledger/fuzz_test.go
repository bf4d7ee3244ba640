package ledger

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// seedWith adds Kafka's own files and a few spoilt ones.
func seedWith(f *testing.F, more ...string) {
	names, err := filepath.Glob("testdata/*")
	must(f, err)
	for _, name := range names {
		if info, err := os.Stat(name); err != nil || info.IsDir() {
			continue
		}
		b, err := os.ReadFile(name)
		must(f, err)
		f.Add(string(b))
	}
	for _, text := range more {
		f.Add(text)
	}
}

// FuzzCheckpoint holds that what is read is written back to what reads the same.
func FuzzCheckpoint(f *testing.F) {
	seedWith(f, "0\n0", "0\n1\na 1 2", "0\n1\n a 1 2\n", "0\n1\na 01 2\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := parseCheckpoint(text)
		if err != nil {
			return
		}
		again, err := parseCheckpoint(string(appendCheckpoint(nil, list)))
		must(t, err)
		if diff := cmp.Diff(list, again, cmp.AllowUnexported(offsetLine{})); diff != "" {
			t.Fatal(diff)
		}
	})
}

// FuzzObject holds that what we accept as JSON, encoding/json reads as the same values.
func FuzzObject(f *testing.F) {
	seedWith(f, `{}`, `{"a":[1,{"b":null}],"c":"\u00e9\n"}`, `{"a":-0}`, `{"a":01}`, `{"a":1,}`, `{"a":[}`, `{"a":"\ud800"}`)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseObject(text)
		if err != nil || !utf8.ValidString(text) {
			return
		}
		var want map[string]any
		reader := json.NewDecoder(strings.NewReader(text))
		reader.UseNumber()
		if err := reader.Decode(&want); err != nil {
			t.Fatalf("we read %q as %v, and encoding/json says: %v", text, got, err)
		}
		for key, value := range got {
			switch w := want[key].(type) {
			case string:
				if w != value {
					t.Fatalf("%q is %q, want %q", key, value, w)
				}
			case json.Number:
				if w.String() != value {
					t.Fatalf("%q is %q, want %q", key, value, w)
				}
			case map[string]any, []any:
				t.Fatalf("%q is no plain value", key)
			}
		}
	})
}

// FuzzStateFiles holds that no text makes the readers of states panic, and that what they read
// survives being written.
func FuzzStateFiles(f *testing.F) {
	seedWith(f)
	f.Fuzz(func(t *testing.T, text string) {
		if q, err := parseQuorum(text); err == nil {
			parsed(t, parseQuorum, string(appendQuorum(nil, q)), q)
		}
		if e, err := parseClean(text); err == nil {
			parsed(t, parseClean, string(appendClean(nil, e)), e)
		}
		if _, err := parseHead([]byte(text)); err == nil && text == "" {
			t.Fatal("nothing was read as a snapshot")
		}
	})
}

// FuzzBoot holds the file that keeps the boot id to the same.
func FuzzBoot(f *testing.F) {
	seedWith(f, `{"version":0,"bootId":"b","brokerEpoch":7}`, `{"version":0,"brokerEpoch":-1,"bootId":""}`)
	f.Fuzz(func(t *testing.T, text string) {
		if m, err := parseBoot(text); err == nil && utf8.ValidString(text) {
			parsed(t, parseBoot, string(appendBoot(nil, m)), m)
		}
	})
}

// FuzzProperties does the same for meta.properties and partition.metadata.
func FuzzProperties(f *testing.F) {
	seedWith(f, "version=1\ncluster.id=a\\:b\nnode.id=1\ndirectory.id=xeb_sj4iTeaJ0t-hA9lcLQ")
	f.Fuzz(func(t *testing.T, text string) {
		if m, err := parseMeta(text); err == nil && m.valid() == nil {
			parsed(t, parseMeta, string(appendMeta(nil, m)), m)
		}
		if id, err := parsePartitionMetadata(text); err == nil {
			parsed(t, parsePartitionMetadata, "version: 0\ntopic_id: "+id.String(), id)
		}
	})
}
