// Package ledger reads and writes the small files of a log directory, in Kafka's own formats:
// meta.properties, bootstrap.checkpoint and the snapshots of the metadata log, quorum-state,
// the offset checkpoints, .kafka_cleanshutdown, partition.metadata; and of our own momus-boot,
// which keeps the boot id and the broker epoch of the last start (put aside as momus-boot.forgotten once
// an I/O error was seen), and momus-faulted, which names the
// directories that saw an I/O error, and momus-accepted, which names the losses that somebody accepted.
//
// Inputs: Format before the first start, Gather at each start, Take and Turn for the saves that the
// core asks for. Outputs: files, the facts of boot, one Saved per Save. All of it is plain code over
// disk.FS, run by one worker; it keeps no state between calls.
//
//	gather.go      what the core must know before it starts; the locks
//	format.go      making the directories of a new node, and one that is new to an old node
//	save.go        a turn of saves
//	file.go        the names; reading; replacing a file whole
//	properties.go  meta.properties
//	state.go       quorum-state, the clean marker, momus-boot; json.go JSON as Kafka writes it
//	snapshot.go    bootstrap.checkpoint, and the first snapshot; how snapshots begin
//	snapshot_save.go  a part of a snapshot: written, read; its removal
//	faulted.go     momus-faulted, and which directories vouch for their last run
//	accepted.go    momus-accepted, the partitions of lost directories that go on elsewhere
//	checkpoint.go  the offset checkpoints
//	partition.go   partition.metadata, and stray directories
//
// Invariants:
//
//  1. A file is replaced whole: written aside as NAME.tmp, synced, renamed, its directory synced.
//     Whenever a crash comes, a reader finds the old file or the new one. A snapshot takes many saves
//     to be written aside, as NAME.part, and the last of them ends alike.
//  2. Format writes the metadata directory's meta.properties last of all: until that name is
//     durable nothing is formatted, from then on everything is.
//  3. Saves are carried out in order. After a save failed, every later one of that directory in the
//     turn fails as fenced: no failed sync is followed by another attempt. ForgetBoot is tried all the same: it
//     promises nothing of what failed, and without it the directory vouches for that at the next start.
//  4. What is unreadable is an error that names file and line, never a default.
//  5. A turn of what Take gave keeps within limits.TurnCalls and TurnBytes, or is a single save.
//  6. A boot id that the machine does not know ("") equals no other.
package ledger
