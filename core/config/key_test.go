package config

import (
	"slices"
	"strings"
	"testing"
)

func TestKeyTablesAreWholeAndTheirDefaultsGood(t *testing.T) {
	for _, c := range []struct {
		keys []Key
		n    int
	}{{brokerKeys, 363}, {topicKeys, 34}, {groupKeys, 17}, {clientMetricsKeys, 3}} {
		if len(c.keys) != c.n {
			t.Errorf("a table of %d keys has %d", c.n, len(c.keys))
		}
		for i := range c.keys {
			k := &c.keys[i]
			if find(c.keys, k.Name) != k {
				t.Errorf("%s is there twice", k.Name)
			}
			if k.Type <= Unknown || !slices.Contains([]string{"high", "medium", "low"}, k.Importance) {
				t.Errorf("%s has the type %v and the importance %q", k.Name, k.Type, k.Importance)
			}
			if !strings.HasSuffix(k.Doc, ".") || strings.Count(k.Doc, ". ") > 0 {
				t.Errorf("%s is not documented in one sentence: %q", k.Name, k.Doc)
			}
			if why := k.Check(k.Default); !k.NoDefault && (why != "" || k.Canonical(k.Default) != k.Default) {
				t.Errorf("%s does not take its default %q as it is: %s", k.Name, k.Default, why)
			}
			for _, name := range k.Synonyms {
				b := mustBroker(name)
				if k.Default != b.Default && !b.NoDefault && unit(name) == unit(k.Name) {
					t.Errorf("%s is %q by default, %s is %q", k.Name, k.Default, name, b.Default)
				}
			}
		}
	}
	if !slices.IsSortedFunc(brokerKeys, func(a, b Key) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("the broker's keys are not sorted")
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
		{"remote.log.manager.task.retry.jitter", []string{"0", "0.5", ".25"}, []string{"0.51", "5"}},
		{"log.cleaner.io.max.bytes.per.second", []string{"1e300", "-7"}, []string{"fast"}},
		{"compression.gzip.level", []string{"-1", "1", "9"}, []string{"0", "10"}},
		{"compression.zstd.level", []string{"-131072", "22"}, []string{"23"}},
		{"compression.type", []string{"producer", "lz4"}, []string{"LZ4", "none"}},
		{"group.consumer.migration.policy", []string{"disabled", "UPGRADE"}, []string{"maybe"}},
		{"log.cleanup.policy", []string{"", "compact", "compact, delete", "delete,delete"}, []string{"forget", "compact,,delete"}},
		{"process.roles", []string{"broker", "controller,broker"}, []string{"", "observer"}},
		{"controller.quorum.voters", []string{"1@a:1", ""}, []string{"1@a:1,"}},
		{"log.dirs", []string{"a,b"}, []string{"", "a,"}},
		{"remote.log.metadata.manager.impl.prefix", []string{"x."}, []string{""}},
		{"ssl.key.password", []string{"", " x "}, nil},
	} {
		k := mustBroker(c.name)
		for _, value := range c.good {
			if why := k.Check(value); why != "" {
				t.Errorf("%s=%s is refused: %s", c.name, value, why)
			}
		}
		for _, value := range c.bad {
			if k.Check(value) == "" {
				t.Errorf("%s=%s is accepted", c.name, value)
			}
		}
	}
}

func TestAShareGroupBeginsAtADuration(t *testing.T) {
	k := find(groupKeys, "share.auto.offset.reset")
	for _, good := range []string{"earliest", "latest", "by_duration:PT1H", "by_duration:P2DT3H4M5.5S", "by_duration:P1D", "by_duration:pt+7s"} {
		if why := k.Check(good); why != "" {
			t.Error(why)
		}
	}
	for _, bad := range []string{"", "none", "by_duration:", "by_duration:P", "by_duration:PT", "by_duration:P1H", "by_duration:PT1S1M", "by_duration:PT-1S", "by_duration:P1DT"} {
		if k.Check(bad) == "" {
			t.Errorf("%q is accepted", bad)
		}
	}
	// The words are those of a Kafka 4.3.1 broker.
	want := "Invalid value nonsense for configuration share.auto.offset.reset: Invalid value `nonsense` for configuration " +
		"share.auto.offset.reset. The value must be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'."
	if got := k.Check("nonsense"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestValuesAreShownAsKafkaShowsThem(t *testing.T) {
	for _, c := range [][3]string{
		{"retention.ms", " 5 ", "5"}, {"preallocate", "TRUE", "true"}, {"cleanup.policy", "compact, delete", "compact,delete"},
		{"cleanup.policy", "compact,compact", "compact"}, {"min.cleanable.dirty.ratio", "0.50", "0.5"},
		{"segment.bytes", "+2000000", "2000000"}, {"compression.type", " lz4", "lz4"},
		{"leader.replication.throttled.replicas", "0:1, 1:1", "0:1,1:1"}, {"retention.ms", "bad", "bad"},
	} {
		if got := findTopicKey(c[0]).Canonical(c[1]); got != c[2] {
			t.Errorf("%s=%q is shown as %q, want %q", c[0], c[1], got, c[2])
		}
	}
}
