package clients

import (
	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// coordinated is what a client knows of the coordinator of one group.
type coordinated struct {
	a     *actor
	group *group
	// node coordinates, or -1; over is the link that requests to it take.
	node int32
	// index is what the call has that looks for it.
	index   int
	asking  bool
	retryAt int64
	// troubledAt is since when nothing but errors of coordinators was answered, or 0; trouble is the last of them.
	troubledAt int64
	trouble    kafka.ErrorCode
	// gaveUp says that the group had no coordinator for unservedMax after the healing.
	gaveUp bool
}

const (
	// coordinatorPause is the least time between two attempts.
	coordinatorPause = 20 * millisecond
	// unservedMax is how long a client waits for a coordinator when all faults are over.
	unservedMax = 10 * second
)

// coordinator is the link to the group's coordinator if a request may be sent over it; else it is being looked for,
// or waited for.
func (c *coordinated) coordinator(now int64) *link {
	if c.gaveUp || c.asking {
		return nil
	}
	if c.a.offsetsPending() {
		c.retryAt = now + coordinatorPause
	}
	if now < c.retryAt {
		c.a.at(c.retryAt)
		return nil
	}
	if c.node >= 0 {
		if l := c.a.lastLinkTo(c.node); l.room(pipelineMax) {
			return l
		}
		return nil
	}
	l := c.a.anyLink()
	if !l.room(pipelineMax) {
		return nil
	}
	r := kmsg.NewPtrFindCoordinatorRequest()
	r.Version = c.a.speaks.find
	if r.CoordinatorKey = c.group.name; r.Version >= findMany {
		r.CoordinatorKey, r.CoordinatorKeys = "", []string{c.group.name}
	}
	c.asking = true
	l.send(r, call{kind: callFind, index: c.index})
	return nil
}

// findMany is the first version of FindCoordinator that takes many keys.
const findMany = 4

// lastLinkTo is the link to a node that a client keeps for coordinators, which may be the one for everything.
func (a *actor) lastLinkTo(node int32) *link {
	for i := len(a.links) - 1; i >= 0; i-- {
		if a.links[i].node == node {
			return &a.links[i]
		}
	}
	return &a.links[0]
}

// found takes an answer to FindCoordinator.
func (c *coordinated) found(r *kmsg.FindCoordinatorResponse) {
	c.asking = false
	node, err := r.NodeID, r.ErrorCode
	if r.Version >= findMany {
		if len(r.Coordinators) != 1 || r.Coordinators[0].Key != c.group.name {
			c.a.odd(c.a.id, "a FindCoordinator answer of another shape than was asked for")
			c.pauseFor(kafka.ErrCoordinatorNotAvailable)
			return
		}
		node, err = r.Coordinators[0].NodeID, r.Coordinators[0].ErrorCode
	}
	switch code := kafka.ErrorCode(err); code {
	case kafka.None:
		if c.node = node; c.a.linkTo(node) == nil {
			c.a.odd(c.a.id, "FindCoordinator names a node that is not there")
			c.node = -1
			c.pauseFor(kafka.ErrCoordinatorNotAvailable)
		}
	case kafka.ErrCoordinatorNotAvailable:
		c.pauseFor(code)
	default:
		c.a.odd(c.a.id, "FindCoordinator was answered "+code.String())
		c.pauseFor(code)
	}
}

// notFound takes the news that there will be no answer.
func (c *coordinated) notFound() {
	c.asking = false
	c.pauseFor(kafka.ErrRequestTimedOut)
}

// lostIt takes the news that the coordinator's connection broke: it is looked for once more.
func (c *coordinated) lostIt() {
	c.node = -1
	c.pauseFor(kafka.ErrRequestTimedOut)
}

// heed takes what a coordinator answered, and tells whether the request is to be sent again, to whoever coordinates
// then.
func (c *coordinated) heed(err kafka.ErrorCode) (again bool) {
	switch err {
	case kafka.ErrNotCoordinator, kafka.ErrCoordinatorNotAvailable:
		c.node = -1
	case kafka.ErrCoordinatorLoadInProgress:
	default:
		c.troubledAt = 0
		return false
	}
	c.pauseFor(err)
	return true
}

// pauseFor waits a while before the next attempt; after the healing not for ever. Whoever could not be heard begins to
// wait when he is (seed 58181).
func (c *coordinated) pauseFor(err kafka.ErrorCode) {
	now := c.a.env.Now()
	c.retryAt = now + coordinatorPause + int64(c.a.draw(drawGroupPause, 20))*millisecond
	heard := err != kafka.ErrRequestTimedOut && c.trouble == kafka.ErrRequestTimedOut && c.unheard()
	c.trouble = err
	if !c.a.quiet || c.troubledAt == 0 || heard {
		c.troubledAt = now
		return
	}
	if now < c.troubledAt+unservedMax {
		return
	}
	if c.gaveUp = true; err == kafka.ErrRequestTimedOut && c.unheard() {
		return
	}
	c.a.history.Unserved = append(c.a.history.Unserved, checker.GroupUnserved{
		Event: c.a.event(), Client: c.a.id, Group: c.group.name, Err: err,
	})
}

// unheard tells whether a client may not hear of a coordinator that is there: a quota, or others that have all the
// connections, may keep it from being answered for long; and a connection may count as idle while a JoinGroup waits.
func (c *coordinated) unheard() bool {
	p := &c.a.plan
	return c.a.limits || p.ConnsMax+p.ConnsRate > 0 || p.ConnsIdle >= 0 && p.ConnsIdle <= max(p.GroupDelay, int64(c.group.rebalance))
}
