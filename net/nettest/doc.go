// Package nettest is what every net/sock.Socket promises, as cases by name. The same cases pass on
// sockets of the machine (net/tcp) and on those of a simulated world (sim/simnet).
//
// Inputs: a Harness that opens connections of one world and waits in it. Output: test failures.
//
// Invariants:
//
//  1. A case uses nothing but the port and the harness, so that no world can be favoured.
//  2. No case is skipped on one side.
package nettest
