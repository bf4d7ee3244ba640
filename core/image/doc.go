// Package image is what the metadata log says: brokers, topics, partitions, configurations and
// feature levels. The broker side works with the image of what is committed; the controller keeps
// a clone of its own, to which it applies records as it appends them.
//
// Input is metadata records in log order; output is the Image, read-only to all but its owner, and
// for each Apply a Delta that tells what changed.
//
//	image.go   the values, and looking things up
//	apply.go   records into the image
//	delta.go   what changed
//	check.go   what must be true
//
// Invariants:
//
//  1. Only Apply and Advance change an Image: the same records in the same order give the same
//     Image, whoever applies them, live or in replay.
//  2. ByName and Topics hold the same topics, and Names lists them sorted; partitions have no gaps
//     once a batch of the log is applied whole.
//  3. Records between BeginTransactionRecord and EndTransactionRecord (KIP-868) show together or,
//     after an AbortTransactionRecord, not at all.
//  4. Records about what Momus does not serve yet (ACLs, SCRAM, delegation tokens, quotas,
//     controllers' registrations) move the offset and nothing else.
package image

//go:generate go run momus/core/internal/gen
