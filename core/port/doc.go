// Package port is what the core and the disk exchange: payload spans, log operations, reads,
// ledger saves, their completions, the facts of boot, and the named limits of everything that
// queues or buffers.
//
// Inputs and outputs: the core emits LogOp, Read and Save values; workers answer LogDone,
// ReadDone and Saved; Work is computed outside of the core, and answered by WorkDone. Nothing here acts.
//
//	span.go        counted memory, and payload as a part of it or of a file
//	span_canon.go  what hash and journal keep of payload: its length and checksums
//	log.go         operations and reads of logs, and their completions
//	ledger.go      saves of small files, and the facts of boot; snapshot.go those of the metadata log
//	work.go        what a coordinator wants computed
//	limits.go      every bound on a queue, a buffer, a set of waiters or a turn
//	marks.go       the rare branches that seeds should reach
//
// Invariants that the code refers to:
//
//  1. A Span has one owner at a time and is released exactly once.
//  2. Operations on one log are carried out in the order in which they were emitted (FIFO);
//     reads are not part of that order.
//  3. A completion names log, generation and end; the core ignores another generation's.
//  4. After a failed operation every later one on that log fails until an Open with a higher
//     generation.
package port
