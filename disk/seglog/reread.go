package seglog

import (
	"bytes"

	"momus/disk"
)

// A disk may give a read the bytes of another place, once, and hold the right ones all the while. A checksum
// tells that of batches and producer snapshots; the other files have none. So nothing is decided on one
// reading that destroys something: a log is cut or refused, a snapshot dropped, a copy put in a file's place
// only if two readings agree. Where a reader meets damage he looks once more; what is still damaged then
// fails that read, and neither the log nor its leadership.

// secondLook counts the readings of one batch that were bad, of which the last gave evidence; probed says that
// nothing sound was found behind it once. Both are believed when a second look agrees.
type secondLook struct {
	looks    int
	evidence uint32
	probed   bool
}

// wanted tells whether a batch that is bad is to be read once more.
func (k *secondLook) wanted(evidence uint32) bool {
	agreed := k.looks > 0 && k.evidence == evidence
	k.looks, k.evidence = k.looks+1, evidence
	return !agreed && k.looks <= looksMax
}

// looksMax is how often a batch is read that is bad each time in another way.
const looksMax = 4

// readingsMax is how often something is read until two readings agree of which one follows the other. Of three two
// went astray (seed 517); and two that went astray to the same place agree when a right one between them is passed
// over. Where one of eight goes astray, one search of 140 failed in six readings (seed 727340820); in sixteen it is one
// of a million.
const readingsMax = 16

// readTwice reads all of p until two readings agree. A file that ends before is damaged, and so is one that reads
// differently each time.
func readTwice(file disk.File, p []byte, off int64, m *meter) error {
	n, err := readAgreed(file, p, make([]byte, len(p)), off, m)
	if err == nil && n < len(p) {
		return errCorrupt
	}
	return err
}

// readAgreed is readTwice of what there is of p; spare is as long, for the other reading.
func readAgreed(file disk.File, p, spare []byte, off int64, m *meter) (int, error) {
	first, err := readCharged(file, p, off, m)
	if err != nil || first == 0 {
		return first, err
	}
	last := p[:first]
	for range readingsMax - 1 {
		n, err := readCharged(file, spare, off, m)
		if err != nil {
			return 0, err
		}
		if bytes.Equal(last, spare[:n]) {
			return copy(p, last), nil
		}
		last, spare = spare[:n], last[:len(p)]
	}
	return 0, errCorrupt
}

func readCharged(file disk.File, p []byte, off int64, m *meter) (int, error) {
	m.call(len(p))
	return readFull(file, p, off)
}
