package main

import (
	"slices"
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/wire"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// aSide is a side that nobody has asked yet.
func aSide(name string) *side {
	s := newSide(name, "127.0.0.1:9092", "/data/"+name)
	s.texts, s.sink, s.number = strings.NewReplacer("9092", "<port>"), "sink1", "0"
	return s
}

func TestEveryVersionHasRequestsOfEachKind(t *testing.T) {
	for _, a := range wire.APIs() {
		if a.Listeners&wire.BrokerListener == 0 {
			continue
		}
		spec := specOf(int16(a.Key))
		for v := a.Min; v <= a.Max; v++ {
			names := map[string]bool{}
			list := spec.variants(aSide("ours"), int16(v))
			for _, one := range list {
				if names[one.name] {
					t.Errorf("%s v%d: two requests are called %q", a.Name, v, one.name)
				}
				names[one.name] = true
			}
			if list[0].name != "good" || len(list) < 1+2*badMin {
				t.Errorf("%s v%d has %d requests", a.Name, v, len(list))
			}
			r := list[0].make(aSide("ours"), 1)
			frame := aSide("ours").frame(r.key, r.version, r.flexible, r.body)[4:]
			h, body, err := wire.ParseHeader(frame, wire.BrokerListener)
			if err != nil || h.Version != v {
				t.Fatalf("%s v%d: %v", a.Name, v, err)
			}
			if a.Key != wire.KeyProduce {
				_, err = wire.DecodeBody(h, body)
			}
			if err != nil {
				t.Errorf("%s v%d: the good request: %v", a.Name, v, err)
			}
		}
	}
}

// TestBrokenRequestsAreNoMessages: all but one of what is made by lengths is refused by our own decoder.
func TestBrokenRequestsAreNoMessages(t *testing.T) {
	s := aSide("ours")
	for _, one := range specOf(int16(wire.KeyDeleteTopics)).broken(s, 6) {
		r := one.make(s, 1)
		frame := s.frame(r.key, r.version, r.flexible, r.body)
		if r.header != nil {
			frame = r.header(frame)
		}
		h, body, err := wire.ParseHeader(frame[4:], wire.BrokerListener)
		if err == nil {
			_, err = wire.DecodeBody(h, body)
		}
		fine := []string{"with a byte too many", "with an unknown tag", "Topics[].Topic is null by its length"}
		if slices.Contains(fine, one.name) != (err == nil) {
			t.Errorf("%s: %v", one.name, err)
		}
	}
}

func TestMutationsChangeOneField(t *testing.T) {
	a := specOf(int16(wire.KeyCreateTopics))
	s := aSide("ours")
	names := map[string][]byte{}
	for _, v := range a.variants(s, 5) {
		names[v.name] = v.make(s, 1).body
	}
	for _, want := range []string{
		"Topics[].Topic = \"..\"", "Topics[].NumPartitions = -2147483648", "Topics[].Configs[].Value = null", "Topics has its first twice",
		"ValidateOnly = true", "Topics[].ReplicaAssignment is null by its length", "without its last byte",
	} {
		if _, ok := names[want]; !ok {
			t.Errorf("there is no request %q", want)
		}
	}
	r := kmsg.NewPtrCreateTopicsRequest()
	r.Version = 5
	if err := r.ReadFrom(names["Topics[].NumPartitions = -2147483648"]); err != nil {
		t.Fatal(err)
	}
	want := a.good(s, 5, 1).(*kmsg.CreateTopicsRequest)
	want.Version, want.Topics[0].NumPartitions = 5, -1<<31
	if diff := cmp.Diff(want.AppendTo(nil), r.AppendTo(nil)); diff != "" {
		t.Error(diff)
	}
}

func describedWith(configs ...kmsg.DescribeConfigsResponseResourceConfig) outcome {
	r := kmsg.NewPtrDescribeConfigsResponse()
	r.Resources = []kmsg.DescribeConfigsResponseResource{{ResourceName: "t", Configs: configs}}
	return outcome{ending: answered, body: r}
}

func TestComparisonFindsEachDifference(t *testing.T) {
	config := func(name, value string) kmsg.DescribeConfigsResponseResourceConfig {
		return kmsg.DescribeConfigsResponseResourceConfig{Name: name, Value: &value}
	}
	null := kmsg.DescribeConfigsResponseResourceConfig{Name: "a"}
	for _, c := range []struct {
		name        string
		kafka, ours outcome
		want        []difference
	}{
		{"nothing", describedWith(config("a", "1")), describedWith(config("a", "1")), nil},
		{"both closed", outcome{ending: closed}, outcome{ending: closed}, nil},
		{"one closed", outcome{ending: closed}, describedWith(), []difference{{"outcome", "connection closed", "an answer"}}},
		{"null and empty", describedWith(null), describedWith(config("a", "")),
			[]difference{{`Resources[].Configs["a"].Value`, "null", `""`}}},
		{"one is missing", describedWith(config("a", "1"), config("b", "1")), describedWith(config("b", "2")),
			[]difference{{`Resources[].Configs["a"]`, "there", "missing"}, {`Resources[].Configs["b"].Value`, `"1"`, `"2"`}}},
		{"order", describedWith(config("a", "1"), config("b", "1")), describedWith(config("b", "1"), config("a", "1")),
			[]difference{{"Resources[].Configs in order", `"a" "b"`, `"b" "a"`}}},
		{"own texts", describedWith(config("a", ":9092")), describedWith(config("a", ":9092")), nil},
	} {
		got := compare("DescribeConfigs", aSide("Kafka"), aSide("Momus"), c.kafka, c.ours)
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(difference{})); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestIDsAreComparedByTheTopicsTheyAreOf(t *testing.T) {
	theirs, mine := aSide("Kafka"), aSide("Momus")
	theirs.learn("t", [16]byte{1})
	mine.learn("t", [16]byte{2})
	mine.learn("u", [16]byte{3})
	of := func(id byte) outcome {
		name := "t"
		r := kmsg.NewPtrMetadataResponse()
		r.Topics = []kmsg.MetadataResponseTopic{{Topic: &name, TopicID: [16]byte{id}}}
		return outcome{ending: answered, body: r}
	}
	if got := compare("Metadata", theirs, mine, of(1), of(2)); len(got) > 0 {
		t.Errorf("the ids of one topic differ: %v", got)
	}
	if got := compare("Metadata", theirs, mine, of(1), of(3)); len(got) != 1 || got[0].ours != "<id of u>" {
		t.Errorf("another topic's id is taken for it: %v", got)
	}
}

const twoRows = `
text
| API | versions | request | field | Kafka | Momus | why |
|---|---|---|---|---|---|---|
| Fetch | 4-7 | good | *.ErrorCode | 0 | a \| b | because |
| * | * | of * things | A*B*C | * | x | because |

| Fetch | * | * | * | * | * | a row of no table |
`

func TestRowsListWhatTheySay(t *testing.T) {
	rows, err := parseRows(twoRows)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, c := range []struct {
		row     int
		version kafka.APIVersion
		request string
		d       difference
		want    bool
	}{
		{0, 4, "good", difference{"Topics[].ErrorCode", "0", "a | b"}, true},
		{0, 8, "good", difference{"Topics[].ErrorCode", "0", "a | b"}, false},
		{0, 4, "good", difference{"Topics[].ErrorCode", "1", "a | b"}, false},
		{0, 4, "good!", difference{"Topics[].ErrorCode", "0", "a | b"}, false},
		{1, 99, "of three things", difference{"ABC", "", "x"}, true},
		{1, 99, "of three things", difference{"A12B34C", "", "x"}, true},
		{1, 99, "of three things", difference{"A12C", "", "x"}, false},
	} {
		if got := rows[c.row].lists("Fetch", int16(c.version), c.request, &c.d); got != c.want {
			t.Errorf("row %d and v%d %s %v: %v", c.row, c.version, c.request, c.d, got)
		}
	}
	for _, bad := range []string{"", strings.ReplaceAll(twoRows, "because", ""), strings.ReplaceAll(twoRows, "4-7", "x")} {
		if _, err := parseRows(bad); err == nil {
			t.Errorf("taken: %s", bad)
		}
	}
}

func TestTheRunFailsForWhatItShould(t *testing.T) {
	fresh := func() *tally {
		rows, err := parseRows(twoRows)
		if err != nil {
			t.Fatal(err)
		}
		good := &counts{api: specOf(1), version: 4, good: 1, bad: 3}
		return &tally{rows: rows, index: map[string]*group{}, seen: map[seen]bool{}, versions: []*counts{good}}
	}
	listed := []difference{{"Topics[].ErrorCode", "0", "a | b"}, {"ABC", "", "x"}}
	for _, c := range []struct {
		name   string
		change func(*tally)
		want   string
	}{
		{"all is listed", func(*tally) {}, ""},
		{"unlisted", func(x *tally) { x.add("Fetch", 4, "good", []difference{{"X", "1", "2"}}) }, "not listed"},
		{"too few bad", func(x *tally) { x.versions[0].bad = 2 }, "has 2 bad requests"},
		{"no good", func(x *tally) { x.versions[0].good = 0 }, "has 0 good requests"},
		{"good though never", func(x *tally) { x.versions[0].api = specOf(29) }, "is said to have no good request"},
		{"a row is not used", func(x *tally) { x.rows[1].used = 0 }, "lists what doesn't differ"},
	} {
		x := fresh()
		x.add("Fetch", 4, "good", listed[:1])
		x.add("Fetch", 4, "of two things", listed[1:])
		c.change(x)
		got := strings.Join(x.complaints(true), "\n")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

// TestTheDocumentsTableIsRead holds docs/differences.md to the form that the run reads.
func TestTheDocumentsTableIsRead(t *testing.T) {
	rows, err := readRows("../../docs/differences.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.api != "*" && kmsg.RequestForKey(keyNamed(r.api)) == nil {
			t.Errorf("line %d names the API %s", r.line, r.api)
		}
	}
}

func keyNamed(name string) int16 {
	for key := range kmsg.MaxKey + 1 {
		if kmsg.NameForKey(int16(key)) == name {
			return int16(key)
		}
	}
	return -1
}
