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
func (k *Key) invalid(shown, why string) string {
	return "Invalid value " + shown + " for configuration " + k.Name + ": " + why
}

func (k *Key) notANumber() string { return "Not a number of type " + strings.ToUpper(k.Type.String()) }

// parse reads and checks a value. The text says in Kafka's words what is wrong; "" is nothing.
func (k *Key) parse(raw string) (v value, errText string) {
	s := trim(raw)
	switch k.Type {
	case Int, Short, Long:
		n, err := strconv.ParseInt(s, 10, k.bits())
		if err != nil {
			return value{}, k.invalid(raw, k.notANumber())
		}
		return value{number: n}, k.checkRange(n)
	case Boolean:
		switch strings.ToLower(s) {
		case "true":
			return value{flag: true}, ""
		case "false":
			return value{}, ""
		}
		return value{}, k.invalid(raw, "Expected value to be either true or false")
	case String:
		return value{text: s}, k.checkString(s)
	case List:
		return k.parseList(s)
	case Double:
		return k.parseRatio(raw, s)
	case Class:
		return value{text: s}, ""
	case Password:
		return value{text: raw}, ""
	}
	panic("BUG: the key " + k.Name + " has no type")
}

// bits is the width of the key's numbers.
func (k *Key) bits() int {
	switch k.Type {
	case Short:
		return 16
	case Int:
		return 32
	}
	return 64
}

func (k *Key) checkRange(n int64) string {
	switch {
	case k.rule.levelOrDefault && n == -1:
		return ""
	case k.rule.levelOrDefault && (n < k.rule.least || n > k.rule.most):
		return k.invalid(decimal(n), "Value must be between "+decimal(k.rule.least)+" and "+decimal(k.rule.most)+" or equal to -1")
	case n < k.rule.least:
		return k.invalid(decimal(n), "Value must be at least "+decimal(k.rule.least))
	case n > k.rule.most:
		return k.invalid(decimal(n), "Value must be no more than "+decimal(k.rule.most))
	}
	return ""
}

func (k *Key) checkString(s string) string {
	switch {
	case k.rule.notEmpty && s == "":
		return k.invalid(s, "String must be non-empty")
	case k.rule.offsetReset && !isOffsetReset(s):
		return k.invalid(s, "Invalid value `"+s+"` for configuration "+k.Name+". The value must be either 'earliest', "+
			"'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.")
	}
	return k.checkOneOf(s)
}

func (k *Key) checkOneOf(s string) string {
	if k.rule.oneOf == nil {
		return ""
	}
	for _, allowed := range k.rule.oneOf {
		if s == allowed || k.rule.anyCase && strings.EqualFold(s, allowed) {
			return ""
		}
	}
	if k.rule.anyCase {
		return k.invalid(s, "String must be one of (case insensitive): "+strings.Join(k.rule.oneOf, ", "))
	}
	return k.invalid(s, "String must be one of: "+strings.Join(k.rule.oneOf, ", "))
}

// parseList splits at commas. An item that occurs twice counts once (KIP-1161).
func (k *Key) parseList(s string) (v value, errText string) {
	parts := SplitList(s)
	switch {
	case k.rule.replicas:
		return value{items: parts}, k.checkReplicas(parts)
	case k.rule.notEmpty && len(parts) == 0:
		return value{}, "Configuration '" + k.Name + "' must not be empty. Valid values include: any non-empty value"
	}
	for _, p := range parts {
		if p == "" {
			return value{}, "Configuration '" + k.Name + "' values must not be empty."
		}
		if why := k.checkOneOf(p); why != "" {
			return value{}, why
		}
		if k.rule.plain || !v.has(p) {
			v.items = append(v.items, p)
		}
	}
	return v, ""
}

// SplitList splits a list's value at its commas, without the blanks around them. An empty value is
// an empty list.
func SplitList(s string) []string {
	if s = trim(s); s == "" {
		return nil
	}
	parts := strings.Split(s, ",")
	for i, p := range parts {
		parts[i] = trim(p)
	}
	return parts
}

// checkReplicas wants partition:broker items, or the one item "*". Kafka looks at the joined list,
// in which an empty item between two good ones goes unnoticed; so it does here.
func (k *Key) checkReplicas(items []string) string {
	if len(items) == 1 && items[0] == "*" {
		return ""
	}
	for _, item := range items {
		partition, broker, ok := strings.Cut(item, ":")
		if item != "" && !(ok && digits(partition) && digits(broker)) {
			return k.invalid("["+strings.Join(items, ", ")+"]", k.Name+" must be the literal '*' or a list of replicas "+
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

// isOffsetReset knows earliest, latest and by_duration: with a duration of ISO 8601 that is not
// negative: P, days, then behind T hours, minutes and seconds, of which only the last may be broken.
func isOffsetReset(s string) bool {
	d, ok := strings.CutPrefix(s, "by_duration:")
	if !ok {
		return s == "earliest" || s == "latest"
	}
	d, ok = strings.CutPrefix(strings.ToUpper(d), "P")
	date, time, timed := strings.Cut(d, "T")
	if !ok || d == "" || timed && time == "" {
		return false
	}
	return isUnits(date, "D") && isUnits(time, "HMS")
}

// isUnits reads numbers, each followed by one of the units, which come in their order.
func isUnits(s, units string) bool {
	for s != "" {
		at := strings.IndexAny(s, units)
		if at < 0 {
			return false
		}
		number := strings.TrimPrefix(s[:at], "+")
		if s[at] == 'S' {
			whole, part, _ := strings.Cut(number, ".")
			number = whole + part
		}
		if !digits(number) {
			return false
		}
		units = units[strings.IndexByte(units, s[at])+1:]
		s = s[at+1:]
	}
	return true
}
