package sim

import (
	"momus/core/kafka"
)

// patience is how long a phase after healing may take in virtual time, and glance how often it is
// looked whether one is over.
const (
	patience = int64(120 * kafka.Second)
	glance   = int64(10 * kafka.Millisecond)
)

func (n *node) schedulePhase(at int64) {
	n.w.queue.push(event{at: at, node: n.index, kind: kindPhase})
}

// nextPhase goes on to the next phase when the present one is over, or looks again later.
func (n *node) nextPhase() {
	before := n.phase
	if n.phase == phaseQuiet || n.phase == phaseReading {
		n.revive() // a failure of before the healing is told late
	}
	switch n.phase {
	case phaseFaults:
		n.heal()
		n.phase = phaseQuiet
	case phaseQuiet:
		if n.settled() {
			n.guests.reader = n.guests.population.NewReader()
			n.guests.reader.Start()
			n.phase = phaseReading
		}
	case phaseReading:
		if n.ready() && n.guests.reader.Idle() && n.process.atRest() {
			n.findLogs()
			n.askToStop()
			n.phase = phaseStopping
		}
	case phaseStopping:
		if n.process == nil {
			n.phase = phaseOver
			return
		}
	}
	n.tellClosed()
	if n.phase != before {
		n.patienceEnds = n.w.now + patience
	}
	if n.w.now > n.patienceEnds {
		n.w.fail(Liveness, n.w.reason())
		return
	}
	n.schedulePhase(n.w.now + glance)
}

// settled tells whether the broker serves, no log is moving to another directory, and all clients have been idle for so long that no
// request is under way any more of those that they gave up: a deletion that comes late would take
// topics away from under the reader.
func (n *node) settled() bool {
	if !n.ready() || !n.guests.population.Idle() || len(n.process.moving) > 0 {
		n.settledAt = 0
		return false
	}
	if n.settledAt == 0 {
		n.settledAt = n.w.now + underWay
	}
	return n.w.now >= n.settledAt
}

// underWay is longer than any request is under way: twice the most that a segment may be late.
const underWay = 2 * lateMax

// heal ends all faults: rates go to zero, a machine that is down comes up, turns come in time, clients
// begin nothing new. A pause goes on to its end.
func (n *node) heal() {
	n.setFaults(faults{})
	n.armed = 0
	n.sluggish = false
	n.mendDirs()
	n.revive()
	if n.process == nil {
		n.boot()
	}
	n.guests.population.Quiet(n.lostSomething())
}

// lostSomething tells whether a disk lost or spoiled what it had taken.
func (n *node) lostSomething() bool {
	d := n.disk.Bites()
	return d.LossyPowerLosses+d.RottenBits+d.MisplacedWrites+d.StrayReads+n.bites.DirsWiped > 0
}

// ready tells whether the broker serves; one that a failed disk took down after the healing's
// start, or that was asked to stop before it, comes up here. A paused one may yet do what a client
// asked for long ago.
func (n *node) ready() bool {
	p := n.process
	return p != nil && p.published.Ready && !p.asked && p.pausedUntil == 0
}
