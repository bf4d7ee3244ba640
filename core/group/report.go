package group

import (
	"cmp"
	"slices"

	"momus/core/coord"
	"momus/core/kafka"
)

// Report is what metrics tell of the coordinator.
//
//canon:gen
type Report struct {
	// Loading, Active and Broken count the partitions of __consumer_offsets that this node leads, by phase.
	Loading, Active, Broken int32
	// Groups counts the groups by type and state, in that order; what there is none of is left out.
	Groups []Count
	// Offsets counts the committed offsets.
	Offsets int64
}

// Count is how many groups of a type are in a state, in the words of ListGroups.
//
//canon:gen
type Count struct {
	Type, State string
	Groups      int32
}

// Committed tells the committed offsets of all groups, max at most: one group's all or none of them. The others are
// counted in untold. topic is zero if it isn't known which topic of that name it was.
func (g *Groups) Committed(max int, tell func(group, name string, topic kafka.TopicID, p kafka.PartitionID, at kafka.Offset)) (untold int32) {
	for _, s := range g.shards {
		for _, group := range s.list {
			n := group.offsets.count()
			if max -= n; max < 0 {
				max += n
				untold++
				continue
			}
			for i := range group.offsets.topics {
				t := &group.offsets.topics[i]
				for j := range t.list {
					tell(group.ID, t.name, t.list[j].topicID, t.list[j].partition, t.list[j].offset)
				}
			}
		}
	}
	return untold
}

// Report tells how the coordinator stands.
func (g *Groups) Report() Report {
	r := Report{}
	for _, s := range g.shards {
		switch s.log.Phase() {
		case coord.Loading:
			r.Loading++
		case coord.Active:
			r.Active++
		case coord.Broken:
			r.Broken++
		}
		for _, group := range s.list {
			r.Offsets += int64(group.offsets.count())
			listed := group.listed()
			at, found := slices.BinarySearchFunc(r.Groups, Count{Type: listed.Type, State: listed.State}, Count.compare)
			if !found {
				r.Groups = slices.Insert(r.Groups, at, Count{Type: listed.Type, State: listed.State})
			}
			r.Groups[at].Groups++
		}
	}
	return r
}

func (c Count) compare(o Count) int {
	if d := cmp.Compare(c.Type, o.Type); d != 0 {
		return d
	}
	return cmp.Compare(c.State, o.State)
}
