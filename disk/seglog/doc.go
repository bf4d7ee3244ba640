// Package seglog is the partition log on disk, in Kafka's format: segments with their offset and
// time indexes, the tail of each log in memory, recovery. It is plain synchronous code over
// disk.FS: the same code runs on real files and inside the simulator.
//
// A Worker is the only writer of its logs. It takes port.LogOp values and answers port.LogDone
// values, in turns of bounded I/O. Readers go past it: a Registry finds the View of a log, an
// immutable picture that the writer swaps in whole, and answers port.Read with port.ReadDone, from
// any number of goroutines.
//
//	turn.go      the queue of each log, and what one turn does of it; fence.go answers and fails;
//	             line.go is the order of the logs, and of what each has to do
//	open.go      opening a log; with recover.go (walking its batches) and repair.go (cutting, indexes);
//	             leap.go passes over what snapshot, indexes and epochs say already;
//	             rewrite.go writes once more what a failed sync left in doubt
//	snapshot.go  producer snapshots: written at a roll and a close, read at an opening
//	append.go    appending; roll.go begins a segment; epochs.go keeps leader-epoch-checkpoint
//	flush.go     making durable, closing
//	truncate.go  cutting the end and the start; delete.go removes what is gone
//	copy.go       copying a log to another directory, beside its other operations; move.go makes the copy the log
//	clean.go     compaction beside a log's other operations: which records stay; sieve.go writes them, txnstate.go knows
//	             their transactions, keymap.go and hash.go where the last record of a key is
//	replace.go   putting what was compacted in its place; swaps.go ends what a crash cut off there
//	txnindex.go  the transaction indexes that a Kafka left
//	view.go      what readers see; read.go and readtime.go answer them; scan.go walks headers
//	reread.go    what is decided on two readings only
//	cache.go     the tails in memory; files.go the open files; index.go the two indexes
//
// Invariants:
//
//  1. A View never changes once it is published. Slices that it shares with the writer only grow
//     beyond the length that the View knows.
//  2. Operations on one log are carried out in order, but that an append may overtake the flush
//     before it until its sync begins (the flush then covers more), so that one sync serves all
//     flushes of a turn.
//  3. After a failure a log does nothing until an OpOpen of a higher generation. No sync is repeated.
//  4. A file is unlinked only by its worker, after its last unpin, and after a rename that recovery
//     recognises (.deleted, -delete).
//  5. A name is never opened again after its file was renamed away: a reader gets the file that its
//     View meant, or errGone. A file that gets another name is held open by its worker meanwhile.
//  6. The offset and time index of a segment are accelerators: recovery rebuilds them from the log.
//     On disk are those of sealed segments, and of the last one since it was opened or closed.
//  7. A turn begins no operation, no sync of a file and no step of a job once its budget is spent.
//  8. A producer snapshot speaks of exactly the batches below its offset. It is made durable by the
//     flush that covers its offset, and after a stop that was not clean none above the recovery point
//     is read. One that is damaged counts as absent.
//     After a kill what is found waits for the log's next flush, but for repairs.
//  9. What an opening passes over unread was durable before the last stop. If what it reads does not
//     fit what it passed over, it reads all.
//  10. One reading destroys nothing. A log is cut or refused, a snapshot dropped, a file replaced by its
//     copy after two readings that agree; a reader who meets damage looks once more, and what is damaged then
//     fails that read (FailCorrupt, which clients see as KAFKA_STORAGE_ERROR) and nothing else: the log stays
//     open. An index entry is followed only if the log has a batch where it points, of the entry's timestamp.
//  11. The tails count what they keep from being used again: small appends are copied together, of larger ones
//     the whole request counts, so that however small the batches in it are, the budget of buffers is never theirs alone.
//  12. Compaction changes nothing that a reader can tell but which records are there: offsets, epochs and producers
//     stay. Whatever a crash cuts off, a segment is there as it was, or what was made of it.
package seglog
