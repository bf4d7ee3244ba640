// Package simnet is net/sock in memory, with the clock and the faults of a simulated world:
// connections that carry bytes, cut anywhere, late, and broken when the plan says so.
//
// Inputs: calls on the two ends of a connection; Env's virtual time and draws; the world's calls
// of Deliver when something is due; its partitions, power losses and resets. Outputs: what is due
// and when (TakeDue), which ends became ready (Deliver), counters of faults that bit. A Net is
// used from one goroutine.
//
// The model. Each direction of a connection (a Way) is a queue of bytes with a window, which
// bounds what is under way or not yet read. A write that is accepted is cut into segments, each
// with an arrival time of its own that is not before the last one's. A reader that is slow or
// stopped fills the window, and the sender is told that the way is full; after a read it learns so
// with the delay of a segment.
//
//	net.go  the network: connections, faults, what is due
//	end.go  one end of a connection, a net/sock.Socket
//	way.go  one direction: bytes under way, chopped and late
//
// Invariants:
//
//  1. A draw of 0 is benign: least delay, whole writes and reads, no fault. A fault whose rate is
//     0 draws nothing.
//  2. In one direction bytes, end and reset arrive in the order in which they were sent, as TCP
//     has it. A reset may overtake the bytes under way, which are then lost.
//  3. A file region is read in the TryWrite that accepts its bytes: what happens to the file
//     earlier or later shows as it does with sendfile.
//  4. An end that reported "full" or "again" is told by some Deliver when that changed, unless its
//     direction is held or its peer's machine is gone.
//  5. A fault is counted only if it changed something.
package simnet
