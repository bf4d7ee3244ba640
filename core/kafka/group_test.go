package kafka

import "testing"

// The hashes are what Java's "...".hashCode() says, as absolute values; a Kafka kept group simple in partition 26 of 50.
func TestGroupsFallToKafkasPartitions(t *testing.T) {
	for group, hash := range map[string]int64{
		"": 0, "g": 103, "group": 98629247, "console-consumer-12345": 158455506, "polygenelubricants": 0, "simple": 902286926, "é": 233, "\U0001F600": 0xd83d*31 + 0xde00,
	} {
		if got := GroupPartition(group, 50); got != PartitionID(hash%50) {
			t.Errorf("%q falls to %d, not %d", group, got, hash%50)
		}
	}
}
