package assignor

import (
	"cmp"
	"slices"
)

// roundsMax bounds how often all topics are gone over. Where the subscribers of each topic subscribe to
// the same, one round balances and a second finds nothing to do; with overlapping subscriptions each round
// about halves what is uneven. Kafka has the same bound.
const roundsMax = 16

// mixed assigns where members subscribe to different topics. What nobody has goes to the least loaded
// subscriber, then partitions move from those that have most to those that have least.
func (s *Spec) mixed() owners {
	o := s.keep()
	load := s.loads(o)
	subscribers := make([][]int32, len(s.Topics))
	for m := range s.Members {
		for _, id := range s.Members[m].Topics {
			t := s.topicAt(id)
			subscribers[t] = append(subscribers[t], int32(m))
		}
	}
	order := s.order(subscribers)
	for _, t := range order {
		s.spread(o[t], subscribers[t], load)
	}
	for range roundsMax {
		moved := 0
		for _, t := range order {
			moved += even(o[t], subscribers[t], load)
		}
		if moved == 0 {
			break
		}
	}
	return o
}

// order lists the topics that have subscribers: those with most partitions for a subscriber first, since
// they leave the least choice; then those with fewer subscribers, then by id.
func (s *Spec) order(subscribers [][]int32) []int {
	var order []int
	for t := range s.Topics {
		if len(subscribers[t]) > 0 {
			order = append(order, t)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		na, nb := int64(len(subscribers[a])), int64(len(subscribers[b]))
		if c := cmp.Compare(int64(s.Topics[b].Partitions)*na, int64(s.Topics[a].Partitions)*nb); c != 0 {
			return c
		}
		return cmp.Compare(na, nb)
	})
	return order
}

// spread gives the partitions of one topic that nobody has to the least loaded of its subscribers.
func (s *Spec) spread(owner []int32, subscribers, load []int32) {
	least := heap{members: slices.Clone(subscribers), before: byLoad(load)}
	least.build()
	for p := range owner {
		if owner[p] == nobody {
			owner[p] = least.top()
			load[owner[p]]++
			least.fix()
		}
	}
}

// even moves partitions of one topic from its subscribers with the most partitions to those with the
// least, until their counts differ by one at most or those with more have none of this topic to give.
func even(owner []int32, subscribers, load []int32) (moved int) {
	held := map[int32][]int{}
	for p, m := range owner {
		held[m] = append(held[m], p)
	}
	least := heap{members: slices.Clone(subscribers), before: byLoad(load)}
	most := heap{before: func(a, b int32) int { return byLoad(load)(b, a) }}
	for _, m := range subscribers {
		if len(held[m]) > 0 {
			most.members = append(most.members, m)
		}
	}
	least.build()
	most.build()
	// A giver ends at most one below the level of those that give, and that is above the level of those
	// that take: so the places of givers among the takers, which are not mended, are never asked for.
	for len(most.members) > 0 {
		from, to := most.top(), least.top()
		if load[from]-load[to] <= 1 {
			break
		}
		p := held[from][len(held[from])-1]
		held[from] = held[from][:len(held[from])-1]
		owner[p] = to
		load[from]--
		load[to]++
		moved++
		least.fix()
		if len(held[from]) == 0 {
			most.pop()
		} else {
			most.fix()
		}
	}
	return moved
}

// heap is a binary heap of members whose order changes at the top only.
type heap struct {
	members []int32
	before  func(a, b int32) int
}

func (h *heap) build() {
	for i := len(h.members)/2 - 1; i >= 0; i-- {
		h.down(i)
	}
}

func (h *heap) top() int32 { return h.members[0] }

// fix puts the top where it belongs after it changed.
func (h *heap) fix() { h.down(0) }

func (h *heap) pop() {
	last := len(h.members) - 1
	h.members[0] = h.members[last]
	h.members = h.members[:last]
	h.down(0)
}

func (h *heap) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(h.members) {
			return
		}
		if right := child + 1; right < len(h.members) && h.before(h.members[right], h.members[child]) < 0 {
			child = right
		}
		if h.before(h.members[i], h.members[child]) <= 0 {
			return
		}
		h.members[i], h.members[child] = h.members[child], h.members[i]
		i = child
	}
}
