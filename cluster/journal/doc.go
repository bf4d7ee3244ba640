// Package journal is the record of a node's Steps, and its replay. A journal is a ring of segment
// files; each begins with the core's whole state (its entropy included) and the hash chain so far,
// and goes on with one record per Step: the two clocks, the event, and the chain after it. Replay
// computes every Step again and names the first that comes out otherwise.
//
// Payload of user records never enters: a Span is written as its length and the checksums of its
// batches. Records of internal logs that the core itself reads are kept.
//
// Inputs: Steps, as a cluster.Observer, and states. Outputs: segment files on the disk.FS that it is
// given; differences. Nothing is synced: a journal outlives the process, not the machine.
//
//	write.go     the format: segments and records
//	recorder.go  a ring of segments, written by whoever calls Write
//	replay.go    computing recorded Steps again
//
// Invariants:
//
//  1. A segment can be replayed without those before it.
//  2. Each record carries its own checksum: a damaged record is named as such, by its number, and
//     never taken for a difference of the core.
//  3. A record cut short at the end of the last segment is where the process was killed, no damage.
//  4. Nothing waits for the journal. Steps that it could not take are left out between segments, and
//     counted; where segments do follow one another, so do their states.
package journal
