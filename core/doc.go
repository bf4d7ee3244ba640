// Package core is the node: everything a broker decides, as one value without goroutine, lock,
// clock, socket, file or random source.
//
// The tour: Step takes one Event (event.go) and the two clocks; Ready (ready.go) gives what is to
// be done, as typed outboxes. node.go holds the state and the dispatch of events; route.go carries
// messages between the machines until none is left; apply.go turns committed metadata records into
// the image and the image's changes into replicas, publish.go into what connections validate by; boot.go and stop.go are the beginning and the
// end of a node's life, opening.go the logs opened a few at a time in between; checkpoint.go writes the
// offset checkpoints and lets a new log wait until one of the same name is out of the way;
// groups.go ties the group coordinator to the replicas of its topic;
// compact.go chooses the logs that are compacted, retain.go has those looked through that may lose segments, and removes
// what is left of deleted ones; inspect.go makes the Report of metrics;
// moves.go moves logs to other directories, log_dirs.go lists them;
// directories.go finds the directory of a replica; fault.go follows I/O errors to the end of a directory
// or the process; snapshot.go keeps the metadata log short; timers.go finds the next deadline. encode.go
// is the hash, the journal and the snapshot's view of a Step, check.go what must be true after one.
//
// The machines lie below: core/raft (the metadata quorum), core/controller (the cluster's
// decisions), core/lifecycle (this broker's registration and its end), core/replica (one partition
// each), core/session (the clients' requests), core/group (the group coordinator). They never meet but here.
//
// Invariants:
//
//  1. Nothing in a Ready depends on anything else in it.
//  2. The image changes only by committed records.
//  3. Every Span that entered leaves exactly once: in a log operation, a reply, or Drops.
//  4. A log is open only in the directory that the committed image names for it, but for the moment in which a
//     move is handed over: then nothing is appended to it.
//  5. After Step no message between machines is left undelivered.
package core
