package port

//go:generate go run momus/core/internal/gen

import (
	"strconv"

	"momus/core/fold"
	"momus/core/kafka"
)

// Generation numbers the openings of a log; it rises at every open, truncation and failure, and
// is assigned by the core.
//
// A worker answers with the generation of the operation; once it failed one, it fails every
// operation of that generation or an older one.
type Generation int64

// LogOpKind says what a LogOp does.
type LogOpKind uint8

// The operations on a log.
const (
	// OpOpen opens or creates the log's directory, recovers it and answers with Opened. It adopts Gen.
	OpOpen LogOpKind = iota + 1
	// OpAppend writes Span's whole batches at Base, stamped with base offsets and Epoch, ending
	// at End. With Roll a new segment begins at Base first, and Snapshot is written.
	OpAppend
	// OpFlush makes everything below End durable: file contents, and directory entries of
	// segments created since the last flush.
	OpFlush
	// OpTruncate cuts the log so that its end is at most End. It adopts Gen.
	OpTruncate
	// OpAdvanceStart makes Base the log start: segments wholly below it are renamed .deleted and
	// unlinked after OpPurge, at their last unpin. At least one segment always stays: with Roll a
	// new one begins at Base first, which must be the end.
	OpAdvanceStart
	// OpClose writes Snapshot, flushes and closes the log.
	OpClose
	// OpDelete renames the directory to -delete; OpPurge removes it. The log is gone; no generation follows.
	OpDelete
	// OpPurge lets go of files that are out of the way already: of segments that lay below Base when
	// the start advanced, and of a deleted log (whatever Base is). It is asked for after the
	// operation that renamed them was completed, file.delete.delay.ms later, has no place in the
	// log's order, and never fails: what cannot be removed is in nobody's way.
	OpPurge
	// OpForget lets go of a log whose directory went offline: of its files, its View and whatever is
	// known of it, without a call on the directory but to close what is open. It never fails.
	OpForget
	// OpBeginCopy makes a directory for a copy of the log in the log directory Open.Dir (KIP-113), durably,
	// named topic-partition.<topic id>-future, or empties the one that is there. None of the operations
	// on copies fails the log: FailTarget and FailNoSpace are the fault of the directory of the copy.
	OpBeginCopy
	// OpCopy copies the log's segments into it, beside the operations that follow, and is answered once the
	// copy has come to the end that the log has then.
	OpCopy
	// OpFinishCopy copies what is left, writes Snapshot as that at End, and makes all of the copy
	// durable. No append may follow before OpSwap or OpRemoveCopy.
	OpFinishCopy
	// OpSwap gives the copy that was finished the log's name: from here on it is the log, and flushed to
	// its end. What was the log before stays under its name in its log directory until OpRemoveCopy.
	OpSwap
	// OpRemoveCopy renames a copy of the log in the directory Open.Dir away, finished or not, or what was
	// the log there before, and lets it go. That there is none is as good.
	OpRemoveCopy
	// OpForgetCopy lets go of the copy under way without a call on its directory, which is offline.
	OpForgetCopy
	// OpClean compacts a part of the log aside, by Clean, or goes on with the next part if Clean is nil. It goes on
	// beside the operations that follow, and is answered with Cleaned. FailCorrupt says that a batch cannot be
	// read; the log is none the worse for it.
	OpClean
	// OpReplace puts the part that was compacted last in the place of the segments that it came of.
	OpReplace
	// OpStopClean lets go of what is being compacted.
	OpStopClean
)

var logOpNames = [...]string{
	OpOpen: "open", OpAppend: "append", OpFlush: "flush", OpTruncate: "truncate",
	OpAdvanceStart: "advance of the start", OpClose: "close", OpDelete: "delete",
	OpPurge: "purge", OpForget: "forget",
	OpBeginCopy: "begin of a copy", OpCopy: "copy", OpFinishCopy: "end of a copy", OpSwap: "swap",
	OpRemoveCopy: "removal of a copy", OpForgetCopy: "forget a copy",
	OpClean: "compaction", OpReplace: "replacement by what was compacted", OpStopClean: "end of a compaction",
}

// String names the operation as traces and log lines do; one of another version by its number.
func (k LogOpKind) String() string { return nameOf(logOpNames[:], "operation ", int(k)) }

// nameOf is a kind's name, or what it is a kind of with its number.
func nameOf(names []string, what string, k int) string {
	if k < len(names) && names[k] != "" {
		return names[k]
	}
	return what + strconv.Itoa(k)
}

