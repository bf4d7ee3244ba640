// Package raft is the metadata quorum, KRaft (KIP-595): who leads it, what its log holds, and how
// far that is committed. It owns the log kafka.MetadataLog. One voter is served now; roles, epochs
// and per-voter ends are shaped for more, and a quorum of more is refused at the start.
//
// Inputs: the facts of boot, completions of its log's operations, reads and saves, records to append,
// and those of a snapshot. Outputs, in Out: those operations, what a snapshot held, the records that
// are committed, and who leads.
//
//	raft.go      the state, its outbox, and boot
//	roles.go     the roles and their named transitions
//	append.go    records into the log
//	commit.go    the high watermark, and delivering what is below it
//	replay.go    reading the log of earlier epochs
//	snapshot.go  writing snapshots (KIP-630); letting go of them, and of the log below
//	load.go      beginning with a snapshot: the newest that is whole
//	batch.go     records to batches and back
//	note.go      facts
//	check.go     what must be true
//
// Invariants:
//
//  1. An epoch is led at most once: each start raises it above every epoch that quorum-state or
//     the log knows, and has that saved before it leads (KAFKA-10527).
//  2. What counts for a majority is the flushed end of each voter's log, never the written one.
//  3. Nothing is committed before a record of the leader's own epoch is (Raft's figure 8,
//     KAFKA-12619): the leader change record that begins each epoch.
//  4. Committed records are delivered in log order, each once per start, and are never taken back.
//  5. After a failure of the log or of a save nothing more is emitted but Fatal: no write is tried
//     again.
//  6. Snapshots cover what the log no longer holds: the log start is never above the end of the newest
//     snapshot that is durable. A snapshot holds what was delivered, and so committed.
package raft

//go:generate go run momus/core/internal/gen
