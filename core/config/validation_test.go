package config

import "testing"

func TestCompressionTypesHaveKafkasNames(t *testing.T) {
	for c := CompressionProducer; c <= CompressionZstd; c++ {
		if again, ok := ParseCompressionType(c.String()); !ok || again != c {
			t.Errorf("%v is read as %v, %v", c, again, ok)
		}
		if text := ValidateTopic("compression.type", c.String()); text != "" {
			t.Error(text)
		}
	}
	if _, ok := ParseCompressionType("none"); ok {
		t.Error("none is no compression.type")
	}
}

func TestTheLevelIsThatOfTheTopicsCodec(t *testing.T) {
	for name, want := range map[string]int32{"producer": 0, "uncompressed": 0, "snappy": 0, "gzip": 4, "lz4": 5, "zstd": 6} {
		topic := Resolve(DefaultTopic(), []Override{
			{"compression.type", name}, {"compression.gzip.level", "4"}, {"compression.lz4.level", "5"},
			{"compression.zstd.level", "6"}, {"cleanup.policy", "compact"},
			{"message.timestamp.before.max.ms", "7"}, {"message.timestamp.after.max.ms", "8"},
		})
		got := topic.Validation()
		want := Validation{
			KeysRequired: true, Compression: topic.CompressionType, Level: want, MessageBytesMax: 1048588,
			TimestampBefore: 7, TimestampAfter: 8,
		}
		if got != want || topic.CompressionType.String() != name {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}
