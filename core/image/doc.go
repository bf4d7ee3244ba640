// Package image is what the metadata log says: brokers, topics, partitions, configurations and
// feature levels. The broker side works with the image of what is committed; the controller keeps
// a clone of its own, to which it applies records as it appends them.
//
// Input is metadata records in log order, or those of a snapshot; output is the Image, read-only to
// all but its owner, for each Apply a Delta that tells what changed, and the records of a snapshot.
//
//	image.go    the values, and looking things up
//	apply.go    records into the image; kept.go those that are held and not acted on
//	quotas.go   whom client quotas are for, and what they are
//	delta.go    what changed
//	picture.go  the image into the records of a snapshot, while it goes on changing
//	check.go    what must be true
//
// Invariants:
//
//  1. Only Apply, Load and Advance change an Image: the same records in the same order give the same
//     Image, whoever applies them, live or in replay.
//  2. ByName and Topics hold the same topics, and Names lists them sorted; partitions have no gaps
//     once a batch of the log is applied whole.
//  3. Records between BeginTransactionRecord and EndTransactionRecord (KIP-868) show together or,
//     after an AbortTransactionRecord, not at all.
//  4. Records about what Momus does not serve yet (ACLs, SCRAM, delegation tokens,
//     controllers' registrations) are kept as they are and acted on by nobody.
//  5. Loading the records of a Picture into a new Image gives the Image that there was when it was
//     taken, whatever has been applied since: images are equal at equal offsets, by whatever way.
package image

//go:generate go run momus/core/internal/gen
