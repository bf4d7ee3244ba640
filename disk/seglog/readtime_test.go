package seglog

import (
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// stamped makes a batch with one record per timestamp.
func stamped(codec record.Compression, at ...kafka.Wall) []byte {
	b := record.NewBuilder(0, 0)
	b.Codecs = &record.Codecs{}
	b.Batch.Attributes = record.Attributes(codec)
	for _, ts := range at {
		b.Add(ts, nil, []byte("a value that is not too short for a codec, a value"))
	}
	return b.Append(nil)
}

func TestTimestampsFindTheFirstRecordThatIsNotOlder(t *testing.T) {
	for _, codec := range []record.Compression{record.Uncompressed, record.Gzip, record.Zstd} {
		for _, interval := range []int32{0, 150, 1 << 20} {
			fs, _ := simulated()
			r := newRig(t, fs, func(r *rig) { r.spec.IndexIntervalBytes = interval })
			r.open()
			r.must(r.opAppend(stamped(codec, 10, 20, 15)))         // 0..2
			r.must(r.opAppend(stamped(codec, 12)))                 // 3
			r.must(r.opAppend(stamped(codec, 30, 30)))             // 4, 5
			r.must(rolled(r.opAppend(stamped(codec, 25, 40, 31)))) // 6..8
			r.must(r.opAppend(stamped(codec, 40, 50)))             // 9, 10
			for _, c := range []struct {
				at         kafka.Wall
				from, upto kafka.Offset
				found      kafka.Offset
			}{
				{0, 0, 11, 0}, {10, 0, 11, 0}, {11, 0, 11, 1}, {20, 0, 11, 1}, {21, 0, 11, 4}, {30, 0, 11, 4},
				{31, 0, 11, 7}, {40, 0, 11, 7}, {41, 0, 11, 10}, {50, 0, 11, 10}, {51, 0, 11, kafka.NoOffset},
				{50, 0, 10, kafka.NoOffset}, {12, 2, 11, 2}, {12, 3, 11, 3}, {16, 2, 11, 4}, {40, 8, 11, 9},
			} {
				d := r.r.Read(port.Read{Kind: port.ReadTime, Log: testLog, From: c.from, Upto: c.upto, Timestamp: c.at})
				if d.Fail != port.FailNone || d.Found != c.found || c.found >= 0 && (d.Timestamp < c.at || d.Epoch != 3) {
					t.Errorf("%v, index every %d bytes: time %d from %d below %d: %d at %d, %v; want %d",
						codec, interval, c.at, c.from, c.upto, d.Found, d.Timestamp, d.Fail, c.found)
				}
			}
			for _, c := range []struct {
				upto  kafka.Offset
				found kafka.Offset
				at    kafka.Wall
			}{
				{11, 10, 50}, {9, 7, 40}, {6, 4, 30}, {4, 1, 20}, {3, 1, 20}, {0, kafka.NoOffset, -1},
			} {
				d := r.r.Read(port.Read{Kind: port.ReadMaxTime, Log: testLog, Upto: c.upto})
				if d.Fail != port.FailNone || d.Found != c.found || d.Timestamp != c.at {
					t.Errorf("%v, index every %d bytes: greatest below %d: %d at %d, %v; want %d at %d",
						codec, interval, c.upto, d.Found, d.Timestamp, d.Fail, c.found, c.at)
				}
			}
		}
	}
}
