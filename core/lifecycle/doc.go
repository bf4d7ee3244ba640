// Package lifecycle is this node's role as a broker of its cluster: it removes the clean markers
// before anything is written, registers with the controller, keeps the session by heartbeats, asks
// for unfencing once the logs are open, and takes the broker down in order. It also keeps the
// broker's block of producer ids.
//
// Inputs: the facts of boot, where replicas are, replies of the controller, how far the node's own image is, and what
// became of the logs. Outputs, in Out: requests to the controller, saves, and the moments at which
// Node opens and closes logs, is ready, and ends.
//
//	lifecycle.go  the state, its outbox, boot and the saves
//	phases.go     the phases and their named transitions
//	register.go   registration and the previous broker epoch
//	heartbeat.go  heartbeats and their answers
//	stop.go       the controlled shutdown
//	producers.go  the block of producer ids
//	assign.go     which directories the replicas are in
//
// Invariants:
//
//  1. No log is opened before every clean marker is known to be gone: a marker says that nothing
//     was written since it was.
//  2. A clean marker is written only into a directory every log of which was closed without a failure,
//     after all were, and names the broker epoch whose logs it vouches for.
//  3. The previous broker epoch is claimed only if every directory vouches for the same one
//     (KIP-966); in doubt it is -1.
//  4. At most one registration or heartbeat, at most one request for producer ids, and at most one of
//     assignments, is on its way at any time.
//  5. No producer id is handed out twice; what is left of a block is lost with the process.
package lifecycle

//go:generate go run momus/core/internal/gen
