package raft

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"

	"github.com/google/go-cmp/cmp"
)

// The snapshots in testdata are the last two that a Kafka 4.3.1 node took (topics with and without
// configurations, one deleted; a client quota, an ACL, a SCRAM credential, a dynamic default of brokers),
// and the last segment of its metadata log, which the node left when it stopped.

func file(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// loadImage starts a machine over a log that begins behind a snapshot, and returns it with the image.
func loadImage(t *testing.T, d *disk) (*Raft, image.Image) {
	t.Helper()
	m, img := New(), image.New()
	m.Start(golden, d.facts(), one())
	for i := 0; m.loading != nil || i == 0; i++ {
		d.take(m)
		if len(d.ops) > 0 {
			m.LogDone(golden, d.runOp(port.FailNone))
		} else {
			m.Saved(golden, d.runSave(port.FailNone))
		}
		for _, part := range m.Out.Loaded {
			for _, rec := range part.Records {
				img.Load(rec)
			}
			if part.Last {
				img.Advance(part.End-1, part.Epoch)
			}
		}
		if m.Out.Fatal != "" {
			t.Fatal(m.Out.Fatal)
		}
		m.Check()
	}
	img.Check()
	return m, img
}

func behind(start kafka.Offset, id port.SnapshotID, snapshot []byte) *disk {
	return &disk{start: start, segments: []kafka.Offset{start}, snapshots: []snapshotFile{{id, snapshot}}}
}

// A directory whose metadata log begins behind a snapshot of Kafka's opens, and what Kafka's older
// snapshot and its log say up to its newer one is what that says.
func TestSnapshotsOfKafkaAndTheLogBetweenThemGiveOneImage(t *testing.T) {
	_, old := loadImage(t, behind(1316, port.SnapshotID{End: 1316, Epoch: 1}, file(t, "kafka-4.3.1-1316-1.checkpoint")))
	_, young := loadImage(t, behind(1352, port.SnapshotID{End: 1352, Epoch: 1}, file(t, "kafka-4.3.1-1352-1.checkpoint")))
	all, _, err := decode(file(t, "kafka-4.3.1-1315.log"), 1315)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if c.Base >= 1352 {
			break
		}
		if c.Last < 1316 {
			continue
		}
		for i, rec := range c.Records {
			old.Apply(&image.Delta{}, c.Base+kafka.Offset(i), rec)
		}
		old.Advance(c.Last, c.Epoch)
	}
	if diff := cmp.Diff(string(young.AppendText(nil)), string(old.AppendText(nil))); diff != "" || old.Offset != 1351 {
		t.Fatal(diff)
	}
	if len(old.Names) != 5 || len(old.Kept) != 3 || len(old.Quotas) != 1 || old.Broker(1) == nil {
		t.Errorf("%d topics, %d quotas, %d records kept", len(old.Names), len(old.Quotas), len(old.Kept))
	}
}

// values are the records of a snapshot, each as its bytes.
func values(t *testing.T, b []byte) (list []string) {
	t.Helper()
	for len(b) > 0 {
		h, batch, rest, err := record.Split(b)
		if err != nil || record.CheckStored(batch, h) != nil {
			t.Fatal(err)
		}
		for it := record.Records(h, h.Body(batch)); it.Next(); {
			list = append(list, string(it.Record.Key)+"="+string(it.Record.Value))
		}
		b = rest
	}
	return list
}

