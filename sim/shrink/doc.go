// Package shrink makes a scenario that fails smaller: it leaves away and simplifies choices, runs each
// candidate for real, and keeps it only if the same check fails.
//
// Inputs: a scenario, what its failure is, and a function that runs one. Output: the smallest one found. It
// knows no clock: whoever calls says when to stop, and has the best so far at any time.
//
//	shrink.go  the loop, and what counts as smaller
//	passes.go  what is tried: faults, clients, time, operations, single choices
//	detours.go what first makes a scenario another one: choices that come out alike, other plans of clients
//
// Invariants:
//
//  1. What is returned has failed with the same verdict and check in a run of its own.
//  2. A candidate is kept only if not more faults bite and not more operations are made in it, together; at the end
//     of a detour there must be fewer.
package shrink
