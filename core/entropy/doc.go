// Package entropy is the core's only source of numbers that nobody can predict from the outside:
// streams of integers derived from the 32 bytes that the start event carries, one per use.
//
// Input is the seed and the name of the use; output is a stream whose state is a value and part of
// its owner's state. The streams serve ids, back-off and placement. They are no secrets: whoever
// needs those gets them from the edge, as fields of events.
//
// Invariants:
//
//  1. Equal seeds and keys give equal streams, on every machine.
//  2. Drawing from one stream changes no other: a draw added in one place moves nothing elsewhere.
//  3. No id is one of Kafka's reserved ids, and none is printed with a leading dash, which
//     commands would take for an option.
package entropy

//go:generate go run momus/core/internal/gen
