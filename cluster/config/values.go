package config

import (
	"slices"
	"strconv"
	"strings"

	"momus/core/config"
	"momus/core/kafka"
)

// values are the settings in force and the defaults below them. Getters remember which keys had
// an effect.
type values struct {
	settings []Setting // sorted by name, all of known keys and good
	// unknown are the keys that are set and that nobody knows, used those that were asked for.
	unknown []string
	// ofListeners are the limits of single listeners.
	ofListeners []Setting
	used        []string
	problems    []string
	warnings    []string
}

// newValues checks every setting; the unknown ones become warnings, or problems if the sources are
// to be taken strictly, the bad ones problems.
func newValues(settings []Setting, strict bool) *values {
	v := &values{}
	for _, s := range settings {
		key, known := config.LookupBroker(s.Name)
		if _, base, listener := config.ListenerKey(s.Name); listener {
			if !accepts(base, s.Value) {
				v.problems = append(v.problems, line(base, s.Value, "allowed for "+s.Name+" is "+base.Allowed()))
			}
			v.ofListeners = append(v.ofListeners, s)
			v.unknown = append(v.unknown, s.Name)
			continue
		}
		switch {
		case !known && strict:
			v.problems = append(v.problems, s.Name+": unknown key; allowed are Kafka's, or leave --strict out")
		case !known:
			v.warn(s.Name + ": unknown key, ignored")
			v.unknown = append(v.unknown, s.Name)
		case key.Update == config.DynamicOnly:
			v.warn(s.Name + ": can only be changed while the broker runs, ignored here")
		case !accepts(key, s.Value):
			v.problems = append(v.problems, line(key, s.Value, "allowed is "+key.Allowed()))
		case slices.Contains(policyClasses, s.Name) && strings.TrimSpace(s.Value) != "":
			v.problems = append(v.problems, line(key, s.Value, "a Java class cannot be loaded here; allowed is to leave it out"))
		default:
			v.dropDuplicates(key, &s)
			v.settings = append(v.settings, s)
		}
	}
	v.require()
	return v
}

// policyClasses are the classes that judge what clients ask for. To leave such a judgement out in
// silence would let through what an operator has forbidden.
var policyClasses = []string{"create.topic.policy.class.name", "alter.config.policy.class.name"}

// accepts tells whether the value has the key's type and lies in its range. The two quorum keys may
// only be set to something, while their default is nothing.
func accepts(key *config.Key, value string) bool {
	return key.Check(value) == "" && (key.Valid != "non-empty list" || len(config.SplitList(value)) > 0)
}

// dropDuplicates keeps the first of equal items of a list (KIP-1161).
func (v *values) dropDuplicates(key *config.Key, s *Setting) {
	if key.Type != config.List || !strings.HasPrefix(key.Valid, "distinct items") {
		return
	}
	var distinct []string
	for _, item := range config.SplitList(s.Value) {
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
	keys := config.BrokerKeys()
	for i := range keys {
		if key := &keys[i]; key.Required && !v.isSet(key.Name) && !v.complained(key.Name) {
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
	key, ok := config.LookupBroker(name)
	if !ok {
		panic("BUG: a complaint about an unknown key: " + name)
	}
	value, _ := v.text(name)
	v.problems = append(v.problems, line(key, value, why))
}

// line is how a bad value is reported; a password stays hidden (invariant 4).
func line(key *config.Key, value, why string) string {
	if key.Sensitive() {
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
	key, ok := config.LookupBroker(name)
	if !ok {
		panic("BUG: an unknown key was asked for: " + name)
	}
	return key.Default, !key.NoDefault
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
	return config.SplitList(text)
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

// static are the settings as DescribeConfigs shows them. What must not be shown is left out.
func (v *values) static(node kafka.NodeID) []config.Override {
	all := []config.Override{}
	for _, s := range v.settings {
		o := config.Override{Name: s.Name, Value: strings.TrimSpace(s.Value)}
		if key, _ := config.LookupBroker(s.Name); key.Sensitive() {
			o.Value = ""
		}
		all = append(all, o)
	}
	if !v.isSet("broker.id") { // Kafka takes node.id for it
		all = append(all, config.Override{Name: "broker.id", Value: strconv.Itoa(int(node))})
	}
	for _, name := range v.unknown {
		all = append(all, config.Override{Name: name})
	}
	slices.SortFunc(all, func(a, b config.Override) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// connections reads the limits of connections.
func (v *values) connections() config.Connections {
	c := config.Connections{Max: v.int("max.connections"), PerIP: v.int("max.connections.per.ip"), Rate: v.int("max.connection.creation.rate"), Idle: v.millis("connections.max.idle.ms")}
	overrides, _ := v.text("max.connections.per.ip.overrides")
	var why string
	if c.Overrides, why = config.ParseIPLimits(overrides); why != "" {
		v.refuse("max.connections.per.ip.overrides", why+"; allowed is a list of host:number, hosts as addresses")
	}
	for _, s := range v.ofListeners {
		c.SetListener(s.Name, s.Value)
	}
	return c
}
