package config

import (
	"math"
	"strings"
)

// Source says where a value comes from, by Kafka's numbers (DescribeConfigs).
type Source int8

// The sources.
const (
	SourceTopic Source = iota + 1
	SourceBroker
	SourceDefaultBroker
	SourceStatic
	SourceDefault
	SourceLogger
	SourceClientMetrics
	SourceGroup
)

// Layers are what is set for the brokers' keys on one node, from the highest precedence to the lowest:
// for this broker and for all brokers, both dynamic, then the node's own settings.
type Layers struct {
	Node    []Override
	Default []Override
	Static  []Override
}

// layer is one of them, with the source that it stands for.
type layer struct {
	overrides []Override
	source    Source
}

func (l *Layers) all() [3]layer {
	return [...]layer{{l.Node, SourceBroker}, {l.Default, SourceDefaultBroker}, {l.Static, SourceStatic}}
}

// setting finds what is set for a broker's key.
func (l *Layers) setting(name string) (value string, from Source) {
	for _, layer := range l.all() {
		if v, set := lastOverride(layer.overrides, name); set {
			return v, layer.source
		}
	}
	return "", 0
}

// topicDefault is what holds for a topic's key that the topic does not set: the first of the broker's
// keys for it that is set, in the topic's unit, else the default, which is the same for both.
func (l *Layers) topicDefault(k *Key) (value string, from Source) {
	for _, name := range k.Synonyms {
		if v, from := l.setting(name); from != 0 {
			return k.fromBroker(name, v), from
		}
	}
	return k.Default, SourceDefault
}

const retentionTime = "retention.ms"

// fromBroker turns a value of a broker's key into the topic's unit.
func (k *Key) fromBroker(name, raw string) string {
	factor := unit(name) / unit(k.Name)
	v, errText := mustBroker(name).parse(raw)
	switch {
	case errText != "":
		return raw
	case k.Name == retentionTime && v.number < 0:
		return "-1"
	case factor <= 1:
		return k.Canonical(raw)
	case v.number > math.MaxInt64/factor:
		return decimal[int64](math.MaxInt64)
	}
	return decimal(v.number * factor)
}

// unit is how many milliseconds a key's unit has, if its name ends with one.
func unit(name string) int64 {
	switch name[strings.LastIndexByte(name, '.')+1:] {
	case "minutes":
		return 60 * 1000
	case "hours":
		return 60 * 60 * 1000
	}
	return 1
}

// families are the broker's keys that stand for the same thing, the winner first.
var families = [...][]string{
	{"log.roll.ms", "log.roll.hours"},
	{"log.roll.jitter.ms", "log.roll.jitter.hours"},
	{"log.flush.interval.ms", "log.flush.scheduler.interval.ms"},
	{"log.retention.ms", "log.retention.minutes", "log.retention.hours"},
}

// family are all keys that stand for the same thing as one, itself among them.
func family(name string) []string {
	for _, f := range families {
		for _, member := range f {
			if member == name && member != "log.flush.scheduler.interval.ms" {
				return f
			}
		}
	}
	return []string{name}
}

// Synonym is one of the places that a value may come from; Null hides what is sensitive.
type Synonym struct {
	Name   string
	Value  string
	Null   bool
	Source Source
}

// synonyms lists what is set for a broker's key and its family, the value that holds first. As in
// Kafka, what stands before the first synonym of the key's own name is left out.
func (l *Layers) synonyms(name string) []Synonym {
	names := family(name)
	var all []Synonym
	add := func(name, value string, sensitive bool, from Source) {
		s := Synonym{Name: name, Value: value, Source: from, Null: sensitive}
		if sensitive {
			s.Value = ""
		}
		all = append(all, s)
	}
	for _, layer := range l.all() {
		for _, n := range names {
			if v, set := lastOverride(layer.overrides, n); set {
				k, known := LookupBroker(n)
				add(n, v, !known || k.Sensitive(), layer.source)
			}
		}
	}
	for _, n := range names {
		if k, known := LookupBroker(n); known && !k.NoDefault {
			add(n, k.Default, k.Sensitive(), SourceDefault)
		}
	}
	for i := range all {
		if all[i].Name == name {
			return all[i:]
		}
	}
	return nil
}
