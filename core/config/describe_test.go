package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func described(all []Described, name string) Described {
	for _, d := range all {
		if d.Name == name {
			d.Doc, d.Type = "", Unknown
			return d
		}
	}
	return Described{}
}

// The answers are those of a Kafka 4.3.1 broker that has the same set.
func TestSynonymsAreKafkas(t *testing.T) {
	static := []Override{
		{"log.flush.interval.ms", "77"}, {"log.retention.hours", "2"}, {"node.id", "1"}, {"some.unknown", ""}, {"ssl.key.password", ""},
	}
	quiet := &Layers{Static: static}
	loud := &Layers{
		Static: static, Default: []Override{{"log.retention.ms", "200000"}, {"nosuch.key", "3"}}, Node: []Override{{"log.retention.ms", "100000"}},
	}
	hours := []Synonym{{"log.retention.hours", "2", false, SourceStatic}, {"log.retention.hours", "168", false, SourceDefault}}
	dynamic := append([]Synonym{{"log.retention.ms", "100000", false, SourceBroker}, {"log.retention.ms", "200000", false, SourceDefaultBroker}}, hours...)
	flush := []Synonym{{"log.flush.interval.ms", "77", false, SourceStatic}, {"log.flush.scheduler.interval.ms", "9223372036854775807", false, SourceDefault}}
	for _, c := range []struct {
		of   string
		all  []Described
		want Described
	}{
		// The value comes from the hours, which are not named.
		{"topic", DescribeTopic(quiet, nil), Described{Name: "retention.ms", Value: "7200000", Source: SourceDefault}},
		{"topic", DescribeTopic(quiet, nil), Described{Name: "flush.ms", Value: "77", Source: SourceStatic, Synonyms: flush}},
		{"topic", DescribeTopic(loud, nil), Described{Name: "retention.ms", Value: "100000", Source: SourceBroker, Synonyms: dynamic}},
		{"topic", DescribeTopic(quiet, []Override{{"retention.ms", " 5 "}}), Described{Name: "retention.ms", Value: "5", Source: SourceTopic,
			Synonyms: []Synonym{{"retention.ms", "5", false, SourceTopic}}}},
		{"topic", DescribeTopic(quiet, []Override{{"cleanup.policy", "compact, delete"}}), Described{Name: "cleanup.policy", Value: "compact,delete", Source: SourceTopic,
			Synonyms: []Synonym{{"cleanup.policy", "compact,delete", false, SourceTopic}, {"log.cleanup.policy", "delete", false, SourceDefault}}}},
		{"topic", DescribeTopic(quiet, nil), Described{}}, // internal.segment.bytes
		{"broker", DescribeBroker(quiet), Described{Name: "log.retention.ms", Null: true, Source: SourceDefault}},
		{"broker", DescribeBroker(quiet), Described{Name: "log.retention.hours", Value: "2", ReadOnly: true, Source: SourceStatic, Synonyms: hours}},
		{"broker", DescribeBroker(quiet), Described{Name: "log.flush.interval.ms", Value: "77", Source: SourceStatic, Synonyms: flush}},
		{"broker", DescribeBroker(quiet), Described{Name: "some.unknown", Null: true, ReadOnly: true, Sensitive: true, Source: SourceStatic,
			Synonyms: []Synonym{{"some.unknown", "", true, SourceStatic}}}},
		{"broker", DescribeBroker(quiet), Described{Name: "ssl.key.password", Null: true, Sensitive: true, Source: SourceStatic,
			Synonyms: []Synonym{{"ssl.key.password", "", true, SourceStatic}}}},
		{"broker", DescribeBroker(quiet), Described{Name: "node.id", Value: "1", ReadOnly: true, Source: SourceStatic,
			Synonyms: []Synonym{{"node.id", "1", false, SourceStatic}}}},
		{"broker", DescribeBroker(loud), Described{Name: "log.retention.ms", Value: "100000", Source: SourceBroker, Synonyms: dynamic}},
		{"default", DescribeDefault(loud), Described{Name: "log.retention.ms", Value: "200000", Source: SourceDefaultBroker,
			Synonyms: []Synonym{{"log.retention.ms", "200000", false, SourceDefaultBroker}}}},
		{"default", DescribeDefault(loud), Described{Name: "nosuch.key", Null: true, ReadOnly: true, Sensitive: true, Source: SourceDefaultBroker,
			Synonyms: []Synonym{{"nosuch.key", "", true, SourceDefaultBroker}}}},
		{"group", DescribeGroup(quiet, []Override{{"consumer.session.timeout.ms", "50000"}}), Described{Name: "consumer.session.timeout.ms", Value: "50000", Source: SourceGroup,
			Synonyms: []Synonym{{"consumer.session.timeout.ms", "50000", false, SourceGroup}, {"group.consumer.session.timeout.ms", "45000", false, SourceDefault}}}},
		{"group", DescribeGroup(quiet, nil), Described{Name: "share.isolation.level", Value: "read_uncommitted", Source: SourceDefault,
			Synonyms: []Synonym{{"share.isolation.level", "read_uncommitted", false, SourceDefault}}}},
		{"client metrics", DescribeClientMetrics([]Override{{"interval.ms", "1000"}}), Described{Name: "interval.ms", Value: "1000", Source: SourceClientMetrics,
			Synonyms: []Synonym{{"interval.ms", "1000", false, SourceClientMetrics}}}},
		{"client metrics", DescribeClientMetrics(nil), Described{Name: "match", Source: SourceDefault}},
	} {
		name := c.want.Name
		if name == "" {
			name = "internal.segment.bytes"
		}
		if diff := cmp.Diff(c.want, described(c.all, name)); diff != "" {
			t.Errorf("%s, %s: %s", c.of, name, diff)
		}
	}
	if topic, broker := len(DescribeTopic(quiet, nil)), len(DescribeBroker(&Layers{})); topic != 33 || broker != 340 {
		t.Errorf("%d keys of a topic are shown and %d of a broker, Kafka shows 33 and 340", topic, broker)
	}
	if n := len(DescribeTopic(quiet, []Override{{"internal.segment.bytes", "1"}})); n != 34 {
		t.Errorf("%d keys are shown with internal.segment.bytes set", n)
	}
}

