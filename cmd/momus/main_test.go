package main

import (
	"errors"
	"strings"
	"testing"
)

// said runs a command line, and gives what it prints, and its exit status with the line that goes with it.
func said(args ...string) (out string, status int, text string) {
	root := newRoot()
	var b strings.Builder
	root.SetOut(&b)
	root.SetErr(&b)
	root.SetArgs(args)
	err := root.Execute()
	if err == nil {
		return b.String(), 0, ""
	}
	return b.String(), statusOf(err), err.Error()
}

func TestACommandLineThatIsNotUnderstoodEndsWithTwoAndALine(t *testing.T) {
	for line, want := range map[string]string{
		"topic lits":                         "there is no command momus topic lits; did you mean list?",
		"tpoic":                              "there is no command momus tpoic; did you mean topic?",
		"partition move":                     "there is no command momus partition move",
		"topic list --nope":                  "unknown flag: --nope; see momus topic list --help",
		"topic create":                       "momus topic create: requires at least 1 arg(s), only received 0; see momus topic create --help",
		"topic create t -p 4294967297":       `invalid argument "4294967297" for "-p, --partitions" flag`,
		"topic create t -r 65537":            `invalid argument "65537" for "-r, --replication-factor" flag`,
		"topic alter t -p 4294967297":        `invalid argument "4294967297" for "-p, --partitions" flag`,
		"topic list a b":                     "momus topic list: accepts at most 1 arg(s)",
		"topic list -o yaml":                 "--output yaml: allowed is table or json",
		"config set a=1":                     "say whose configuration",
		"log tail t --from never":            "--from never: allowed is start, end, an offset",
		"dump-log":                           "say which files",
		"dump-log -o xml f":                  "--output xml: allowed is text or json",
		"serve --override log.dirs":          "--override log.dirs: allowed is key=value",
		"format --override num.partitions=0": "num.partitions=0",
		"partition accept-loss d t x":        `"x" is no partition`,
		"sim":                                "say which: --seed N or --seeds A..B",
		"sim --seeds 5..1":                   "it takes A..B",
		"sim scenario":                       "requires at least 1 arg(s)",
		"sim scenario nowhere":               "no such file",
		"sim shrink --out x":                 "say what fails: --seed N or --scenario FILE",
		"sim shrink --seed 1":                "say where the scenario goes: --out FILE",
		"version now":                        "momus version: unknown command",
	} {
		out, status, text := said(strings.Fields(line)...)
		if status != usageStatus || !strings.Contains(text, want) || strings.Contains(text, "\n") || out != "" {
			t.Errorf("momus %s: status %d, %q, and %q is printed; want 2 and %q", line, status, text, out, want)
		}
	}
}

func TestAGroupOfCommandsPrintsItsHelp(t *testing.T) {
	for _, group := range []string{"topic", "config", "cluster", "partition", "log", ""} {
		out, status, _ := said(strings.Fields(group)...)
		if status != 0 || !strings.Contains(out, "Available Commands:") {
			t.Errorf("momus %s: status %d, %q", group, status, out)
		}
	}
	out, _, _ := said("partition")
	if !strings.Contains(out, "accept-loss") || !strings.Contains(out, "reassign") {
		t.Errorf("commands of a stopped and of a running broker are not together: %s", out)
	}
}

func TestADirectoryIsFormattedOnce(t *testing.T) {
	dir := t.TempDir() + "/data"
	out, status, text := said("format", "--cluster-id", "chosen", "--override", "log.dirs="+dir)
	if status != 0 || out != "formatted "+dir+" for node 1 of cluster chosen, metadata.version 4.3-IV0\n" {
		t.Errorf("%d, %q, %q", status, out, text)
	}
	out, status, text = said("format", "--override", "log.dirs="+dir)
	if status != 1 || out != "" || !strings.HasPrefix(text, dir+" is formatted already; --ignore-formatted") {
		t.Errorf("%d, %q, %q", status, out, text)
	}
	out, status, text = said("format", "-g", "--override", "log.dirs="+dir)
	if status != 0 || out != dir+" is formatted already and stays as it is\n" {
		t.Errorf("%d, %q, %q", status, out, text)
	}
	out, status, text = said("dump-log", "--cluster-metadata-decoder", dir)
	if status != 0 || !strings.Contains(out, `{"type":"FEATURE_LEVEL_RECORD","version":0,"data":{"name":"metadata.version","featureLevel":30}}`) ||
		!strings.Contains(out, "cluster.id: chosen") {
		t.Errorf("%d, %q, %q", status, out, text)
	}
	if _, status, text = said("dump-log", dir+"/nothing"); status != 1 || !strings.Contains(text, "no such file") {
		t.Errorf("%d, %q", status, text)
	}
}

func TestExitStatusesStand(t *testing.T) {
	if got := statusOf(&exitError{status: 4}); got != 4 {
		t.Errorf("a status of its own becomes %d", got)
	}
	if got := statusOf(errors.New("x")); got != 1 {
		t.Errorf("an error becomes %d", got)
	}
}
