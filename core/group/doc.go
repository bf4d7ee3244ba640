// Package group is the group coordinator: who is in which group, who got what, and which offsets are committed.
// Each partition of __consumer_offsets that this node leads is a Shard, which keeps the groups whose names fall
// to it, and loses all of them with the leadership.
//
// Inputs: how the replicas of __consumer_offsets stand, what reads of them found, msg.GroupRequest, changes of the
// image, passed deadlines. Outputs, in Out: reads, msg.GroupReply, work, notes. It appends by View.Log, within the call.
//
// A decision reads the state and yields records and answers (decision); carry appends the records as one batch,
// applies them, and parks the answers until all is committed. Only apply, which a load runs too, writes what
// records say. What is in no record, who waits for whom and timers, is lost with the leadership; after a load all
// members have their whole session timeout again. What takes long, resolving regular expressions, leaves in Out.Work
// and comes back by WorkDone.
//
//	groups.go   the shards, and what the node tells them
//	shard.go    one partition: decide, append, apply, answer
//	load.go     what a load finds; apply.go records to state
//	group.go    a group, and the list of all; kinds.go what groups of all kinds are asked
//	timers.go   deadlines
//	offsets_*.go  committed offsets: kept (store), committed, fetched, deleted, expired, pending in transactions
//	report.go   what metrics tell
//	classic_*.go groups of the classic protocol: the state (group) and its record (record), joining (join, static,
//	            protocol), the rebalance (rebalance, sync), heartbeats and leaving (heartbeat), timers, what is told of
//	            them (describe), what becomes of a group of another kind (convert)
//	consumer_*.go groups of the consumer protocol (KIP-848): the state (group) and its records (apply), heartbeats, what
//	            members subscribe to (subscribe, regex), the target (target), the way there (reconcile), leaving and
//	            being fenced (leave), members of the classic protocol among them (classic), conversion (migrate), what is
//	            told of them (describe), a state that lost records (mend)
//	check.go    what must be true; classic_check.go and consumer_check.go of groups of either kind
//
// Invariants:
//
//  1. State changes only by apply, of records that were appended in the leader epoch that the shard is pinned to.
//  2. Answers leave in the order of the decisions, when the records that they saw are committed.
//  3. An unknown group has no offsets: that is -1, and no error.
//  4. A commit with a generation or member epoch that is not current is refused; one without only goes to a
//     group without members.
//  5. Of several commits the one whose record comes last in the log counts, also when a transaction's marker
//     comes later (KAFKA-5247).
package group
