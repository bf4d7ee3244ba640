// Package nettest is what every net/sock.Socket promises, as cases by name. The same cases pass on
// sockets of the machine (net/tcp) and on those of a simulated world (sim/simnet): the test named
// Conformance in net/tcp runs it on both and compares the cases that ran.
//
// Inputs: a Harness that opens connections of one world and waits in it. Output: test failures.
//
//	nettest.go   the suite, and what a case works on
//	transfer.go  bytes; end.go how connections end
//
// Invariants:
//
//  1. A case uses nothing but the port and the harness, so that no world can be favoured.
//  2. No case is skipped: a side that skips one fails.
package nettest
