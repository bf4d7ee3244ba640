package clients

import (
	"cmp"
	"slices"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// candidate is one member as the leader sees it.
type candidate struct {
	id         string
	topics     []string
	owned      []checker.GroupPartition
	generation int32
	gets       []checker.GroupPartition
}

// assign gives out all partitions that the members read, as evenly as it goes one by one, and leaves with each
// member what it has, up to its share. In a cooperative group what another one still has is given to nobody: it is
// given up first, and the next generation gives it out (KIP-429).
func (c *classicMember) assign() []checker.GivenTo {
	m := c.m
	all := c.candidates()
	owners := owners(all)
	c.counts = make([]int, len(m.topics))
	for t := range m.topics {
		c.counts[t] = -1
		name := m.topics[t].name
		if !slices.ContainsFunc(all, func(k candidate) bool { return slices.Contains(k.topics, name) }) {
			continue
		}
		c.counts[t] = len(m.seen.topics[t].places)
		for n := range c.counts[t] {
			p := checker.GroupPartition{Topic: name, Partition: kafka.PartitionID(n)}
			least := -1
			for i := range all {
				if slices.Contains(all[i].topics, name) && (least < 0 || len(all[i].gets) < len(all[least].gets)) {
					least = i
				}
			}
			owner, has := owners[p]
			if has && slices.Contains(all[owner].topics, name) && len(all[owner].gets) <= len(all[least].gets) {
				least = owner
			}
			all[least].gets = append(all[least].gets, p)
		}
	}
	given := make([]checker.GivenTo, len(all))
	for i := range all {
		given[i] = checker.GivenTo{Member: all[i].id}
		for _, p := range all[i].gets {
			if owner, has := owners[p]; m.group.cooperative && has && owner != i {
				continue
			}
			given[i].Partitions = append(given[i].Partitions, p)
		}
	}
	return given
}

// candidates are the members of the generation, in the order of their ids.
func (c *classicMember) candidates() []candidate {
	var all []candidate
	for i := range c.joined.Members {
		member := &c.joined.Members[i]
		s := kmsg.NewConsumerMemberMetadata()
		if err := s.ReadFrom(member.ProtocolMetadata); err != nil {
			c.m.odd(c.m.actor.id, "JoinGroup tells of a member whose subscription cannot be read: "+err.Error())
			continue
		}
		k := candidate{id: member.MemberID, topics: s.Topics, generation: s.Generation}
		for _, o := range s.OwnedPartitions {
			for _, p := range o.Partitions {
				k.owned = append(k.owned, checker.GroupPartition{Topic: o.Topic, Partition: kafka.PartitionID(p)})
			}
		}
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b candidate) int { return cmp.Compare(a.id, b.id) })
	return all
}

// owners are who has which partition. If two say so, it is the one of the later generation; of two that are as late
// nobody knows, and the partition counts as free.
func owners(all []candidate) map[checker.GroupPartition]int {
	owners := map[checker.GroupPartition]int{}
	disputed := map[checker.GroupPartition]int32{}
	for i := range all {
		for _, p := range all[i].owned {
			other, has := owners[p]
			g := all[i].generation
			switch {
			case has && all[other].generation == g:
				disputed[p] = g
				delete(owners, p)
			case has && all[other].generation > g:
			default:
				if d, was := disputed[p]; !was || g > d {
					owners[p] = i
				}
			}
		}
	}
	return owners
}
