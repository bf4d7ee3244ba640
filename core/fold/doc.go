// Package fold is one pure pass over batch headers. What a log's past means for its future, the
// state of its producers, is computed here and nowhere else: live by core/replica at append, and
// by recovery in disk/seglog from the bytes on disk, so that the two can never disagree.
//
// Input: record.Header values in log order. Output: a State, and for a batch that is about to be
// appended a Verdict.
//
// Invariants:
//
//  1. Applying the headers of a log in order, from any snapshot taken on the way, gives the same
//     State as applying them from the beginning, but for expired producers.
//  2. A Verdict never writes; only Apply does (decide, then apply).
//  3. The window holds the last five batches of the producer's current epoch (KIP-98, KAFKA-5494).
package fold
