package record

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"momus/core/canon/canontest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var rewrite = flag.Bool("rewrite", false, "write golden files anew")

func TestCanonicalEncodingRoundTrips(t *testing.T) {
	canontest.RoundTrip(t, canontest.Values(CanonMetadataMembers()))
	canontest.RoundTrip(t, canontest.Values(CanonControlMembers()))
}

// versioned is a record in one of Kafka's formats.
type versioned interface {
	Versions() (first, last int16)
	AppendVersion(b []byte, version int16) []byte
	ReadVersion(b []byte, version int16) error
}

func allRecords() []versioned {
	var all []versioned
	for _, m := range CanonMetadataMembers() {
		all = append(all, m)
	}
	for _, c := range CanonControlMembers() {
		all = append(all, c)
	}
	return all
}

// TestEveryVersionRoundTrips draws each record, takes out what a version cannot carry, and demands
// that reading gives what was appended, that no prefix is accepted, and that damage does not panic.
func TestEveryVersionRoundTrips(t *testing.T) {
	drawer := canontest.NewDrawer()
	for _, rec := range allRecords() {
		typ := reflect.TypeOf(rec).Elem()
		first, last := rec.Versions()
		for version := first; version <= last; version++ {
			t.Run(fmt.Sprintf("%s/v%d", typ.Name(), version), func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) {
					v, w := reflect.New(typ), reflect.New(typ)
					drawer.Draw(t, v.Interface())
					fit(v.Elem(), version)
					b := v.Interface().(versioned).AppendVersion(nil, version)
					if err := w.Interface().(versioned).ReadVersion(b, version); err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(v.Interface(), w.Interface()); diff != "" {
						t.Fatal(diff)
					}
					if len(b) == 0 {
						return
					}
					cut := b[:rapid.IntRange(0, len(b)-1).Draw(t, "cut")]
					if w.Interface().(versioned).ReadVersion(cut, version) == nil {
						t.Fatalf("a proper prefix of %x was accepted", b)
					}
					b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] ^= rapid.Byte().Draw(t, "flip")
					if err := w.Interface().(versioned).ReadVersion(b, version); err == nil {
						w.Interface().(versioned).AppendVersion(nil, version)
					}
				})
			})
		}
	}
}

// fit sets what the version cannot carry to its default, and empty slices to nil where null is not
// allowed, by the fields' tags.
func fit(v reflect.Value, version int16) {
	for i := range v.NumField() {
		f := v.Field(i)
		versions, rest, _ := strings.Cut(v.Type().Field(i).Tag.Get("kafka"), ",")
		first, last, isRange := strings.Cut(strings.TrimSuffix(versions, "+"), "-")
		from, _ := strconv.Atoi(first)
		to, _ := strconv.Atoi(last)
		switch {
		case int(version) < from || isRange && int(version) > to || versions == "-":
			setDefault(f, rest)
		case f.Kind() == reflect.Struct:
			fit(f, version)
		case f.Kind() == reflect.Slice && f.Len() == 0 && !strings.Contains(rest, "nullable="):
			f.SetZero()
		case f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct:
			for i := range f.Len() {
				fit(f.Index(i), version)
			}
		}
	}
}

// setDefault sets a field to what Kafka's schema says, by the field's tag.
func setDefault(f reflect.Value, tag string) {
	f.SetZero()
	_, def, _ := strings.Cut(tag, "default=")
	n, err := strconv.ParseInt(def, 10, 64)
	switch {
	case f.CanInt() && err == nil:
		f.SetInt(n)
	case f.Kind() == reflect.Bool:
		f.SetBool(def == "true")
	case f.Kind() == reflect.Slice && strings.Contains(tag, "nullable=") && def == "":
		f.Set(reflect.MakeSlice(f.Type(), 0, 0))
	}
}

// TestKafkasMetadataRoundTrips reads a log and a bootstrap snapshot that Kafka 4.3.1 wrote (repeated
// NoOpRecords left out): every record must append to the bytes it was read from.
func TestKafkasMetadataRoundTrips(t *testing.T) {
	var text []byte
	for _, name := range []string{"metadata.log", "bootstrap.checkpoint"} {
		log, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, name+"\n"...)
		for len(log) > 0 {
			h, batch, rest, err := Split(log)
			if err != nil {
				t.Fatal(err)
			}
			log = rest
			if err := CheckStored(batch, h); err != nil {
				t.Fatal(err)
			}
			text = append(h.AppendText(text), '\n')
			text = appendRecords(t, text, h, batch)
		}
	}
	const golden = "testdata/metadata.txt"
	if *rewrite {
		if err := os.WriteFile(golden, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(text)); diff != "" {
		t.Error(diff)
	}
}

