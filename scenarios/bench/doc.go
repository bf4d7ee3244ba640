// Command bench holds the loads of scenarios/bench/run.sh, for where the shared load generator is not
// at hand. Each call is one load against one broker and prints one line of JSON; `summary` turns such
// lines into figures, beside those of another broker that took the same loads in turns.
//
// The deciding figure is what the server's process spent, user and system time from /proc/PID/stat
// in steps of 10 ms: client and server share the machine, so that rates tell of the client too.
//
//	load.go     flags, and the measured span
//	bulk.go     produce, consume, keep
//	partitions.go  partitions, spread, gather: the loads of scenarios/bench/scale.sh
//	latency.go  tiny, e2e
//	groups.go   groups, members, commits, keepoffsets, loaded
//	clean.go    clean
//	quiet.go    idle, startup
//	process.go  what /proc tells
//	summary.go  medians, ratios, FIGURE lines; scale.go the table of many partitions
//
// Inputs: a broker's address and process id. Outputs: JSON lines, FIGURE lines.
//
// Invariants:
//
//  1. A load ends by its count, or fails; there is no figure of a load that was cut short.
//  2. Its topic is new, and is deleted at its end, but for those that a prefix names.
//  3. Values are incompressible and uncompressed, acks=all, idempotent.
package main
