// Package fold is one pure pass over batch headers. What a log's past means for its future, the
// state of its producers, is computed here and nowhere else: live by core/replica at append, and
// by recovery in disk/seglog from the bytes on disk, so that the two can never disagree.
//
// Input: record.Header values in log order. Output: a State, and for a batch that is about to be
// appended a Verdict.
//
// The rules are those of Kafka's ProducerStateManager and ProducerAppendInfo: KIP-98 (idempotent
// producers), KIP-360 (an unknown producer may begin at any sequence), KAFKA-5494 (five batches
// are remembered). The epoch of a transaction's coordinator stands inside its marker, not in the
// header, and so is none of the fold's business.
//
//	state.go     what is remembered of producers and open transactions
//	check.go     what a batch would be: new, a repetition, out of order
//	apply.go     taking a batch into the state
//	snapshot.go  the state as Kafka's producer snapshot file
//
// Invariants:
//
//  1. Applying the headers of a log in order, from any snapshot taken on the way, gives the same
//     State as applying them from the beginning, but for expired producers, and for the batches of a
//     window that lie further before the snapshot than Restore was shown.
//  2. A Verdict never writes; only Apply does (decide, then apply).
//  3. The window holds the last five batches of the producer's current epoch.
//  4. Open lists exactly the producers whose TxnFirst is set, by rising first offset.
package fold

//go:generate go run momus/core/internal/gen
