// Package record is the bytes that logs hold: the record batch of format v2 (KIP-98), its header,
// its records and its compression, and the records of Kafka's internal logs as Go structs.
//
// Input and output are byte slices. Parsing views or copies them as each function says; nothing is
// kept. After a batch is made only its base offset and its leader epoch, which lie before the
// checksum, are ever written, by Stamp.
//
//	header.go    the 61 bytes before a batch's records: parse, check, stamp
//	build.go     making a batch
//	iter.go      walking the records of a batch
//	codec.go     reading gzip, snappy, lz4; zstd.go: zstd; compress.go: writing them
//	rewrite.go   a batch's body in another codec
//	sieve.go     a batch with some of its records, as compaction leaves it
//	metadata.go  the frame of records of __cluster_metadata; metadata_*.go: the records
//	group.go     the records of __consumer_offsets: key and value; group_*.go: the records
//	quorum.go    the control records of the metadata quorum and of transactions
//	timestamp.go who set a batch's timestamps, and the greatest of them
//	features.go  the features and levels that are supported
//	float.go     floats of quotas, by their bits
//	errors.go    what is wrong with bytes
//	wire.go      the primitives of Kafka's message encoding; generated code calls them
//
// Invariants:
//  1. No input makes a parser panic, read outside of what it was given or allocate more than a
//     fixed multiple of it; decompression is bounded by a limit that the caller names.
//  2. Reading a record and appending it again in the same version gives the same bytes, if the
//     bytes were Kafka's and hold no tagged field of a later version.
//  3. Null and empty are told apart exactly where Kafka's schema says that a field is nullable:
//     there nil is null. Elsewhere an empty slice is read as nil.
package record

//go:generate go run momus/core/internal/gen
