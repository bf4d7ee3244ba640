package config

import (
	"math"
	"strings"
	"testing"

	"momus/core/canon/canontest"
	"momus/core/kafka"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestEncodingRoundTrips(t *testing.T) {
	canontest.RoundTrip(t, []canontest.Value{new(Broker), new(Topic), new(Listener), new(Override), new(Effective)})
}

// The texts are those of a Kafka 4.3.1 broker that was asked to create a topic with each value.
func TestTopicConfigIsRefusedInKafkasWords(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"foo", "1", "Unknown topic config name: foo"},
		{"", "", "Unknown topic config name: "},
		{"message.format.version", "3.0", "Unknown topic config name: message.format.version"},
		{"retention.ms", "abc", "Invalid value abc for configuration retention.ms: Not a number of type LONG"},
		{"retention.ms", "-2", "Invalid value -2 for configuration retention.ms: Value must be at least -1"},
		{"retention.ms", "", "Invalid value  for configuration retention.ms: Not a number of type LONG"},
		{"retention.ms", "1.5", "Invalid value 1.5 for configuration retention.ms: Not a number of type LONG"},
		{"retention.ms", "99999999999999999999", "Invalid value 99999999999999999999 for configuration retention.ms: Not a number of type LONG"},
		{"flush.messages", "0", "Invalid value 0 for configuration flush.messages: Value must be at least 1"},
		{"preallocate", "yes", "Invalid value yes for configuration preallocate: Expected value to be either true or false"},
		{"preallocate", "", "Invalid value  for configuration preallocate: Expected value to be either true or false"},
		{"cleanup.policy", "foo", "Invalid value foo for configuration cleanup.policy: String must be one of: compact, delete"},
		{"cleanup.policy", "delete,,compact", "Configuration 'cleanup.policy' values must not be empty."},
		{"cleanup.policy", "delete,", "Configuration 'cleanup.policy' values must not be empty."},
		{"compression.type", "GZIP", "Invalid value GZIP for configuration compression.type: String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer"},
		{"compression.gzip.level", "0", "Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1"},
		{"compression.lz4.level", "18", "Invalid value 18 for configuration compression.lz4.level: Value must be no more than 17"},
		{"compression.zstd.level", "23", "Invalid value 23 for configuration compression.zstd.level: Value must be no more than 22"},
		{"message.timestamp.type", "foo", "Invalid value foo for configuration message.timestamp.type: String must be one of: CreateTime, LogAppendTime"},
		{"min.cleanable.dirty.ratio", "1.50", "Invalid value 1.5 for configuration min.cleanable.dirty.ratio: Value must be no more than 1"},
		{"min.cleanable.dirty.ratio", "x", "Invalid value x for configuration min.cleanable.dirty.ratio: Not a number of type DOUBLE"},
		{"min.cleanable.dirty.ratio", "-1", "Invalid value -1.0 for configuration min.cleanable.dirty.ratio: Value must be at least 0"},
		{"min.cleanable.dirty.ratio", "1e9", "Invalid value 1.0E9 for configuration min.cleanable.dirty.ratio: Value must be no more than 1"},
		{"min.cleanable.dirty.ratio", "-0.001", "Invalid value -0.001 for configuration min.cleanable.dirty.ratio: Value must be at least 0"},
		{"min.cleanable.dirty.ratio", "-0.0000001", "Invalid value -1.0E-7 for configuration min.cleanable.dirty.ratio: Value must be at least 0"},
		{"min.cleanable.dirty.ratio", "1_0", "Invalid value 1_0 for configuration min.cleanable.dirty.ratio: Not a number of type DOUBLE"},
		{"segment.bytes", "1000", "Invalid value 1000 for configuration segment.bytes: Value must be at least 1048576"},
		{"segment.bytes", "9999999999", "Invalid value 9999999999 for configuration segment.bytes: Not a number of type INT"},
		{"internal.segment.bytes", "x", "Invalid value x for configuration internal.segment.bytes: Not a number of type INT"},
		{"leader.replication.throttled.replicas", "0:1,x,z", "Invalid value [0:1, x, z] for configuration leader.replication.throttled.replicas: " +
			"leader.replication.throttled.replicas must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],..."},
		{"max.message.bytes", "2147483648", "Invalid value 2147483648 for configuration max.message.bytes: Not a number of type INT"},
	} {
		if got := ValidateTopic(c.name, c.value); got != c.want {
			t.Errorf("%s=%q\ngot  %s\nwant %s", c.name, c.value, got, c.want)
		}
	}
}

func TestTopicConfigThatKafkaTakesIsTaken(t *testing.T) {
	for _, c := range [][2]string{
		{"retention.ms", " 5 "}, {"retention.ms", "-1"}, {"preallocate", "TRUE"}, {"cleanup.policy", ""},
		{"cleanup.policy", "compact,compact"}, {"cleanup.policy", " delete , compact "}, {"min.cleanable.dirty.ratio", "0.5f"},
		{"min.cleanable.dirty.ratio", "1e-1"}, {"min.cleanable.dirty.ratio", ".5"}, {"min.cleanable.dirty.ratio", "1.0"},
		{"min.cleanable.dirty.ratio", "-0"}, {"segment.bytes", "+2000000"}, {"internal.segment.bytes", "1000"},
		{"internal.segment.bytes", "-1"}, {"leader.replication.throttled.replicas", "*"},
		{"leader.replication.throttled.replicas", "0:1, 1:2"}, {"leader.replication.throttled.replicas", "0:1,,1:2"},
		{"leader.replication.throttled.replicas", ""}, {"retention.bytes", "-5"}, {"compression.gzip.level", "-1"},
	} {
		if got := ValidateTopic(c[0], c[1]); got != "" {
			t.Errorf("%s=%q is refused: %s", c[0], c[1], got)
		}
	}
}

