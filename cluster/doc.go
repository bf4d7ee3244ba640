// Package cluster assembles a node: it puts core.Node, the storage workers and the connections
// together as turns, and says where each entry of a Ready goes. It is the part of the assembly
// that both worlds share; cluster/run gives the turns goroutines, sim gives them virtual time.
//
//	step.go     Stepper: one Step of the core, hashed and observed
//	route.go    which queue an entry of a Ready goes to; which worker has a log
//	conn.go     what the turn of a connection does with its frame and its socket
//	storage.go  workers, readers and ledger of a node; Boot, the turn before the first
//	work.go     what the core has done outside of it
//	format.go   making the directories of a node, at its first start or before it
//	loss.go     giving up what is damaged of a log, while its node is stopped
//	pool.go     memory against a budget; workspaces.go: what decompressing takes, few of it;
//	            arrivals.go: what of it large frames hold while they arrive
//	slabs.go    memory to read into
//	alarm.go    when the one timer is set
//	note.go     facts of the core as log lines
//
// Invariants:
//
//  1. Route only enqueues; whatever an entry causes happens in a turn of its own.
//  2. A log always goes to the same worker, the metadata log to worker 0, which has no other.
//  3. What a turn does stands here once: Conn for connections, Storage for disks, Stepper for the
//     core, Pool for memory. A world decides who runs a turn and when, never what it does.
package cluster
