package ledger

import (
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"

	"github.com/google/go-cmp/cmp"
)

// snapshotText is a snapshot of one voter.
func snapshotText(voter kafka.NodeID, contained kafka.Wall) string {
	return string(appendFoot(appendHead(nil, 5, contained, &record.KRaftVersionRecord{KRaftVersion: 1},
		&record.VotersRecord{Voters: []record.Voter{{VoterID: voter}}}), 3, 5))
}

func part(kind port.SaveKind, p port.SnapshotPart) port.Save {
	return port.Save{Kind: kind, Dir: idOne, Snapshot: &p}
}

const inMetadata = "/data/one/" + metadataLogDir + "/"

// A snapshot that is written in parts is not there before the last one is durable; from then on no
// power loss takes it.
func TestSnapshotAppearsWholeOrNotAtAll(t *testing.T) {
	b := formatted(t)
	id := port.SnapshotID{End: 14, Epoch: 2}
	text := []byte(snapshotText(3, 9))
	one := func(p port.SnapshotPart) {
		t.Helper()
		b.whole(func() {
			if done := Turn(b, dirs, []port.Save{part(port.WriteSnapshot, p)}); done[0].Fail != port.FailNone {
				t.Fatal(done)
			}
		})
	}
	one(port.SnapshotPart{ID: id, Data: text[:40]})
	one(port.SnapshotPart{ID: id, Data: text[40:50], At: 40})
	if f := gathered(t, b); len(f.Snapshots) != 1 || !cmp.Equal(f.Leftovers, []string{id.String() + ".checkpoint.part"}) {
		t.Fatalf("%+v %v", f.Snapshots, f.Leftovers)
	}
	one(port.SnapshotPart{ID: id, Data: text[50:], At: 50, Last: true})
	b.Crash(b.env.now, true)
	f := gathered(t, b)
	want := port.SnapshotFile{ID: id, Size: int64(len(text)), Contained: 9}
	if len(f.Snapshots) != 2 || f.Snapshots[1] != want || f.Leftovers != nil || !cmp.Equal(f.Voters, []kafka.NodeID{3}) {
		t.Fatalf("%+v %v %v", f.Snapshots, f.Leftovers, f.Voters)
	}
	var read []byte
	for at := int64(0); ; {
		done := Turn(b, dirs, []port.Save{part(port.LoadSnapshot, port.SnapshotPart{ID: id, At: at, BytesMax: 33})})
		read, at = append(read, done[0].Data...), at+int64(len(done[0].Data))
		if len(done[0].Data) < 33 {
			break
		}
	}
	if string(read) != string(text) {
		t.Fatal("it is not read as it was written")
	}
	done := Turn(b, dirs, []port.Save{
		part(port.RemoveSnapshot, port.SnapshotPart{ID: id}), part(port.RemoveSnapshot, port.SnapshotPart{Name: "not-there.checkpoint.part"}),
		part(port.LoadSnapshot, port.SnapshotPart{ID: id, BytesMax: 9}), part(port.RemoveSnapshot, port.SnapshotPart{ID: id}),
	})
	if done[0].Fail != port.FailNone || done[1].Fail != port.FailNone || done[2].Fail != port.FailMissing || done[3].Fail != port.FailNone {
		t.Fatal(done)
	}
}

// Voters are those of the newest snapshot whose beginning can be read; names that Kafka gives to
// nothing are passed over, and Kafka's own unfinished ones are known.
func TestVotersAreThoseOfTheNewestSnapshotThatBeginsWell(t *testing.T) {
	b := formatted(t)
	const whole, damaged = "00000000000000000007-0000000001", "00000000000000000009-0000000001"
	put(t, b, inMetadata+whole+".checkpoint", snapshotText(3, 7))
	put(t, b, inMetadata+damaged+".checkpoint", strings.Replace(snapshotText(4, 7), "\x00\x00\x00\x04", "\x00\x00\x00\x05", 1))
	put(t, b, inMetadata+damaged+"-123.checkpoint.part", "")
	put(t, b, inMetadata+"7-1.checkpoint", "")
	put(t, b, inMetadata+damaged+".checkpoint.deleted", "")
	f := gathered(t, b)
	if len(f.Snapshots) != 3 || f.Snapshots[1].Contained != 7 || f.Snapshots[2].Contained != -1 || !cmp.Equal(f.Voters, []kafka.NodeID{3}) {
		t.Fatalf("%+v %v", f.Snapshots, f.Voters)
	}
	if !cmp.Equal(f.Leftovers, []string{damaged + "-123.checkpoint.part"}) {
		t.Fatal(f.Leftovers)
	}
}
