package house

import (
	"fmt"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// importPolicy says which package stands below which. In `a < b`, b may import a and whatever a
// may import. Commas make lists; a line may go on with a further `<`; `none` is the empty list.
// `a !< b` promises that the lines do not add up to b importing a: it grants nothing and fails
// when somebody's new line would break the promise.
//
// A package that no line names may not exist, so that a new one begins with its place.
// Packages that are planned are named here before they hold anything. Packages named …test hold
// what tests share; nothing stands above them, so that only tests import them.
const importPolicy = `
# The vocabulary, and what is made of it.
none < core/kafka < core/canon < core/record < core/fold < core/port;
core/canon, core/record < core/config;
core/canon < core/entropy < core/raft, core/controller, core/replica, core/lifecycle, core/group, core/session;

# What machines speak and read.
core/config, core/port < core/msg, core/image, core/wire;

# Client quotas: arithmetic that a session and a controller share; it decides nothing.
core/image < core/quota < core/session, core/controller;

# What coordinators are made of; it decides nothing.
core/msg < core/coord < core/group;
# Parts of the group coordinator: what a group's topics hash to, its assignors, what its regular expressions match.
core/record < core/group/metahash, core/group/assignor < core/group;
none < core/group/topicregex < core/group, cluster;

# The machines. None stands below another: they meet in core.Node only.
core/msg, core/image, core/wire < core/session;
core/msg, core/image < core/raft, core/controller, core/replica, core/lifecycle, core/group;
core/session, core/raft, core/controller, core/replica, core/lifecycle, core/group < core;
core/session !< core/raft, core/controller, core/replica, core/lifecycle, core/group;
core/group !< core/session, core/raft, core/controller, core/replica, core/lifecycle;
core/raft !< core/session, core/controller, core/replica, core/lifecycle, core/group;
core/controller !< core/session, core/raft, core/replica, core/lifecycle, core/group;
core/replica !< core/session, core/raft, core/controller, core/lifecycle, core/group;
core/lifecycle !< core/session, core/raft, core/controller, core/replica, core/group;

# The generator of encodings reads sources as text; nothing stands on it. What proves it does.
none < core/internal/gen;
core/canon < core/internal/gen/sample, core/canon/canontest;

# Golden-text tests, and a life for a node; only tests import them.
none < core/goldentest;
core < core/lifetest;

# Storage: plain code over the port. The only file syscalls know nothing but the port.
none < disk < disk/osfs, disk/disktest;
disk, core/port < disk/seglog, disk/ledger;
core/kafka, core/msg, core !< disk/osfs;
core/msg, core !< disk/seglog, disk/ledger;
disk/osfs !< disk/seglog, disk/ledger;

# Connections: bytes to requests. Sockets know connections and no machine.
core/port < net/sock < net/nettest;
core/wire, core/msg < net/frame;
net/sock, net/frame < net/tcp, net/peer;
core, core/session, core/raft, core/controller, core/replica, core/lifecycle, core/group !< net/frame, net/sock, net/tcp, net/peer;

# Assembly, and the goroutines for it.
core < cluster/config, cluster/metrics, cluster/link, cluster/auth;
cluster/config, cluster/metrics, cluster/link, cluster/auth < cluster;
core, disk/seglog, disk/ledger, net/frame, net/sock < cluster < cluster/run;
net/tcp, net/peer, disk/osfs < cluster/run;
cluster < cluster/journal < cluster/run;
net/tcp, net/peer, disk/osfs, sim !< cluster;
sim, checker !< cluster/run;

# The judge stands apart from what it judges.
core/record < checker;
core, core/session, core/raft, core/controller, core/replica, core/lifecycle, core/group, cluster, sim !< checker;

# The simulated world.
disk, core/port < sim/simdisk;
net/frame, net/sock < sim/simnet;
sim/simnet, net/nettest < sim/simnet/simnettest;
core/record, checker < sim/clients;
sim/simdisk, sim/simnet, sim/clients, cluster, checker < sim < sim/clustertest;
sim < sim/scenario < sim/shrink < cmd/momus;
sim, checker < sim/show < cmd/momus;
sim, checker < scenarios/gallery;
none < scenarios/bench;
core/record < scenarios/differential;
disk/seglog, disk/ledger, disk/osfs, core/config, core/fold, core/record < scenarios/compat;
disk/osfs, net/tcp, net/peer, cluster/run !< sim;
core, core/wire, cluster !< sim/clients;

# One binary. Its admin commands are a client, which no part of the broker imports.
none < cmd/momus/admin;
core/fold, core/record < cmd/momus/dump;
cluster/run, sim, checker, cmd/momus/admin, cmd/momus/dump < cmd/momus;
cmd/momus/admin !< core, cluster, cluster/run, sim;
core, cluster !< cmd/momus/admin;
`

// outsideModules are the modules that a group of packages may import. A module that is listed
// for no group of a package is refused there: each is code that nobody here has read.
var outsideModules = []struct {
	packages string
	modules  []string
}{
	{"core/...", []string{
		"github.com/twmb/franz-go/pkg/kmsg",
		"github.com/klauspost/crc32",
		"github.com/klauspost/compress",
		"github.com/pierrec/lz4/v4",
	}},
	{"disk/seglog", []string{"github.com/klauspost/crc32"}},
	{"net/frame", []string{"github.com/twmb/franz-go/pkg/kmsg"}},
	{"cluster/...", []string{"github.com/twmb/franz-go/pkg/kmsg"}},
	{"cluster/journal", []string{"github.com/klauspost/crc32"}},
	{"cluster/auth", []string{"github.com/xdg-go/scram"}},
	{"net/tcp", []string{"golang.org/x/sys"}},
	{"sim/...", []string{
		"github.com/twmb/franz-go/pkg/kmsg",
		"github.com/klauspost/crc32",
		"pgregory.net/rapid",
	}},
	{"checker/...", []string{
		"github.com/anishathalye/porcupine",
		"github.com/twmb/franz-go/pkg/kmsg",
		"github.com/klauspost/crc32",
	}},
	{"cmd/momus/...", []string{
		"github.com/spf13/cobra",
		"github.com/spf13/pflag",
	}},
	{"cmd/momus/admin", []string{"github.com/twmb/franz-go"}},
	{"scenarios/...", []string{"github.com/twmb/franz-go"}},
	{"scenarios/compat", []string{"github.com/IBM/sarama", "github.com/segmentio/kafka-go"}},
}

// testModules may be imported by any test, beside what its package may.
var testModules = []string{
	"pgregory.net/rapid",
	"github.com/google/go-cmp",
	"github.com/anishathalye/porcupine",
	"github.com/twmb/franz-go",
	"github.com/klauspost/crc32",
	"github.com/klauspost/compress",
	"github.com/pierrec/lz4/v4",
	"github.com/IBM/sarama",
}

// policy is importPolicy, closed over.
type policy struct {
	below  map[string][]string // package -> what stands below it, transitively
	denied [][2]string         // a !< b
}

// parsePolicy reads lines of the form described at importPolicy.
func parsePolicy(text string) (*policy, error) {
	direct := map[string][]string{}
	p := &policy{below: map[string][]string{}}
	var plain strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			plain.WriteString(line + " ")
		}
	}
	for rule := range strings.SplitSeq(plain.String(), ";") {
		if rule = strings.TrimSpace(rule); rule == "" {
			continue
		}
		if lower, upper, ok := strings.Cut(rule, "!<"); ok {
			for _, a := range names(lower) {
				for _, b := range names(upper) {
					p.denied = append(p.denied, [2]string{a, b})
				}
			}
			continue
		}
		levels := strings.Split(rule, "<")
		if len(levels) < 2 {
			return nil, fmt.Errorf("the policy's line %q orders nothing", rule)
		}
		for i, level := range levels {
			for _, name := range names(level) {
				if _, ok := direct[name]; !ok {
					direct[name] = nil
				}
				if i > 0 {
					direct[name] = append(direct[name], names(levels[i-1])...)
				}
			}
		}
	}
	for name := range direct {
		if p.below[name] = closure(direct, name); slices.Contains(p.below[name], name) {
			return nil, fmt.Errorf("the policy puts %s below itself", name)
		}
	}
	return p, p.keepPromises()
}

