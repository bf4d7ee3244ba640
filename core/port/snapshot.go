package port

import (
	"cmp"
	"strconv"
	"strings"

	"momus/core/kafka"
)

// SnapshotID names a snapshot of the metadata log (KIP-630): it holds what the log says below End,
// the last of which Epoch wrote.
//
//canon:gen
type SnapshotID struct {
	End   kafka.Offset
	Epoch kafka.LeaderEpoch
}

// Compare orders by end, then epoch.
func (s SnapshotID) Compare(o SnapshotID) int {
	return cmp.Or(cmp.Compare(s.End, o.End), cmp.Compare(s.Epoch, o.Epoch))
}

// The widths of the two numbers in a snapshot's name.
const (
	snapshotEndDigits   = 20
	snapshotEpochDigits = 10
)

// String is how files name it, without a suffix.
func (s SnapshotID) String() string {
	return padded(int64(s.End), snapshotEndDigits) + "-" + padded(int64(s.Epoch), snapshotEpochDigits)
}

func padded(v int64, width int) string {
	digits := strconv.FormatInt(v, 10)
	return strings.Repeat("0", max(width-len(digits), 0)) + digits
}

// ParseSnapshotID reads what String writes.
func ParseSnapshotID(name string) (SnapshotID, bool) {
	end, epoch, _ := strings.Cut(name, "-")
	if len(end) != snapshotEndDigits || len(epoch) != snapshotEpochDigits {
		return SnapshotID{}, false
	}
	e, err := strconv.ParseUint(end, 10, 63)
	p, err2 := strconv.ParseUint(epoch, 10, 31)
	return SnapshotID{kafka.Offset(e), kafka.LeaderEpoch(p)}, err == nil && err2 == nil
}

// SnapshotFile is a snapshot of the metadata log that boot found under its name.
//
//canon:gen
type SnapshotFile struct {
	ID   SnapshotID
	Size int64
	// Contained is the append time of the last batch that it holds, by its header; -1 if that cannot
	// be read.
	Contained kafka.Wall
}

// SnapshotPart is what WriteSnapshot, LoadSnapshot and RemoveSnapshot are about.
//
//canon:gen
type SnapshotPart struct {
	ID SnapshotID
	// At is the place in the file; Data goes there, or BytesMax bytes from there on are wanted.
	At       int64
	Data     []byte
	BytesMax int32
	// Last says that the snapshot is whole with this part.
	Last bool
	// Name is the file that RemoveSnapshot removes, if it is not the snapshot itself but what was left
	// of one that was not finished.
	Name string
}
