// Command differential asks a real Apache Kafka and Momus the same, and compares the answers field by field.
//
// Both are fresh, and the same set-up requests bring them to the same state. Then, for every API and version
// that Momus advertises, both get the same requests, one after another: good ones, ones made of a good one by
// changing a field to what it shouldn't be, and ones written by hand. What no broker can help but answer in its
// own way (ids, ports, clocks) is replaced by a name first. What differs then must stand in a row of
// docs/differences.md, with a reason.
//
//	main.go       the command: set-up, the pairs, the verdict
//	side.go       one of the two brokers: connection, exchange, what its own values are called
//	outcome.go    what came of a request: an answer, a closed connection, silence
//	compare.go    two answers, field by field; lists.go says which lists are matched by a key
//	volatile.go   the values that are replaced by a name, each with its reason
//	request.go    a case: API, version, bytes; mutate.go and bytes.go make bad ones of a good one
//	state.go      the set-up; good_*.go the good request of each API, hand_*.go what is written by hand
//	listed.go     the rows of docs/differences.md
//	tally.go      what is counted, and what is missing
//
// Invariants:
//
//  1. Both sides get the same bytes but for a side's own values (topic ids, directories).
//  2. Whether a request was good is what Kafka says: good is an answer without an error, bad an error, a closed
//     connection or silence. An API's version with fewer than one good and three bad requests fails the run.
//  3. A difference that no row lists fails the run, and so does a row that matches no difference.
package main
