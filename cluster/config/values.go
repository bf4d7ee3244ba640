package config

import (
	"slices"
	"strconv"
	"strings"

	"momus/core/kafka"
)

// values are the settings in force and the defaults below them. Getters remember which keys had
// an effect.
type values struct {
	settings []Setting // sorted by name, all of known keys and good
	used     []string
	problems []string
	warnings []string
}

// newValues checks every setting; the unknown ones become warnings, the bad ones problems.
func newValues(settings []Setting) *values {
	v := &values{}
	for _, s := range settings {
		key, known := Lookup(s.Name)
		switch {
		case !known:
			v.warn(s.Name + ": unknown key, ignored")
		case key.Update == DynamicOnly:
			v.warn(s.Name + ": can only be changed while the broker runs, ignored here")
		case !key.Accepts(s.Value):
			v.problems = append(v.problems, line(key, s.Value, "allowed is "+key.Allowed()))
		default:
			v.dropDuplicates(key, &s)
			v.settings = append(v.settings, s)
		}
	}
	v.require()
	return v
}

// dropDuplicates keeps the first of equal items of a list (KIP-1161).
func (v *values) dropDuplicates(key *Key, s *Setting) {
	if key.Type != List || !strings.HasPrefix(key.Valid, "distinct items") {
		return
	}
	var distinct []string
	for _, item := range SplitList(s.Value) {
		if !slices.Contains(distinct, item) {
			distinct = append(distinct, item)
			continue
		}
		v.warn(s.Name + ": " + item + " is there twice, once is kept")
	}
	s.Value = strings.Join(distinct, ",")
}

// require refuses to go on without the keys that have no default.
func (v *values) require() {
	for i := range brokerKeys {
		if key := &brokerKeys[i]; key.Default == isRequired && !v.isSet(key.Name) && !v.complained(key.Name) {
			v.problems = append(v.problems, key.Name+": is required; allowed is "+key.Allowed())
		}
	}
}

func (v *values) complained(name string) bool {
	return slices.ContainsFunc(v.problems, func(p string) bool { return strings.HasPrefix(p, name+"=") })
}

func (v *values) warn(text string) { v.warnings = append(v.warnings, text) }

// refuse complains about the value that a key has now.
func (v *values) refuse(name, why string) {
	key, ok := Lookup(name)
	if !ok {
		panic("BUG: a complaint about an unknown key: " + name)
	}
	value, _ := v.text(name)
	v.problems = append(v.problems, line(key, value, why))
}

// line is how a bad value is reported; a password stays hidden (invariant 4).
func line(key *Key, value, why string) string {
	if key.Type == Password {
		value = "(hidden)"
	}
	return key.Name + "=" + value + ": " + why
}

func (v *values) find(name string) (*Setting, bool) {
	i, ok := slices.BinarySearchFunc(v.settings, name, func(s Setting, name string) int {
		return strings.Compare(s.Name, name)
	})
	if !ok {
		return nil, false
	}
	return &v.settings[i], true
}

// isSet tells whether any source sets the key.
func (v *values) isSet(name string) bool {
	_, ok := v.find(name)
	return ok
}

// text is the key's value or default; false is null.
func (v *values) text(name string) (string, bool) {
	if !slices.Contains(v.used, name) {
		v.used = append(v.used, name)
	}
	if s, ok := v.find(name); ok {
		return strings.TrimSpace(s.Value), true
	}
	key, ok := Lookup(name)
	if !ok {
		panic("BUG: an unknown key was asked for: " + name)
	}
	if key.Default == noDefault || key.Default == isRequired {
		return "", false
	}
	return key.Default, true
}

// optional is a key's integer, if it has one.
func (v *values) optional(name string) (int64, bool) {
	text, ok := v.text(name)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic("BUG: an integer key passed its check and does not parse: " + name)
	}
	return n, true
}

// long, int and short are integers of keys that always have one.
func (v *values) long(name string) int64 {
	n, ok := v.optional(name)
	if !ok {
		panic("BUG: a key without default was asked for a number: " + name)
	}
	return n
}

func (v *values) int(name string) int32 { return int32(v.long(name)) }

func (v *values) millis(name string) kafka.Millis { return kafka.Millis(v.long(name)) }

func (v *values) boolean(name string) bool {
	text, _ := v.text(name)
	return strings.EqualFold(text, "true")
}

func (v *values) list(name string) []string {
	text, _ := v.text(name)
	return SplitList(text)
}

// idle are the keys that are set, known, and changed nothing.
func (v *values) idle() []string {
	var names []string
	for _, s := range v.settings {
		if s.From != FromEmbedded && !slices.Contains(v.used, s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}