// keepPromises checks every `a !< b` against the closed order.
func (p *policy) keepPromises() error {
	for _, d := range p.denied {
		for _, name := range d {
			if _, ok := p.below[name]; !ok {
				return fmt.Errorf("a promise names %s, which no line places", name)
			}
		}
		if slices.Contains(p.below[d[1]], d[0]) {
			return fmt.Errorf("the lines let %s import %s, against the promise", d[1], d[0])
		}
	}
	return nil
}

func names(list string) []string {
	var out []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "none" {
			out = append(out, name)
		}
	}
	return out
}

// closure is what stands below name, sorted.
func closure(direct map[string][]string, name string) []string {
	var seen []string
	todo := slices.Clone(direct[name])
	for len(todo) > 0 {
		next := todo[0]
		todo = todo[1:]
		if !slices.Contains(seen, next) {
			seen = append(seen, next)
			todo = append(todo, direct[next]...)
		}
	}
	slices.Sort(seen)
	return seen
}

// complain checks one file that is neither a test nor ignored.
func (p *policy) complain(s *source) []string {
	below, known := p.below[s.dir()]
	if !known {
		return []string{fmt.Sprintf("%s: no line of importPolicy places package %s", s.path, s.dir())}
	}
	var complaints []string
	for _, imported := range s.imports() {
		dir, ours := strings.CutPrefix(imported, module+"/")
		if ours && !slices.Contains(below, dir) {
			complaints = append(complaints, fmt.Sprintf("%s: %s may not import %s", s.path, s.dir(), dir))
		}
	}
	return complaints
}

