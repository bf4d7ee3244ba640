// Package clients are the simulated clients: producers, consumers, an admin client and the reader
// that looks at everything once more when the world has come to rest. They speak Kafka's protocol
// in bytes, as real clients do, and record what they see into a checker.History.
//
// A world gives them an Env and forwards what happens to their connections; they know nothing else
// of it. Input are bytes, connections that open or close, and ticks; output are bytes, timers, and
// the history.
//
//	env.go         what a world and a client see of each other
//	population.go  which clients there are: drawn, small, different with each seed
//	plan.go        the topics
//	link.go        one connection to one node: frames, correlation, time-outs, back-off
//	actor.go       what all clients share: links, the timer
//	metadata.go    what a client knows of topics and leaders
//	versions.go    which version of each request a client speaks
//	batch.go       records out of values, and values out of records
//	ways.go        what idempotent producers do beside producing: repeat, bump epochs, fall idle
//	validate.go    whether what a consumer has read is still there, when there is a new leader
//	waiting.go     what a client that is not idle waits for
//	reader_giveup.go  what the reader does not get, and when it no longer waits for it
//	survey.go      what the nodes tell of their log directories in the end
//	fetch_session.go  what a consumer knows of its fetch sessions
//	group_plan.go  which groups there are, who is in them, and when one has settled; group_versions.go what they speak
//	coordinator.go where a group's coordinator is, and what it says of itself; offsets_topic.go makes its topic
//	member.go      a member of a group: what it owns and reads; member_life.go lives and deaths, member_fate.go those that a scenario orders, member_commit.go commits
//	classic.go, classic_answers.go, assign.go  the classic protocol, and the leader's assignment
//	consumer_member.go  that of KIP-848
//	offset_fetch.go     questions for committed offsets; standalone.go commits without being a member
//	groupkeeper.go      looks at groups and deletes what nobody uses; audit.go asks for all offsets in the end
//	produce.go, plain.go, idempotent.go, passer.go, consumer.go, admin.go, alterer.go, grower.go, limiter.go, mover.go, deposer.go, inspector.go, trimmer.go, vandal.go, reader.go  the kinds
//
// Invariants:
//
//  1. All that is random is drawn from the Env, by keys that begin with "plan/" or "client/".
//  2. No value is sent twice, but in retries of one batch under its sequence numbers, some of them after
//     it was acknowledged.
//  3. What changes something is in the history before its first byte is sent, what only reads when
//     it is answered; an outcome is what the client was told, never what it guesses.
//  4. After Quiet a client starts nothing new, and Idle becomes true within bounded virtual time
//     whether or not anybody answers; but for the Reader, which waits for its answers.
package clients
