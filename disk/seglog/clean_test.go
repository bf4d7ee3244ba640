package seglog

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/disk"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// keyed is a record of a test; no value is a tombstone.
type keyed struct {
	key, value string
	at         kafka.Wall
}

func keyedBatch(records ...keyed) []byte { return keyedWith(nil, records...) }

func keyedWith(change func(*record.Builder), records ...keyed) []byte {
	b := record.NewBuilder(0, 0)
	b.Codecs = &record.Codecs{}
	if change != nil {
		change(b)
	}
	for _, r := range records {
		var value []byte
		if r.value != "" {
			value = []byte(r.value)
		}
		b.Add(r.at, []byte(r.key), value, record.RecordHeader{Key: "h", Value: []byte("x")})
	}
	return b.Append(nil)
}

func rolls(op port.LogOp) port.LogOp {
	op.Roll, op.Snapshot = true, noProducers
	return op
}

// cleanSpec compacts all below the active segment.
func (r *rig) cleanSpec(from kafka.Offset) *port.CleanSpec {
	return &port.CleanSpec{
		From: from, Upto: r.w.logs.Get(testLog).view.active.base, Keys: 1000, Slots: 1200,
		SegmentBytes: 1 << 20, IndexBytesMax: 1 << 20, Now: 5000, DeleteRetention: 1000,
	}
}

// clean compacts the log, and returns what came of the parts and up to where it is compacted.
func (r *rig) clean(spec *port.CleanSpec) (parts []port.Cleaned, reached kafka.Offset) {
	r.t.Helper()
	for {
		d := r.must(port.LogOp{Kind: port.OpClean, Gen: r.gen, Clean: spec})
		spec = nil
		if !d.Cleaned.More {
			return parts, d.Cleaned.Reached
		}
		d = r.must(port.LogOp{Kind: port.OpReplace, Gen: r.gen})
		if d.Cleaned.Base < d.Cleaned.End {
			parts = append(parts, *d.Cleaned)
		}
	}
}

// records reads the whole log, as offset:key=value; the header of a batch stands before.
func (r *rig) records() []string {
	r.t.Helper()
	var got []string
	v := r.reg.Log(testLog).View()
	for from := v.Start(); ; {
		d := r.read(from, 1<<40, 300)
		if d.Fail != port.FailNone {
			r.t.Fatalf("reading at %d: %v", from, d.Fail)
		}
		if d.Span.Len() == 0 {
			return got
		}
		for b := bytesOf(r.t, d); len(b) > 0; {
			h, batch, rest, err := record.Split(b)
			if err == nil {
				err = record.CheckStored(batch, h)
			}
			if err != nil {
				r.t.Fatalf("reading at %d: %v", from, err)
			}
			b = rest
			text := fmt.Sprintf("%d..%d", h.BaseOffset, h.Last())
			if h.Attributes.HasDeleteHorizon() {
				text += fmt.Sprintf(" until %d", h.BaseTimestamp)
			}
			body := h.Body(batch)
			if h.Attributes.Compression() != 0 {
				var codecs record.Codecs
				if body, err = codecs.Decompress(nil, h.Attributes.Compression(), body, 1<<20); err != nil {
					r.t.Fatalf("%v", err)
				}
			}
			it := record.Records(h, body)
			for it.Next() {
				text += fmt.Sprintf(" %d:%s=%s@%d", it.Record.Offset, it.Record.Key, it.Record.Value, it.Record.Timestamp)
			}
			if it.Err() != nil {
				r.t.Fatalf("reading at %d: %v", from, it.Err())
			}
			got = append(got, text)
		}
		from = d.Next
	}
}

func (r *rig) wants(want ...string) {
	r.t.Helper()
	if d := cmp.Diff(want, r.records()); d != "" {
		r.t.Fatalf("the log:\n%s", d)
	}
}

