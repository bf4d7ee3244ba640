package checker

import "momus/core/kafka"

// DirFailure is a log directory that a process goes on without, or began without.
type DirFailure struct {
	Event Event
	Path  string
}

// DirLoss is a log directory that is gone with all that it held.
type DirLoss struct {
	Event Event
	// Lost are the logs that were in it, Kept those in the other directories of the node, also in one that
	// is only away for a while.
	Lost, Kept []kafka.TopicPartition
}

// DirReturn is a log directory that is there again after a life of its node without it, in which the others came to
// vouch for what the page cache has. It cannot: nobody was there to be told of its pages. So the next start takes
// the stop for lossy in it, though in no other.
type DirReturn struct {
	Event Event
	Logs  []kafka.TopicPartition
}

// Damage is one place of a log that the world damaged: a bit that flipped, a sector that a write
// meant for another place went to, or the one that it was meant for; or that a power loss took although
// the disk had been asked to sync it and had said that it did.
type Damage struct {
	Event Event
	Log   kafka.TopicPartition
	// From and End are the offsets of the batches that the damaged bytes belong to; End is exclusive.
	From, End kafka.Offset
	// Checkpoint is the recovery point that the directory's checkpoint named when it was done: a log
	// must not be cut below it.
	Checkpoint kafka.Offset
	// Suspect tells that the node is down after a stop that it must take for lossy, or recovers from it.
	Suspect bool
	// Gone tells that a power loss took the batches whole, with all of their file that lay behind, and that the
	// checkpoints it left name the log as one that may lack offsets: nothing is left that could show the loss.
	Gone bool
}

// Damaged is a partition that a client was refused at the end, or that nobody led then (Err), or a batch that it was sent
// whose checksum is wrong, so that nobody takes it for what was written (Text).
type Damaged struct {
	Event     Event
	Client    int32
	Topic     string
	ID        kafka.TopicID // zero if the request named the topic only
	Partition kafka.PartitionID
	// Offset is the first that could not be read, Base what a batch says that it begins at, if it can be told; else Offset.
	Offset, Base kafka.Offset
	Err          kafka.ErrorCode
	Text         string
}

// Crash is the end of a process that did not stop by itself.
type Crash struct {
	Event Event
	Node  int32
	// Power tells that what was not flushed is lost too.
	Power bool
	// Suspect tells that a call of the disk had failed, after which no stop is trusted to have kept
	// the page cache.
	Suspect bool
	// Flushed says, for each partition with a log on the node, up to where it was flushed at that
	// instant. A partition that is not named loses nothing.
	Flushed []FlushedEnd
}

// FlushedEnd is the exclusive end of what the last good flush of a log covers.
type FlushedEnd struct {
	Log kafka.TopicPartition
	End kafka.Offset
	// Doubted says that a sync of the log failed, and that the process was killed before it could
	// note that: its successor finds the pages, takes them for written, and no sync writes them.
	Doubted bool
}
