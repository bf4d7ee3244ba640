package seglog

import (
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// TestReadersRaceCompaction lets real goroutines read the whole log while segments are replaced, whose files go at once.
// What a reader was given before stays readable, also much later, and of each key it comes to the record that was the
// last when it began, or a later one.
func TestReadersRaceCompaction(t *testing.T) {
	r := diskRig(t, func(r *rig) {
		r.limits.TailCacheBytes = 4_000
		r.limits.OpenFiles = 2
		r.spec.IndexIntervalBytes = 200
	})
	const keys = 10
	var round, committed atomic.Int64
	stop := race(t, func(i, _ int) error { return readKeys(r.r, &round, &committed, keys, 300+200*i) })
	for i := range 120 {
		var records []keyed
		for k := range keys {
			records = append(records, keyed{"k" + strconv.Itoa(k), strconv.Itoa(i + 1), kafka.Wall(1000 + i)})
		}
		op := r.opAppend(keyedBatch(records[:7]...), keyedBatch(records[7:]...))
		if i%5 == 4 {
			op = rolls(op)
		}
		r.must(op)
		committed.Store(int64(r.end))
		round.Store(int64(i + 1))
		if i%20 == 19 {
			r.must(r.flush())
			r.clean(r.cleanSpec(0))
		}
	}
	stop()
	r.purge()
}

// readKeys reads all that is committed, and looks at a part of it only when it has all.
func readKeys(r *Reader, round, committed *atomic.Int64, keys, bytesMax int) error {
	want := round.Load()
	end := kafka.Offset(committed.Load())
	last := map[string]int64{}
	var kept []port.ReadDone
	for from := kafka.Offset(0); from < end; {
		d := r.Read(port.Read{Kind: port.ReadBatches, Log: testLog, From: from, Upto: end, BytesMax: int32(bytesMax), AtLeastOne: true})
		if now := kafka.Offset(committed.Load()); d.Fail == port.FailNone && d.Next == from && now > end {
			end = now // all that was left below it went since then, for what has come behind it
			continue
		}
		if d.Fail != port.FailNone || d.Next <= from {
			return fmt.Errorf("reading at %d below %d: %v, and then %d", from, end, d.Fail, d.Next)
		}
		kept = append(kept, d)
		from = d.Next
		if from%3 == 0 { // those that came since are kept until later
			continue
		}
		if err := takeKeys(kept[len(kept)-1], last); err != nil {
			return err
		}
		kept = kept[:len(kept)-1]
	}
	for _, d := range kept {
		if err := takeKeys(d, last); err != nil {
			return err
		}
	}
	for k := range keys {
		if got := last["k"+strconv.Itoa(k)]; got < want {
			return fmt.Errorf("of key %d the record %d is the last, and %d was there", k, got, want)
		}
	}
	return nil
}

// takeKeys notes the greatest value of each key in what was read, and lets go of it.
func takeKeys(d port.ReadDone, last map[string]int64) error {
	defer d.Span.Release()
	b := make([]byte, d.Span.Len())
	if d.Span.InMemory() {
		copy(b, d.Span.Bytes())
	} else if region, off := d.Span.Region(); region != nil {
		if _, err := region.ReadAt(b, off); err != nil {
			return fmt.Errorf("a region at %d: %w", off, err)
		}
	}
	for len(b) > 0 {
		h, batch, rest, err := record.Split(b)
		if err == nil {
			err = record.CheckStored(batch, h)
		}
		if err != nil {
			return fmt.Errorf("a batch of what was read: %w", err)
		}
		b = rest
		it := record.Records(h, h.Body(batch))
		for it.Next() {
			value, err := strconv.ParseInt(string(it.Record.Value), 10, 64)
			if err != nil {
				return err
			}
			last[string(it.Record.Key)] = max(last[string(it.Record.Key)], value)
		}
		if it.Err() != nil {
			return it.Err()
		}
	}
	return nil
}
