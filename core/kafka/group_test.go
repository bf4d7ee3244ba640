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

// As java.util.HashMap was seen to walk them: of each pair the first comes first.
func TestNamesLieAsInJavasHashTable(t *testing.T) {
	for _, pair := range [][2]string{
		{"range", "cooperative-sticky"}, {"range", "roundrobin"}, {"sticky", "range"}, {"roundrobin", "cooperative-sticky"},
		{"a", "b"}, {"r", "range"}, {"sticky", "cooperative-sticky"}, {"x", "consumer"},
	} {
		if first, second := HashBucket(pair[0], 2), HashBucket(pair[1], 2); first >= second {
			t.Errorf("%s lies in %d, %s in %d", pair[0], first, pair[1], second)
		}
	}
	if HashBucket("q", 12) != HashBucket("a", 12) || HashBucket("q", 13) == HashBucket("a", 13) {
		t.Error("from the thirteenth entry on there are more buckets")
	}
}
