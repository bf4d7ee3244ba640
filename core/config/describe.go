package config

import (
	"slices"
	"strings"
)

// Described is one key of a resource as DescribeConfigs shows it.
type Described struct {
	Name string
	// Value is what holds; Null says that there is none, or that it is hidden.
	Value     string
	Null      bool
	Source    Source
	ReadOnly  bool
	Sensitive bool
	Type      Type
	Doc       string
	// Synonyms are the places that the value may come from, that which holds first.
	Synonyms []Synonym
}

func describe(k *Key) Described {
	return Described{Name: k.Name, Type: k.Type, Doc: k.Doc, Source: SourceDefault, Sensitive: k.Sensitive()}
}

// settle takes the synonyms, and the source from the first of them.
func (d *Described) settle(synonyms []Synonym) {
	if d.Synonyms = synonyms; len(synonyms) > 0 {
		d.Source = synonyms[0].Source
	}
	if d.Sensitive {
		d.Value, d.Null = "", true
	}
}

// DescribeTopic lists a topic's keys as they hold, by name. Of a key that the topic does not set the
// synonyms are those of the broker's key that comes first; one in another unit, such as
// log.retention.hours, gives the value and is not named, as in Kafka.
func DescribeTopic(l *Layers, overrides []Override) []Described {
	all := make([]Described, 0, len(topicKeys))
	for i := range topicKeys {
		k := &topicKeys[i]
		raw, set := lastOverride(overrides, k.Name)
		if k.Internal && !set {
			continue
		}
		d := describe(k)
		var synonyms []Synonym
		if set {
			d.Value = k.Canonical(raw)
			synonyms = append(synonyms, Synonym{Name: k.Name, Value: d.Value, Source: SourceTopic})
		} else {
			d.Value, _ = l.topicDefault(k)
		}
		if len(k.Synonyms) > 0 {
			synonyms = append(synonyms, l.synonyms(k.Synonyms[0])...)
		}
		d.settle(synonyms)
		all = append(all, d)
	}
	return byName(all)
}

// DescribeBroker lists the broker's keys as they hold, by name, with what is set and unknown.
func DescribeBroker(l *Layers) []Described {
	all := make([]Described, 0, len(brokerKeys))
	for i := range brokerKeys {
		k := &brokerKeys[i]
		raw, from := l.setting(k.Name)
		if from == 0 && (k.Internal || k.Update == DynamicOnly) {
			continue
		}
		d := describe(k)
		d.ReadOnly = k.Update == ReadOnly
		switch {
		case from != 0:
			d.Value = k.Canonical(raw)
		case k.NoDefault:
			d.Null = true
		default:
			d.Value = k.Default
		}
		d.settle(l.synonyms(k.Name))
		all = append(all, d)
	}
	var others []string
	for _, layer := range l.all() {
		for _, o := range layer.overrides {
			if _, known := LookupBroker(o.Name); !known && !slices.Contains(others, o.Name) {
				others = append(others, o.Name)
				all = append(all, unknown(l, o.Name))
			}
		}
	}
	return byName(all)
}

// unknown is a key that nobody knows: nothing is told of it but that it is set.
func unknown(l *Layers, name string) Described {
	d := Described{Name: name, Null: true, ReadOnly: true, Sensitive: true}
	d.settle(l.synonyms(name))
	return d
}

// DescribeDefault lists what is set for all brokers, by name.
func DescribeDefault(l *Layers) []Described {
	only := Layers{Default: l.Default}
	var all []Described
	for _, o := range l.Default {
		k, known := LookupBroker(o.Name)
		if !known {
			all = append(all, unknown(&only, o.Name))
			continue
		}
		d := describe(k)
		d.Value, d.ReadOnly = k.Canonical(o.Value), k.Update == ReadOnly
		d.settle(slices.DeleteFunc(only.synonyms(k.Name), func(s Synonym) bool { return s.Source != SourceDefaultBroker }))
		all = append(all, d)
	}
	return byName(all)
}

// DescribeGroup lists a group's keys as they hold, by name.
func DescribeGroup(l *Layers, overrides []Override) []Described {
	all := make([]Described, 0, len(groupKeys))
	for i := range groupKeys {
		k := &groupKeys[i]
		d := describe(k)
		var synonyms []Synonym
		raw, set := lastOverride(overrides, k.Name)
		if set {
			d.Value = k.Canonical(raw)
			synonyms = append(synonyms, Synonym{Name: k.Name, Value: d.Value, Source: SourceGroup})
		} else {
			d.Value, _ = l.topicDefault(k)
		}
		if len(k.Synonyms) > 0 {
			synonyms = append(synonyms, l.synonyms(k.Synonyms[0])...)
		} else {
			synonyms = append(synonyms, Synonym{Name: k.Name, Value: k.Default, Source: SourceDefault})
		}
		d.settle(synonyms)
		all = append(all, d)
	}
	return byName(all)
}

// DescribeClientMetrics lists the keys of a subscription to client metrics, by name.
func DescribeClientMetrics(overrides []Override) []Described {
	all := make([]Described, 0, len(clientMetricsKeys))
	for i := range clientMetricsKeys {
		k := &clientMetricsKeys[i]
		d := describe(k)
		d.Value = k.Default
		var synonyms []Synonym
		if raw, set := lastOverride(overrides, k.Name); set {
			d.Value = k.Canonical(raw)
			synonyms = append(synonyms, Synonym{Name: k.Name, Value: d.Value, Source: SourceClientMetrics})
		}
		d.settle(synonyms)
		all = append(all, d)
	}
	return byName(all)
}

func byName(all []Described) []Described {
	slices.SortStableFunc(all, func(a, b Described) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Effective is one key of a topic as CreateTopics answers it (KIP-525).
//
//canon:gen
type Effective struct {
	Name   string
	Value  string
	Source Source
}

// Effectives lists what holds for a topic, by name. What the topic sets is shown as it was written.
func Effectives(l *Layers, overrides []Override) []Effective {
	all := make([]Effective, 0, len(topicKeys))
	for i := range topicKeys {
		k := &topicKeys[i]
		e := Effective{Name: k.Name, Source: SourceTopic}
		var set bool
		if e.Value, set = lastOverride(overrides, k.Name); !set {
			if k.Internal {
				continue
			}
			e.Value, e.Source = l.topicDefault(k)
		}
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b Effective) int { return strings.Compare(a.Name, b.Name) })
	return all
}
