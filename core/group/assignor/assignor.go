package assignor

import (
	"cmp"
	"slices"

	"momus/core/kafka"
	"momus/core/record"
)

// TopicPartitions are partitions of one topic, sorted.
type TopicPartitions = record.TargetPartitions

// Assignment is what one member is to have, sorted by topic; no topic is in it without a partition.
type Assignment []TopicPartitions

// Of lists the partitions of a topic in an assignment, or nil.
func (a Assignment) Of(topic kafka.TopicID) []kafka.PartitionID {
	if at, found := slices.BinarySearchFunc(a, topic, compareTopic); found {
		return a[at].Partitions
	}
	return nil
}

// Equal tells assignments of the same partitions.
func (a Assignment) Equal(b Assignment) bool {
	return slices.EqualFunc(a, b, func(x, y TopicPartitions) bool {
		return x.TopicID == y.TopicID && slices.Equal(x.Partitions, y.Partitions)
	})
}

// Size counts the partitions.
func (a Assignment) Size() int {
	n := 0
	for _, t := range a {
		n += len(t.Partitions)
	}
	return n
}

func compareTopic(t TopicPartitions, id kafka.TopicID) int { return t.TopicID.Compare(id) }

// Topic is a topic that there is, and how many partitions it has.
type Topic struct {
	ID         kafka.TopicID
	Partitions int32
}

// Member is one member. Topics are the topics that it subscribes to, sorted; all of them are in the
// Spec. Target is what it was to have so far.
type Member struct {
	ID string
	// Instance is the group.instance.id of a static member, or nil.
	Instance *string
	Topics   []kafka.TopicID
	Target   Assignment
}

// Spec is what an assignor goes by. Members are sorted by id, Topics by theirs.
type Spec struct {
	Members []Member
	Topics  []Topic
}

// Assignor makes an assignment for each member of the Spec, in their order.
type Assignor func(*Spec) []Assignment

// The names of the assignors, as group.consumer.assignors and members give them.
const (
	UniformName = "uniform"
	RangeName   = "range"
)

// ByName finds an assignor, or returns nil.
func ByName(name string) Assignor {
	switch name {
	case UniformName:
		return Uniform
	case RangeName:
		return Range
	}
	return nil
}

// topicAt finds a topic of the Spec; a member subscribes to no other.
func (s *Spec) topicAt(id kafka.TopicID) int {
	at, found := slices.BinarySearchFunc(s.Topics, id, func(t Topic, id kafka.TopicID) int { return t.ID.Compare(id) })
	if !found {
		panic("BUG: a member subscribes to a topic that the assignor was not told of")
	}
	return at
}

// homogeneous tells whether all members subscribe to the same topics.
func (s *Spec) homogeneous() bool {
	for i := range s.Members {
		if !slices.Equal(s.Members[i].Topics, s.Members[0].Topics) {
			return false
		}
	}
	return true
}

// owners are who has which partition while an assignment is made: for each topic of the Spec, by
// partition, the index of a member or nobody.
type owners [][]int32

const nobody int32 = -1

// keep begins with what members were to have, as far as they still subscribe to it and the partition exists.
func (s *Spec) keep() owners {
	o := make(owners, len(s.Topics))
	for t := range s.Topics {
		o[t] = slices.Repeat([]int32{nobody}, int(s.Topics[t].Partitions))
	}
	for m := range s.Members {
		for _, had := range s.Members[m].Target {
			if _, subscribed := slices.BinarySearchFunc(s.Members[m].Topics, had.TopicID, kafka.TopicID.Compare); !subscribed {
				continue
			}
			t := s.topicAt(had.TopicID)
			for _, p := range had.Partitions {
				if int(p) < len(o[t]) && o[t][p] == nobody {
					o[t][p] = int32(m)
				}
			}
		}
	}
	return o
}

// assignments turns owners around.
func (s *Spec) assignments(o owners) []Assignment {
	out := make([]Assignment, len(s.Members))
	for t := range o {
		for p, m := range o[t] {
			if m == nobody {
				continue
			}
			a := out[m]
			if len(a) == 0 || a[len(a)-1].TopicID != s.Topics[t].ID {
				a = append(a, TopicPartitions{TopicID: s.Topics[t].ID})
			}
			last := &a[len(a)-1]
			last.Partitions = append(last.Partitions, kafka.PartitionID(p))
			out[m] = a
		}
	}
	return out
}

// loads counts what each member has.
func (s *Spec) loads(o owners) []int32 {
	n := make([]int32, len(s.Members))
	for t := range o {
		for _, m := range o[t] {
			if m != nobody {
				n[m]++
			}
		}
	}
	return n
}

// byLoad orders members by how much they have, then by their place.
func byLoad(load []int32) func(a, b int32) int {
	return func(a, b int32) int {
		if c := cmp.Compare(load[a], load[b]); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	}
}
