package sim

import (
	"momus/core"
	"momus/core/kafka"
	"momus/sim/simnet"
)

// A process is not only killed. It is asked to stop at any time, also while it starts; a loaded
// machine runs its turns late; and the whole of it may stand still (SIGSTOP, a frozen virtual
// machine) while its clocks go on. Each of these is planned from a stream of its own.

// What a turn of a sluggish machine is late by, mostly; rarely it is a thousandfold. A read is a
// goroutine of its own that waits for a processor and for the disk, and so is work outside of the core.
const (
	lagOfTurn  = int64(20 * kafka.Microsecond)
	lagOfDisk  = int64(50 * kafka.Microsecond)
	lagOfSaver = int64(200 * kafka.Microsecond)
	lagOfRead  = int64(500 * kafka.Microsecond)
	lagOfWork  = int64(500 * kafka.Microsecond)
	lagOfTimer = int64(1 * kafka.Millisecond)
	// lagThatCounts is what a run counts as a fault.
	lagThatCounts = int64(5 * kafka.Millisecond)
)

const (
	// earlyStop is how soon after its boot a process is asked to stop that gets no further.
	earlyStop = int64(30 * kafka.Millisecond)
	// askAgain is how long a signal waits for a process that has not read its directories yet.
	askAgain = int64(100 * kafka.Microsecond)

	pauseLeast = int64(10 * kafka.Millisecond)
	pauseMost  = int64(3 * kafka.Second)
	// pauseScales is how often the least pause may double.
	pauseScales = 9
)

// planPace draws how the machine runs until it heals.
func (n *node) planPace(until int64) {
	n.sluggish = n.stream("plan/pace").Draw(3) == 2 && n.knob(Knob{Key: "knob/sluggish", Value: 1, Text: "turns that come late"}) == 1
	stops := n.stream("plan/stops")
	for i := range stops.Draw(3) {
		n.planned("stop", int(i), event{at: stops.Between(0, until), kind: kindStop})
	}
	pauses := n.stream("plan/pauses")
	for i := range pauses.Draw(4) {
		at := pauses.Between(0, until)
		scale := pauseLeast << pauses.Draw(pauseScales)
		length := min(pauses.Between(scale, 2*scale), pauseMost)
		n.planned("pause", int(i), event{at: at, kind: kindPause, index: length})
	}
}

// lag draws how late a turn is beyond what it always is; the stream is used on a sluggish machine
// alone.
func (n *node) lag(key string, mostly int64) int64 {
	if !n.sluggish {
		return 0
	}
	late := n.stream(key).Tail(mostly) - mostly
	if late >= lagThatCounts {
		n.bites.Lags++
	}
	return late
}

// planEarlyStop has some processes asked to stop as soon as they were started.
func (n *node) planEarlyStop(started int64) {
	if s := n.stream("plan/early"); n.phase == phaseFaults && s.OneIn(8) {
		n.schedule(s.Between(started, started+earlyStop), kindStop, 0, nil)
	}
}

// plannedStop is a signal to whatever process there is, or to the one of the event's life.
func (n *node) plannedStop(e *event) {
	p := n.process
	if p == nil || p.asked || n.phase != phaseFaults || e.life != 0 && e.life != n.life {
		return
	}
	if p.stepper.Steps() == 0 && len(p.inbox) == 0 {
		n.schedule(n.w.now+askAgain, kindStop, 0, nil)
		return
	}
	n.askToStop()
}

// askToStop is SIGTERM: nothing new is accepted from here on, and the core hears of it.
func (n *node) askToStop() {
	n.process.asked = true
	n.post(&core.Stop{})
}

// pause stops the whole process for a while. Calls that are under way on its disk end meanwhile.
func (n *node) pause(length int64) {
	p := n.process
	if p == nil || p.pausedUntil != 0 || n.phase != phaseFaults {
		return
	}
	p.pausedUntil = n.w.now + length
	n.schedule(p.pausedUntil, kindResume, 0, nil)
}

// postpone keeps a turn of a paused process until it goes on, then in an order of its own.
func (n *node) postpone(e *event) {
	n.pauseBites()
	e.at = n.process.pausedUntil + 1 + int64(n.stream("pause/order").Draw(64))*int64(kafka.Microsecond)
	n.w.queue.push(*e)
}

// pauseBites counts a pause once it holds something up.
func (n *node) pauseBites() {
	if p := n.process; !p.pauseBit {
		p.pauseBit = true
		n.bites.Pauses++
	}
}

// resume lets a paused process go on: first it learns what its machine took for it meanwhile.
func (n *node) resume() {
	p := n.process
	p.pausedUntil, p.pauseBit = 0, false
	n.hearAgain()
	held := p.held
	p.held = nil
	for _, woken := range held {
		n.serverWoken(woken)
	}
}

// hold keeps what arrived for a paused process; its machine has taken it.
func (n *node) hold(woken simnet.Woken) {
	n.pauseBites()
	n.process.held = append(n.process.held, woken)
}
