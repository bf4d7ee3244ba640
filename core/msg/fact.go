package msg

import "momus/core/kafka"

// FactKind says what a replica's fact is about.
type FactKind uint8

// The facts. From and To are the range they speak of.
const (
	// FactOpened: the log is open, [From, To).
	FactOpened FactKind = iota + 1
	// FactCut: recovery cut a torn tail; Text says how many bytes.
	FactCut
	// FactFailed: the log failed and is offline; Text says why.
	FactFailed
	// FactDeleted: the log [From, To) is gone with its topic.
	FactDeleted
	// FactLeader: this node leads from epoch From on, at offset To.
	FactLeader
	// FactStartMoved: the log start moved from From to To.
	FactStartMoved
	// FactProducerExpired: the producer id From was forgotten.
	FactProducerExpired
	// FactFlushed: everything below To is durable.
	FactFlushed
)

// Fact is something that happened in one replica, for notes.
type Fact struct {
	Kind FactKind
	From kafka.Offset
	To   kafka.Offset
	Text string
}
