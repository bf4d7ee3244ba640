// Package checker is the judge: it looks at what clients saw, and at which crashes there were, and
// says what the promises do not allow. It knows none of the machines that it judges.
//
// Input is a History, complete when the world has come to rest and everything was read once more
// from the beginning. Output are Violations, and a Report that counts what was judged: a run in
// which nothing was acknowledged proves nothing.
//
//	history.go    what is recorded; history_faults.go of directories and damage
//	check.go      the judgement as a whole, and the Report
//	outcome.go    what is known of an operation: acknowledged, failed, or neither
//	index.go      the history by partition
//	excuse.go     what a power loss or a deletion excuses
//	damage.go     what damage to a disk excuses; all is read at the end or refused
//	dirs.go       what the loss of a log directory excuses, and what it forbids
//	moves.go      logs lie where they were asked to be moved to
//	sizes.go      what is told of log directories is what lies there
//	retention.go  what a move of the log start excuses, and whether it had a cause; a compacted topic has none
//	compaction.go  what compaction may take
//	trims.go      what was deleted at somebody's wish is gone, for good, and nothing else
//	producers.go  which producers a partition remembers
//	epochs.go     where leader epochs end
//	log.go        acknowledged records are there, at their offsets; a lost suffix is a suffix
//	reads.go      what reads showed agrees: with one another, with the outcomes, with their order
//	order.go      records of one producer lie in the order in which they were sent
//	sessions.go   the next batch of an idempotent producer, and a repeated one, are not refused; fencing
//	expiry.go     what the expiry of a producer excuses, and whether it had a cause
//	watermark.go  high watermarks, and lookups by time or of the greatest time
//	configs.go    configuration that was changed, and what was told of it
//	quotas.go     who is throttled, for how long, and that it is kept to
//	conns.go      how many connections are served, which are closed for being silent, and that nobody waits for those who hung up
//	topics.go     topics that were created, and those that were deleted
//	group_history.go  what is recorded of consumer groups; groups.go sorts it by group
//	group_offsets.go  committed offsets are told as they were committed, never lost, never back; their expiry
//	group_removals.go  no offset is deleted that is in use, or told of another topic
//	group_fencing.go  who may commit; group_members.go generations, epochs and owners of partitions, group_mixed.go owners
//	              of the two protocols in one group
//	group_limits.go  how many members a group has, and who is refused for that
//	leadership.go  leadership that was taken away, and began
//	grown.go      how many partitions topics have
//	quorum.go     the metadata quorum, as it tells of itself
//	metadata.go   the metadata log: its snapshots cover it, and its images agree
//	linear.go     histories that some order must explain (Porcupine), their bounds and pictures
//	model_log.go  a partition log as a model; model_loghistory.go makes its history
//	model_producer.go  a producer in a partition: what is taken, known again and refused
//	model_metadata.go  a topic's name, and a key of configuration
//	model_offsets.go  a committed offset of a group
//
// Invariants:
//
//  1. The verdict depends on the history alone, and on none of its slices' order but that of one
//     client's operations.
//  2. Every check is sound: what it flags no correct broker shows, whatever the delays between
//     what happened and what a client learned of it. Where a history leaves two readings open, the
//     record counts as undecided.
//  3. No event, no excuse: what is missing is excused by a power loss, a deletion, damage, a lost
//     directory or a move of the log start in the history, whose range covers it, or not at all. A move is
//     held against what the topic was asked to keep at that time, the clock and the files, an expiry against the clock and the
//     timestamps of what its producer wrote.
//  4. A model searches without a limit of time, so that its verdict is the same everywhere, and is therefore given
//     nothing beyond the bounds in linear.go. What it is not given counts as undecided, never as a pass. The
//     library searches in a goroutine of its own, and one at a time: nothing of that is seen from outside.
package checker
