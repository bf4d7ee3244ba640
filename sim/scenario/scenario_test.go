package scenario

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"momus/sim"
)

// run runs a scenario; a panic of the world is its verdict.
func run(s *Scenario) (r *sim.Report) {
	defer func() {
		if why := recover(); why != nil {
			r = sim.Panicked(s.Seed, fmt.Sprint(why))
		}
	}()
	return sim.New(s.Seed, s.Options()).Run()
}

// TestThePromisesAreKept runs the scenarios of scenarios/promises. Each must come out as it says, and what
// its title tells of must truly have happened: there is none that expects a good verdict and nothing else.
func TestThePromisesAreKept(t *testing.T) {
	files, err := filepath.Glob("../../scenarios/promises/*.scenario")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d scenarios: %v", len(files), err)
	}
	titles := map[string]string{}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".scenario"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s, err := Parse(string(text))
			if err != nil {
				t.Fatal(err)
			}
			if other := titles[s.Promise]; other != "" {
				t.Errorf("%s makes the same promise", other)
			}
			titles[s.Promise] = file
			if !slices.ContainsFunc(s.Expect, func(e Expectation) bool { return (e.Count != "" || e.Mark != "") && e.Relation != "<=" && e.N > 0 }) {
				t.Error("it expects nothing to happen")
			}
			for _, text := range s.Missed(run(s)) {
				t.Error(text)
			}
		})
	}
}

const small = `# A comment.
promise: it holds
seed: 7
plan: benign
node: log.dirs=2 limit.open-files=6
topics: 2
topic 0: partitions=3 flush.messages=1 retention.ms=0 compression.type=lz4 cleanup.policy=compact stamped
topic 1: recreated
clients: plain 1, idempotent 2, consumer 1, mover
client 1: acks=1 gap=15ms from=200ms
client 2: wraps topics=all until=1s
client 4: absent
length: 1500ms
crash leaves: garbage of each write, names lost
at 500ms: power loss in call 3
at 600ms: clock -2s
at 700ms: fail sync of topic1-2 ENOSPC
from 800ms to 1s: late one in 3
choose: node0/some 4..6 = 9 # a note
choose: node0/other 2.. = 1
off: node0/a, node0/b 3
expect: ok
expect: acked >= 10
expect: mark note/ready
`

