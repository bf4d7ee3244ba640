// Package wire turns frames into requests and replies into bytes. It owns the version table, the
// decoders and encoders, and the canonical encoding of requests and replies for hash and journal.
// Beside core/session, which gives the versions their meaning, it is the only place that knows
// message versions.
//
// Input is a frame without its length and the kind of listener that it came in by; output is a
// Request whose Body is a kmsg struct, or for Produce our own. The other way round a Reply becomes
// one frame, whose records stay Spans. Nothing is kept between calls but the names in a Names.
//
//	versions.go  the version table: what is served, in which versions, on which listeners
//	schemas.go   the fields of those messages, as text; schemas_admin.go about the cluster, schemas_groups.go
//	             schemas_classic.go schemas_consumer_groups.go about groups; schema.go reads it, walk.go walks by it
//	header.go    request headers; errors.go what is wrong with a frame
//	request.go   Request, Reply, and our own bodies of Produce and Fetch
//	decode.go    bodies, by kmsg; produce.go that of Produce, by hand
//	batch.go     what a produced batch must satisfy before the core sees it
//	validate.go  what its records must, and in which codec it is stored; validate_errors.go: in words
//	encode.go    replies; fetch.go that of Fetch, with its records left out
//	canon.go     the canonical encoding of requests and replies
//	float.go     floats of quotas, to bits and back
//
// Invariants:
//
//  1. No frame makes a decoder panic, loop longer than the frame is, or allocate more than a fixed
//     multiple of it. kmsg alone does not promise that: it believes the count of tagged fields,
//     up to 2^32 of them. So a body is walked by its schema first, and kmsg reads it only then.
//  2. A request is accepted in exactly the versions of the table on exactly the table's listeners.
//  3. A decoded request holds no bytes of the frame, but for the Spans of Produce.
//  4. What is written is what kmsg would write at that version, byte for byte, except where kmsg
//     writes a tagged field that the version does not have yet.
package wire

//go:generate go run momus/core/internal/gen
