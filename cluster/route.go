package cluster

import (
	"momus/core"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/wire"
)

// Sink takes the entries of a Ready into the queues of one world. Every method only enqueues.
type Sink interface {
	LogOp(worker int, op port.LogOp)
	Read(r port.Read)
	Save(s port.Save)
	// Reply takes an answer, and when the core was let go of.
	Reply(r wire.Reply, left kafka.Mono)
	Work(w port.Work)
	ConnOp(op core.ConnOp)
	Publish(p *msg.Published)
	Note(n core.Note)
	Report(r core.Report)
	Exit(e core.Exit)
}

// WorkerOf is the disk worker of a log: 0 for the metadata log, else 1 to workers.
func WorkerOf(log kafka.TopicPartition, workers int32) int {
	if log == kafka.MetadataLog {
		return 0
	}
	h := uint32(2166136261)
	for _, b := range log.Topic {
		h = (h ^ uint32(b)) * 16777619
	}
	h = (h ^ uint32(log.Partition)) * 16777619
	h ^= h >> 15
	return 1 + int(h%uint32(workers))
}

// Route hands every entry of r to its queue and releases the spans that the core dropped. It is
// called while the core is held, so that entries of successive Steps reach each queue in order; now is when the Steps
// were done.
func Route(r *core.Ready, workers int32, now kafka.Mono, to Sink) {
	for i := range r.LogOps {
		to.LogOp(WorkerOf(r.LogOps[i].Log, workers), r.LogOps[i])
	}
	for i := range r.Reads {
		to.Read(r.Reads[i])
	}
	for i := range r.Saves {
		to.Save(r.Saves[i])
	}
	for i := range r.Work {
		to.Work(r.Work[i])
	}
	if r.Publish != nil {
		to.Publish(r.Publish)
	}
	for i := range r.Replies {
		to.Reply(r.Replies[i], now)
	}
	for i := range r.ConnOps {
		to.ConnOp(r.ConnOps[i])
	}
	for i := range r.Notes {
		to.Note(r.Notes[i])
	}
	for i := range r.Reports {
		to.Report(r.Reports[i])
	}
	for i := range r.Drops {
		r.Drops[i].Release()
	}
	if r.Exit != nil {
		to.Exit(*r.Exit)
	}
}
