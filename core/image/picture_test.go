package image

import (
	"bytes"
	"testing"

	"momus/core/canon"
	"momus/core/kafka"
	"momus/core/record"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawKept draws a quota, or a record of something that is held without being acted on, or a removal.
func drawKept(t *rapid.T) record.Metadata {
	name := rapid.SampledFrom([]string{"", "u", "v"}).Draw(t, "user")
	id := kafka.UUID{rapid.Byte().Filter(func(b byte) bool { return b < 3 }).Draw(t, "id")}
	gone := rapid.Bool().Draw(t, "removed")
	switch rapid.IntRange(0, 4).Draw(t, "kept") {
	case 0:
		entity := []record.ClientQuotaEntity{{EntityType: "user"}, {EntityType: "client-id", EntityName: &name}}
		if rapid.Bool().Draw(t, "the other way round") {
			entity[0], entity[1] = entity[1], entity[0]
		}
		entity = entity[:rapid.IntRange(1, 2).Draw(t, "parts")]
		if rapid.IntRange(0, 4).Draw(t, "unknown") == 4 {
			entity[0].EntityType = "of a later version"
		}
		key := rapid.SampledFrom([]string{"producer_byte_rate", "consumer_byte_rate", "request_percentage"}).Draw(t, "key")
		return &record.ClientQuotaRecord{Entity: entity, Key: key, Value: record.FloatBits(rapid.Uint8().Draw(t, "value")), Remove: gone}
	case 1:
		if gone {
			return &record.RemoveAccessControlEntryRecord{ID: id}
		}
		return &record.AccessControlEntryRecord{ID: id, Principal: name}
	case 2:
		if gone {
			return &record.RemoveUserScramCredentialRecord{Name: name, Mechanism: 1}
		}
		return &record.UserScramCredentialRecord{Name: name, Mechanism: 1, Iterations: 4096}
	case 3:
		if gone {
			return &record.RemoveDelegationTokenRecord{TokenID: name}
		}
		return &record.DelegationTokenRecord{TokenID: name, Owner: "o"}
	}
	return &record.RegisterControllerRecord{ControllerID: kafka.NodeID(id[0]), IncarnationID: id}
}

// The records of a picture, taken out one by one while the image goes on changing, make the image
// that there was; the image itself is what it would be if nobody had looked.
func TestImageLoadedFromASnapshotIsTheImageOfThatOffset(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, a, d := New(), newAuthor(), &Delta{}
		plain := New()
		offset := kafka.Offset(0)
		step := func() {
			rec := a.draw(t, offset)
			m.Apply(d, offset, rec)
			plain.Apply(&Delta{}, offset, rec)
			offset++
		}
		for range rapid.IntRange(0, 40).Draw(t, "before") {
			step()
		}
		for !m.Whole() {
			step()
		}
		if offset > 0 {
			m.Advance(offset-1, 3)
			plain.Advance(offset-1, 3)
		}
		was := m.Clone()
		picture := m.Freeze()
		d.Picture = picture
		loaded := New()
		for {
			for range rapid.IntRange(0, 3).Draw(t, "meanwhile") {
				step()
			}
			rec, ok := picture.Next(&m)
			if !ok {
				break
			}
			loaded.Load(throughBytes(t, rec))
			if rapid.IntRange(0, 4).Draw(t, "state saved") == 0 {
				var back Picture
				r := canon.NewReader(picture.AppendCanon(nil))
				back.ReadCanon(r)
				if r.End() != nil || !bytes.Equal(back.AppendCanon(nil), picture.AppendCanon(nil)) {
					t.Fatal("a picture does not survive its encoding")
				}
				picture = &back
				d.Picture = picture
			}
		}
		if picture.Offset >= 0 {
			loaded.Advance(picture.Offset, picture.Epoch)
		}
		loaded.Check()
		if diff := cmp.Diff(string(was.AppendText(nil)), string(loaded.AppendText(nil))); diff != "" || !bytes.Equal(was.AppendCanon(nil), loaded.AppendCanon(nil)) {
			t.Fatalf("(-log +snapshot):\n%s", diff)
		}
		if !bytes.Equal(plain.AppendCanon(nil), m.AppendCanon(nil)) {
			t.Fatal("the picture changed its image")
		}
		if len(picture.topics)+len(picture.configs) > 0 {
			t.Fatal("something is kept that was written")
		}
	})
}

// throughBytes is a record as a reader of the snapshot gets it.
func throughBytes(t *rapid.T, rec record.Metadata) record.Metadata {
	_, last := rec.Versions()
	back, _, err := record.ReadMetadata(record.AppendMetadata(nil, rec, last))
	if err != nil {
		t.Fatal(err)
	}
	return back
}

func TestPictureInsideATransactionIsABug(t *testing.T) {
	m := New()
	m.Apply(&Delta{}, 0, &record.BeginTransactionRecord{})
	defer func() {
		if recover() == nil {
			t.Error("half of a transaction was written out")
		}
	}()
	m.Freeze()
}
