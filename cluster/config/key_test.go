package config

import (
	"slices"
	"strings"
	"testing"
)

func TestKeyTableIsSortedAndItsWordsAreUnderstood(t *testing.T) {
	if !slices.IsSortedFunc(brokerKeys, func(a, b Key) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("the key table is not sorted")
	}
	for _, k := range brokerKeys {
		if found, ok := Lookup(k.Name); !ok || found.Name != k.Name {
			t.Errorf("%s is not found", k.Name)
		}
		// Accepts panics on a range in words that it does not know. The two quorum keys may only
		// be set to something, while their default is nothing.
		accepted := k.Accepts(k.Default)
		if special := k.Default == noDefault || k.Default == isRequired || k.Valid == "non-empty list"; !accepted && !special {
			t.Errorf("%s does not accept its default %q", k.Name, k.Default)
		}
		if k.Type != Class && k.Type != Password {
			k.Accepts("0")
		}
	}
}

func TestValuesOutsideTheRangeAreNotAccepted(t *testing.T) {
	for _, c := range []struct {
		name string
		good []string
		bad  []string
	}{
		{"num.partitions", []string{"1", " 7 ", "2147483647"}, []string{"0", "-1", "2147483648", "x", "", "1.5", "1 2"}},
		{"offsets.topic.replication.factor", []string{"1", "32767"}, []string{"0", "32768"}},
		{"log.retention.bytes", []string{"-1", "9223372036854775807"}, []string{"9223372036854775808"}},
		{"delete.topic.enable", []string{"true", "FALSE"}, []string{"yes", "1", ""}},
		{"log.cleaner.min.cleanable.ratio", []string{"0", "0.5", "1"}, []string{"-0.1", "1.1", "half"}},
		{"compression.gzip.level", []string{"-1", "1", "9"}, []string{"0", "10"}},
		{"compression.zstd.level", []string{"-131072", "22"}, []string{"23"}},
		{"compression.type", []string{"producer", "lz4"}, []string{"LZ4", "none"}},
		{"group.consumer.migration.policy", []string{"disabled", "UPGRADE"}, []string{"maybe"}},
		{"log.cleanup.policy", []string{"", "compact", "compact, delete", "delete,delete"}, []string{"forget", "compact,,delete"}},
		{"process.roles", []string{"broker", "controller,broker"}, []string{"", "observer"}},
		{"controller.quorum.voters", []string{"1@a:1"}, []string{""}},
		{"log.dirs", []string{"a,b"}, []string{"", "a,"}},
		{"remote.log.metadata.manager.impl.prefix", []string{"x."}, []string{""}},
	} {
		k, ok := Lookup(c.name)
		if !ok {
			t.Fatalf("%s is unknown", c.name)
		}
		for _, value := range c.good {
			if !k.Accepts(value) {
				t.Errorf("%s=%s is not accepted", c.name, value)
			}
		}
		for _, value := range c.bad {
			if k.Accepts(value) {
				t.Errorf("%s=%s is accepted", c.name, value)
			}
		}
	}
}
