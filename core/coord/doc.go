// Package coord is what a coordinator is made of, whatever it coordinates: how it follows the leadership
// of one partition of its internal topic, reads that log anew, appends its decisions, and learns what of them is
// committed. It decides nothing. A machine (core/group) holds one Log for each of its partitions.
//
// Inputs: how the replica stands (msg.CoordinatorPartition), what reads found. Outputs: reads to ask for, the
// records that a load found, how many of those who wait are to be answered.
//
//	log.go    the phases, following the leadership, waiting for commits
//	load.go   reading the log, record by record
//	write.go  a decision's records as one batch
//	check.go  what must be true
//
// Invariants:
//
//  1. Everything that a Log knows is pinned to one leader epoch. A commit of another epoch answers nobody, and a
//     change of epoch loses all of it: the log may have been cut, or written by another leader, meanwhile
//     (KAFKA-16030, KAFKA-20634).
//  2. While a log is loading nothing is decided, and nothing expires: what was read so far is not the state
//     (KAFKA-5600). A load ends when all is read that the log held when the epoch began, and all of that is committed.
//  3. What is appended is applied at once, by the code that a load applies it with, and answered when it is
//     committed. Who only looks waits likewise for what it saw.
//  4. Who has waited for too long is told so, and nothing is undone: whether it gets there is not known.
package coord