// What we write of the image of Kafka's snapshot are the same records, byte for byte, in an order that
// differs only where Kafka's is that of a hash table.
func TestSnapshotIsWrittenAsKafkaWritesIt(t *testing.T) {
	theirs := file(t, "kafka-4.3.1-1352-1.checkpoint")
	m, img := loadImage(t, behind(1352, port.SnapshotID{End: 1352, Epoch: 1}, theirs))
	m.role, m.active = Leader, true
	m.BeginSnapshot()
	m.deliveredAt = 1795709165245
	m.writing.contained = m.deliveredAt
	picture := img.Freeze()
	var ours []byte
	m.Out.Saves = nil
	for done := false; !done; {
		done = m.WriteSnapshot(golden, func() (record.Metadata, bool) { return picture.Next(&img) })
		part := m.Out.Saves[0].Snapshot
		if part.At != int64(len(ours)) || part.Last != done {
			t.Fatalf("%+v behind %d bytes", part, len(ours))
		}
		ours = append(ours, part.Data...)
		m.Out.Saves, m.writing.seq = nil, 0
	}
	got, want := values(t, ours), values(t, theirs)
	head, foot := want[0], want[len(want)-1]
	if got[0] != head || got[len(got)-1] != foot {
		t.Errorf("%q … %q, and not %q … %q", got[0], got[len(got)-1], head, foot)
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
}

// start runs a machine over d until it has nothing to do, and returns what it said.
func start(d *disk) (text string, m *Raft) {
	m = New()
	m.Start(golden, d.facts(), one())
	for range 100 {
		said, _ := d.take(m)
		text += said
		switch {
		case len(d.ops) > 0:
			m.LogDone(golden, d.runOp(port.FailNone))
		case len(d.saves) > 0:
			m.Saved(golden, d.runSave(port.FailNone))
		case len(d.reads) > 0:
			m.ReadDone(golden, d.runRead(port.FailNone))
		}
	}
	return text, m
}

func TestLogThatNoSnapshotCoversIsRefusedInOneLine(t *testing.T) {
	whole := file(t, "kafka-4.3.1-1352-1.checkpoint")
	newer := bytes.Clone(whole)
	unknown := record.NewBuilder(1, 1)
	unknown.Add(0, nil, []byte{1, 99, 0})
	newer = append(newer[:83:83], unknown.Append(nil)...)
	for _, c := range []struct {
		name  string
		start kafka.Offset
		file  []byte
		want  string
	}{
		{"older than the log start", 1360, whole, "the metadata log begins at 1360, and the newest snapshot ends at 1352: what lies between is missing"},
		{"damaged", 1300, whole[:3000], "the metadata log begins at 1300, and no snapshot of what was before can be read: 00000000000000001352-0000000001.checkpoint is damaged"},
		{"none", 7, nil, "the metadata log begins at 7, and there is no snapshot of what was before"},
		{"of a newer version", 1300, newer, "snapshot 00000000000000001352-0000000001 of the metadata log cannot be understood: batch at 1: record at 1: record: unknown record type"},
	} {
		d := behind(c.start, port.SnapshotID{End: 1352, Epoch: 1}, c.file)
		if c.file == nil {
			d.snapshots = nil
		}
		if text, m := start(d); !strings.Contains(text, "fatal: "+c.want+"\n") || !m.failed {
			t.Errorf("%s: %s", c.name, text)
		}
		if c.file != nil && len(d.snapshots) != 1 {
			t.Errorf("%s: the snapshot was removed", c.name)
		}
	}
}

// A snapshot without its footer, or with anything behind it, is none.
func TestHalfASnapshotIsPassedOver(t *testing.T) {
	whole := file(t, "kafka-4.3.1-1352-1.checkpoint")
	foot := len(whole) - 75
	for name, bad := range map[string][]byte{
		"no footer": whole[:foot], "half a footer": whole[:foot+30], "nothing": {}, "no header": whole[83:],
		"a footer twice": append(bytes.Clone(whole), whole[foot:]...), "a tail": append(bytes.Clone(whole), 0),
	} {
		d := behind(1352, port.SnapshotID{End: 1352, Epoch: 1}, bad)
		if text, m := start(d); !m.failed || !strings.Contains(text, "no snapshot of what was before can be read") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// Only this node may vote, whatever the log or a snapshot says.
func TestVotersOfTheLogAreHeldAgainstTheConfiguration(t *testing.T) {
	m := New()
	m.cfg = one()
	m.control([]record.Control{&record.KRaftVersionRecord{KRaftVersion: 1}, &record.VotersRecord{Voters: []record.Voter{{VoterID: 1}}}})
	if m.failed || m.kraftVersion != 1 {
		t.Fatal("our own voter was refused")
	}
	m.control([]record.Control{&record.VotersRecord{Voters: []record.Voter{{VoterID: 1}, {VoterID: 2}}}})
	if !m.failed {
		t.Error("a quorum of two was taken")
	}
}