func TestCreateTopicsShowsWhatWasWritten(t *testing.T) {
	l := &Layers{Static: []Override{{"log.retention.hours", "2"}}, Default: []Override{{"log.segment.bytes", "2097152"}}}
	want := map[string]Effective{
		"flush.ms":      {"flush.ms", " 1 ", SourceTopic},
		"retention.ms":  {"retention.ms", "7200000", SourceStatic},
		"segment.bytes": {"segment.bytes", "2097152", SourceDefaultBroker},
		"segment.ms":    {"segment.ms", "604800000", SourceDefault},
	}
	all := Effectives(l, []Override{{"flush.ms", " 1 "}})
	for _, e := range all {
		if w, ok := want[e.Name]; ok && w != e {
			t.Errorf("got %v, want %v", e, w)
		}
	}
	if len(all) != 33 {
		t.Errorf("%d keys are shown, Kafka shows 33", len(all))
	}
}

// TestWhatIsShownHolds holds that DescribeConfigs and the typed configuration never disagree.
func TestWhatIsShownHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(topicKeys).Draw(t, "key")
		if k.get == nil {
			return
		}
		value := rapid.SampledFrom([]string{"", "7", "2000000", "9223372036854775807", "-1", "true", "compact", "lz4", "LogAppendTime"})
		set := func(name, label string) []Override {
			if v := value.Draw(t, label); k.Check(v) == "" {
				return []Override{{name, v}}
			}
			return nil
		}
		l := &Layers{Node: set(k.Synonyms[0], "node"), Default: set(k.Synonyms[0], "default")}
		overrides := set(k.Name, "topic")
		holds := Resolve(ResolveBroker(ResolveBroker(DefaultTopic(), l.Default), l.Node), overrides)
		if shown := described(DescribeTopic(l, overrides), k.Name); shown.Value != k.get(&holds) {
			t.Fatalf("%s=%s is shown, %s holds", k.Name, shown.Value, k.get(&holds))
		}
	})
}

// TestAnUnknownKeyIsShownWhereverItWasSet holds that what was set while the broker ran can be found, to be deleted.
func TestAnUnknownKeyIsShownWhereverItWasSet(t *testing.T) {
	l := &Layers{
		Node: []Override{{"of.one", "1"}, {"of.both", "2"}}, Default: []Override{{"of.both", "3"}, {"of.all", "4"}},
		Static: []Override{{"of.file", "5"}},
	}
	got := map[string]Source{}
	for _, d := range DescribeBroker(l) {
		if _, known := LookupBroker(d.Name); !known {
			if _, twice := got[d.Name]; twice {
				t.Errorf("%s is shown twice", d.Name)
			}
			got[d.Name] = d.Source
		}
	}
	want := map[string]Source{"of.one": SourceBroker, "of.both": SourceBroker, "of.all": SourceDefaultBroker, "of.file": SourceStatic}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
