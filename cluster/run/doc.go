// Package run gives the turns of a node their goroutines: the combining inbox, the disk and ledger
// workers, connections, the wake-up timer. It holds no policy: no retry, no buffering of its own
// making, no order that the simulator does not draw.
//
// Who runs what: whoever posts to the idle inbox runs the core's turn (combining). While it holds
// the core it only steps and enqueues; after it let go it runs the turns that it made runnable, if
// they are free. Turns that may wait for the disk (fsync, opening, cold reads) go to a worker's
// goroutine, always.
//
//	main.go    from `momus serve` to the end of the process
//	server.go  the node: where entries of a Ready go, listeners
//	inbox.go   combining; the turns that a Step made runnable
//	conn.go    the turn of a connection
//	worker.go  disk workers, the ledger's saver, readers of cold data
//	timer.go   the core's Wake
//	record.go  the journal of --record
//	queue.go   what is between the core and a turn; events.go events for reuse
//	http.go    metrics and readiness
//
// Invariants:
//
//  1. The core is held by one goroutine at a time (inbox.busy); entries are enqueued before it is
//     let go.
//  2. A worker's turn and a connection's turn are run by one goroutine at a time.
//  3. Nothing blocks while the core is held.
package run
