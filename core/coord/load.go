package coord

import (
	"errors"
	"fmt"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// Visitor is given what a load finds, in the order of the log. An error ends the load: the log can't be
// understood.
type Visitor interface {
	// Record takes a record. Its key and value alias memory that is used again.
	Record(h *record.Header, rec *record.Record) error
	// Marker takes the end of a producer's transaction.
	Marker(h *record.Header, commit bool) error
}

// retryDelay is for how long a load pauses after a read that failed. The log may be on its way to another
// directory, or the disk may have given another place's bytes; if it stays like this, the replica is told itself.
const retryDelay = 500 * kafka.Millisecond

// triesMax is after how many reads in a row that failed a load is stuck. It goes on trying, but nobody is told any
// more that it will be over soon.
const triesMax = 5

// Stuck tells whether the log can't be read, as it seems for good. Kafka gives up at the first read that fails, and
// isn't the coordinator any more until somebody restarts it; here it is one as soon as the log can be read.
func (l *Log) Stuck() bool { return l.phase == Loading && l.failures >= triesMax }

// Trouble says what a load is stuck at.
func (l *Log) Trouble() string {
	return fmt.Sprintf("offset %d can't be read", l.next)
}

// failed pauses the load.
func (l *Log) failed(now kafka.Now) {
	l.failures = min(l.failures+1, triesMax)
	l.retryAt = now.Mono.Add(retryDelay)
}

// errDamaged is a batch that is not as it was written.
var errDamaged = errors.New("a batch is damaged")

// NextRead is what a load wants read next, named by id, or ok is false. bytesMax bounds what one turn takes in.
func (l *Log) NextRead(id port.ReadID, bytesMax int32) (read port.Read, ok bool) {
	upto := min(l.end, l.high)
	if l.phase != Loading || l.read != 0 || l.retryAt != 0 || l.next >= upto {
		return port.Read{}, false
	}
	l.read, l.upto = id, upto
	return port.Read{
		ID: id, Kind: port.ReadCopy, Log: l.partition, From: l.next, Upto: upto, BytesMax: bytesMax, AtLeastOne: true,
	}, true
}

// Loaded ends the load if all is read and committed, and tells whether it did.
func (l *Log) Loaded() bool {
	if l.phase != Loading || l.read != 0 || l.next < l.end || l.high < l.end {
		return false
	}
	l.phase = Active
	return true
}

// ReadDone takes what a read found and gives it to the visitor. A read of an earlier leadership is ignored. The
// error says why the log can't be understood; it is Broken then.
func (l *Log) ReadDone(now kafka.Now, d *port.ReadDone, codecs *record.Codecs, v Visitor) error {
	if l.phase != Loading || l.read != d.ID {
		return nil
	}
	l.read = 0
	if d.Fail != port.FailNone {
		l.failed(now)
		return nil
	}
	at := l.next
	if len(d.Data) == 0 { // what is left below the bound was compacted away
		l.next, l.failures = l.upto, 0
		return nil
	}
	err := l.visit(d.Data, codecs, v)
	if l.next > at {
		l.failures = 0
	}
	switch {
	case errors.Is(err, errDamaged): // nothing of that batch was taken in; one reading decides nothing
		l.failed(now)
		return nil
	case err != nil:
		l.phase, l.waiting = Broken, nil
	}
	return err
}

// Retry goes on with a load after a pause, if that is over.
func (l *Log) Retry(now kafka.Now) {
	if l.retryAt != 0 && l.retryAt <= now.Mono {
		l.retryAt = 0
	}
}

// visit walks whole batches. Each that was taken in moves l.next behind it.
func (l *Log) visit(data []byte, codecs *record.Codecs, v Visitor) error {
	for len(data) > 0 {
		h, batch, rest, err := record.Split(data)
		if err != nil || record.CheckStored(batch, h) != nil || h.BaseOffset < l.next && h.End() <= l.next {
			return errDamaged
		}
		if err := visitBatch(h, batch, codecs, v); err != nil {
			return fmt.Errorf("batch at %d: %w", h.BaseOffset, err)
		}
		l.next, data = h.End(), rest
	}
	return nil
}

// recordsBytesMax bounds what one compressed batch may unpack to.
const recordsBytesMax = 256 << 20

func visitBatch(h record.Header, batch []byte, codecs *record.Codecs, v Visitor) error {
	body := h.Body(batch)
	if codec := h.Attributes.Compression(); codec != record.Uncompressed {
		var err error
		if body, err = codecs.Decompress(nil, codec, body, recordsBytesMax); err != nil {
			return err
		}
	}
	it := record.Records(h, body)
	for it.Next() {
		if !h.Attributes.IsControl() {
			if err := v.Record(&h, &it.Record); err != nil {
				return fmt.Errorf("record at %d: %w", it.Record.Offset, err)
			}
			continue
		}
		control, err := record.ReadControl(it.Record.Key, it.Record.Value)
		if err != nil {
			return fmt.Errorf("record at %d: %w", it.Record.Offset, err)
		}
		if marker, ok := control.(*record.EndTxnMarker); ok {
			if err := v.Marker(&h, marker.Commit); err != nil {
				return err
			}
		}
	}
	return it.Err()
}
