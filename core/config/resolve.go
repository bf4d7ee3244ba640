package config

// Resolve computes what holds for a topic: the broker's values, then the topic's overrides. An
// override with an unknown name or a bad value counts as absent: it can only come from a metadata
// log that another version wrote, and a topic must not become unusable over it.
func Resolve(broker Topic, overrides []Override) Topic {
	t := broker
	apply(&t, overrides, func(k *topicKey) string { return k.name })
	return t
}

// ResolveBroker computes the broker-wide values: the static ones, then dynamic overrides by the
// broker's names of the keys (log.segment.bytes and so on), lowest precedence first.
func ResolveBroker(static Topic, dynamic []Override) Topic {
	t := static
	apply(&t, dynamic, func(k *topicKey) string { return k.synonym })
	return t
}

// apply walks the keys and not the overrides, since internal.segment.bytes wins over
// segment.bytes whatever the order. Of two overrides of one name the later wins.
func apply(t *Topic, overrides []Override, nameOf func(*topicKey) string) {
	if len(overrides) == 0 {
		return
	}
	for i := range topicKeys {
		k := &topicKeys[i]
		if k.set == nil || nameOf(k) == "" {
			continue
		}
		for _, o := range overrides {
			if o.Name != nameOf(k) {
				continue
			}
			if v, errText := k.parse(o.Value); errText == "" {
				k.set(t, v)
			}
		}
	}
}

// ValidateTopic checks one key. The text is Kafka's for INVALID_CONFIG; "" means that it is good.
func ValidateTopic(name, value string) (errText string) {
	k := findTopicKey(name)
	if k == nil {
		return "Unknown topic config name: " + name
	}
	_, errText = k.parse(value)
	return errText
}

// ValidateTopics checks the overrides of one topic together, in Kafka's order: names, then values
// key by key, then what one key demands of another. Of two overrides of one name the later counts.
func ValidateTopics(overrides []Override) (errText string) {
	for _, o := range overrides {
		if findTopicKey(o.Name) == nil {
			return "Unknown topic config name: " + o.Name
		}
	}
	parsed := map[string]value{}
	for i := range topicKeys {
		k := &topicKeys[i]
		raw, set := lastOverride(overrides, k.name)
		if !set {
			if raw = k.def; k.nullDefault {
				continue
			}
		}
		v, errText := k.parse(raw)
		if errText != "" {
			return errText
		}
		parsed[k.name] = v
	}
	least, most := parsed["min.compaction.lag.ms"].number, parsed["max.compaction.lag.ms"].number
	switch {
	case least > most:
		return "conflict topic config setting min.compaction.lag.ms (" + decimal(least) +
			") > max.compaction.lag.ms (" + decimal(most) + ")"
	case parsed["remote.storage.enable"].flag:
		return "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage."
	}
	return ""
}

func lastOverride(overrides []Override, name string) (value string, set bool) {
	for _, o := range overrides {
		if o.Name == name {
			value, set = o.Value, true
		}
	}
	return value, set
}

// Source says where an effective value comes from, by Kafka's numbers (DescribeConfigs).
type Source int8

// The sources that a topic's value can have here.
const (
	SourceTopic   Source = 1
	SourceStatic  Source = 4
	SourceDefault Source = 5
)

// Effective is one key of a topic as CreateTopics and DescribeConfigs show it.
type Effective struct {
	Name   string
	Value  string
	Source Source
}

// Describe lists a topic's keys as they hold, in the order of the table. Keys without a value are
// left out. A value of the broker's counts as static when it is not Kafka's default.
func Describe(broker Topic, overrides []Override) []Effective {
	all := make([]Effective, 0, len(topicKeys))
	for i := range topicKeys {
		k := &topicKeys[i]
		e := Effective{Name: k.name, Value: k.def, Source: SourceDefault}
		if v, set := lastOverride(overrides, k.name); set {
			e.Value, e.Source = v, SourceTopic
		} else if k.nullDefault {
			continue
		} else if k.get != nil && k.get(&broker) != k.def {
			e.Value, e.Source = k.get(&broker), SourceStatic
		}
		all = append(all, e)
	}
	return all
}
