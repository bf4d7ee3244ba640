package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnvironmentNamesFollowTheContainerRule(t *testing.T) {
	for _, c := range []struct{ variable, name string }{
		{"KAFKA_NODE_ID", "node.id"},
		{"KAFKA_LOG_DIRS", "log.dirs"},
		{"KAFKA_A__B", "a_b"},
		{"KAFKA_A___B_C", "a-b.c"},
		{"KAFKA_A____B", "a-.b"},
	} {
		got := ParseEnviron([]string{c.variable + "=x=y"})
		want := []Setting{{Name: c.name, Value: "x=y", From: FromEnvironment}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", c.variable, diff)
		}
	}
}

func TestEnvironmentOfTheStartScriptsIsNotConfiguration(t *testing.T) {
	got := ParseEnviron([]string{
		"PATH=/bin", "KAFKA_=x", "KAFKA_OPTS=x", "KAFKA_HEAP_OPTS=x", "KAFKA_JMX_PORT=1", "KAFKA_JMX_OPTS=x",
		"KAFKA_LOG4J_ROOT_LOGLEVEL=x", "KAFKA_VERSION=4.3.1", "KAFKA_GC_LOG_OPTS=x", "XKAFKA_NODE_ID=1",
	})
	if len(got) > 0 {
		t.Errorf("read %v", got)
	}
}

func TestLaterSourcesWin(t *testing.T) {
	all := Sources{
		Files:     []string{"stock", "num.partitions=2\nnum.partitions=3", "num.partitions=4"},
		Read:      read,
		Environ:   []string{"KAFKA_NUM_PARTITIONS=5"},
		Overrides: []string{"num.partitions=6", "num.partitions=7"},
	}
	for _, c := range []struct {
		files, environ, overrides int
		want                      int32
		from                      Source
	}{
		{1, 0, 0, 1, FromEmbedded},
		{2, 0, 0, 3, FromFile},
		{3, 0, 0, 4, FromFile},
		{3, 1, 0, 5, FromEnvironment},
		{3, 1, 1, 6, FromOverride},
		{3, 1, 2, 7, FromOverride},
		{1, 0, 1, 6, FromOverride},
	} {
		n := load(t, Sources{Files: all.Files[:c.files], Read: read, Environ: all.Environ[:c.environ], Overrides: all.Overrides[:c.overrides]})
		if n.Broker.NumPartitions != c.want {
			t.Errorf("%+v: num.partitions is %d", c, n.Broker.NumPartitions)
		}
		for _, s := range n.Settings {
			if s.Name == "num.partitions" && s.From != c.from {
				t.Errorf("%+v: num.partitions is from %d", c, s.From)
			}
		}
	}
}

func TestOverrideWithoutKeyIsRefused(t *testing.T) {
	for _, o := range []string{"num.partitions", "=3", ""} {
		if _, err := Load(Sources{Overrides: []string{o}}); err == nil || err.Error() != "--override "+o+": allowed is key=value" {
			t.Errorf("%q: %v", o, err)
		}
	}
}
