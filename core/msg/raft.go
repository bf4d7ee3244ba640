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
	Records    []record.Metadata
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