func TestTopicConfigsAreCheckedTogether(t *testing.T) {
	set := func(pairs ...string) (all []Override) {
		for i := 0; i < len(pairs); i += 2 {
			all = append(all, Override{pairs[i], pairs[i+1]})
		}
		return all
	}
	for _, c := range []struct {
		overrides []Override
		want      string
	}{
		{set("min.compaction.lag.ms", "10", "max.compaction.lag.ms", "5"),
			"conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)"},
		{set("retention.ms", "x", "foo", "1"), "Unknown topic config name: foo"},
		{set("retention.ms", "x", "segment.ms", "x"), "Invalid value x for configuration segment.ms: Not a number of type LONG"},
		{set("remote.storage.enable", "true", "cleanup.policy", "compact"),
			"Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage."},
		{set("retention.ms", "x", "retention.ms", "1"), ""},
		{nil, ""},
	} {
		if got := ValidateTopics(c.overrides); got != c.want {
			t.Errorf("%v\ngot  %s\nwant %s", c.overrides, got, c.want)
		}
	}
}

func TestEveryKeyOfKafkaIsThereWithItsDefault(t *testing.T) {
	if len(topicKeys) != 34 {
		t.Errorf("%d keys, Kafka 4.3 has 34", len(topicKeys))
	}
	broker := DefaultTopic()
	for i := range topicKeys {
		k := &topicKeys[i]
		if findTopicKey(k.Name) != k {
			t.Errorf("%s is there twice", k.Name)
		}
		if k.NoDefault {
			continue
		}
		if why := ValidateTopic(k.Name, k.Default); why != "" {
			t.Errorf("the default of %s is refused: %s", k.Name, why)
		}
		if k.get != nil && k.get(&broker) != k.Default {
			t.Errorf("%s: DefaultTopic has %s, the table %s", k.Name, k.get(&broker), k.Default)
		}
		if (k.get == nil) != (k.set == nil) {
			t.Errorf("%s can be set but not shown, or the other way round", k.Name)
		}
	}
}

func TestOverridesWinOverTheBrokerAndInternalSegmentBytesOverSegmentBytes(t *testing.T) {
	broker := DefaultTopic()
	broker.SegmentBytes = 5 << 20
	want := broker
	want.SegmentBytes, want.FlushMessages, want.Compact, want.Delete, want.LogAppendTime = 1000, 1, true, false, true
	want.FlushInterval, want.RetentionBytes = 7, -1
	got := Resolve(broker, []Override{
		{"internal.segment.bytes", "1000"}, {"segment.bytes", "2000000"}, {"flush.messages", "7"}, {"flush.messages", "1"},
		{"cleanup.policy", "compact"}, {"message.timestamp.type", "LogAppendTime"}, {"flush.ms", " 7 "},
		{"retention.bytes", "bad"}, {"of.the.future", "1"},
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = ResolveBroker(DefaultTopic(), []Override{{"log.segment.bytes", "2097152"}, {"segment.bytes", "3145728"}, {"min.insync.replicas", "2"}})
	want = DefaultTopic()
	want.SegmentBytes, want.MinInsyncReplicas = 2<<20, 2
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestWhatIsValidTakesEffect holds that no value is accepted at creation and then ignored.
func TestWhatIsValidTakesEffect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(topicKeys).Draw(t, "key")
		raw := rapid.OneOf(
			rapid.Map(rapid.Int64(), func(n int64) string { return decimal(n) }),
			rapid.StringMatching(`[a-z0-9.:,eE+ -]{0,8}`),
			rapid.SampledFrom([]string{k.Default, "compact,delete", "LogAppendTime", "true"}),
		).Draw(t, "value")
		if ValidateTopic(k.Name, raw) != "" {
			if k.set != nil && Resolve(DefaultTopic(), []Override{{k.Name, raw}}) != DefaultTopic() {
				t.Fatalf("%s=%q is refused and yet takes effect", k.Name, raw)
			}
			return
		}
		if k.get == nil {
			return
		}
		v, _ := k.parse(raw)
		effective := Resolve(DefaultTopic(), []Override{{k.Name, raw}})
		if got, _ := k.parse(k.get(&effective)); got.number != v.number || got.text != v.text || len(got.items) != len(v.items) {
			t.Fatalf("%s=%q took effect as %q", k.Name, raw, k.get(&effective))
		}
	})
}

func TestZeroConfigurationIsThatOfKafka(t *testing.T) {
	b := DefaultBroker()
	if b.FetchBytesMax != 57671680 || b.RequestBytesMax != 104857600 || b.Topic.FlushMessages != math.MaxInt64 {
		t.Errorf("%+v", b)
	}
	if b.Topic.Retention != kafka.Millis(604800000) || b.Topic.MessageBytesMax != 1048588 {
		t.Errorf("%+v", b.Topic)
	}
	if _, ok := parseRatio(strings.Repeat("9", 400)); !ok {
		t.Error("a long number is no number")
	}
}
