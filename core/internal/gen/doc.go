// Command gen writes the encodings of the closed sets: events, outbox entries, messages, states
// and log records. Run it by a line in the package that holds the types:
//
//	//go:generate go run momus/core/internal/gen
//
// It reads the Go files of the current directory (tests excepted) and of the momus packages they
// import, as syntax only, and writes canon_gen.go and, if there are Kafka records, kafka_gen.go.
// A test re-runs it over every package that holds such a file and fails on a difference.
//
// Directives stand in the doc comment of a type declaration.
//
//	//canon:gen              a struct or a named slice, array or map: the pointer gets AppendCanon,
//	                         ReadCanon and AppendText; a method written by hand is kept
//	//canon:gen Event=3      the same, and the pointer is member 3 of the union Event
//	//canon:manual           all three methods are written by hand, on the pointer
//	//canon:union name=Event a sealed interface whose first unexported method without parameters is
//	                         its marker: AppendEvent, ReadEvent, AppendEventText, EventMembers
//	//kafka:record ...       a record in a format of Kafka's own, see kafka.go
//	//kafka:struct ...       a struct within such records
//
// Fields may be integers, booleans, strings, named forms of those, byte slices, slices, arrays,
// pointers (nil is kept), maps, structs and unions, of this or another momus package. Structs
// without a directive are encoded field by field. A field tagged `canon:"-"` is a cache: it is
// neither written nor touched by reading. Anything else (floats, functions, channels, `any`) is an
// error that names file and line.
//
//	main.go       a package directory to the contents of its generated files
//	load.go       reading packages: declarations and their directives
//	types.go      resolving the types of fields
//	canon.go      the methods of a type and of a union; emit.go the code of one field
//	kafka.go      the //kafka: directives; kafkaemit.go their code
//	output.go     a file in the making
//
// Invariants:
//  1. The output depends on the source text alone; the same source gives the same bytes.
//  2. A field that the encoding cannot carry stops the generator; nothing is left out silently.
package main
