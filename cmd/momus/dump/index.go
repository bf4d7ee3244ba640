package dump

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"momus/core/record"
)

// The sizes of entries: a relative offset and a position; a timestamp and a relative offset; an aborted
// transaction.
const (
	offsetEntryBytes = 8
	timeEntryBytes   = 12
	txnEntryBytes    = 34
)

// place is where a batch of the segment begins, what it ends with, and the greatest timestamp up to its end.
type place struct {
	at, last int64
	top      int64
}

// index reads an index file whole, and the offset that its entries are relative to. A tail of zeros, which a
// running Kafka preallocates, is no entries.
func (d *dumper) index(entryBytes int) (b []byte, base int64, err error) {
	name := filepath.Base(d.file)
	base, err = strconv.ParseInt(name[:strings.IndexByte(name, '.')], 10, 64)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: the name of an index is an offset", d.file)
	}
	if b, err = os.ReadFile(d.file); err != nil {
		return nil, 0, err
	}
	if len(b)%entryBytes != 0 {
		d.problem("%s has %d bytes, no multiple of an entry's %d.", d.file, len(b), entryBytes)
	}
	b = b[:len(b)/entryBytes*entryBytes]
	for len(b) > 0 && zero(b[len(b)-entryBytes:]) {
		b = b[:len(b)-entryBytes]
	}
	if len(b) == 0 {
		d.say(d.file+" is empty.", map[string]any{"empty": true})
	}
	return b, base, nil
}

func zero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// places reads the headers of the segment that the index belongs to.
func (d *dumper) places() (all []place, err error) {
	f, err := os.Open(d.file[:strings.LastIndexByte(d.file, '.')] + ".log")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	top := int64(-1)
	err = walk(f, 1<<63-1, func(at int64, _ []byte, h record.Header, err error) error {
		if err == nil {
			top = max(top, int64(h.MaxTimestamp))
			all = append(all, place{at, int64(h.Last()), top})
		}
		return nil
	})
	return all, err
}

// offsetIndex prints the entries of an offset index, and compares each with the batch that it points at.
func (d *dumper) offsetIndex() error {
	b, base, err := d.index(offsetEntryBytes)
	if err != nil || len(b) == 0 {
		return err
	}
	last := base + int64(int32(binary.BigEndian.Uint32(b[len(b)-offsetEntryBytes:])))
	if d.Sanity {
		return d.sane(last >= base)
	}
	places, err := d.places()
	if err != nil {
		return err
	}
	var wrong []string
	for ; len(b) > 0; b = b[offsetEntryBytes:] {
		offset, at := base+int64(int32(binary.BigEndian.Uint32(b))), int64(int32(binary.BigEndian.Uint32(b[4:])))
		i := sort.Search(len(places), func(i int) bool { return places[i].at >= at })
		found := int64(-1)
		if i < len(places) && places[i].at == at {
			found = places[i].last
		}
		if found != offset {
			wrong = append(wrong, fmt.Sprintf("  Index offset: %d, log offset: %d", offset, found))
		}
		if !d.Verify {
			d.say(fmt.Sprintf("offset: %d position: %d", offset, at), map[string]any{"offset": offset, "position": at})
		}
	}
	if len(wrong) > 0 {
		d.problem("Mismatches in :%s\n%s", d.file, strings.Join(wrong, "\n"))
	}
	return nil
}

// sane is what a start demands of an index.
func (d *dumper) sane(ok bool) error {
	if !ok {
		d.problem("%s failed sanity check.", d.file)
		return nil
	}
	d.say(d.file+" passed sanity check.", map[string]any{"sane": true})
	return nil
}

// timeIndex prints the entries of a time index. Each says that up to its offset there is no greater timestamp.
func (d *dumper) timeIndex() error {
	b, base, err := d.index(timeEntryBytes)
	if err != nil || len(b) == 0 {
		return err
	}
	entry := func(b []byte) (int64, int64) {
		return int64(binary.BigEndian.Uint64(b)), base + int64(int32(binary.BigEndian.Uint32(b[8:])))
	}
	if d.Sanity {
		first, _ := entry(b)
		last, offset := entry(b[len(b)-timeEntryBytes:])
		return d.sane(offset >= base && last >= first)
	}
	places, err := d.places()
	if err != nil {
		return err
	}
	var missing, wrong, falling []string
	before := int64(-1)
	for ; len(b) > 0; b = b[timeEntryBytes:] {
		at, offset := entry(b)
		i := sort.Search(len(places), func(i int) bool { return places[i].last >= offset })
		switch {
		case i == len(places) || places[i].last != offset:
			found := int64(-1)
			if i < len(places) {
				found = places[i].last
			}
			missing = append(missing, fmt.Sprintf("Indexed offset: %d, found log offset: %d", offset, found))
		case places[i].top != at:
			wrong = append(wrong, fmt.Sprintf("Indexed timestamp: %d, largest timestamp up to there: %d", at, places[i].top))
		}
		if at < before {
			falling = append(falling, fmt.Sprintf("Index timestamp: %d, Previous indexed timestamp: %d", at, before))
		}
		before = at
		if !d.Verify {
			d.say(fmt.Sprintf("timestamp: %d offset: %d", at, offset), map[string]any{"timestamp": at, "offset": offset})
		}
	}
	for _, p := range []struct {
		what  string
		lines []string
	}{
		{"Found timestamp mismatch in :", wrong}, {"Found out of order timestamp in :", falling},
		{"The following indexed offsets are not found in :", missing},
	} {
		if len(p.lines) > 0 {
			d.problem("%s%s\n%s", p.what, d.file, strings.Join(p.lines, "\n"))
		}
	}
	return nil
}

// txnIndex prints the aborted transactions of a segment.
func (d *dumper) txnIndex() error {
	b, _, err := d.index(txnEntryBytes)
	if err != nil {
		return err
	}
	for ; len(b) > 0; b = b[txnEntryBytes:] {
		version := binary.BigEndian.Uint16(b)
		producer, first := int64(binary.BigEndian.Uint64(b[2:])), int64(binary.BigEndian.Uint64(b[10:]))
		last, stable := int64(binary.BigEndian.Uint64(b[18:])), int64(binary.BigEndian.Uint64(b[26:]))
		if version != 0 {
			d.problem("An entry of version %d; known is 0", version)
			return nil
		}
		d.say(fmt.Sprintf("version: %d producerId: %d firstOffset: %d lastOffset: %d lastStableOffset: %d", version, producer, first, last, stable),
			map[string]any{"producerId": producer, "firstOffset": first, "lastOffset": last, "lastStableOffset": stable})
	}
	return nil
}
