package core

import (
	"bytes"
	"testing"

	"momus/core/config"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/core/session"

	"pgregory.net/rapid"
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
	if n.published.Version == 0 {
		n.publish(nil)
	} else {
		n.publish(&delta)
	}
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

// TestPublishingFollowsAChangeAsIfAllWereLookedThrough: what is computed from a change of the image alone is what
// looking through all topics gives.
func TestPublishingFollowsAChangeAsIfAllWereLookedThrough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := publisher()
		n.cfg.Topic.Compact = rapid.IntRange(0, 4).Draw(t, "compact") == 4
		n.publish(nil)
		for step := range rapid.IntRange(1, 25).Draw(t, "steps") {
			var delta image.Delta
			for range rapid.IntRange(1, 3).Draw(t, "records") {
				n.image.Apply(&delta, n.image.Offset+1, drawRecord(t, n, byte(step)))
			}
			some, changed := n.nextPublished(&delta)
			all, _ := n.nextPublished(nil)
			if !changed {
				some = n.published
				all.Version = some.Version
			}
			if !bytes.Equal(some.AppendCanon(nil), all.AppendCanon(nil)) {
				t.Fatalf("by the change: %s\nby all:        %s", some.AppendText(nil), all.AppendText(nil))
			}
			n.publish(&delta)
		}
	})
}

// drawRecord draws a record that the node's image can take.
func drawRecord(t *rapid.T, n *Node, step byte) record.Metadata {
	name := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name")
	topic := n.image.TopicNamed(name)
	kind := rapid.IntRange(0, 5).Draw(t, "kind")
	value := rapid.SampledFrom([]string{"", "gzip", "lz4"}).Draw(t, "value")
	switch {
	case kind == 0:
		r := topicConfig("", "compression.type", value)
		r.ResourceType = record.ConfigBroker
		return r
	case topic == nil:
		return &record.TopicRecord{Name: name, TopicID: kafka.TopicID{step, byte(len(n.image.Names)), byte(n.image.Offset)}}
	case kind == 1:
		return &record.RemoveTopicRecord{TopicID: topic.ID}
	case kind == 2:
		return topicConfig(name, "cleanup.policy", map[string]string{"": "", "gzip": "compact", "lz4": "delete"}[value])
	}
	return topicConfig(name, "compression.type", value)
}
