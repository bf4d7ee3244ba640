// Package scenario reads and writes scenarios: small files, written by people or by shrinking, that say what
// a simulated world is like, what happens in it, and how it must come out. CONTRIBUTING.md tells the
// format; scenarios/promises holds those that run with the tests.
//
// Inputs: text. Outputs: overrides of choices for package sim, and what of a report was not as expected.
//
//	scenario.go  what a file says; its verdict
//	parse.go     lines, numbers, times
//	world.go     nodes, topics and clients in words
//	groups.go    consumer groups, and what becomes of their members
//	orders.go    what happens at which time
//	expect.go    what must come of it
//	write.go     overrides as a file
//
// Invariants:
//
//  1. What a file says ends up as overrides and a seed, and nothing else: whatever can be said of a world
//     can be shrunk, and the other way round.
//  2. Parse(Write(x)) is x.
package scenario
