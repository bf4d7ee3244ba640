// Command compat holds the parts of the compatibility run that are Kafka clients of our own making,
// with franz-go, sarama and kafka-go, beside kcat, Kafka's Java tools and the clients' own test suites, which
// scenarios/compat/run.sh drives.
//
// It owns loads and readers. `clients` and `sarama` walk through the APIs with every codec; a walk that needs
// an API which the broker does not serve says SKIP. `bulk` moves many records
// through a broker that is killed in the middle, and compares every byte and every offset. `batches`
// counts what segment files hold, to be compared with what Kafka's dump-log counts. `groups` has members of a group
// come and go while the broker is killed.
//
// The part `directories` has a real Kafka and momus start in turns on one directory. `feed` produces with
// several producers, and transactions where there are such; `resume` goes on with one idempotent producer over
// all lives of both brokers; `readback` reads everything; `opened` opens the directory with the broker's own
// storage code and prints batches, records, producers and epochs as dump-log does. `compacted` writes a topic that
// both compact in turns.
//
//	main.go     the loads by name
//	clients.go  the walk through the APIs; clients_admin.go its admin calls, clients_groups.go those of groups
//	records.go  records that are deleted, ends of leader epochs; logdirs.go log directories, and moves between them
//	sarama.go   the same walk with sarama, another implementation; sarama_admin.go its admin calls
//	bulk.go     many records through a broker that is killed; check.go what must be read then
//	badinput.go what no client should send, badbatches.go as batches; wellbehaved.go the one that behaves well
//	batches.go  batches in segment files
//	feed.go     records of every kind into many small segments, and the lines by which they are compared
//	compacted.go  a topic that is compacted, by either broker
//	resume.go   an idempotent producer that outlives its broker
//	readback.go what a broker has of them
//	opened.go   what a log directory holds, read as the broker reads it
//	directories.sh, dumped.awk  the lives of the directories; dump-log's words in ours
//	http.go     metrics and readiness
//	put.go      lines into a topic, tail.go the values of a topic, for other clients' sake
//	groups.go   members of a group that come and go; groups_franz.go, groups_sarama.go, groups_kafkago.go by client
//	committed.go  whether a group has committed all; groups.sh the groups of clients that are processes,
//	                migrate.sh those with members of both protocols
//	cli.sh      the admin commands of momus, and the README's examples of them
//	java.sh     Kafka's command-line tools
//	suites.sh, leftout.txt  the clients' own suites; which of their tests are left out, and why
//	value.go    values that follow from partition and number
//
// Inputs: a broker's address, or files. Outputs: FIGURE lines, and an exit status that is 0 only if
// everything that was promised held.
//
// Invariants of the loads:
//
//  1. Every value follows from its partition and number alone, so that a reader needs no copy of
//     what was sent.
//  2. An offset that an ack told is compared with the offset at which the record is read.
//  3. Partitions are read from their beginning to their end: one record too many is found too.
package main
