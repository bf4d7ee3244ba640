package config

import (
	"slices"
	"strings"
)

// Type is a key's type; the numbers are those of DescribeConfigs.
type Type int8

// The types. A Class is a Java class name: it is kept and reported, and never loaded.
const (
	Unknown Type = iota
	Boolean
	String
	Int
	Short
	Long
	Double
	List
	Class
	Password
)

var typeNames = [...]string{"unknown", "boolean", "string", "int", "short", "long", "double", "list", "class", "password"}

// String is ConfigDef's name of the type, in lower case.
func (t Type) String() string { return typeNames[t] }

// Update says how a broker's key may change (KIP-226).
type Update uint8

// The update modes. Keys of topics, groups and client metrics have none: they always may.
const (
	AnyTime Update = iota
	// ReadOnly keys change at a restart.
	ReadOnly
	// PerBroker keys may be set for one broker while it runs.
	PerBroker
	// ClusterWide keys may be set for one broker or as the cluster's default.
	ClusterWide
	// DynamicOnly keys have no line in server.properties.
	DynamicOnly
)

var updateNames = map[string]Update{
	"read-only": ReadOnly, "per-broker": PerBroker, "cluster-wide": ClusterWide, "dynamic only": DynamicOnly,
}

// Key is what is known of one configuration key.
type Key struct {
	Name string
	Type Type
	// Default is the value of a key that nobody sets; NoDefault keys have none, and Required ones
	// must be set.
	Default             string
	NoDefault, Required bool
	// Valid is what is allowed beside the type, in the words of Kafka's documentation.
	Valid string
	// Importance is high, medium or low; DescribeConfigs leaves Internal keys out unless they are set.
	Importance string
	Internal   bool
	Update     Update
	// Synonyms are the broker's keys that give the default of a topic's or a group's key.
	Synonyms []string
	// Doc is one sentence.
	Doc string

	rule rule
	// set and get bind a topic key to the typed configuration; nil if it has no effect.
	set func(*Topic, value)
	get func(*Topic) string
}

var (
	brokerKeys        = mustKeys(brokerTable)
	topicKeys         = mustTopicKeys()
	groupKeys         = lend(mustKeys(groupTable))
	clientMetricsKeys = mustKeys(clientMetricsTable)
)

// mustKeys reads a table. A sixth column that is no update mode is a list of broker keys.
func mustKeys(table string) []Key {
	var keys []Key
	for row := range strings.Lines(strings.TrimSpace(table)) {
		cells := strings.Split(strings.TrimSuffix(row, "\n"), "|")
		if len(cells) != 7 {
			panic("BUG: a row of the key table has not seven columns: " + row)
		}
		k := Key{Name: cells[0], Default: cells[2], Valid: cells[3], Doc: cells[6]}
		k.Type = Type(slices.Index(typeNames[:], cells[1]))
		k.Importance, _ = strings.CutSuffix(cells[4], ", internal")
		k.Internal = k.Importance != cells[4]
		if k.NoDefault = k.Default == "null" || k.Default == "(required)"; k.NoDefault {
			k.Required, k.Default = k.Default != "null", ""
		}
		if mode, ok := updateNames[cells[5]]; ok {
			k.Update = mode
		} else if cells[5] != "" {
			k.Synonyms = strings.Split(cells[5], ", ")
		}
		k.rule = mustRule(k.Type, k.Valid)
		keys = append(keys, k)
	}
	return keys
}

// lend documents the broker's keys that say the same for all.
func lend(keys []Key) []Key {
	for i := range keys {
		k := &keys[i]
		for _, name := range k.Synonyms {
			if b := find(brokerKeys, name); b != nil && b.Doc == "" {
				b.Doc = "What holds where " + k.Name + " is not set: " + strings.ToLower(k.Doc[:1]) + k.Doc[1:]
			}
		}
	}
	return keys
}

func mustTopicKeys() []Key {
	keys := lend(mustKeys(topicTable))
	for i := range bindings {
		k := find(keys, bindings[i].name)
		k.set, k.get = bindings[i].set, bindings[i].get
	}
	return keys
}

// BrokerKeys are the broker's keys, sorted by name. The slice is shared: it is read only.
func BrokerKeys() []Key { return brokerKeys }

// LookupBroker finds a broker's key by its name.
func LookupBroker(name string) (*Key, bool) {
	i, ok := slices.BinarySearchFunc(brokerKeys, name, func(k Key, name string) int { return strings.Compare(k.Name, name) })
	if !ok {
		return nil, false
	}
	return &brokerKeys[i], true
}

// mustBroker finds a broker's key that there must be.
func mustBroker(name string) *Key {
	k, ok := LookupBroker(name)
	if !ok {
		panic("BUG: there is no broker key " + name)
	}
	return k
}

// find finds the key of a name, or nil.
func find(keys []Key, name string) *Key {
	for i := range keys {
		if keys[i].Name == name {
			return &keys[i]
		}
	}
	return nil
}

func findTopicKey(name string) *Key { return find(topicKeys, name) }

// Sensitive keys are never shown.
func (k *Key) Sensitive() bool { return k.Type == Password }

// Allowed says to an operator what values the key takes.
func (k *Key) Allowed() string {
	if k.Valid == "" {
		return k.Type.String()
	}
	return k.Type.String() + ", " + k.Valid
}

// Check says in Kafka's words what is wrong with a value; "" is nothing.
func (k *Key) Check(raw string) (errText string) {
	_, errText = k.parse(raw)
	return errText
}

// Canonical is a good value as Kafka shows it: without blanks around it, numbers in decimal, items
// of a list once and joined by commas.
func (k *Key) Canonical(raw string) string {
	v, errText := k.parse(raw)
	switch {
	case errText != "":
		return raw
	case k.Type == Int || k.Type == Short || k.Type == Long:
		return decimal(v.number)
	case k.Type == Boolean && v.flag:
		return "true"
	case k.Type == Boolean:
		return "false"
	case k.Type == List:
		return strings.Join(v.items, ",")
	}
	return v.text
}
