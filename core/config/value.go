package config

import (
	"strconv"
	"strings"

	"momus/core/kafka"
)

// value is a parsed value; which field counts depends on the key's kind.
type value struct {
	number int64
	flag   bool
	text   string
	items  []string
}

func (v value) has(item string) bool {
	for _, i := range v.items {
		if i == item {
			return true
		}
	}
	return false
}

func millis(v value) kafka.Millis { return kafka.Millis(v.number) }

func decimal[N ~int32 | ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }

func cleanupPolicy(t *Topic) string {
	switch {
	case t.Compact && t.Delete:
		return "compact,delete"
	case t.Compact:
		return "compact"
	case t.Delete:
		return "delete"
	}
	return ""
}

// trim is Java's String.trim: everything up to the space goes.
func trim(s string) string { return strings.TrimFunc(s, func(r rune) bool { return r <= ' ' }) }

// invalid is the text of Kafka's ConfigException.
func (k *topicKey) invalid(shown, why string) string {
	return "Invalid value " + shown + " for configuration " + k.name + ": " + why
}

// parse reads and checks a value. The text says in Kafka's words what is wrong; "" is nothing.
func (k *topicKey) parse(raw string) (v value, errText string) {
	s := trim(raw)
	switch k.kind {
	case kindInt, kindLong:
		bits := 64
		if k.kind == kindInt {
			bits = 32
		}
		n, err := strconv.ParseInt(s, 10, bits)
		if err != nil {
			return value{}, k.invalid(raw, "Not a number of type "+kindNames[k.kind])
		}
		return value{number: n}, k.checkRange(n)
	case kindBool:
		switch strings.ToLower(s) {
		case "true":
			return value{flag: true}, ""
		case "false":
			return value{}, ""
		}
		return value{}, k.invalid(raw, "Expected value to be either true or false")
	case kindString:
		return value{text: s}, k.checkOneOf(s)
	case kindList:
		return k.parseList(s)
	case kindRatio:
		return value{text: s}, k.checkRatio(raw, s)
	}
	panic("BUG: the key " + k.name + " has no type")
}

func (k *topicKey) checkRange(n int64) string {
	switch {
	case k.levelOrDefault && n == -1:
		return ""
	case k.levelOrDefault && (n < k.least || n > k.most):
		return k.invalid(decimal(n), "Value must be between "+decimal(k.least)+" and "+decimal(k.most)+" or equal to -1")
	case n < k.least:
		return k.invalid(decimal(n), "Value must be at least "+decimal(k.least))
	case n > k.most:
		return k.invalid(decimal(n), "Value must be no more than "+decimal(k.most))
	}
	return ""
}

func (k *topicKey) checkOneOf(s string) string {
	for _, allowed := range k.oneOf {
		if s == allowed {
			return ""
		}
	}
	return k.invalid(s, "String must be one of: "+strings.Join(k.oneOf, ", "))
}

// parseList splits at commas. An item that occurs twice counts once (KIP-1161).
func (k *topicKey) parseList(s string) (v value, errText string) {
	if s == "" {
		return value{}, ""
	}
	parts := strings.Split(s, ",")
	for i, p := range parts {
		parts[i] = trim(p)
	}
	if k.replicas {
		return value{items: parts}, k.checkReplicas(parts)
	}
	for _, p := range parts {
		if p == "" {
			return value{}, "Configuration '" + k.name + "' values must not be empty."
		}
		if why := k.checkOneOf(p); why != "" {
			return value{}, why
		}
		if !v.has(p) {
			v.items = append(v.items, p)
		}
	}
	return v, ""
}

// checkReplicas wants partition:broker items, or the one item "*". Kafka looks at the joined list,
// in which an empty item between two good ones goes unnoticed; so it does here.
func (k *topicKey) checkReplicas(items []string) string {
	if len(items) == 1 && items[0] == "*" {
		return ""
	}
	for _, item := range items {
		partition, broker, ok := strings.Cut(item, ":")
		if item != "" && !(ok && digits(partition) && digits(broker)) {
			return k.invalid("["+strings.Join(items, ", ")+"]", k.name+" must be the literal '*' or a list of replicas "+
				"in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...")
		}
	}
	return ""
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
