package config

import (
	"slices"
	"strconv"
	"strings"
)

// Type is a key's type, by ConfigDef's names.
type Type uint8

// The types. A Class is a Java class name: it is kept and reported, and never loaded.
const (
	Boolean Type = iota
	Short
	Int
	Long
	Double
	String
	List
	Class
	Password
)

var typeNames = [...]string{"boolean", "short", "int", "long", "double", "string", "list", "class", "password"}

// String is ConfigDef's name of the type.
func (t Type) String() string { return typeNames[t] }

// Update says how a key may change (KIP-226), and whether DescribeConfigs leaves it out.
type Update uint8

// The update modes; Internal is a mark that goes with any of them.
const (
	// ReadOnly keys change at a restart.
	ReadOnly Update = iota
	// PerBroker keys may be set for one broker while it runs.
	PerBroker
	// ClusterWide keys may be set for one broker or as the cluster's default.
	ClusterWide
	// DynamicOnly keys have no line in server.properties.
	DynamicOnly

	// Internal keys are left out of DescribeConfigs unless they are set.
	Internal Update = 1 << 7
)

// Key is what is known of one configuration key.
type Key struct {
	Name    string
	Type    Type
	Default string
	// Valid is the range in the words of Kafka's documentation; these words are also the rule
	// that Complain follows and what it tells the operator.
	Valid  string
	Update Update
}

const (
	noDefault  = "null"
	isRequired = "(required)"
)

// Keys are the broker's keys, in the order of their names. The slice is shared: it is read only.
func Keys() []Key { return brokerKeys }

// Lookup finds a key by its name.
func Lookup(name string) (*Key, bool) {
	byName := func(k Key, name string) int { return strings.Compare(k.Name, name) }
	if i, ok := slices.BinarySearchFunc(brokerKeys, name, byName); ok {
		return &brokerKeys[i], true
	}
	return nil, false
}

// Allowed says what values the key takes.
func (k *Key) Allowed() string {
	if k.Valid == "" {
		return k.Type.String()
	}
	return k.Type.String() + ", " + k.Valid
}

// Accepts tells whether the value has the key's type and lies in its range. White space around
// it does not count (ConfigDef trims, but for passwords).
func (k *Key) Accepts(value string) bool {
	value = strings.TrimSpace(value)
	switch k.Type {
	case Boolean:
		return strings.EqualFold(value, "true") || strings.EqualFold(value, "false")
	case Short:
		return acceptsInteger(value, 16, k.Valid)
	case Int:
		return acceptsInteger(value, 32, k.Valid)
	case Long:
		return acceptsInteger(value, 64, k.Valid)
	case Double:
		n, err := strconv.ParseFloat(value, 64)
		return err == nil && inDoubleRange(n, k.Valid)
	case List:
		return acceptsList(SplitList(value), k.Valid)
	case String:
		return acceptsString(value, k.Valid)
	default:
		return true
	}
}

// SplitList splits at commas, dropping the blanks around them; an empty value is an empty list.
func SplitList(value string) []string {
	if value = strings.TrimSpace(value); value == "" {
		return nil
	}
	items := strings.Split(value, ",")
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	return items
}

// acceptsInteger knows the ranges ">= a", "a .. b" and "[1,...,9] or -1" (compression.gzip.level).
func acceptsInteger(value string, bits int, valid string) bool {
	n, err := strconv.ParseInt(value, 10, bits)
	if err != nil {
		return false
	}
	if valid == "[1,...,9] or -1" {
		return n == -1 || n >= 1 && n <= 9
	}
	if least, ok := strings.CutPrefix(valid, ">= "); ok {
		return n >= number(least)
	}
	if from, to, ok := strings.Cut(valid, " .. "); ok {
		return n >= number(from) && n <= number(to)
	}
	return mustBeFree(valid)
}

func inDoubleRange(n float64, valid string) bool {
	from, to, ok := strings.Cut(valid, " .. ")
	if !ok {
		return mustBeFree(valid)
	}
	least, errFrom := strconv.ParseFloat(from, 64)
	most, errTo := strconv.ParseFloat(to, 64)
	if errFrom != nil || errTo != nil {
		panic("BUG: a range of the key table does not parse: " + valid)
	}
	return n >= least && n <= most
}

func acceptsString(value, valid string) bool {
	switch {
	case valid == "non-empty string":
		return value != ""
	case valid == "non-null string":
		return true
	}
	if choices, ok := strings.CutPrefix(valid, "one of (any case) "); ok {
		return slices.ContainsFunc(SplitList(choices), func(c string) bool { return strings.EqualFold(c, value) })
	}
	if choices, ok := strings.CutPrefix(valid, "one of "); ok {
		return slices.Contains(SplitList(choices), value)
	}
	return mustBeFree(valid)
}

// acceptsList knows "non-empty list" and "distinct items[ of a, b], not empty|may be empty[, may
// be null]". Duplicates are no fault: they are dropped with a warning (KIP-1161).
func acceptsList(items []string, valid string) bool {
	if slices.Contains(items, "") {
		return false
	}
	rule, ok := strings.CutPrefix(strings.TrimSuffix(valid, ", may be null"), "distinct items")
	if !ok {
		return valid == "non-empty list" && len(items) > 0
	}
	rule, notEmpty := strings.CutSuffix(rule, ", not empty")
	if notEmpty && len(items) == 0 {
		return false
	}
	choices, limited := strings.CutPrefix(strings.TrimSuffix(rule, ", may be empty"), " of ")
	return !limited || !slices.ContainsFunc(items, func(item string) bool {
		return !slices.Contains(SplitList(choices), item)
	})
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic("BUG: a range of the key table does not parse: " + s)
	}
	return n
}

// mustBeFree is what remains after all known words of Valid.
func mustBeFree(valid string) bool {
	if valid != "" {
		panic("BUG: a range of the key table is in unknown words: " + valid)
	}
	return true
}
