// Package sim is the simulated world: seeded choices, virtual time, and in it whole nodes, the same
// core, storage and connection code as in production, on a disk and a network that lie, with
// clients that speak the protocol in bytes. One seed gives one run, one hash and one verdict.
//
// Inputs: a seed, overrides of choices. Output: a Report.
//
//	choice.go  keyed streams of choices; 0 is always the benign one
//	heap.go    the events and their order
//	world.go   the loop, and the verdict
//	node.go    a machine and the process on it: boot, the core's turn, crashes
//	turns.go   the turns of workers, ledger and readers
//	conn.go    the turns of connections; sink.go takes the core's entries
//	conns.go   limits of connections: what is drawn, and what the judge is told
//	quotas.go  the same of client quotas; inspect.go asks for metrics, and looks at them
//	guests.go  the clients and what the judge is told; excuses.go what nodes say to excuse themselves
//	plan.go    what is drawn for a node: limits, configuration, faults, crashes
//	knobs.go   what overrides decide without moving a choice; orders.go what they have happen
//	marks.go   what was reached
//	rot.go     damage to bytes at rest, and what the judge is told of it
//	stray.go   reads that are given the bytes of another place
//	lies.go    syncs that failed or made nothing durable, and what the judge is told of them
//	dirs.go    log directories that fail, are away for a while, or come back empty
//	moves.go   moves of logs between directories, as the judge is told of them
//	cleanings.go  compactions, likewise; what is drawn for them
//	groups.go  what is drawn for groups, and what the judge is told of them
//	leadership.go  leadership that is taken away from a process that runs, and given back
//	metadata.go the metadata log: what is drawn for it, damage to it, what the judge is shown of it
//	phase.go   faults, quiet, a full re-read, a clean stop
//	pace.go    stops, pauses, and turns that come late
//	pool.go    memory that is poisoned when it comes back
//	recording.go what happened over time, for a page that shows it
//	report.go  how one seed came out, and what is counted; total.go sums up many
//	floors.go  how often things must happen
//
// Invariants:
//
//  1. What happens depends on the seed and the overrides alone.
//  2. Every turn runs whole at one instant; a disk's turn keeps its worker busy to the end of its
//     last call, and its completions arrive then.
//  3. A node's run does not depend on the other nodes of its world, as long as they are unconnected.
package sim
