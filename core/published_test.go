package core

import (
	"testing"

	"momus/core/config"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/core/session"
)

// publisher is a node as far as publishing goes.
func publisher() *Node {
	cfg := config.DefaultBroker()
	return &Node{cfg: cfg, image: image.New(), session: session.New(cfg, port.DefaultLimits(), [32]byte{})}
}

func (n *Node) applied(records ...record.Metadata) {
	var delta image.Delta
	for _, r := range records {
		n.image.Apply(&delta, n.image.Offset+1, r)
		n.image.Offset++
	}
	n.publish()
}

func topicConfig(topic, key, value string) *record.ConfigRecord {
	r := &record.ConfigRecord{ResourceType: record.ConfigTopic, ResourceName: topic, Name: key}
	if value != "" {
		r.Value = &value
	}
	return r
}

// TestTheWayBackToTheDefaultIsPublished:
//
//  1. A batch is validated while its topic has compression.type=gzip, and waits.
//  2. The key is deleted; the topic has what all have.
//  3. The batch reaches the core: it was validated under rules that no longer hold.
func TestTheWayBackToTheDefaultIsPublished(t *testing.T) {
	n, a, b := publisher(), kafka.TopicID{1}, kafka.TopicID{2}
	since := func(id kafka.TopicID, want int64, compression config.CompressionType) {
		t.Helper()
		rules, got := n.published.Rules("", id)
		if got != want || rules.Compression != compression {
			t.Fatalf("version %d: since %d with %v, want %d with %v", n.published.Version, got, rules.Compression, want, compression)
		}
	}
	n.applied(&record.TopicRecord{Name: "a", TopicID: a}, &record.TopicRecord{Name: "b", TopicID: b}) // 1
	since(a, 1, config.CompressionProducer)
	n.applied(topicConfig("a", "retention.ms", "7"), topicConfig("b", "compression.type", "lz4")) // 2
	since(a, 1, config.CompressionProducer)
	since(b, 2, config.CompressionLZ4)
	n.applied(topicConfig("a", "compression.type", "gzip")) // 3
	since(a, 3, config.CompressionGzip)
	since(b, 2, config.CompressionLZ4)
	n.applied(topicConfig("a", "compression.type", "")) // 4
	since(a, 4, config.CompressionProducer)
	n.applied(topicConfig("a", "retention.ms", "")) // 5
	since(a, 4, config.CompressionProducer)
	n.applied(&record.RemoveTopicRecord{TopicID: b}, &record.TopicRecord{Name: "b", TopicID: kafka.TopicID{3}}) // 6
	since(kafka.TopicID{3}, 1, config.CompressionProducer)
	if n.published.ByName("b") != nil {
		t.Fatal("a deleted topic's policy is left")
	}
}

// TestACompactedTopicIsListedByName: the refusal of a record without key names the topic, of which
// a request of today has the id only.
func TestACompactedTopicIsListedByName(t *testing.T) {
	n, a := publisher(), kafka.TopicID{1}
	n.cfg.Topic.Compact = true
	n.applied(&record.TopicRecord{Name: "a", TopicID: a})
	if p := n.published.ByID(a); p == nil || p.Name != "a" || !p.Rules.KeysRequired {
		t.Fatalf("%+v", n.published)
	}
}
