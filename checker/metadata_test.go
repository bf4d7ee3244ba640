package checker

import (
	"testing"
)

func TestSnapshotsCoverWhatTheMetadataLogNoLongerHolds(t *testing.T) {
	for _, c := range []struct {
		name  string
		files MetadataFiles
		want  int
	}{
		{"nothing was ever taken away", MetadataFiles{}, 0},
		{"a snapshot reaches into the log", MetadataFiles{Start: 7, Snapshots: []SnapshotFile{{End: 3, Whole: true}, {End: 9, Whole: true}}}, 0},
		{"a snapshot reaches up to the log", MetadataFiles{Start: 9, Snapshots: []SnapshotFile{{End: 9, Whole: true}}}, 0},
		{"the log begins behind all snapshots", MetadataFiles{Start: 10, Snapshots: []SnapshotFile{{End: 9, Whole: true}}}, 1},
		{"the log begins behind nothing", MetadataFiles{Start: 1}, 1},
		{"a name that came too early", MetadataFiles{Snapshots: []SnapshotFile{{End: 9}}}, 1},
		{"rot, and an older one covers", MetadataFiles{Start: 3, Snapshots: []SnapshotFile{{End: 3, Whole: true}, {End: 9, Damaged: true}}}, 0},
		{"a broken one covers nothing", MetadataFiles{Start: 9, Snapshots: []SnapshotFile{{End: 3, Whole: true}, {End: 9}}}, 2},
	} {
		got := CheckMetadataFiles(&c.files)
		if len(got) != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		for _, v := range got {
			if v.Checker != Metadata {
				t.Errorf("%s: %s speaks", c.name, v.Checker)
			}
		}
	}
}

func TestImagesAreEqualAtEqualOffsets(t *testing.T) {
	var m Images
	if v := append(m.Saw(1, 5, 77), append(m.Saw(2, 6, 78), m.Saw(3, 5, 77)...)...); v != nil {
		t.Error(v)
	}
	if v := m.Saw(4, 5, 78); len(v) != 1 || v[0].Checker != Metadata {
		t.Error(v)
	}
}
