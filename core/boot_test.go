package core

import (
	"testing"

	"momus/core/config"
	"momus/core/kafka"
	"momus/core/port"
)

func TestOffsetsAreMissingOnlyWhereSomebodyCompacted(t *testing.T) {
	for _, c := range []struct {
		name    string
		cleaned bool
		epoch   kafka.BrokerEpoch
		compact bool
		want    bool
	}{
		{"set to be compacted, which nobody did", false, 7, true, false},
		{"compacted", true, 7, true, true},
		{"compacted, and altered since", true, 7, false, true},
		{"of a Kafka that may have died over it", false, kafka.NoBrokerEpoch, true, true},
		{"of a Kafka, and never compacted", false, kafka.NoBrokerEpoch, false, false},
	} {
		dir := port.DirFacts{BrokerEpoch: c.epoch}
		line := &port.Checkpoint{Topic: "t", Partition: 1, Clean: kafka.NoOffset}
		if c.cleaned {
			line.Clean = 0
		}
		if got := mayLackOffsets(&dir, line, &config.Topic{Compact: c.compact}); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