// appendRecords prints the records of a batch, and rebuilds the batch from them.
func appendRecords(t *testing.T, text []byte, h Header, batch []byte) []byte {
	again := NewBuilder(h.BaseOffset, h.LeaderEpoch)
	again.Batch.Attributes = h.Attributes
	it := Records(h, h.Body(batch))
	for it.Next() {
		r := it.Record
		if h.Attributes.IsControl() {
			c, err := ReadControl(r.Key, r.Value)
			if err != nil {
				t.Fatal(err)
			}
			again.AddControl(r.Timestamp, c, int16(r.Value[1]))
			text = append(c.AppendText(append(text, '\t')), '\n')
			continue
		}
		rec, version, err := ReadMetadata(r.Value)
		if err != nil {
			t.Fatalf("%x: %v", r.Value, err)
		}
		again.Add(r.Timestamp, r.Key, AppendMetadata(nil, rec, version))
		text = append(rec.AppendText(fmt.Appendf(text, "\tv%d ", version)), '\n')
	}
	if it.Err() != nil {
		t.Fatal(it.Err())
	}
	if got := again.Append(nil); !bytes.Equal(got, batch) {
		t.Errorf("got  %x\nwant %x", got, batch)
	}
	return text
}

func TestMalformedMetadataIsRefused(t *testing.T) {
	topic := AppendMetadata(nil, &TopicRecord{Name: "t"}, 0)
	for _, c := range []struct {
		name string
		b    []byte
		want error
	}{
		{"nothing", nil, ErrShort},
		{"frame 2", append([]byte{2}, topic[1:]...), ErrFrame},
		{"unknown type", []byte{1, 99, 0}, ErrKey},
		{"unknown version", append([]byte{1, 2, 1}, topic[3:]...), ErrVersion},
		{"version beyond int16", []byte{1, 2, 0x80, 0x80, 0x04}, ErrVersion},
		{"trailing", append(bytes.Clone(topic), 0), ErrTrailing},
		{"null name", append([]byte{1, 2, 0, 0}, topic[5:]...), ErrNull},
		{"overlong varint", []byte{0x81, 0x80, 0x80, 0x80, 0x80, 0x00}, ErrVarint},
		{"array longer than the record", []byte{1, 14, 0, 0xff, 0xff, 0xff, 0xff, 0x0f}, ErrShort},
		{"tagged field longer than its size", []byte{1, 23, 0, 1, 0, 1, 2, 'x'}, ErrShort},
		{"tagged field shorter than its size", []byte{1, 23, 0, 1, 0, 3, 2, 'x', 'y'}, ErrLength},
	} {
		if _, _, err := ReadMetadata(c.b); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

func TestTaggedFieldsOfLaterVersionsArePassedOver(t *testing.T) {
	b := []byte{1, 23, 0, 3, 0, 2, 2, 'x', 7, 2, 0xff, 0xff, 9, 0}
	rec, _, err := ReadMetadata(b)
	if err != nil {
		t.Fatal(err)
	}
	if tx, ok := rec.(*BeginTransactionRecord); !ok || tx.Name == nil || *tx.Name != "x" {
		t.Errorf("read %s", rec.AppendText(nil))
	}
	later := AppendMetadata(nil, &PartitionChangeRecord{
		Leader: LeaderUnchanged, LeaderRecoveryState: RecoveryUnchanged, LastKnownELR: nodes(1),
	}, 2)
	later[2] = 0 // the ELR came with version 2
	rec, _, err = ReadMetadata(later)
	if err != nil {
		t.Fatal(err)
	}
	if c := rec.(*PartitionChangeRecord); c.LastKnownELR != nil || c.Leader != LeaderUnchanged {
		t.Errorf("read %s", c.AppendText(nil))
	}
}

func TestVersionThatCannotCarryAFieldPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"field":   func() { AppendMetadata(nil, &PartitionRecord{EligibleLeaderReplicas: nodes(1)}, 1) },
		"version": func() { AppendMetadata(nil, &TopicRecord{}, 1) },
		"nil":     func() { AppendMetadata(nil, nil, 0) },
	} {
		func() {
			defer func() {
				if s, ok := recover().(string); !ok || !strings.HasPrefix(s, "BUG: ") {
					t.Errorf("%s: recovered %q", name, s)
				}
			}()
			f()
		}()
	}
}

func FuzzReadMetadata(f *testing.F) {
	for _, m := range CanonMetadataMembers() {
		_, last := m.Versions()
		f.Add(AppendMetadata(nil, m, last))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		rec, version, err := ReadMetadata(b)
		if err != nil {
			return
		}
		once := AppendMetadata(nil, rec, version)
		again, _, err := ReadMetadata(once)
		if err != nil {
			t.Fatalf("%x: read, but not again: %v", b, err)
		}
		if twice := AppendMetadata(nil, again, version); !bytes.Equal(once, twice) {
			t.Fatalf("%x and %x", once, twice)
		}
	})
}
