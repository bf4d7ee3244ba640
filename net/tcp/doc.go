// Package tcp is listeners and sockets on the machine's TCP: the thinnest possible net/sock.Socket,
// with the two waits that a goroutine per connection needs. It has no policy: no retry, no buffer,
// no order of its own.
//
// Inputs: addresses, buffers, spans. Outputs: bytes moved and errors, the kernel's mapped to those
// of net/sock. Memory goes out by writev, file regions by sendfile at explicit offsets where the
// region has an Fd method, else by a copy. It is written for Linux.
//
//	listen.go  listening and accepting
//	socket.go  a socket: its waits, reads, ends
//	write.go   spans to writev and sendfile
//	sys.go     poll and writev
//
// Invariants:
//
//  1. Only WaitReadable, WaitWritable and Accept wait, and they wait in the runtime's poller: an
//     idle connection holds a parked goroutine, and no buffer.
//  2. The poller is edge-triggered and forgets earlier edges when a wait begins; so each wait asks
//     the kernel first (ppoll, without waiting) and parks only if the answer was no.
//  3. Close ends both waits, with sock.ErrClosed.
package tcp
