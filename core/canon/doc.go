// Package canon is the runtime of the one encoding that events, outbox entries and states share.
//
// It owns the primitives that generated code (core/internal/gen) calls: appending and reading
// canonical bytes, appending the text that traces and diffs print, walking maps in order, and the
// running hash of the hash chain. The hash chain, the journal, printing, diffing and snapshots all
// go through it, so that what is hashed is what is recorded and what can be read back.
//
// Input is values of closed sets of small structs; output is bytes. It holds no state of its own.
//
//	append.go  values to canonical bytes
//	read.go    and back
//	text.go    values for a human reader
//	hash.go    the running hash
//
// Invariants:
//  1. Equal values have equal bytes. Maps are walked in the order of their keys; varints are
//     minimal, and a reader refuses any other form.
//  2. Reading inverts appending: nil and empty slices are told apart (null and empty differ in
//     Kafka's records), nil and empty maps are not (a map read is always ready for writing).
//  3. A reader never panics and never allocates more elements than bytes remain, whatever the
//     bytes; the first failure sticks in Reader.Err and every later read yields zero values.
package canon
