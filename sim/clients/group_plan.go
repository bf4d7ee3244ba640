package clients

import (
	"strconv"

	"momus/core/kafka"
)

// groupKind says by which protocol the members of a group stay in it.
type groupKind uint8

const (
	groupSimple   groupKind = iota // nobody is a member
	groupClassic                   // JoinGroup and SyncGroup
	groupConsumer                  // ConsumerGroupHeartbeat (KIP-848)
	groupMixed                     // either: members come and go in both directions
)

var groupKinds = [...]string{groupSimple: "simple", groupClassic: "classic", groupConsumer: "consumer", groupMixed: "mixed"}

// group is one group of the plan.
type group struct {
	name string
	kind groupKind
	// cooperative groups hand partitions on one by one (KIP-429); the others give up all of them first.
	cooperative bool
	// session and rebalance are the classic members' timeouts, in milliseconds.
	session, rebalance int32
	topics             []int // in the plan
	members            []*member
	// inherited says that somebody with a group.instance.id once used a regular expression. The next under that name asks
	// for that too, for who does not speak of it leaves it as it was (KIP-848; seed 15144).
	inherited bool
	// settled says that it was seen stable after the healing, or that nobody is left whom that would concern.
	settled bool
}

// drawGroups draws up to three groups, if any API for them is served.
func drawGroups(s *shared) []*group {
	if !s.plan.Groups.Offsets {
		return nil
	}
	groups := make([]*group, s.env.Draw("plan/groups", 4))
	for i := range groups {
		key := "plan/group" + strconv.Itoa(i)
		g := &group{name: "group" + strconv.Itoa(i)}
		kinds := []groupKind{groupSimple}
		if s.plan.Groups.Classic {
			kinds = append(kinds, groupClassic, groupClassic)
		}
		if s.plan.Groups.Consumer {
			kinds = append(kinds, groupConsumer, groupConsumer)
		}
		if s.plan.Groups.Mixed {
			kinds = append(kinds, groupMixed)
		}
		g.kind = kinds[s.env.Draw(key+"/kind", uint64(len(kinds)))]
		g.cooperative = s.env.Draw(key+"/cooperative", 2) == 1
		g.session = []int32{600, 300, 150, 1500}[s.env.Draw(key+"/session", 4)]
		g.rebalance = []int32{600, 1000, 300, 3000}[s.env.Draw(key+"/rebalance", 4)]
		g.topics = drawSome(s.env, key+"/topics", len(s.topics))
		groups[i] = g
	}
	return groups
}

// drawMembers draws who has to do with the groups: of each group up to four members, at times of somebody who
// commits for it without being one; in one world of two somebody looks at groups and deletes what nobody uses.
func (p *Population) drawMembers(s *shared) {
	s.groups = drawGroups(s)
	s.makesOffsets = len(s.groups) > 0 && s.env.Draw("plan/offsets-topic", 2) == 1
	for i, g := range s.groups {
		key := "plan/group" + strconv.Itoa(i)
		if g.kind != groupSimple {
			for range 1 + s.env.Draw(key+"/members", 4) {
				p.clients = append(p.clients, newMember(s, p.next(), g))
			}
		}
		if g.kind == groupSimple || s.env.Draw(key+"/standalone", 4) == 1 {
			p.clients = append(p.clients, newStandalone(s, p.next(), g))
		}
		if g.kind == groupSimple && s.env.Draw(key+"/another", 2) == 1 { // who sees what the first one is about to commit
			p.clients = append(p.clients, newStandalone(s, p.next(), g))
		}
	}
	if len(s.groups) > 0 && s.env.Draw("plan/groupkeeper", 2) == 1 {
		p.clients = append(p.clients, newGroupKeeper(s, p.next()))
	}
}

// absent tells whether the member is none that the group waits for.
func (m *member) absent() bool { return !m.started || m.life == memberDead || m.gaveUp }

// settle looks whether all members of a group are stable after the healing: of one generation or member epoch,
// every partition of what they read given to exactly one of them. Members that are dead don't count.
func (g *group) settle(s *shared) bool {
	if g.settled {
		return true
	}
	type given struct {
		topic     int
		partition kafka.PartitionID
	}
	owners := map[given]int{}
	epoch, alive := int32(-1), 0
	for _, m := range g.members {
		if m.absent() {
			continue
		}
		alive++
		if !m.proto.stable() || epoch >= 0 && m.epoch != epoch {
			return false
		}
		epoch = m.epoch
		for _, p := range m.owned {
			if !m.mayHave(p.topic) {
				return false
			}
			owners[given{p.topic, p.partition}]++
		}
	}
	for _, m := range g.members {
		if m.absent() {
			continue
		}
		for t := range s.topics {
			for n := range m.seen.topics[t].places {
				if m.readsTopic(t) && owners[given{t, kafka.PartitionID(n)}] != 1 {
					return false
				}
			}
		}
	}
	if g.settled = true; alive > 0 {
		s.history.SettledGroups++
	}
	return true
}
