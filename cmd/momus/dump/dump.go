package dump

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"momus/core/record"
)

// Options say what is printed; the names are those of kafka-dump-log's flags.
type Options struct {
	// Deep prints the records of each batch without keys and values (deep-iteration), Records with them
	// (print-data-log), Metadata with values that are read as records of __cluster_metadata
	// (cluster-metadata-decoder). SkipRecordMetadata leaves out all but keys and values.
	Deep, Records, Metadata, SkipRecordMetadata bool
	// Sanity looks at an index as a start does (index-sanity-check), Verify compares one with its segment
	// without printing it (verify-index-only).
	Sanity, Verify bool
	// BytesMax is how much of a segment is read.
	BytesMax int64
	// JSON prints an object a line.
	JSON bool
}

// dumper is one run of the command.
type dumper struct {
	Options
	out      *bufio.Writer
	err      error // of out
	file     string
	problems int
	codecs   record.Codecs
}

// Files dumps files, and the files of directories. The error joins those of files that could not be read;
// problems are those that were found in the others.
func Files(out io.Writer, paths []string, o Options) (problems int, err error) {
	d := dumper{Options: o, out: bufio.NewWriter(out)}
	files, err := expand(paths)
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, file := range files {
		d.file = file
		if !d.JSON {
			d.printf("Dumping %s\n", file)
		}
		if err := d.one(); err != nil {
			errs = append(errs, err)
		}
	}
	return d.problems, errors.Join(append(errs, d.err, d.out.Flush())...)
}

// expand puts the files of a directory in its place.
func expand(paths []string) ([]string, error) {
	var files []string
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, p)
			continue
		}
		entries, err := os.ReadDir(p)
		if err != nil {
			return nil, err
		}
		var in []string
		for _, e := range entries {
			if e.Type().IsRegular() && e.Name() != ".lock" {
				in = append(in, filepath.Join(p, e.Name()))
			}
		}
		if len(in) == 0 {
			return nil, fmt.Errorf("%s holds no files; a partition's directory does, %s/TOPIC-N", p, p)
		}
		slices.Sort(in)
		files = append(files, in...)
	}
	return files, nil
}

// dumpers are the kinds of files by suffix.
var dumpers = []struct {
	suffix string
	dump   func(*dumper) error
}{
	{".log", (*dumper).log},
	{".checkpoint", (*dumper).log},
	{".index", (*dumper).offsetIndex},
	{".timeindex", (*dumper).timeIndex},
	{".txnindex", (*dumper).txnIndex},
	{".snapshot", (*dumper).snapshot},
	{"leader-epoch-checkpoint", func(d *dumper) error { return d.checkpoint("epoch", "startOffset") }},
	{"-offset-checkpoint", func(d *dumper) error { return d.checkpoint("topic", "partition", "offset") }},
	{"meta.properties", (*dumper).properties},
	{"partition.metadata", (*dumper).properties},
	{"quorum-state", (*dumper).text},
	{".kafka_cleanshutdown", (*dumper).text},
}

func (d *dumper) one() error {
	for _, k := range dumpers {
		if strings.HasSuffix(d.file, k.suffix) {
			return k.dump(d)
		}
	}
	d.say("Ignoring unknown file "+d.file, map[string]any{"ignored": true})
	return nil
}

func (d *dumper) printf(format string, args ...any) {
	if _, err := fmt.Fprintf(d.out, format, args...); err != nil && d.err == nil {
		d.err = err
	}
}

// say prints a line, or the object that stands for it.
func (d *dumper) say(line string, object map[string]any) {
	if !d.JSON {
		d.printf("%s\n", line)
		return
	}
	object["file"] = d.file
	b, err := json.Marshal(object)
	if err != nil {
		panic("BUG: what is dumped has no JSON: " + err.Error())
	}
	d.printf("%s\n", b)
}

// problem counts what is wrong, and says it.
func (d *dumper) problem(format string, args ...any) {
	d.problems++
	line := fmt.Sprintf(format, args...)
	d.say(line, map[string]any{"problem": line})
}
