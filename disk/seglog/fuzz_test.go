package seglog

import (
	"os"
	"slices"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
)

// FuzzEpochs holds that what is read of leader-epoch-checkpoint is written back to what reads the same.
func FuzzEpochs(f *testing.F) {
	f.Add(kafkas(f, "leader-epoch-checkpoint"))
	f.Add([]byte("0\n2\n1 0\n3 17\n"))
	f.Add([]byte("0\n1\n1 0 0"))
	f.Fuzz(func(t *testing.T, b []byte) {
		epochs := parseEpochs(b)
		if again := parseEpochs(appendEpochs(nil, epochs)); len(epochs) > 0 && !slices.Equal(epochs, again) {
			t.Fatalf("%v became %v", epochs, again)
		}
	})
}

// FuzzIndexes puts any bytes in the place of the indexes of two segments of Kafka's, one sealed and the
// last one, which a clean stop lets the opening believe: whatever they say, nothing panics, and
// every read comes to an end.
func FuzzIndexes(f *testing.F) {
	for _, segment := range []string{"00000000000000000012", "00000000000000000032"} {
		f.Add(kafkas(f, segment+".index"), kafkas(f, segment+".timeindex"))
	}
	f.Add([]byte{0, 0, 0, 1, 0, 0, 0, 70, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, make([]byte, timeEntryBytes))
	f.Fuzz(func(t *testing.T, index, times []byte) {
		files := kafkasFiles(t)
		for _, segment := range []string{"00000000000000000012", "00000000000000000032"} {
			files[segment+".index"], files[segment+".timeindex"] = index, times
		}
		r := lyingThere(t, files)
		r.spec.StopWasClean, r.spec.RecoveryPoint = true, 41
		if d := r.tryOpen(); d.Fail == port.FailNone {
			r.exhaust(t, d.Opened)
		}
	})
}

// FuzzRecovery opens a log of two segments, of which the second is made of any bytes, as after each
// kind of stop. Nothing panics, and what a recovery has kept the next one keeps.
func FuzzRecovery(f *testing.F) {
	for stop := range byte(4) {
		f.Add(kafkas(f, "00000000000000000012.log"), kafkas(f, "00000000000000000012.snapshot"), stop, byte(12))
	}
	f.Add([]byte{}, []byte{}, byte(1), byte(0))
	f.Fuzz(func(t *testing.T, log, snapshot []byte, stop, point byte) {
		all := kafkasFiles(t)
		files := map[string][]byte{
			"00000000000000000012.log": log, "00000000000000000012.snapshot": snapshot, "leader-epoch-checkpoint": all["leader-epoch-checkpoint"],
		}
		for _, kind := range []string{".log", ".index", ".timeindex"} {
			files["00000000000000000000"+kind] = all["00000000000000000000"+kind]
		}
		r := lyingThere(t, files)
		r.spec.RecoveryPoint = kafka.Offset(point)
		r.spec.StopWasClean, r.spec.StopWasLossy, r.spec.AcceptLoss = stop%4 == 0, stop%4 == 1, stop%4 == 2
		d := r.tryOpen()
		if d.Fail != port.FailNone {
			return
		}
		r.exhaust(t, d.Opened)
		if r.spec.StopWasClean {
			return // what it believed unread may be damaged
		}
		r.restart()
		r.spec.StopWasLossy, r.spec.AcceptLoss = false, false
		again := r.tryOpen()
		if again.Fail != port.FailNone || again.Opened.Start != d.Opened.Start || again.Opened.End != d.Opened.End {
			t.Fatalf("recovered from %d to %d, and then: %v, %+v", d.Opened.Start, d.Opened.End, again.Fail, again.Opened)
		}
	})
}

// kafkas reads one of Kafka's files.
func kafkas(t testing.TB, name string) []byte {
	b, err := os.ReadFile(kafkaDir + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// kafkasFiles are all of them, by name.
func kafkasFiles(t testing.TB) map[string][]byte {
	entries, err := os.ReadDir(kafkaDir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		files[e.Name()] = kafkas(t, e.Name())
	}
	return files
}

// lyingThere is a rig whose log consists of these files.
func lyingThere(t *testing.T, files map[string][]byte) *rig {
	fs, _ := simulated()
	r := newRig(t, fs, func(r *rig) { r.spec.IndexIntervalBytes = 400 })
	if err := fs.MkdirAll(testPath); err != nil {
		t.Fatal(err)
	}
	for name, b := range files {
		file, err := fs.Create(testPath + "/" + name)
		if err == nil && len(b) > 0 {
			err = file.WriteAt(b, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// exhaust reads an open log by each kind of read, as far as it can be read.
func (r *rig) exhaust(t *testing.T, o *port.Opened) {
	for at := o.Start; at < o.End; {
		d := r.read(at, o.End, 200)
		d.Span.Release()
		if d.Fail != port.FailNone || d.Span.Len() == 0 {
			break
		}
		if d.Next <= at {
			t.Fatalf("a read at %d ends at %d", at, d.Next)
		}
		at = d.Next
	}
	for _, q := range []port.Read{
		{Kind: port.ReadTime, Timestamp: 0}, {Kind: port.ReadTime, Timestamp: 1_790_000_000_000}, {Kind: port.ReadMaxTime},
	} {
		q.Log, q.From, q.Upto = testLog, o.Start, o.End
		if d := r.r.Read(q); d.Found != kafka.NoOffset && (d.Found < o.Start || d.Found >= o.End) {
			t.Fatalf("a lookup in a log from %d to %d found %d", o.Start, o.End, d.Found)
		}
	}
}
