package config

// Resolve computes what holds for a topic: the broker's values, then the topic's overrides. An
// override with an unknown name or a bad value counts as absent: it can only come from a metadata
// log that another version wrote, and a topic must not become unusable over it.
func Resolve(broker Topic, overrides []Override) Topic {
	t := broker
	apply(&t, overrides, func(k *Key) string { return k.Name })
	return t
}

// ResolveBroker computes the broker-wide values: the static ones, then dynamic overrides by the
// broker's names of the keys (log.segment.bytes and so on), lowest precedence first.
func ResolveBroker(static Topic, dynamic []Override) Topic {
	t := static
	apply(&t, dynamic, func(k *Key) string {
		if len(k.Synonyms) == 0 {
			return ""
		}
		return k.Synonyms[0]
	})
	return t
}

// ResolveNode takes what is set dynamically for brokers into a node's configuration: the defaults of
// topics, and what else a broker follows while it runs.
func ResolveNode(node Broker, dynamic []Override) Broker {
	if len(dynamic) == 0 { // as mostly: without a copy on the heap
		return node
	}
	return resolveNode(node, dynamic)
}

func resolveNode(node Broker, dynamic []Override) Broker {
	node.Topic = ResolveBroker(node.Topic, dynamic)
	if raw, set := lastOverride(dynamic, producerExpiration); set {
		if v, errText := mustBroker(producerExpiration).parse(raw); errText == "" {
			node.ProducerIDExpiration = millis(v)
		}
	}
	resolveConnections(&node.Connections, dynamic)
	resolveCleaner(&node.Cleaner, dynamic)
	resolveConsumerGroups(&node.ConsumerGroups, dynamic)
	return node
}

const producerExpiration = "producer.id.expiration.ms"

// apply walks the keys and not the overrides, since internal.segment.bytes wins over
// segment.bytes whatever the order. Of two overrides of one name the later wins.
func apply(t *Topic, overrides []Override, nameOf func(*Key) string) {
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
			v, errText := k.parse(o.Value)
			if k.Name == retentionTime && o.Name != k.Name && v.number < -1 {
				v.number, errText = -1, "" // the broker's key takes any negative number for that
			}
			if errText == "" {
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
		raw, set := lastOverride(overrides, k.Name)
		if !set {
			if raw = k.Default; k.NoDefault {
				continue
			}
		}
		v, errText := k.parse(raw)
		if errText != "" {
			return errText
		}
		parsed[k.Name] = v
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