func TestAScenarioIsReadAsChoices(t *testing.T) {
	s, err := Parse(small)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]sim.Override{
		"node0/plan/*":                     {HasEnd: true},
		"node0/plan/dirs":                  {Values: map[uint64]uint64{0: 1}, HasEnd: true},
		"node0/plan/limits":                {Values: map[uint64]uint64{4: 2}, HasEnd: true},
		"node0/plan/topics":                {Values: map[uint64]uint64{0: 1}, HasEnd: true},
		"node0/plan/topic0/partitions":     {Values: map[uint64]uint64{0: 2}, HasEnd: true},
		"node0/plan/topic0/compression":    {Values: map[uint64]uint64{0: 8}, HasEnd: true},
		"node0/plan/topic0/policy":         {Values: map[uint64]uint64{0: 3}, HasEnd: true},
		"node0/plan/topic0/stamp":          {Values: map[uint64]uint64{0: 1}, HasEnd: true},
		"node0/knob/topic0/flush.messages": {Values: map[uint64]uint64{0: 2}},
		"node0/knob/topic0/retention.ms":   {Values: map[uint64]uint64{0: 1}},
		"node0/plan/volatile":              {Values: map[uint64]uint64{0: 1}, HasEnd: true},
		"node0/plan/producers":             {Values: map[uint64]uint64{0: 2}, HasEnd: true},
		"node0/plan/producer":              {Values: map[uint64]uint64{0: 0, 1: 1, 2: 1}, HasEnd: true},
		"node0/plan/consumers":             {Values: map[uint64]uint64{0: 1}, HasEnd: true},
		"node0/plan/client1/acks":          {Values: map[uint64]uint64{0: 1}, HasEnd: true},
		"node0/plan/client1/gap":           {Values: map[uint64]uint64{0: 1}, HasEnd: true},
		"node0/plan/client2/wrap":          {Values: map[uint64]uint64{0: 2}, HasEnd: true},
		"node0/plan/client2/topics":        {HasEnd: true, Rest: 1},
		"node0/knob/client1/from":          {Values: map[uint64]uint64{0: 200_000_000}},
		"node0/knob/client2/until":         {Values: map[uint64]uint64{0: 1_000_000_000}},
		"node0/knob/client4/until":         {Values: map[uint64]uint64{0: 0}},
		"node0/knob/length":                {Values: map[uint64]uint64{0: 1_500_000_000}},
		"node0/node0/disk/crash/write":     {HasEnd: true, Rest: 4},
		"node0/node0/disk/crash/name":      {HasEnd: true, Rest: 1},
		"node0/some":                       {Values: map[uint64]uint64{4: 9, 5: 9, 6: 9}},
		"node0/other":                      {HasEnd: true, End: 2, Rest: 1},
		"node0/a":                          {HasEnd: true},
		"node0/b":                          {HasEnd: true, End: 3},
	}
	orders := map[uint64]uint64{}
	for i, w := range []uint64{
		uint64(sim.OrderPowerInCall), 500_000_000, 3, 0, 0,
		uint64(sim.OrderClock), 600_000_000, ^uint64(1999), 0, 0,
		uint64(sim.OrderFail), 700_000_000, 1, sim.LogOf(1, 2), 1,
		uint64(sim.OrderRate), 800_000_000, uint64(sim.RateOf("late")), 3, 200_000_000,
	} {
		orders[uint64(i)] = w
	}
	want[sim.OrdersKey] = sim.Override{Values: orders}
	for _, o := range optionalClients {
		choice := uint64(0)
		if o.kind == "mover" {
			choice = 1
		}
		want["node0/plan/"+o.kind] = sim.Override{Values: map[uint64]uint64{0: choice}, HasEnd: true}
	}
	if diff := cmp.Diff(want, s.Overrides); diff != "" {
		t.Errorf("the choices (-want +got):\n%s", diff)
	}
	if s.Seed != 7 || s.Benign || len(s.Expect) != 3 || s.Expect[1] != (Expectation{Count: "acked", Relation: ">=", N: 10}) {
		t.Errorf("%+v", s)
	}
}

// TestWordsMakeTheWorldThatTheySay holds what a file says against what the world then has.
func TestWordsMakeTheWorldThatTheySay(t *testing.T) {
	s, err := Parse(small)
	if err != nil {
		t.Fatal(err)
	}
	w := sim.New(s.Seed, s.Options())
	got := map[string]int64{}
	for _, x := range w.Settings() {
		got[x.Name] = x.Value
	}
	if got["log.dirs"] != 2 || got["limit.open-files"] != 6 || got["limit.turn-calls"] != 512 {
		t.Errorf("the settings are %v", got)
	}
	for _, want := range []string{
		"topic0(partitions=3 flush=1 lz4 compact stamped) topic1(partitions=1 flush=0 volatile)",
		"0=admin 1=acks1 2=idempotent 3=idempotent 4=consumer 5=mover",
	} {
		if !strings.Contains(w.Clients(), want) {
			t.Errorf("the clients are %s; want %s", w.Clients(), want)
		}
	}
}

func TestWhatCannotBeUnderstoodIsRefusedWithItsLine(t *testing.T) {
	for line, want := range map[string]string{
		"nothing":                       "it takes a word, a colon and more",
		"nothing: 7":                    "there is no such line",
		"topics: 9":                     "1 to 4 topics",
		"topic 7: stamped":              "no topic",
		"topic 0: color=red":            "it takes partitions",
		"topic 0: compression.type=rar": "no such thing",
		"node: color=1":                 "there are limit.requests-per-connection",
		"node: log.dirs=9":              "it may be [1 2 3]",
		"clients: dancer 1":             "1 to 4 producers",
		"clients: plain 1, dancer":      "there are plain",
		"client 1: gap=15ms":            "no client of those",
		"length: 7":                     "no time",
		"at 7: kill":                    "no time",
		"at 7s: dance":                  "it takes kill",
		"at 7s: fail dance of any EIO":  "a call is write",
		"at 7s: fail sync of x EIO":     "a log is any",
		"at 7s: fail sync of any EEE":   "EIO or ENOSPC",
		"from 2s to 1s: late one in 3":  "the earlier first",
		"from 1s to 2s: rain one in 3":  "a kind is stall",
		"from 1s to 2s: late one in 1":  "the most often",
		"crash leaves: hope":            "it takes all",
		"choose: a = 1":                 "KEY ORDINAL = VALUE",
		"choose: a 5..1 = 1":            "the first before the last",
		"choose: a x = 1":               "no number",
		"off: a b c":                    "keys of streams",
		"plan: wild":                    "benign only",
		"expect: joy":                   "it takes ok",
		"expect: joy >= 3":              "nothing is counted under that name",
	} {
		_, err := Parse("promise: x\nseed: 1\n" + line + "\nexpect: ok\n")
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "line 3") {
			t.Errorf("%s: %v; want %q", line, err, want)
		}
	}
	for text, want := range map[string]string{
		"": "promise:", "promise: x\n": "seed:", "promise: x\nseed: 1\n": "expect:", "promise: x\ntopics: 1\n": "comes first",
		"promise: x\nseed: moon\n": "neither a number nor benign",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
}

