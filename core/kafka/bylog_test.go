package kafka

import (
	"testing"

	"pgregory.net/rapid"
)

// ByLog answers as a map of the logs does.
func TestByLogIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		twin := map[TopicPartition]*int{}
		var m ByLog[*int]
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			log := TopicPartition{Topic: TopicID{byte(rapid.IntRange(0, 3).Draw(t, "topic"))}, Partition: PartitionID(rapid.IntRange(0, 9).Draw(t, "partition"))}
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				v := new(int)
				twin[log] = v
				m.Set(log, v)
			case 1:
				delete(twin, log)
				m.Set(log, nil)
			}
			if got, want := m.Get(log), twin[log]; got != want {
				t.Fatalf("%v is %p, and should be %p", log, got, want)
			}
			if m.Len() != len(twin) {
				t.Fatalf("%d logs, and should be %d", m.Len(), len(twin))
			}
			if m.Get(TopicPartition{Topic: log.Topic, Partition: -1}) != nil {
				t.Fatal("a partition below 0 is there")
			}
		}
	})
}