func TestOfEachKeyTheLastRecordStays(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.must(r.opAppend(keyedBatch(keyed{"a", "1", 10}, keyed{"b", "2", 11}), keyedBatch(keyed{"a", "3", 12})))
	r.must(rolls(r.opAppend(keyedBatch(keyed{"c", "4", 13}, keyed{"a", "5", 14}, keyed{"d", "", 15}))))
	r.must(rolls(r.opAppend(keyedBatch(keyed{"b", "6", 16}))))
	r.must(r.flush())
	parts, reached := r.clean(r.cleanSpec(0))
	if len(parts) != 1 || parts[0].Base != 0 || parts[0].End != 6 || reached != 6 {
		t.Fatalf("%+v, compacted up to %d", parts, reached)
	}
	after := []string{"0..1 1:b=2@11", "3..5 until 6000 3:c=4@13 4:a=5@14 5:d=@15", "6..6 6:b=6@16"}
	r.wants(after...)
	if got := r.list(); strings.Contains(got, "swap") || strings.Contains(got, "cleaned") || strings.Contains(got, "deleted") {
		t.Fatalf("files are left:\n%s", got)
	}
	// Now the last of b counts too, and the tombstone may go.
	r.must(rolls(r.opAppend(keyedBatch(keyed{"e", "7", 17}))))
	r.must(r.flush())
	spec := r.cleanSpec(6)
	spec.Now = 6000
	if _, reached = r.clean(spec); reached != 7 {
		t.Fatalf("compacted up to %d", reached)
	}
	r.wants("3..5 until 6000 3:c=4@13 4:a=5@14", "6..6 6:b=6@16", "7..7 7:e=7@17")
	r.restart()
	r.spec.Compacted, r.spec.RecoveryPoint = true, 7
	r.open()
	r.wants("3..5 until 6000 3:c=4@13 4:a=5@14", "6..6 6:b=6@16", "7..7 7:e=7@17")
}

func TestATableThatIsFullReachesAsFarAsItKnows(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.must(r.opAppend(keyedBatch(keyed{"a", "1", 1}, keyed{"b", "2", 2})))
	r.must(rolls(r.opAppend(keyedBatch(keyed{"a", "3", 3}, keyed{"c", "4", 4}, keyed{"b", "5", 5}))))
	r.must(rolls(r.opAppend(keyedBatch(keyed{"z", "6", 6}))))
	r.must(r.flush())
	spec := r.cleanSpec(0)
	spec.Keys, spec.Slots = 2, 10
	if _, reached := r.clean(spec); reached != 3 {
		t.Fatalf("compacted up to %d", reached)
	}
	r.wants("0..1 1:b=2@2", "2..4 2:a=3@3 3:c=4@4 4:b=5@5", "5..5 5:z=6@6")
	if _, reached := r.clean(r.cleanSpec(3)); reached != 5 {
		t.Fatalf("compacted up to %d", reached)
	}
	r.wants("2..4 2:a=3@3 3:c=4@4 4:b=5@5", "5..5 5:z=6@6")
}

func TestTheLastBatchOfAProducerStaysWithoutRecords(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	for i := range 3 {
		b := keyedBatch(keyed{"a", fmt.Sprint(i), kafka.Wall(i)})
		setProducer(b, 7, 1, kafka.Sequence(i))
		r.must(r.opAppend(b))
	}
	r.must(r.opAppend(keyedBatch(keyed{"a", "last", 9})))
	r.must(rolled(r.opAppend(keyedBatch(keyed{"z", "6", 6}))))
	r.must(r.flush())
	spec := r.cleanSpec(0)
	spec.Producers = []port.ProducerEnd{{Producer: 7, Epoch: 1, Last: 2}}
	r.clean(spec)
	r.wants("2..2", "3..3 3:a=last@9", "4..4 4:z=6@6")
	r.restart()
	r.spec.Compacted, r.spec.RecoveryPoint = true, 4
	o := r.open()
	p := o.Fold.Producers[7]
	if last, ok := p.Last(); !ok || last.LastSequence != 2 || last.LastOffset != 2 {
		t.Fatalf("the producer is known by %+v", p)
	}
}