// TestWhatIsWrittenIsReadAlike is invariant 2.
func TestWhatIsWrittenIsReadAlike(t *testing.T) {
	s, err := Parse(small)
	if err != nil {
		t.Fatal(err)
	}
	again := func(s *Scenario) *Scenario {
		r, err := Parse(s.Write(map[string]string{"node0/a": "a note"}))
		if err != nil {
			t.Fatalf("%v\n%s", err, s.Write(nil))
		}
		return r
	}
	if diff := cmp.Diff(s, again(s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := &Scenario{Promise: "p", Benign: rapid.Bool().Draw(t, "benign"), Overrides: map[string]sim.Override{}, Expect: []Expectation{{Check: "lost-write"}}}
		if !s.Benign {
			s.Seed = rapid.Uint64().Draw(t, "seed")
		}
		for range rapid.IntRange(0, 5).Draw(t, "keys") {
			key := rapid.StringMatching(`[a-z/*]{1,6}`).Draw(t, "key")
			for range rapid.IntRange(0, 4).Draw(t, "values") {
				s.Set(key, rapid.Uint64Range(0, 9).Draw(t, "ordinal"), rapid.Uint64Range(0, 2).Draw(t, "value"))
			}
			if _, known := s.Overrides[key]; !known || rapid.Bool().Draw(t, "rest") {
				s.Rest(key, rapid.Uint64Range(0, 9).Draw(t, "end"), rapid.Uint64Range(0, 2).Draw(t, "rest value"))
			}
		}
		if diff := cmp.Diff(s, again(s)); diff != "" {
			t.Errorf("%s\n(-want +got):\n%s", s.Write(nil), diff)
		}
	})
}

func TestWhatDidNotComeOutAsExpectedIsTold(t *testing.T) {
	good := sim.New(1, sim.Options{Benign: true}).Run()
	bad := sim.Panicked(1, "BUG: planted")
	for _, c := range []struct {
		report *sim.Report
		expect string
		missed string
	}{
		{good, "ok", ""}, {good, "crash", "expected crash: verdict ok"}, {bad, "ok", "expected ok: verdict crash, crash: BUG: planted"},
		{bad, "crash", ""}, {bad, "violation crash", ""}, {good, "violation lost-write", "that check did not speak"},
		{good, "acked >= 1", ""}, {good, "acked <= 0", "expected acked <= 0, and it is"}, {good, "resets = 0", ""},
		{good, "mark note/ready", ""}, {good, "mark note/ready = 7", "and it is 1"}, {good, "mark dancing", "there is no such mark"},
	} {
		e, err := parseExpectation(c.expect)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.missed(c.report); !strings.Contains(got, c.missed) || c.missed == "" && got != "" {
			t.Errorf("%s: %q, want %q", c.expect, got, c.missed)
		}
	}
}

// TestABenignSeedIsOneOfZeros runs a world in which nothing is drawn: it serves, and nothing goes wrong.
func TestABenignSeedIsOneOfZeros(t *testing.T) {
	w := sim.New(1, sim.Options{Benign: true})
	r := w.Run()
	if n := countOf(r, "acked"); r.Verdict != sim.OK || n == 0 || r.Faults() != 0 {
		t.Errorf("verdict %s, %d acknowledged, %d faults", r.Verdict, n, r.Faults())
	}
	for _, u := range w.Used() {
		if u.Busy != 0 {
			t.Errorf("%s was not 0 throughout", u.Key)
		}
	}
}