// OpenSpec is what OpOpen needs to know. The operations on copies want Dir alone.
//
//canon:gen
type OpenSpec struct {
	// Topic is the name, for the directory Topic-Partition and partition.metadata.
	Topic string
	// Dir is the log directory to open in.
	Dir kafka.DirID
	// Create says that a missing directory is to be made. Otherwise a missing one is FailMissing.
	Create bool
	// StopWasClean says that the log was closed by a clean stop: nothing to recover.
	StopWasClean bool
	// StopWasLossy says that the page cache was lost since the last run (power loss): a bad batch
	// above RecoveryPoint is a torn tail. If false (a kill), a bad batch with valid ones behind is rot.
	StopWasLossy bool
	// Rewrite says that a sync failed in the last run. The kernel then takes the pages for clean,
	// and another sync would write nothing: what is not known to be durable is written once more.
	Rewrite bool
	// Harden says that what is found is made durable before the log is open: of a topic that counts its
	// flushed end (flush.messages=1), which else would go back for a while. Without it, what is in page
	// cache after a kill waits for the log's next flush, as it did before.
	Harden bool
	// RecoveryPoint is the offset below which the log was flushed, by the checkpoint.
	RecoveryPoint kafka.Offset
	// LogStart is the log start by its checkpoint (0 when there is none).
	LogStart kafka.Offset
	// Compacted says that offsets may be missing between batches, since a cleaner has been here. Where they
	// may not, a gap is damage after a stop that was not clean: a disk that lost what it was asked to sync leaves one.
	Compacted bool
	// Clean is up to where the log was compacted by the checkpoint, kafka.NoOffset if it never was.
	Clean kafka.Offset
	// AcceptLoss lets a log with rot open, cut before the rot.
	AcceptLoss bool
	// IndexIntervalBytes and IndexBytesMax are index.interval.bytes and segment.index.bytes.
	IndexIntervalBytes int32
	IndexBytesMax      int32
}

// LogOp is one operation on one log. It is one struct for all kinds, so that the outbox is a
// plain slice; which fields count depends on Kind.
//
//canon:gen
type LogOp struct {
	Kind  LogOpKind
	Log   kafka.TopicPartition
	Gen   Generation
	Epoch kafka.LeaderEpoch
	Base  kafka.Offset
	End   kafka.Offset
	Roll  bool
	Span  Span
	Open  *OpenSpec
	// Snapshot is the producer snapshot file at Base of an OpAppend or an OpAdvanceStart with Roll,
	// and at End of an OpClose or an OpFinishCopy. Nil writes none.
	Snapshot []byte
	Clean    *CleanSpec
}

// CleanSpec is what OpClean needs to know.
//
//canon:gen
type CleanSpec struct {
	// From is the first offset that is not known to be compacted, Upto the base of the first segment that must not
	// be: of each key the last record between them is looked for.
	From, Upto kafka.Offset
	// Keys bounds the keys that are told apart at a time, Slots the places of the table that they stand in.
	Keys, Slots int64
	// HashKey is what the hashes of keys are keyed with.
	HashKey [16]byte
	// SegmentBytes and IndexBytesMax bound the segments that are made.
	SegmentBytes  int32
	IndexBytesMax int32
	// Now is the time by which a tombstone may go, DeleteRetention how long one stays that is seen for the first time.
	Now             kafka.Wall
	DeleteRetention kafka.Millis
	// Producers are those whose last batch must stay, by rising id.
	Producers []ProducerEnd
}

// ProducerEnd is where the last batch of a producer ends; kafka.NoOffset says that a marker of Epoch is all there is.
//
//canon:gen
type ProducerEnd struct {
	Producer kafka.ProducerID
	Epoch    kafka.ProducerEpoch
	Last     kafka.Offset
}

// Cleaned is what came of an OpClean, or an OpReplace: the segments from Base on and below End are to be replaced by
// Segment, or were. If Base is End nothing is to be, or was, since they changed meanwhile.
//
//canon:gen
type Cleaned struct {
	Base, End kafka.Offset
	Segment   SegmentInfo
	// More says that the next OpClean goes on. Else it is over, and the log is compacted up to Reached.
	More    bool
	Reached kafka.Offset
	// BytesRead and BytesWritten are what that took, Records those that were in the segments and Kept those that stay.
	BytesRead, BytesWritten int64
	Records, Kept           int64
	// Keys is how many keys are told apart.
	Keys int64
}

// Failure is the environment's fault in an operation.
type Failure uint8

// The failures. FailFenced says that an earlier operation of this generation failed.
const (
	FailNone Failure = iota
	FailIO
	FailNoSpace
	FailCorrupt
	FailMissing
	FailFenced
	FailRange
	// FailTarget is an I/O error in the directory that a log is copied to.
	FailTarget
)

