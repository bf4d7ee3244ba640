// Package assignor decides which member of a consumer group is to have which partitions: the assignors
// that Kafka 4.3 has on the server, uniform and range (KIP-848).
//
// Input is a Spec: the members with what they subscribe to and what they were to have so far, and the
// topics with their sizes. Output is one Assignment for each member. An assignor knows nothing of epochs
// or of who still holds a partition: that is the reconciliation's business, in core/group.
//
//	assignor.go       Spec, Assignment, and the assignors by name
//	uniform.go        members that all subscribe to the same: quotas
//	uniform_mixed.go  members that subscribe to different topics: the least loaded first, then moves
//	range.go          ranges of each topic, in the order of the members
//
// Invariants:
//
//  1. Each partition of a topic that somebody subscribes to belongs to exactly one of those who do.
//  2. uniform balances before it is sticky: with equal subscriptions the members' counts differ by one at
//     most, and no partition moves that need not.
//  3. Equal Specs give equal assignments: members and topics come sorted, and everything is done in that
//     order.
package assignor
