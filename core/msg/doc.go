// Package msg is what session and machines say to one another: typed, without wire types or
// message versions. A file per machine. Machines never call one another; core.Node carries these.
//
//	replica.go     Produce and its answer; what may be asked of a replica during a call
//	controller.go  requests to the controller and their answers
//	partitions.go  requests to the controller that are about partitions
//	cluster.go     requests to the controller that are about features and brokers
//	configs.go     requests to it that change configuration; quotas.go those that change client quotas
//	group.go       what a group coordinator is asked, and what it needs of its log; group_*.go the requests
//	raft.go        what is committed, and who leads the quorum
//	published.go   the configuration that connections validate against
//
// Invariants:
//
//  1. A message that asks names an Op; exactly one answer names it back, unless the asker is gone.
//  2. Nothing in a message is shared: its slices belong to the receiver.
package msg
