// Package sock is the port between a connection's turn and what carries its bytes: net/tcp in
// production, sim/simnet in a simulated world. The conformance suite net/nettest passes on both.
//
// Inputs: buffers to fill and spans to send. Outputs: how far that went, without ever waiting.
// Waiting is the business of each world: net/tcp blocks a goroutine, sim/simnet tells the world
// when an end became ready.
//
// Invariants of every implementation:
//
//  1. Bytes of one direction arrive in the order in which they were sent, each once, or the
//     connection breaks.
//  2. No call waits, and none keeps a buffer or a span after it returned.
//  3. A region of a file is read during the call that sends it, not earlier.
//  4. Reading is used by one caller at a time, and so is writing; Close may be called beside both.
package sock
