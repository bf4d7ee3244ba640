package group

import (
	"fmt"

	"momus/core/kafka"
)

// mustHold panics unless what is counted of a group of the consumer protocol agrees with its members. While the log
// is loaded, members may seem to share partitions, and the target to be ahead of the group, whose older epochs
// compaction took: then served is false.
func (c *Consumer) mustHold(served bool) {
	fail := func(what string) { panic(fmt.Sprintf("BUG: consumer group %q at epoch %d: %s", c.id, c.epoch, what)) }
	again := newConsumer(c.id)
	held := 0
	for _, id := range c.memberIDs() {
		m := c.members[id]
		if m.sub.Member != id || m.cur.Member != id {
			fail("a member is not where it should be")
		}
		again.count(m.sub, 1)
		m.eachHeld(func(tp kafka.TopicPartition) {
			held++
			if served && c.owners[tp] == "" {
				fail("a member has what belongs to nobody")
			}
			if served && c.owners[tp] != id {
				fail("two members have the same partition")
			}
		})
	}
	for _, regex := range sortedKeys(c.regexes) {
		for _, topic := range c.regexes[regex].Topics {
			again.countName(topic, 0, 1)
		}
	}
	switch {
	case served && held != len(c.owners):
		fail("what belongs to somebody is had by nobody")
	case served && c.targetEpoch > c.epoch:
		fail("the target is ahead of the group")
	case again.classicMembers != c.classicMembers || !equalCounts(again.regexMembers, c.regexMembers) ||
		!equalCounts(again.assignors, c.assignors) || !equalCounts(again.protocols, c.protocols):
		fail("counts are wrong")
	case served && !equalCounts(again.static, c.static), !equalCounts(again.names, c.names):
		fail("static members or subscriptions are wrong")
	}
}

func equalCounts[V comparable](a, b map[string]V) bool {
	if len(a) != len(b) {
		return false
	}
	for _, key := range sortedKeys(a) {
		if v, is := b[key]; !is || v != a[key] {
			return false
		}
	}
	return true
}