var failureNames = [...]string{"none", "io", "no-space", "corrupt", "missing", "fenced", "range", "target"}

// String names the failure; one of another version by its number.
func (f Failure) String() string { return nameOf(failureNames[:], "failure ", int(f)) }

// SegmentInfo describes one segment of a log just opened.
//
//canon:gen
type SegmentInfo struct {
	Base kafka.Offset
	Size int64
	// FirstTimestamp is the greatest of the first batch, of the last segment only, MaxTimestamp of all
	// batches; -1 if there is none.
	FirstTimestamp kafka.Wall
	MaxTimestamp   kafka.Wall
}

// TimeAt is an offset, and the greatest timestamp of what lies before it in its segment.
//
//canon:gen
type TimeAt struct {
	Offset    kafka.Offset
	Timestamp kafka.Wall
}

// EpochStart says at which offset a leader epoch begins (leader-epoch-checkpoint).
//
//canon:gen
type EpochStart struct {
	Epoch kafka.LeaderEpoch
	Start kafka.Offset
}

// Opened is what an open log holds.
//
//canon:gen
type Opened struct {
	Start    kafka.Offset
	End      kafka.Offset
	Flushed  kafka.Offset
	Segments []SegmentInfo
	// Times are some entries of the last segment's time index, OpenedTimesMax at most, by rising offset and timestamp:
	// before Offset there is a record of Timestamp, and none that is greater. Older ones lie further apart.
	Times  []TimeAt
	Epochs []EpochStart
	Fold   fold.State
	// CutBytes counts what recovery cut off the tail, behind End.
	CutBytes int64
	// IOBytes is how much the opening read and wrote.
	IOBytes int64
}

// LogDone completes a LogOp. End is the written end after OpAppend, the flushed end after
// OpFlush, OpClose and OpSwap, the log end after OpTruncate and the log start after OpAdvanceStart.
//
//canon:gen
type LogDone struct {
	Kind   LogOpKind
	Log    kafka.TopicPartition
	Gen    Generation
	Epoch  kafka.LeaderEpoch
	End    kafka.Offset
	Fail   Failure
	Opened *Opened
	// Cleaned answers OpClean.
	Cleaned *Cleaned
}

// ReadID names a read in flight.
type ReadID int64

// ReadKind says what a Read asks.
type ReadKind uint8

// The reads.
const (
	// ReadBatches returns a Span of whole batches, the first of which holds or follows From, all
	// ending at or below Upto, and at most BytesMax together; with AtLeastOne the first batch
	// comes whatever its size (KIP-74).
	ReadBatches ReadKind = iota + 1
	// ReadCopy is ReadBatches into memory that belongs to the core (Data), for logs that the core
	// itself reads.
	ReadCopy
	// ReadTime finds the first record whose timestamp is at least Timestamp.
	ReadTime
	// ReadMaxTime finds the (first) record with the largest timestamp below Upto.
	ReadMaxTime
	// ReadCopied asks how far a copy of the log in another directory is: Next is its end, and TotalBytes the
	// size of its segments; 0 if there is none.
	ReadCopied
	// ReadSpace asks how much the file system of the log directory Dir holds, and what of it is free.
	ReadSpace
)

var readNames = [...]string{
	ReadBatches: "batches", ReadCopy: "copy", ReadTime: "time", ReadMaxTime: "greatest time",
	ReadCopied: "copied", ReadSpace: "space",
}

// String names the read as traces do; one of another version by its number.
func (k ReadKind) String() string { return nameOf(readNames[:], "read ", int(k)) }

// Read asks something of a log's current View. It is not ordered with the log's operations.
//
//canon:gen
type Read struct {
	ID         ReadID
	Kind       ReadKind
	Log        kafka.TopicPartition
	From       kafka.Offset
	Upto       kafka.Offset
	BytesMax   int32
	AtLeastOne bool
	Timestamp  kafka.Wall
	Dir        kafka.DirID
}

// ReadDone answers a Read. FailRange means From lies outside what the View held; FailMissing that
// the log is not open, or Dir not there. Next is the offset after the last batch returned (From when none).
//
//canon:gen
type ReadDone struct {
	ID        ReadID
	Log       kafka.TopicPartition
	Fail      Failure
	Span      Span
	Data      []byte
	Next      kafka.Offset
	Found     kafka.Offset
	Timestamp kafka.Wall
	Epoch     kafka.LeaderEpoch
	// TotalBytes and UsableBytes answer ReadSpace.
	TotalBytes  int64
	UsableBytes int64
}

// ConnID names a connection for the life of a node's process; ids are never reused.
type ConnID int64

// RequestSeq counts the requests of one connection, from 0.
type RequestSeq int64
