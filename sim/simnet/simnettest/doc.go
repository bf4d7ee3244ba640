// Package simnettest is the least world that a simulated network needs, and the Harness of that
// world for the conformance suite net/nettest. The tests of sim/simnet and of net/tcp share it, so
// that simulated sockets pass one suite, next to those of the machine and in a world with faults.
// Only tests import it.
//
// Input: a source of draws. Output: a World, in which time goes on from one delivery to the next,
// and test failures where a wait would never end.
//
//	world.go    time, draws, deliveries
//	harness.go  pairs of sockets, and waits
//
// Invariants:
//
//  1. The same draws and the same calls make the same world.
//  2. Everything that is due is delivered, in the order of time and then of causes.
package simnettest
