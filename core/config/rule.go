package config

import (
	"strconv"
	"strings"
)

// rule is what a key's Valid words mean.
type rule struct {
	// least and most bound a number, both ends included.
	least, most int64
	// part bounds a fraction from 0 to that.
	part *ratio
	// oneOf bounds a string, or each item of a list; anyCase ignores the case.
	oneOf   []string
	anyCase bool
	// levelOrDefault allows -1 beside the range (compression.gzip.level).
	levelOrDefault bool
	// notEmpty refuses an empty string or list.
	notEmpty bool
	// plain lists keep equal items; of others one is dropped (KIP-1161).
	plain bool
	// replicas demands partition:broker items, or "*"; offsetReset what a share group may begin with.
	replicas, offsetReset bool
}

// unbounded stands in for a range that a key does not have.
const (
	lowest  = -1 << 63
	highest = 1<<63 - 1
)

// mustRule reads the words of a table.
func mustRule(t Type, valid string) rule {
	r := rule{least: lowest, most: highest}
	switch t {
	case Int:
		r.least, r.most = -1<<31, 1<<31-1
	case Short:
		r.least, r.most = -1<<15, 1<<15-1
	}
	from, to, isRange := strings.Cut(valid, " .. ")
	switch {
	case valid == "" || valid == "non-null string":
	case valid == "[1,...,9] or -1":
		r.least, r.most, r.levelOrDefault = 1, 9, true
	case strings.HasPrefix(valid, ">= "):
		r.least = mustNumber(valid[3:])
	case isRange && t == Double:
		part, ok := parseRatio(to)
		if !ok || from != "0" {
			panic("BUG: a range of the key table does not begin with 0: " + valid)
		}
		r.part = &part
	case isRange:
		r.least, r.most = mustNumber(from), mustNumber(to)
	case valid == "non-empty string":
		r.notEmpty = true
	case valid == "non-empty list":
		r.plain = true // Kafka takes an empty one, since that is the default
	case valid == "replicas":
		r.replicas, r.plain = true, true
	case valid == "offset reset":
		r.offsetReset = true
	case strings.HasPrefix(valid, "one of (any case) "):
		r.oneOf, r.anyCase = strings.Split(valid[len("one of (any case) "):], ", "), true
	case strings.HasPrefix(valid, "one of "):
		r.oneOf = strings.Split(valid[len("one of "):], ", ")
	case strings.HasPrefix(valid, "distinct items"):
		r.distinct(valid[len("distinct items"):])
	default:
		panic("BUG: a range of the key table is in unknown words: " + valid)
	}
	return r
}

// distinct reads "[ of a, b], not empty|may be empty[, may be null]".
func (r *rule) distinct(words string) {
	words = strings.TrimSuffix(words, ", may be null")
	words, r.notEmpty = strings.CutSuffix(words, ", not empty")
	if choices, ok := strings.CutPrefix(strings.TrimSuffix(words, ", may be empty"), " of "); ok {
		r.oneOf = strings.Split(choices, ", ")
	}
}

func mustNumber(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic("BUG: a range of the key table does not parse: " + s)
	}
	return n
}
