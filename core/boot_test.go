package core

import (
	"testing"

	"momus/core/config"
	"momus/core/kafka"
	"momus/core/port"
)

func TestOffsetsAreMissingOnlyWhereAKafkaCompacted(t *testing.T) {
	for _, c := range []struct {
		name    string
		cleaned bool
		epoch   kafka.BrokerEpoch
		compact bool
		want    bool
	}{
		{"set to be compacted, which nobody did", false, 7, true, false},
		{"compacted by a Kafka", true, 7, true, true},
		{"compacted, and altered since", true, 7, false, true},
		{"of a Kafka that may have died over it", false, kafka.NoBrokerEpoch, true, true},
		{"of a Kafka, and never compacted", false, kafka.NoBrokerEpoch, false, false},
	} {
		dir := port.DirFacts{BrokerEpoch: c.epoch}
		if c.cleaned {
			dir.Cleaned = []port.LogName{{Topic: "t", Partition: 1}}
		}
		if got := mayLackOffsets(&dir, "t", 1, &config.Topic{Compact: c.compact}); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