// complainOutside checks the modules from outside that a file imports.
func complainOutside(s *source) []string {
	var allowed []string
	if s.test || supportsTests(s.dir()) {
		allowed = testModules
	}
	for _, group := range outsideModules {
		if matches(group.packages, s.dir()) {
			allowed = append(slices.Clone(allowed), group.modules...)
		}
	}
	var complaints []string
	for _, imported := range s.imports() {
		first, _, _ := strings.Cut(imported, "/")
		if !strings.Contains(first, ".") { // ours, or the standard library's
			continue
		}
		if !slices.ContainsFunc(allowed, func(m string) bool { return matches(m+"/...", imported) }) {
			complaints = append(complaints, fmt.Sprintf("%s: %s may not import %s from outside", s.path, s.dir(), imported))
		}
	}
	return complaints
}

func TestPackagesImportOnlyWhatStandsBelowThem(t *testing.T) {
	p, err := parsePolicy(importPolicy)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range house(t).sources {
		if !s.test && !s.ignored {
			refuse(t, p.complain(s))
		}
	}
}

func TestModulesFromOutsideAreChosenPerPackage(t *testing.T) {
	for _, s := range house(t).sources {
		refuse(t, complainOutside(s))
	}
}

func TestImportPolicyRefusesPlantedImports(t *testing.T) {
	p, err := parsePolicy(importPolicy)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ file, imports, want string }{
		{"core/replica/x.go", "momus/core/session", "core/replica may not import core/session"},
		{"core/kafka/x.go", "momus/core/record", "core/kafka may not import core/record"},
		{"disk/osfs/x.go", "momus/core/kafka", "disk/osfs may not import core/kafka"},
		{"net/tcp/x.go", "momus/core", "net/tcp may not import core"},
		{"cluster/x.go", "momus/sim", "cluster may not import sim"},
		{"checker/x.go", "momus/core/replica", "checker may not import core/replica"},
		{"cluster/run/x.go", "momus/cmd/momus/admin", "may not import cmd/momus/admin"},
		{"core/util/x.go", "fmt", "no line of importPolicy places package core/util"},
	} {
		s := plant(t, token.NewFileSet(), c.file, fmt.Sprintf("package x\n\nimport _ %q\n", c.imports))
		expectComplaint(t, p.complain(s), c.want)
	}
}

func TestOutsideModulesRefusePlantedImports(t *testing.T) {
	for _, c := range []struct{ file, imports string }{
		{"core/replica/x.go", "github.com/twmb/franz-go/pkg/kgo"},
		{"core/replica/x.go", "github.com/prometheus/client_golang/prometheus"},
		{"disk/osfs/x.go", "golang.org/x/sys/unix"},
		{"core/replica/x_test.go", "github.com/stretchr/testify/assert"},
	} {
		s := plant(t, token.NewFileSet(), c.file, fmt.Sprintf("package x\n\nimport _ %q\n", c.imports))
		expectComplaint(t, complainOutside(s), c.imports)
	}
}

func TestPolicyRefusesCirclesAndBrokenPromises(t *testing.T) {
	for _, c := range []struct{ lines, want string }{
		{"a < b; b < a;", "below itself"},
		{"a < b < c; a !< c;", "against the promise"},
		{"a < b; d !< b;", "no line places"},
		{"a;", "orders nothing"},
	} {
		_, err := parsePolicy(c.lines)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("policy %q: got %v, want an error that says %q", c.lines, err, c.want)
		}
	}
}
