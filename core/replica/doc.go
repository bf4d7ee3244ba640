// Package replica is one partition replica on this node: what it appends, what is committed, who
// waits for that, and when its log rolls and is flushed. Today it leads or stands by; following
// comes with the cluster.
//
// Inputs: leadership and configuration from the committed image, msg.Produce, msg.DeleteRecords,
// completions of log operations, checkpoints written, passed deadlines. Outputs, in Out: log
// operations, answers to Produce and DeleteRecords, the wish for a checkpoint, msg.Advanced for parked
// fetches, spans that leave unused, notes. FetchState, OffsetState, EpochEnd and EpochAt
// answer questions without changing anything.
//
// Three ends are kept apart: assigned (offsets are given away), written (the file has the bytes)
// and flushed (they survive a power loss); start <= high <= written <= assigned and flushed <=
// written. What the leader counts as its own end is the written one, or with flush.messages=1 the
// flushed one.
//
//	replica.go    the state and its outbox (out.go); the roles
//	open.go       opening, leading, resigning, closing, deleting, failing
//	produce.go    a batch: refusal, append, the wait for its acks
//	complete.go   completions of log operations
//	watermark.go  the high watermark, and who is told
//	flush.go      when to flush; roll.go when to begin a segment
//	directory.go  the loss of the log directory; move.go the move to another one
//	retain.go     which segments are to go, and when their files
//	compact.go    what is to be compacted, and how far that is
//	epochs.go     leader epochs and where they begin
//	delete_records.go  a log start that moves because somebody asks for it
//	expire.go     producers that were silent for long
//	producers.go  which producers the log remembers
//	age.go        when records came
//	query.go      answers to Fetch and ListOffsets
//	check.go      what must be true
//
// Invariants:
//
//  1. The high watermark never goes back while the log stays open, and is at most the own end of
//     every member of the ISR; it stands still while the ISR is smaller than
//     min(min.insync.replicas, replicas) (KIP-966).
//  2. A batch is answered without error only if its acks level is reached: acks=1 below the
//     leader's own end, acks=-1 below the high watermark; a duplicate no earlier than its original.
//  3. A completion counts only in the generation in which it was asked for.
//  4. After a failed operation nothing is appended or answered well until the log is opened anew;
//     all who wait are told KAFKA_STORAGE_ERROR, with no offset.
//  5. Every Span of a Produce leaves in an OpAppend or in Drops, exactly once.
//  6. The state of producers is changed by fold.State.Apply alone, when an offset is assigned.
//  7. A DeleteRecords is answered without error only if a checkpoint that was written names its start.
//  8. At most one flush is under way, beside that of a segment just rolled, so that one sync serves
//     all appends that came meanwhile.
package replica
