package checker

import (
	"slices"

	"momus/core/kafka"
)

// checkRemovals demands that no offset is deleted of a topic that a member of the group is reading (KIP-496): one that
// was given a partition of it before, and is of the same generation after.
func (j *judge) checkRemovals(g *groupStory) {
	for _, op := range g.removals {
		if op.Topic == "" || !op.Answered || op.Err != kafka.None || g.lost(0, op.End) {
			continue
		}
		for _, told := range g.syncs {
			if told.Answered && told.Err == kafka.None && told.End < op.Start && told.reads(op.Topic) && g.heard(told, op.End) {
				j.flag(GroupFencing, []Event{told.Start, told.End, op.Start, op.End}, "group %s, %s-%d: the offset was deleted while member %s was reading the topic",
					g.name, op.Topic, op.Partition, told.Member)
				break
			}
		}
	}
}

// reads tells whether the member was given a partition of a topic that it has subscribed to: one that takes the place of
// another by its group.instance.id is given what that one had, of other topics too, and does not read those (seed 59858).
func (s *SyncOp) reads(topic string) bool {
	return slices.Contains(s.Subscribed, topic) && slices.ContainsFunc(s.Got, func(p GroupPartition) bool { return p.Topic == topic })
}

// heard tells whether somebody who was given an assignment was heard in that generation after an event. A coordinator that
// loads tells everybody that all is well, as Kafka's does (seed 42280).
func (g *groupStory) heard(told *SyncOp, after Event) bool {
	return slices.ContainsFunc(g.beats, func(b *BeatOp) bool {
		return b.Kind == ClassicBeat && b.Member == told.Member && b.Epoch == told.Generation && b.Answered && b.Err == kafka.None && b.Start > after && !g.reloaded(after, b.End)
	})
}

// checkOffsetsOfTopics demands that nobody is told of a topic, by its id, what was committed of another one that had its name
// (KAFKA-19154).
func (j *judge) checkOffsetsOfTopics(g *groupStory) {
	ids := map[string]*CommitOp{}
	for _, op := range g.commits {
		if !op.ID.IsZero() {
			ids[op.Metadata] = op
		}
	}
	for _, r := range g.fetches {
		if op := ids[r.Metadata]; r.Err == kafka.None && r.Offset >= 0 && !r.ID.IsZero() && op != nil && op.ID != r.ID && r.End < g.spoiled {
			j.flag(OffsetUnknown, []Event{op.Start, op.End, r.Start, r.End}, "group %s: client %d was told of topic %s (%v) what was committed of %v: offset %d %q",
				g.name, r.Client, r.Topic, r.ID, op.ID, r.Offset, r.Metadata)
		}
	}
}
