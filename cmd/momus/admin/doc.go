// Package admin holds the commands that work on a broker that runs: `momus topic`, `group`, `config`, `cluster`,
// `partition` and `log`. It is a Kafka client, of kgo and kadm, and works on any broker; no part of the
// broker imports it, nor it any part of the broker.
//
// Inputs: a command line, and answers of a broker. Outputs: tables for people or JSON, on standard output;
// what went wrong, a line for each thing, on standard error.
//
//	admin.go     the connection, the flags that all commands have, errors in words
//	table.go     tables, JSON, what became of each thing that was asked for
//	progress.go  how far long work is, on a terminal
//	complete.go  names that a shell may offer
//	topic.go     topics; topic_change.go makes, alters and deletes them
//	group.go     groups; group_describe.go says how they stand, group_reset.go moves their offsets
//	config.go    configuration; entity.go says whose; quota.go is that of quotas
//	cluster.go   brokers, quorum, features, APIs
//	partition.go single partitions; partition_move.go moves them
//	logs.go      log directories; tail.go prints records, tail_rest.go says when none is left
//
// Invariants:
//
//  1. Whatever is refused is one line that says what is allowed, or what to do.
//  2. A command of several things does those that can be done, and its exit status is 1 if one could not.
//  3. JSON has fields that stay; tables are for people, and may change.
package admin
