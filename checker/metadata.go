package checker

import (
	"fmt"

	"momus/core/kafka"
)

// MetadataFiles is what a disk holds of the metadata log of a node that is down.
type MetadataFiles struct {
	Event Event
	// Start is the base of the first segment.
	Start kafka.Offset
	// Snapshots are the files that have a snapshot's name, rising.
	Snapshots []SnapshotFile
}

// SnapshotFile is one of them: it holds what the log said below End.
type SnapshotFile struct {
	End kafka.Offset
	// Whole says that every batch of it is sound, from the header to the footer; Damaged that the
	// world damaged it.
	Whole, Damaged bool
}

// CheckMetadataFiles demands that snapshots cover what the log no longer holds, and that a file has a
// snapshot's name only if it is one: it is given the name when it is durable. It is asked whenever a
// node went down, since one that cannot start any more comes to no other judgement.
func CheckMetadataFiles(f *MetadataFiles) (list []Violation) {
	flag := func(format string, args ...any) {
		list = append(list, Violation{Checker: Metadata, Text: fmt.Sprintf(format, args...), Events: []Event{f.Event}})
	}
	covered := kafka.Offset(0)
	for _, s := range f.Snapshots {
		switch {
		case s.Whole:
			covered = max(covered, s.End)
		case !s.Damaged:
			flag("a snapshot of the metadata log up to %d has its name and is not whole", s.End)
		}
	}
	if f.Start > covered {
		flag("the metadata log begins at %d, and snapshots hold what it said up to %d", f.Start, covered)
	}
	return list
}

// Images are the images of the metadata log that a node had, by the offset that each reaches.
type Images struct {
	sums map[kafka.Offset]uint64
}

// Saw takes in that an image of an offset has a checksum: images are equal at equal offsets, whether
// they were made from the records as they came, from the whole log, or from a snapshot and what
// follows it.
func (m *Images) Saw(at Event, offset kafka.Offset, sum uint64) []Violation {
	if m.sums == nil {
		m.sums = map[kafka.Offset]uint64{}
	}
	was, known := m.sums[offset]
	if !known {
		m.sums[offset] = sum
		return nil
	}
	if was == sum {
		return nil
	}
	return []Violation{{
		Checker: Metadata, Text: fmt.Sprintf("the image of the metadata log at %d is not what it was before", offset), Events: []Event{at},
	}}
}
