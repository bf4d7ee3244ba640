package msg

import (
	"momus/core/kafka"
	"momus/core/record"
)

// Committed are metadata records below the quorum's high watermark, in log order: the only way in
// which the broker's image changes.
//
//canon:gen
type Committed struct {
	Base kafka.Offset
	// Last is the offset of the last record of the batches delivered; it may be above that of the
	// last entry in Records, since control records are not delivered.
	Last       kafka.Offset
	Epoch      kafka.LeaderEpoch
	AppendTime kafka.Wall
	// Bytes is how much of the log they are.
	Bytes   int64
	Records []record.Metadata
}

// Quorum is the read side of this node's part in the metadata quorum.
type Quorum interface {
	// QuorumState is how the quorum stands, as far as this node knows it.
	QuorumState() QuorumState
}

// QuorumState is how the metadata quorum stands.
type QuorumState struct {
	// Leads says that this node leads: only then it knows the rest, but for KRaftVersion.
	Leads bool
	Epoch kafka.LeaderEpoch
	// HighWatermark is the exclusive end of what is committed, or kafka.NoOffset before anything is.
	HighWatermark kafka.Offset
	Voters        []QuorumVoter
	// KRaftVersion is the level of kraft.version: 0 where voters are named by configuration alone.
	KRaftVersion record.FeatureLevel
}

// QuorumVoter is a voter, and the exclusive end of what it is known to hold.
type QuorumVoter struct {
	ID kafka.NodeID
	// Dir is the directory of its metadata log; zero where voters are named by configuration alone.
	Dir kafka.DirID
	End kafka.Offset
}

// Loaded is a part of a snapshot of the metadata log, which stands for all that the log said below
// End. The parts of one come in order. Some may be of a snapshot that turns out to be damaged: then
// another First follows.
//
//canon:gen
type Loaded struct {
	// First says that whatever was loaded before counts for nothing.
	First   bool
	Records []record.Metadata
	// Last says that the snapshot is whole; Epoch wrote the last of what it holds.
	Last  bool
	End   kafka.Offset
	Epoch kafka.LeaderEpoch
}

// QuorumRole tells who leads the metadata quorum.
//
//canon:gen
type QuorumRole struct {
	Epoch  kafka.LeaderEpoch
	Leader kafka.NodeID
	// Active says that this node leads and that everything up to its first own record is committed
	// and has been delivered, so that its controller may decide.
	Active bool
}
