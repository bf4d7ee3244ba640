package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"momus/sim"
	"momus/sim/clients"
)

// The most that a world has of groups, and of members of each.
const (
	groupsMax  = 3
	membersMax = 4
)

// groupPlan is what a file says of a group, for the numbers of its clients.
type groupPlan struct {
	members   uint64
	committer bool
}

// groupCount is `groups: N [flushed]`. If they are flushed, the admin client makes __consumer_offsets with flush.messages=1; else the first who looks for a coordinator makes it.
func (p *parser) groupCount(text string) error {
	if p.kinds != nil {
		return errors.New("it comes before the line clients:, since members are numbered behind the other clients")
	}
	text, flushed := strings.CutSuffix(text, " flushed")
	n, err := number(text)
	if err != nil {
		return err
	}
	if n < 1 || n > groupsMax {
		return fmt.Errorf("a world has 1 to %d groups", groupsMax)
	}
	p.s.Set(node+"plan/groups", 1, n) // the first is offsets.topic.num.partitions
	made := uint64(0)
	if flushed {
		made = 1
	}
	p.s.Set(node+"plan/offsets-topic", 0, made)
	p.groups = make([]groupPlan, n)
	for i := range p.groups {
		p.groups[i].members = 1
	}
	return nil
}

// The choices that stand for a group's kind and times. Of a simple one nobody is a member: one client commits.
var (
	groupKinds = map[string]uint64{"simple": 0, "classic": 1, "consumer": 3, "mixed": 5}
	sessions   = []string{"600ms", "300ms", "150ms", "1500ms"}
	rebalances = []string{"600ms", "1s", "300ms", "3s"}
)

// group is `group I: kind [members=N] [session=TIME] [rebalance=TIME] [topics=all] [cooperative] [committer]`.
func (p *parser) group(index, text string) error {
	i, err := number(index)
	if err != nil || i >= uint64(len(p.groups)) || p.kinds != nil {
		return fmt.Errorf("%q is no group of those that a line groups: before it and before clients: counts", index)
	}
	key := node + "plan/group" + index
	return options(text, func(name, value string) error {
		if kind, known := groupKinds[name]; known && value == "" {
			p.s.Set(key+"/kind", 0, kind)
			if p.groups[i].committer = kind == 0; kind == 0 {
				p.groups[i].members = 0
			}
			return nil
		}
		choice := 0
		switch name {
		case "topics":
			if value != "all" {
				choice = -1
			}
			p.s.Rest(key+"/topics", 0, 1)
		case "members":
			n, err := number(value)
			if err != nil || n < 1 || n > membersMax {
				return fmt.Errorf("1 to %d", membersMax)
			}
			p.groups[i].members = n
			p.s.Set(key+"/members", 0, n-1)
		case "session":
			choice = slices.Index(sessions, value)
			p.s.Set(key+"/session", 0, uint64(max(choice, 0)))
		case "rebalance":
			choice = slices.Index(rebalances, value)
			p.s.Set(key+"/rebalance", 0, uint64(max(choice, 0)))
		case "cooperative":
			p.s.Set(key+"/cooperative", 0, 1)
		case "committer":
			p.groups[i].committer = true
			p.s.Set(key+"/standalone", 0, 1)
		default:
			choice = -1
		}
		if choice < 0 {
			return fmt.Errorf("it takes simple, classic, consumer or mixed, members=1..%d, session= one of %v, rebalance= one of %v, topics=all, cooperative, committer",
				membersMax, sessions, rebalances)
		}
		return nil
	})
}

// members numbers the clients that have to do with groups.
func (p *parser) members(counts map[string]uint64) {
	for _, g := range p.groups {
		for range g.members {
			p.kinds = append(p.kinds, "member")
		}
		if g.committer {
			p.kinds = append(p.kinds, "committer")
		}
	}
	if len(p.groups) > 0 {
		keeper := uint64(0)
		if counts["groupkeeper"] > 0 {
			keeper = 1
			p.kinds = append(p.kinds, "groupkeeper")
		}
		p.s.Set(node+"plan/groupkeeper", 0, keeper)
		delete(counts, "groupkeeper")
	}
	if counts["deposer"] > 0 {
		p.s.Set(node+"plan/leadership", 0, 2)
		p.s.Set(node+"plan/leadership", 1, 0)
		p.kinds = append(p.kinds, "deposer")
		delete(counts, "deposer")
	}
}

// fate is `member N dies|pauses|leaves|turns classic|turns consumer TIME`.
func (p *parser) fate(at uint64, text string) error {
	fields := strings.Fields(text)
	if len(fields) < 3 {
		return errors.New("it takes member N, what becomes of it, and for how long")
	}
	client, err := strconv.ParseUint(fields[0], 10, 16)
	if err != nil || client >= uint64(len(p.kinds)) || p.kinds[client] != "member" {
		return fmt.Errorf("client %s is no member of a group", fields[0])
	}
	nanos, err := duration(fields[len(fields)-1])
	if err != nil {
		return err
	}
	fate := slices.Index(clients.FateTexts[:], strings.Join(fields[1:len(fields)-1], " "))
	if fate < 0 {
		return errors.New("a member " + strings.Join(clients.FateTexts[:], ", "))
	}
	p.order(sim.OrderMember, at, client, uint64(fate), nanos)
	return nil
}
