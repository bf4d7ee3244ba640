package seglog

import (
	"encoding/binary"
	"errors"
	"slices"
	"sort"

	"momus/core/kafka"
	"momus/disk"
)

// Kafka keeps beside a segment the transactions that a marker in it aborted, in .txnindex: an entry for
// each, by rising offset of the marker. Of these files none is begun here, since without a coordinator
// there are no transactions but those that a Kafka left. Its files stay true: they go with their segment,
// lose what was cut off it, and are made anew when it is compacted.
const (
	txnIndexSuffix = ".txnindex"
	// An entry is a version, then producer, first offset, last offset (the marker's), last stable offset.
	txnEntryBytes = 34
	txnLastAt     = 18
)

// doomAborted renames a segment's transaction index away with the segment.
func (l *writer) doomAborted(base kafka.Offset, t *trash) error {
	i, found := slices.BinarySearch(l.aborted, base)
	if !found {
		return nil
	}
	l.aborted = slices.Delete(l.aborted, i, i+1)
	path := l.dir + "/" + segmentName(base) + txnIndexSuffix
	l.cleanse(path)
	l.w.meter.call(0)
	if err := l.w.fs.Rename(path, path+deletedSuffix); err != nil {
		return err
	}
	t.names = append(t.names, path+deletedSuffix)
	return nil
}

// noteAborted notes that a segment has a transaction index.
func (l *writer) noteAborted(base kafka.Offset) {
	if i, found := slices.BinarySearch(l.aborted, base); !found {
		l.aborted = slices.Insert(l.aborted, i, base)
	}
}

// cutAborted takes the markers at or above end out of a segment's transaction index: what comes to
// stand at their offsets was aborted by nobody.
func (l *writer) cutAborted(base, end kafka.Offset) error {
	if _, found := slices.BinarySearch(l.aborted, base); !found {
		return nil
	}
	m := &l.w.meter
	path := l.dir + "/" + segmentName(base) + txnIndexSuffix
	m.call(0)
	file, err := l.w.fs.Open(path)
	if err != nil {
		return err
	}
	err = l.cutEntries(file, end)
	m.call(0)
	if err = errors.Join(err, file.Close()); err == nil {
		l.soil(&handle{name: path, once: true})
	}
	return err
}

func (l *writer) cutEntries(file disk.File, end kafka.Offset) error {
	m := &l.w.meter
	m.call(0)
	size, err := file.Size()
	if err != nil {
		return err
	}
	kept := sort.Search(int(size/txnEntryBytes), func(i int) bool {
		var entry [txnEntryBytes]byte
		if err == nil {
			m.call(len(entry))
			err = readExact(file, entry[:], int64(i)*txnEntryBytes)
		}
		return kafka.Offset(binary.BigEndian.Uint64(entry[txnLastAt:])) >= end
	})
	if err != nil {
		return err
	}
	m.call(0)
	return file.Truncate(int64(kept) * txnEntryBytes)
}
