// Package dump prints what the files of a log directory hold: the command `momus dump-log`, which works
// on files alone, be a broker running or not, and changes nothing. Its lines are those of Kafka's own
// kafka-dump-log, so that whoever reads or parses those reads these; with JSON each is an object.
//
// Inputs: paths of files, or of directories, whose files are all dumped. Outputs: lines, and how many
// problems were found: a batch with a wrong checksum, an index entry that the log contradicts, a file
// that ends in the middle.
//
//	dump.go   the files one after another, by their suffix
//	log.go    segments, and snapshots of the metadata log, which are of the same batches
//	kraft.go  the records of __cluster_metadata as Kafka's JSON
//	index.go  the indexes, held against their segment
//	small.go  producer snapshots, checkpoints, properties
package dump
