// Package goldentest runs golden-text tests: files of commands and the trace that each must give.
// Only tests import it.
//
// A file is a sequence of blocks, separated by empty lines. A block is comment lines (#), one
// command line, the line ----, and the trace. The commands of one file act on one machine:
//
//	# What this shows.
//	append topic=a
//	----
//	op append 0..2
//
// With -rewrite the traces are written instead of compared; people review the difference.
package goldentest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var rewrite = flag.Bool("rewrite", false, "write the golden traces anew")

// Command is one parsed command line: a name, then words, of which key=value ones are Args.
type Command struct {
	Name  string
	Words []string
	Args  map[string]string
}

// Run runs every testdata/*.txt: start makes a machine for a file, and what it returns carries
// out one command and gives its trace.
func Run(t *testing.T, start func(t *testing.T) func(c Command) string) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := replay(t, string(text), start(t))
			if *rewrite {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(text), got); diff != "" {
				t.Errorf("%s differs (-want +got):\n%s", file, diff)
			}
		})
	}
}

// replay gives the file as it would have to be.
func replay(t *testing.T, text string, do func(c Command) string) string {
	var blocks []string
	for block := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		var out strings.Builder
		command := ""
		for line := range strings.Lines(block + "\n") {
			if line == "----\n" {
				break
			}
			out.WriteString(line)
			if !strings.HasPrefix(line, "#") {
				command += " " + strings.TrimSpace(line)
			}
		}
		if strings.TrimSpace(command) == "" {
			blocks = append(blocks, strings.TrimRight(out.String(), "\n"))
			continue
		}
		trace := do(parse(t, command))
		out.WriteString("----\n" + trace)
		blocks = append(blocks, strings.TrimRight(out.String(), "\n"))
	}
	return strings.Join(blocks, "\n\n") + "\n"
}

func parse(t *testing.T, line string) Command {
	words := strings.Fields(line)
	c := Command{Name: words[0], Words: words[1:], Args: map[string]string{}}
	for _, w := range c.Words {
		if key, value, ok := strings.Cut(w, "="); ok {
			if _, twice := c.Args[key]; twice {
				t.Fatalf("%q names %s twice", line, key)
			}
			c.Args[key] = value
		}
	}
	return c
}
