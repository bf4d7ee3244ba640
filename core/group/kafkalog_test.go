package group

import (
	"os"
	"testing"

	"momus/core/kafka"
	"momus/core/record"
)

// What a Kafka 4.3.1 wrote is loaded: a classic group that its member left, one of the consumer protocol, and the
// offsets of one that never had members.
func TestALogOfAKafkaIsLoaded(t *testing.T) {
	for _, c := range []struct {
		log, group string
		offsets    [2]string
	}{
		{"32", "classic", [2]string{"-1", "-1"}}, {"7", "next", [2]string{"20", "0"}}, {"26", "simple", [2]string{"3", "0"}},
	} {
		t.Run(c.group, func(t *testing.T) {
			k := newKeeper(t)
			b, err := os.ReadFile("../record/testdata/offsets-" + c.log + ".log")
			if err != nil {
				t.Fatal(err)
			}
			for len(b) > 0 {
				_, batch, rest, err := record.Split(b)
				if err != nil {
					t.Fatal(err)
				}
				k.store(batch)
				b = rest
			}
			k.lead()
			k.g.Check()
			if k.shard().group(c.group) == nil {
				t.Fatalf("the group is not there; notes: %+v", k.g.Out.Notes)
			}
			for p, want := range c.offsets {
				k.want("the offset", k.offset(c.group, kafka.TopicID{}, kafka.PartitionID(p), true), want)
			}
		})
	}
}
