package assignor

// Uniform gives all members the same number of partitions, as nearly as their subscriptions allow, and
// moves as few as that takes.
func Uniform(s *Spec) []Assignment {
	if len(s.Members) == 0 {
		return nil
	}
	if s.homogeneous() {
		return s.assignments(s.quotas())
	}
	return s.assignments(s.mixed())
}

// quotas assigns where all subscribe to the same: each member has the same minimum, and as many members
// as there are partitions left over have one more. Those are first members that hold one more already.
func (s *Spec) quotas() owners {
	o := s.keep()
	total := 0
	for _, id := range s.Members[0].Topics {
		total += int(s.Topics[s.topicAt(id)].Partitions)
	}
	n := len(s.Members)
	least, extra := int32(total/n), total%n
	load := s.loads(o)
	quota := make([]int32, n)
	for m := range quota {
		if quota[m] = least; load[m] > least && extra > 0 {
			quota[m]++
			extra--
		}
	}
	for m := 0; extra > 0; m++ {
		if quota[m] == least {
			quota[m]++
			extra--
		}
	}
	s.shed(o, load, quota)
	s.fill(o, load, quota)
	return o
}

// shed takes from members what is above their quota: their last partitions.
func (s *Spec) shed(o owners, load, quota []int32) {
	for t := len(o) - 1; t >= 0; t-- {
		for p := len(o[t]) - 1; p >= 0; p-- {
			if m := o[t][p]; m != nobody && load[m] > quota[m] {
				o[t][p] = nobody
				load[m]--
			}
		}
	}
}

// fill gives what nobody has to members below their quota.
func (s *Spec) fill(o owners, load, quota []int32) {
	m := 0
	for _, id := range s.Members[0].Topics {
		t := s.topicAt(id)
		for p := range o[t] {
			if o[t][p] != nobody {
				continue
			}
			for load[m] == quota[m] {
				m++
			}
			o[t][p] = int32(m)
			load[m]++
		}
	}
}