func TestMarkersOutliveTheirData(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	txn := func(id kafka.ProducerID, records ...keyed) []byte {
		return keyedWith(func(b *record.Builder) {
			b.Batch.Attributes |= record.AttributeTransactional
			b.Batch.ProducerID, b.Batch.ProducerEpoch, b.Batch.BaseSequence = id, 0, 0
		}, records...)
	}
	marker := func(id kafka.ProducerID, commit bool) []byte {
		b := record.NewBuilder(0, 0)
		b.Batch.Attributes |= record.AttributeTransactional | record.AttributeControl
		b.Batch.ProducerID, b.Batch.ProducerEpoch = id, 0
		b.AddControl(50, &record.EndTxnMarker{Commit: commit}, 0)
		return b.Append(nil)
	}
	r.must(r.opAppend(keyedBatch(keyed{"a", "0", 1}, keyed{"b", "0", 1})))
	r.must(r.opAppend(txn(1, keyed{"a", "aborted", 2})))
	r.must(r.opAppend(txn(2, keyed{"b", "1", 3})))
	r.must(r.opAppend(marker(1, false)))
	r.must(rolls(r.opAppend(marker(2, true))))
	r.must(rolls(r.opAppend(keyedBatch(keyed{"b", "2", 4}))))
	r.must(r.flush())
	// The index that a Kafka left beside the segment.
	put := func(name string, b []byte) {
		f, err := fs.Create(testPath + "/" + name)
		if err == nil {
			err = f.WriteAt(b, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	put(segmentName(0)+txnIndexSuffix, appendAborted(nil, []abortedTxn{{1, 2, 4, 2}}))
	r.w.logs.Get(testLog).noteAborted(0)
	r.clean(r.cleanSpec(0))
	r.wants("0..1 0:a=0@1", "3..3 3:b=1@3", "4..4 4:\x00\x00\x00\x00=\x00\x00\x00\x00\x00\x00@50", "5..5 5:\x00\x00\x00\x01=\x00\x00\x00\x00\x00\x00@50", "6..6 6:b=2@4")
	if got := parseAborted([]byte(r.content(segmentName(0) + txnIndexSuffix))); !slices.Equal(got, []abortedTxn{{1, 2, 4, 2}}) {
		t.Fatalf("the transaction index: %v", got)
	}
	r.must(rolls(r.opAppend(keyedBatch(keyed{"c", "2", 4}))))
	r.must(r.flush())
	// The data of the first are gone: its marker gets a horizon. Those of the second are there until now.
	r.clean(r.cleanSpec(6))
	r.wants("0..1 0:a=0@1", "4..4 until 6000 4:\x00\x00\x00\x00=\x00\x00\x00\x00\x00\x00@50", "5..5 5:\x00\x00\x00\x01=\x00\x00\x00\x00\x00\x00@50", "6..6 6:b=2@4", "7..7 7:c=2@4")
	if got := r.content(segmentName(0) + txnIndexSuffix); got != "" {
		t.Fatalf("the transaction index: %q", got)
	}
	r.must(rolls(r.opAppend(keyedBatch(keyed{"d", "2", 4}))))
	r.must(r.flush())
	spec := r.cleanSpec(7)
	spec.Now = 6000
	r.clean(spec)
	r.wants("0..1 0:a=0@1", "5..5 until 7000 5:\x00\x00\x00\x01=\x00\x00\x00\x00\x00\x00@50", "6..6 6:b=2@4", "7..7 7:c=2@4", "8..8 8:d=2@4")
}

// Readers hold what they have, and others see the new segments, whatever is asked meanwhile.
func TestAReaderKeepsTheSegmentThatWasReplaced(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.must(r.opAppend(keyedBatch(keyed{"a", "1", 10}), keyedBatch(keyed{"a", "2", 12})))
	r.must(rolls(r.opAppend(keyedBatch(keyed{"b", "6", 16}))))
	r.must(r.flush())
	r.w.logs.Get(testLog).view.tail = nil
	r.w.touch(r.w.logs.Get(testLog))
	r.drive()
	d := r.read(0, 1, 1000)
	r.clean(r.cleanSpec(0))
	if b := bytesOf(t, d); len(b) == 0 {
		t.Fatal("nothing was read")
	}
	r.wants("1..1 1:a=2@12", "2..2 2:b=6@16")
}

func TestRetentionAndAStopEndACompaction(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	for i := range 4 {
		r.must(rolls(r.opAppend(keyedBatch(keyed{"a", fmt.Sprint(i), 10}, keyed{fmt.Sprint(i), "x", 10}))))
	}
	r.must(r.flush())
	d := r.must(port.LogOp{Kind: port.OpClean, Gen: r.gen, Clean: r.cleanSpec(0)})
	if d.Cleaned.Base != 0 || d.Cleaned.End != 6 {
		t.Fatalf("%+v", d.Cleaned)
	}
	r.must(port.LogOp{Kind: port.OpAdvanceStart, Gen: r.gen, Base: 2})
	d = r.must(port.LogOp{Kind: port.OpReplace, Gen: r.gen})
	if d.Cleaned.Base != d.Cleaned.End || !d.Cleaned.More {
		t.Fatalf("%+v", d.Cleaned)
	}
	d = r.must(port.LogOp{Kind: port.OpClean, Gen: r.gen})
	if d.Cleaned.Base != 2 || d.Cleaned.End != 6 {
		t.Fatalf("%+v", d.Cleaned)
	}
	r.must(port.LogOp{Kind: port.OpStopClean, Gen: r.gen})
	if d := r.one(port.LogOp{Kind: port.OpReplace, Gen: r.gen}); d.Fail != port.FailMissing {
		t.Fatalf("%v", d.Fail)
	}
	if got := r.list(); strings.Contains(got, "cleaned") {
		t.Fatalf("files are left:\n%s", got)
	}
}

func TestADamagedBatchEndsACompactionAndNothingElse(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.must(r.opAppend(keyedBatch(keyed{"a", "1", 10}), keyedBatch(keyed{"a", "2", 12})))
	r.must(rolls(r.opAppend(keyedBatch(keyed{"b", "6", 16}))))
	r.must(r.flush())
	r.spoil(segmentName(0)+".log", func(f disk.File, _ int64) error { return f.WriteAt([]byte{0xff}, 66) })
	if d := r.one(port.LogOp{Kind: port.OpClean, Gen: r.gen, Clean: r.cleanSpec(0)}); d.Fail != port.FailCorrupt {
		t.Fatalf("%v", d.Fail)
	}
	r.must(r.opAppend(keyedBatch(keyed{"b", "7", 16})))
}

// TestCompactionAgreesWithATwin compacts at random, beside a list of all records ever sent.
func TestCompactionAgreesWithATwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fs, _ := simulated()
		r := newRig(t, fs, func(r *rig) {
			r.limits.TurnBytes, r.limits.TurnCalls = 3000, 10
		})
		r.open()
		var sent []keyed
		var dirty kafka.Offset
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			if rapid.IntRange(0, 5).Draw(t, "clean") == 0 {
				r.must(r.flush())
				spec := r.cleanSpec(dirty)
				spec.Keys = int64(rapid.IntRange(1, 8).Draw(t, "keys"))
				spec.Slots = spec.Keys + int64(rapid.IntRange(1, 4).Draw(t, "slots"))
				spec.SegmentBytes = int32(rapid.IntRange(100, 3000).Draw(t, "segment"))
				spec.Now = 0
				_, reached := r.clean(spec)
				if reached < dirty || reached > spec.Upto {
					t.Fatalf("compacted from %d up to %d, and not beyond %d", dirty, reached, spec.Upto)
				}
				dirty = reached
				r.twinned(t, sent, dirty)
				continue
			}
			var records []keyed
			for range rapid.IntRange(1, 5).Draw(t, "records") {
				records = append(records, keyed{
					key: rapid.StringMatching(`[a-f]`).Draw(t, "key"), at: kafka.Wall(len(sent) + len(records)),
					value: rapid.SampledFrom([]string{"", "v", strings.Repeat("w", 50)}).Draw(t, "value"),
				})
			}
			sent = append(sent, records...)
			codec := rapid.SampledFrom([]record.Compression{0, record.Snappy, record.LZ4}).Draw(t, "codec")
			op := r.opAppend(keyedWith(func(b *record.Builder) { b.Batch.Attributes |= record.Attributes(codec) }, records...))
			if rapid.IntRange(0, 2).Draw(t, "roll") == 0 {
				op = rolls(op)
			}
			r.must(op)
		}
		r.must(r.flush())
		if rapid.Bool().Draw(t, "restart") {
			r.restart()
			r.spec.Compacted, r.spec.RecoveryPoint = true, r.end
			r.spec.StopWasClean = rapid.Bool().Draw(t, "clean stop")
			r.open()
		}
		r.twinned(t, sent, dirty)
	})
}

// twinned compares the log with all that was sent: below dirty only the last record of each key, and of others no
// more than there were, above it everything.
func (r *rig) twinned(t *rapid.T, sent []keyed, dirty kafka.Offset) {
	last := map[string]int{}
	for i, k := range sent {
		if kafka.Offset(i) < dirty {
			last[k.key] = i
		}
	}
	var want []string
	for i, k := range sent {
		if kafka.Offset(i) >= dirty || last[k.key] == i {
			want = append(want, fmt.Sprintf("%d:%s=%s@%d", i, k.key, k.value, k.at))
		}
	}
	var got []string
	for _, b := range r.records() {
		for _, f := range strings.Fields(b)[1:] {
			if strings.Contains(f, ":") {
				got = append(got, f)
			}
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("the log, compacted up to %d:\n%s", dirty, d)
	}
}
