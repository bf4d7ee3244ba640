package config

import (
	"slices"
	"strings"
)

// Sources are the places that configuration comes from, in rising precedence.
type Sources struct {
	// Files are the names of properties files, in the order given; Read gives the content of one.
	Files []string
	Read  func(name string) ([]byte, error)
	// Getwd, if set, names the directory that paths of log directories are relative to: clients are told
	// absolute ones.
	Getwd func() (string, error)
	// Environ is the process environment, as NAME=value.
	Environ []string
	// Overrides are the key=value of --override.
	Overrides []string
	// Strict refuses unknown keys, of which else a warning tells.
	Strict bool
}

// Source says where a setting was made.
type Source uint8

// The sources. FromEmbedded are the settings of a node that was given no file.
const (
	FromEmbedded Source = iota
	FromFile
	FromEnvironment
	FromOverride
)

// Setting is one key as somebody set it.
type Setting struct {
	Name  string
	Value string
	From  Source
}

// clusterIDVariable is how the container image is told the id that a fresh directory is
// formatted with; it is no configuration key.
const clusterIDVariable = "CLUSTER_ID"

// notConfiguration are the KAFKA_ variables that the container image gives to its start scripts.
var notConfiguration = []string{
	"KAFKA_VERSION", "KAFKA_OPTS", "KAFKA_HEAP_OPTS", "KAFKA_JVM_PERFORMANCE_OPTS", "KAFKA_GC_LOG_OPTS",
}

// notConfigurationPrefixes are the same, where whole families are meant.
var notConfigurationPrefixes = []string{"KAFKA_JMX_", "KAFKA_LOG4J_", "KAFKA_TOOLS_LOG4J_"}

// ParseEnviron reads settings from the environment by the container image's rule: KAFKA_ is cut,
// the rest is lower-cased, then ___ means a dash, __ an underscore and _ a dot. What a variable
// says of a key counts only if that variable is not one of the image's own.
func ParseEnviron(environ []string) []Setting {
	var settings []Setting
	for _, entry := range environ {
		variable, value, _ := strings.Cut(entry, "=")
		rest, ok := strings.CutPrefix(variable, "KAFKA_")
		if !ok || rest == "" || slices.Contains(notConfiguration, variable) ||
			slices.ContainsFunc(notConfigurationPrefixes, func(p string) bool { return strings.HasPrefix(variable, p) }) {
			continue
		}
		settings = append(settings, Setting{Name: environName(rest), Value: value, From: FromEnvironment})
	}
	// The environment has no order of its own that means anything.
	slices.SortStableFunc(settings, func(a, b Setting) int { return strings.Compare(a.Name, b.Name) })
	return settings
}

// environName is the key that a variable names, without its prefix.
func environName(rest string) string {
	return strings.NewReplacer("___", "-", "__", "_", "_", ".").Replace(strings.ToLower(rest))
}

// ParseOverrides reads key=value arguments; the second result is a complaint, or "".
func ParseOverrides(overrides []string) ([]Setting, string) {
	var settings []Setting
	for _, o := range overrides {
		name, value, ok := strings.Cut(o, "=")
		name = strings.TrimSpace(name)
		if !ok || name == "" {
			return nil, "--override " + o + ": allowed is key=value"
		}
		settings = append(settings, Setting{Name: name, Value: value, From: FromOverride})
	}
	return settings, ""
}

// embedded are the settings of a node that was given no file: those of Kafka's own
// server.properties for one node, so that nothing needs to be configured.
func embedded() []Setting {
	pairs := []string{
		"process.roles=broker,controller",
		"node.id=1",
		"listeners=PLAINTEXT://:9092,CONTROLLER://:9093",
		"controller.listener.names=CONTROLLER",
		"log.dir=./momus-data",
		"num.partitions=1",
		"offsets.topic.replication.factor=1",
		"transaction.state.log.replication.factor=1",
		"transaction.state.log.min.isr=1",
		"share.coordinator.state.topic.replication.factor=1",
		"share.coordinator.state.topic.min.isr=1",
	}
	settings := make([]Setting, 0, len(pairs))
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		settings = append(settings, Setting{Name: name, Value: value, From: FromEmbedded})
	}
	return settings
}

// merge keeps the last setting of each key, sorted by name.
func merge(layers ...[]Setting) []Setting {
	all := slices.Concat(layers...)
	slices.SortStableFunc(all, func(a, b Setting) int { return strings.Compare(a.Name, b.Name) })
	var last []Setting
	for _, s := range all {
		if n := len(last); n > 0 && last[n-1].Name == s.Name {
			last[n-1] = s
		} else {
			last = append(last, s)
		}
	}
	return last
}
