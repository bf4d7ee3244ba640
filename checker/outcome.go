package checker

import (
	"slices"

	"momus/core/kafka"
)

const noProducer = kafka.NoProducerID

// outcome is what is known of a batch.
type outcome uint8

const (
	unknown outcome = iota
	acked
	failed
)

// outcome says what the client may conclude from the answers. Only a batch that was sent once, and
// refused with a code that says so, has definitely failed.
func (j *judge) outcome(op *ProduceOp) outcome {
	if op.acked() != nil {
		return acked
	}
	if op.Acks == 0 || len(op.Attempts) != 1 || !op.Attempts[0].Answered {
		return unknown
	}
	switch op.Attempts[0].Err {
	case kafka.ErrNotLeaderOrFollower:
		if op.Acks == 1 {
			return failed
		}
	case kafka.ErrUnknownTopicOrPartition, kafka.ErrUnknownTopicID:
		if !j.mayBeDeleted(op.Topic) {
			return failed
		}
	case kafka.ErrNotEnoughReplicas, kafka.ErrInvalidProducerEpoch, kafka.ErrProducerFenced,
		kafka.ErrOutOfOrderSequenceNumber, kafka.ErrInvalidTxnState, kafka.ErrMessageTooLarge,
		kafka.ErrRecordListTooLarge, kafka.ErrCorruptMessage, kafka.ErrInvalidRecord,
		kafka.ErrInvalidTimestamp, kafka.ErrTransactionAbortable, kafka.ErrConcurrentTransactions:
		return failed
	}
	return unknown
}

// acked is the attempt that was acknowledged, or nil. DUPLICATE_SEQUENCE_NUMBER acknowledges too,
// as clients take it, but tells no offset.
func (op *ProduceOp) acked() *Attempt {
	if op.Acks == 0 {
		return nil
	}
	for i := range op.Attempts {
		if a := &op.Attempts[i]; a.acks() {
			return a
		}
	}
	return nil
}

// acks tells whether the attempt's answer says that the batch is there.
func (a *Attempt) acks() bool {
	return a.Answered && (a.Err == kafka.None || a.Err == kafka.ErrDuplicateSequenceNumber)
}

// tooLarge tells whether a batch was refused for its size, and so never is appended, however often it is sent.
func (op *ProduceOp) tooLarge() bool {
	return slices.ContainsFunc(op.Attempts, func(a Attempt) bool {
		return a.Answered && (a.Err == kafka.ErrMessageTooLarge || a.Err == kafka.ErrRecordListTooLarge)
	})
}

// offset is the offset that the acknowledgement told for the op's i-th value, or NoOffset.
func (a *Attempt) offset(i int32) kafka.Offset {
	if a.Err != kafka.None || a.Base < 0 {
		return kafka.NoOffset
	}
	return a.Base + kafka.Offset(i)
}

// lastStart is when the batch was sent for the last time, or 0.
func (op *ProduceOp) lastStart() Event {
	if len(op.Attempts) == 0 {
		return 0
	}
	return op.Attempts[len(op.Attempts)-1].Start
}

// lastLanding is when the batch can no longer reach a log: an attempt that was given up may be under way for ever,
// over a connection that the network holds up, also behind the answer of a later one.
func (op *ProduceOp) lastLanding() Event {
	for i := range op.Attempts {
		if !op.Attempts[i].Answered {
			return forever
		}
	}
	return op.lastEnd()
}

// lastEnd is when the last attempt ended, or forever if it has not.
func (op *ProduceOp) lastEnd() Event {
	if len(op.Attempts) == 0 || op.Attempts[len(op.Attempts)-1].End == 0 {
		return forever
	}
	return op.Attempts[len(op.Attempts)-1].End
}
