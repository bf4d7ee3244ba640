package group

import (
	"slices"

	"momus/core/group/metahash"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/record"
)

// subscribe writes down what a member asks for now, and if that changes what the group is subscribed to, raises the
// group's epoch, so that its target is made anew. It does so also if the topics have changed since it was
// last looked. changed says that the member's own subscription did.
func (t *consumerTurn) subscribe(old, member *ConsumerMember) (changed bool, epoch int32, why *refusal) {
	if member.sub != old.sub {
		t.d.put(member.sub)
	}
	names := !slices.Equal(old.sub.SubscribedTopicNames, member.sub.SubscribedTopicNames)
	regex, why := t.updateRegex(old, member)
	if why != nil {
		return false, 0, why
	}
	// A regular expression that nobody has resolved yet raises the epoch when that is done.
	raise := names || regex == regexResolved
	if member.classic() {
		raise = names || regex != regexSame
	}
	epoch = t.c.epoch
	if raise || t.topicsStale() {
		epoch = t.refresh(raise, t.c.subscribedAfter(old, member))
	}
	return names || regex != regexSame, epoch, nil
}

// topicsStale tells that topics have come, gone or grown since the group was last looked at.
func (t *consumerTurn) topicsStale() bool {
	return t.c.refreshedAt == kafka.NoOffset || t.c.refreshedAt < t.v.g.topicsAt
}

// refresh compares the topics with what they were, and raises the epoch if they differ, or anyway.
func (t *consumerTurn) refresh(raise bool, names []string) int32 {
	epoch := t.c.epoch
	hash := topicsHash(t.v.Image, names)
	if raise || hash != t.c.hash {
		epoch++
		t.d.put(&record.ConsumerGroupMetadata{Group: t.group, Epoch: epoch, MetadataHash: hash})
	}
	if t.c.oldMetadata {
		t.d.tombstone(&record.ConsumerGroupPartitionMetadata{Group: t.group})
	}
	t.refreshed = true
	return epoch
}

// subscribedAfter lists the topics that the group is subscribed to once a member is another, sorted.
func (c *Consumer) subscribedAfter(old, member *ConsumerMember) []string {
	change := Consumer{names: c.cloneNames()}
	for _, name := range old.sub.SubscribedTopicNames {
		change.countName(name, -1, 0)
	}
	for _, name := range member.sub.SubscribedTopicNames {
		change.countName(name, 1, 0)
	}
	if regex := old.regex(); regex != "" && regex != member.regex() && c.regexMembers[regex] == 1 {
		change.dropRegex(c.regexes[regex])
	}
	return sortedKeys(change.names)
}

// cloneNames copies the count of subscriptions.
func (c *Consumer) cloneNames() map[string]subscribers {
	names := make(map[string]subscribers, len(c.names))
	for _, name := range sortedKeys(c.names) {
		names[name] = c.names[name]
	}
	return names
}

// subscribedWithout lists them once members, and regular expressions that only they had, are gone.
func (c *Consumer) subscribedWithout(members []*ConsumerMember, regexes []string) []string {
	change := Consumer{names: c.cloneNames()}
	for _, m := range members {
		for _, name := range m.sub.SubscribedTopicNames {
			change.countName(name, -1, 0)
		}
	}
	for _, regex := range regexes {
		change.dropRegex(c.regexes[regex])
	}
	return sortedKeys(change.names)
}

// dropRegex takes the topics of a regular expression out of the count. One that is not resolved has none.
func (c *Consumer) dropRegex(r *record.ConsumerGroupRegularExpression) {
	if r == nil {
		return
	}
	for _, name := range r.Topics {
		c.countName(name, 0, -1)
	}
}

// topicsHash hashes what there is of these topics. The names are sorted.
func topicsHash(im *image.Image, names []string) int64 {
	var hashes []int64
	for _, name := range names {
		topic := im.TopicNamed(name)
		if topic == nil {
			continue
		}
		hashes = append(hashes, metahash.Topic(topic.ID, name, int32(len(topic.Partitions)), racksOf(im, topic)))
	}
	return metahash.Group(hashes)
}

// racksOf lists the racks of the replicas of each partition; nil if no broker has a rack.
func racksOf(im *image.Image, topic *image.Topic) [][]string {
	if !slices.ContainsFunc(im.Brokers, func(b image.Broker) bool { return b.Rack != nil }) {
		return nil
	}
	racks := make([][]string, len(topic.Partitions))
	for i := range topic.Partitions {
		for _, id := range topic.Partitions[i].Replicas {
			if b := im.Broker(id); b != nil && b.Rack != nil && !slices.Contains(racks[i], *b.Rack) {
				racks[i] = append(racks[i], *b.Rack)
			}
		}
	}
	return racks
}

// topicsOf are the topics that a member subscribes to, by name or by a regular expression that is resolved, and that
// exist, sorted by id.
func (t *consumerTurn) topicsOf(m *ConsumerMember) []kafka.TopicID {
	ids := make([]kafka.TopicID, 0, len(m.sub.SubscribedTopicNames))
	add := func(names []string) {
		for _, name := range names {
			if id, is := t.v.Image.ByName[name]; is {
				ids = append(ids, id)
			}
		}
	}
	add(m.sub.SubscribedTopicNames)
	if r := t.c.regexes[m.regex()]; r != nil {
		add(r.Topics)
	}
	slices.SortFunc(ids, kafka.TopicID.Compare)
	return slices.Compact(ids)
}
