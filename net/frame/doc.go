// Package frame is a connection as a turn over bytes: it says where the next bytes go, takes them,
// makes requests of them, takes replies and says what is to be written. The same code runs on real
// sockets and in the simulated network. It does no I/O, holds no goroutine and reads no clock.
//
// A driver calls it, one call at a time: Want and Filled with what arrived, Requests for what
// became of it, Answer with replies, Out and Sent with what left. Memory comes from the Env: slabs
// to read into, and counted buffers against a budget for bodies.
//
//	conn.go      the connection, its states and its end
//	read.go      bytes to frames to requests
//	validate.go  batches against the policies of their topics
//	write.go     replies to spans to bytes
//
// Invariants:
//
//  1. Requests come out in the order of their frames, each once, numbered from 0 without gaps, and
//     are answered in that order. How the bytes were chopped has no effect on them.
//  2. An idle connection (nothing unread, nothing unsent, no frame begun) holds no slab and no
//     buffer.
//  3. A body takes from the budget after its length was read and before more of it is, and as long as it is
//     not whole, it counts among those that are arriving.
//  4. Requests in flight and replies not yet sent are at most Limits.RequestsPerConn together;
//     at the limit nothing is read. Behind a Fetch nothing is taken in until its answer has left, so
//     that what is kept for a peer that does not read is one answer of fetch.max.bytes at most.
//  5. Each span and buffer is released exactly once: by whoever took the requests, by Sent, or by
//     Release and Broken.
//  6. After a reply with Mute nothing is read and no other reply sent until Unmute (KIP-219).
//  7. After a malformed frame, or the peer's end, what was asked before is still answered.
package frame
