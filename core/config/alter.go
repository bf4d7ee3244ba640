package config

import (
	"slices"
	"strings"

	"momus/core/kafka"
)

// ValidateBroker checks what is to be set for one broker (perBroker) or for all. The text is Kafka's
// for INVALID_REQUEST; "" means that all is good. What nobody knows is taken, as by Kafka: it may be
// meant for a plug-in, or for a listener (listener.name.NAME.KEY).
func ValidateBroker(changed []Override, perBroker bool) (errText string) {
	var fixed, secret, single []string
	for _, o := range changed {
		k, known := LookupBroker(o.Name)
		switch {
		case !known:
		case k.Update == ReadOnly:
			fixed = append(fixed, o.Name)
		case k.Update == PerBroker && isStore(o.Name):
			secret = append(secret, o.Name)
		case k.Update == PerBroker:
			single = append(single, o.Name)
		}
	}
	list := func(names []string) string { return "[" + strings.Join(names, ", ") + "]" }
	switch {
	case len(fixed) > 0:
		return "Cannot update these configs dynamically: " + list(fixed)
	case len(secret) > 0:
		return "These security configs can be dynamically updated only per-listener using the listener prefix: " + list(secret)
	}
	for _, o := range changed {
		k, known := LookupBroker(o.Name)
		if !known {
			_, k, known = ListenerKey(o.Name)
		}
		if known {
			if errText := k.checkDynamic(o.Value); errText != "" {
				return errText
			}
		}
	}
	if len(single) > 0 && !perBroker {
		return "Cannot update these configs at default cluster level, broker id must be specified: " + list(single)
	}
	return ""
}

// isStore tells the keys of key and trust stores, which belong to a listener.
func isStore(name string) bool {
	return strings.HasPrefix(name, "ssl.keystore.") || strings.HasPrefix(name, "ssl.truststore.") || name == "ssl.key.password"
}

// checkDynamic checks a broker's value, also by the rules that stand beside Kafka's table. A flush
// interval below 0 Kafka takes, and can't alter a topic from then on; here it is refused.
func (k *Key) checkDynamic(raw string) string {
	v, errText := k.parse(raw)
	switch {
	case errText != "":
		return errText
	case k.Name == "log.retention.ms" && v.number == 0:
		return "requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1"
	case k.Name == "log.roll.ms" && v.number < 1:
		return "requirement failed: log.roll.ms must be greater than or equal to 1"
	case k.Name == "log.roll.jitter.ms" && v.number < 0:
		return "requirement failed: log.roll.jitter.ms must be greater than or equal to 0"
	case k.Name == ipOverrides:
		if _, why := ParseIPLimits(raw); why != "" {
			return k.invalid(raw, why)
		}
	case k.Name == "log.flush.interval.ms" && v.number < 0:
		return k.invalid(decimal(v.number), "Value must be at least 0")
	}
	return ""
}

// ValidateGroup checks all that is set for a group: names, values, then what the broker allows. The
// text is Kafka's for INVALID_CONFIG.
func ValidateGroup(l *Layers, overrides []Override) (errText string) {
	for _, o := range overrides {
		if find(groupKeys, o.Name) == nil {
			return "Unknown group config name: " + o.Name
		}
	}
	for i := range groupKeys {
		k := &groupKeys[i]
		raw, set := lastOverride(overrides, k.Name)
		if !set {
			continue
		}
		v, errText := k.parse(raw)
		if errText != "" {
			return errText
		}
		if errText := k.checkBounds(l, v.number); errText != "" {
			return errText
		}
	}
	return ""
}

// checkBounds holds a group's number against the broker's keys for the least and the most, which are
// named after it: share.heartbeat.interval.ms, group.share.max.heartbeat.interval.ms.
func (k *Key) checkBounds(l *Layers, n int64) string {
	kind, rest, _ := strings.Cut(k.Name, ".")
	rest = strings.TrimPrefix(rest, "num.")
	bound := func(which string) (name string, at int64, ok bool) {
		name = "group." + kind + "." + which + "." + rest
		b, ok := LookupBroker(name)
		if !ok {
			return name, 0, false
		}
		raw, from := l.setting(name)
		if from == 0 {
			raw = b.Default
		}
		v, errText := b.parse(raw)
		return name, v.number, errText == ""
	}
	if name, least, ok := bound("min"); ok && n < least {
		return k.Name + " must be greater than or equal to " + name
	}
	if name, most, ok := bound("max"); ok && n > most {
		return k.Name + " must be less than or equal to " + name
	}
	return ""
}

// clientMatchers are what a subscription may match clients by (KIP-714).
var clientMatchers = []string{
	"client_instance_id", "client_id", "client_software_name", "client_software_version",
	"client_source_address", "client_source_port",
}

// ValidateClientMetrics checks all that is set for a subscription, with Kafka's code and text. Of a
// pattern only the form key=pattern is looked at: the core has no regular expressions.
func ValidateClientMetrics(overrides []Override) (code kafka.ErrorCode, errText string) {
	for _, o := range overrides {
		k := find(clientMetricsKeys, o.Name)
		if k == nil {
			return kafka.ErrInvalidRequest, "Unknown client metrics configuration: " + o.Name
		}
		v, errText := k.parse(o.Value)
		if errText != "" {
			return kafka.ErrInvalidConfig, errText
		}
		switch k.Name {
		case "interval.ms":
			if v.number < 100 || v.number > 3600000 {
				return kafka.ErrInvalidRequest, "Invalid value " + decimal(v.number) +
					" for interval.ms, interval must be between 100 and 3600000 (1 hour)"
			}
		case "match":
			for _, item := range v.items {
				if key, pattern, ok := strings.Cut(item, "="); !ok || pattern == "" || !slices.Contains(clientMatchers, trim(key)) {
					return kafka.ErrInvalidConfig, "Illegal client matching pattern: " + item
				}
			}
		}
	}
	return kafka.None, ""
}

// TopicList is what a topic's key that is a list holds if the topic does not set it, by the node's own
// configuration; false if it is no list.
func TopicList(static []Override, name string) (value string, ok bool) {
	k := findTopicKey(name)
	if k == nil || k.Type != List {
		return "", false
	}
	value, _ = (&Layers{Static: static}).topicDefault(k)
	return value, true
}

// BrokerList is the same of a broker's key.
func BrokerList(static []Override, name string) (value string, ok bool) {
	k, known := LookupBroker(name)
	if !known || k.Type != List {
		return "", false
	}
	value, from := (&Layers{Static: static}).setting(name)
	if from == 0 {
		value = k.Default
	}
	return value, true
}
