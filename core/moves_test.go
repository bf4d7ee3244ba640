package core

import (
	"testing"

	"momus/core/image"
	"momus/core/kafka"
)

// Where the replicas of a topic were to be goes with the topic; those of others, and of none yet, stay.
func TestADeletedTopicIsPreferredNowhere(t *testing.T) {
	n := &Node{preferred: map[place]kafka.DirID{{"gone", 0}: {1}, {"gone", 7}: {1}, {"stays", 0}: {2}}}
	n.forgetLogs([]*image.Topic{{Name: "gone", Partitions: make([]image.Partition, 1)}})
	if len(n.preferred) != 1 || n.preferred[place{"stays", 0}] != (kafka.DirID{2}) {
		t.Errorf("left are %v", n.preferred)
	}
}
