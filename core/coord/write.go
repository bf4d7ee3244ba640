package coord

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

// Writer makes batches. It may be used again and again; what it holds between batches counts for nothing.
type Writer struct {
	// Codecs are for loads too.
	Codecs  record.Codecs
	builder record.Builder
}

// Begin begins a batch in a codec.
func (w *Writer) Begin(codec record.Compression) {
	w.builder.Reset(0, kafka.NoLeaderEpoch)
	w.builder.Codecs = &w.Codecs
	w.builder.Batch.BaseSequence = 0 // without a producer; Kafka's coordinators write it so
	w.builder.Batch.Attributes |= record.Attributes(codec)
}

// Add adds a record. A nil value is a tombstone. Key and value are copied.
func (w *Writer) Add(at kafka.Wall, key, value []byte) { w.builder.Add(at, key, value) }

// Append appends the batch as the leader of the epoch that the log is pinned to. The records are the log's from here
// on and must be applied at once. On an error nothing was appended; it is one of those that coordinators answer
// with: UNKNOWN_SERVER_ERROR if the batch is larger than the topic allows, else COORDINATOR_NOT_AVAILABLE or
// NOT_COORDINATOR.
func (l *Log) Append(now kafka.Now, log msg.CoordinatorLog, w *Writer) (base kafka.Offset, err kafka.ErrorCode) {
	if l.phase != Active {
		panic("BUG: a decision of a coordinator whose log is " + l.phase.String())
	}
	batch := w.builder.Append(nil)
	if len(batch) > int(l.batchBytesMax) {
		return kafka.NoOffset, kafka.ErrUnknownServerError
	}
	head, _, _, parse := record.Split(batch)
	if parse != nil {
		panic("BUG: a batch was made that is none: " + parse.Error())
	}
	base, err = log.AppendAs(now, l.partition, l.epoch, head, port.MemSpan(batch, nil))
	switch err {
	case kafka.None:
		if base < l.end {
			panic("BUG: a coordinator's log goes back within a leader epoch")
		}
		// Between may lie what an administrator's client wrote; as in Kafka it counts at the next load.
		l.end = base + kafka.Offset(head.LastOffsetDelta) + 1
		return base, kafka.None
	case kafka.ErrNotLeaderOrFollower, kafka.ErrKafkaStorageError:
		err = kafka.ErrNotCoordinator
	case kafka.ErrMessageTooLarge, kafka.ErrRecordListTooLarge:
		err = kafka.ErrUnknownServerError
	default:
		err = kafka.ErrCoordinatorNotAvailable
	}
	return kafka.NoOffset, err
}
