package checker

import (
	"slices"
	"strconv"

	"momus/core/kafka"
)

// GroupLimits are what a node lets groups be.
type GroupLimits struct {
	// SizeMax is group.max.size and group.consumer.max.size, 0 for none.
	SizeMax int
	// Upgrades says that group.consumer.migration.policy lets a classic group with members become one of the
	// consumer protocol.
	Upgrades bool
}

// checkLimits demands that no group has more members than it may, and that members are refused for the limits that
// there are. Of a generation its leader is told all members; of a group of the consumer protocol those are there while
// somebody joins who were heard before and after that. While a classic group is rebalanced, those who have joined once more are counted only, as in Kafka:
// members with a group.instance.id that have not are in the next generation all the same, so that it may be larger.
func (j *judge) checkLimits(g *groupStory) {
	limits := &j.h.GroupLimits
	static := slices.ContainsFunc(g.joins, func(op *JoinOp) bool { return op.Instance != "" })
	for _, op := range g.joins {
		if op.Answered && op.Err == kafka.ErrGroupMaxSizeReached && limits.SizeMax == 0 {
			j.flag(GroupSize, []Event{op.Start, op.End}, "group %s: %s is refused for its size, which is not limited", g.name, op.Member)
		}
		if limits.SizeMax > 0 && len(op.Members) > limits.SizeMax && !static {
			j.flag(GroupSize, []Event{op.Start, op.End}, "group %s, generation %d has %d members, and may have %d",
				g.name, op.Generation, len(op.Members), limits.SizeMax)
		}
	}
	for _, op := range g.beats {
		switch {
		case op.Kind != ConsumerBeat || op.Epoch != 0 || !op.Answered:
		case op.Err != kafka.None:
			j.checkRefusedToJoin(g, op)
		case limits.SizeMax > 0 && op.Instance == "":
			j.checkRoom(g, op)
		}
	}
}

// checkRoom demands that there was room for a member that joined under no name of its own.
func (j *judge) checkRoom(g *groupStory, op *BeatOp) {
	there := 1
	for i, s := range g.stays() {
		if after, all := g.covers(&s, op.Start, op.End); all && !g.lost(0, after) && g.ids()[i] != op.Given {
			there++
		}
	}
	if there > j.h.GroupLimits.SizeMax {
		j.flag(GroupSize, []Event{op.Start, op.End}, "group %s has %d members since %s joined, and may have %d", g.name, there, op.Given, j.h.GroupLimits.SizeMax)
	}
}

// checkRefusedToJoin holds a refusal of somebody who joins against the limits.
func (j *judge) checkRefusedToJoin(g *groupStory, op *BeatOp) {
	limits := &j.h.GroupLimits
	switch {
	case op.Err == kafka.ErrGroupMaxSizeReached && (limits.SizeMax == 0 || !g.classics && g.asked(op.End) < limits.SizeMax):
		j.flag(GroupSize, []Event{op.Start, op.End}, "group %s: %s is refused for its size; %d may be in it at the most, and its limit is %d (0 is none)",
			g.name, op.Member, g.asked(op.End), limits.SizeMax)
	case op.Err == kafka.ErrGroupIDNotFound && limits.Upgrades && limits.SizeMax == 0:
		j.flag(GroupSize, []Event{op.Start, op.End}, "group %s: %s may not join, though groups may be converted", g.name, op.Member)
	}
}

// asked counts who may have been in a group of the consumer protocol before an event: whoever had asked.
func (g *groupStory) asked(before Event) int {
	names := map[string]bool{}
	for _, op := range g.beats {
		if op.Kind != ConsumerBeat || op.Start >= before {
			continue
		}
		name := nameOf(op.Member, op.Instance, op.Given)
		if name == "" && !(op.Answered && refusesToJoin(op.Err)) { // it may be in by an id of which it never heard
			name = "request " + strconv.FormatInt(int64(op.Start), 10)
		}
		if name != "" {
			names[name] = true
		}
	}
	return len(names)
}

// refusesToJoin tells of an error that a member which joins is not in the group by this request. After others, as when
// what it wrote was not flushed in time, it may be.
func refusesToJoin(err kafka.ErrorCode) bool {
	switch err {
	case kafka.ErrGroupMaxSizeReached, kafka.ErrUnreleasedInstanceID, kafka.ErrGroupIDNotFound, kafka.ErrInconsistentGroupProtocol, kafka.ErrMemberIDRequired:
		return true
	}
	return false
}

// nameOf is by what a member is counted: its group.instance.id, or the id that it has, or was given.
func nameOf(member, instance, given string) string {
	switch {
	case instance != "":
		return "instance " + instance
	case member != "":
		return member
	}
	return given
}
