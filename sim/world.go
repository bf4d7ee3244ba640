package sim

import (
	"momus/checker"
	"momus/cluster"
	"momus/core/canon"
	"momus/core/kafka"
	"momus/core/port"
	"momus/sim/simnet"
)

// Verdict is how a seed's run came out.
type Verdict uint8

// The verdicts, from good to bad.
const (
	OK Verdict = iota
	// Crash: the program itself broke: a panic, or a boot that failed.
	Crash
	// Liveness: after healing something did not come to its end.
	Liveness
	// Correctness: the judge found a broken promise.
	Correctness
)

var verdictNames = [...]string{"ok", "crash", "liveness", "correctness"}

// String names the verdict as the report line does.
func (v Verdict) String() string { return verdictNames[v] }

// Options are what a run is given beside its seed.
type Options struct {
	Overrides map[string]Override
	// Benign has every choice be 0 that no override makes: no fault, the least delay, few clients.
	Benign bool
	// Keep has Used tell the first values of each stream.
	Keep bool
	// NoGroups leaves consumer groups out of the clients.
	NoGroups bool
	// Trace gets a line for each event of a node and each entry that came of it, if set.
	Trace func(line string)
	// Observe sees each Step of a node's life as its own stepper does, if set.
	Observe func(life string, number uint64, event []byte, sum uint64)
	// Record gets what happened over time, if set.
	Record *Recording
	// Nodes are the indexes of the nodes that there are, unconnected; nil means one, of index 0.
	Nodes []int32
}

// World is one simulated world: virtual time, its events, machines, networks and clients. One
// seed, one world, one thread.
type World struct {
	choices *Choices
	options Options
	now     int64
	queue   queue
	// nodes are in the order of Options.Nodes; byIndex finds them for an event.
	nodes   []*node
	byIndex map[int32]*node
	// work serves the connections of all nodes: one turn runs at a time.
	work   *cluster.Workspaces
	report Report
	failed bool
	knobs  []Knob
	// settings are what was chosen for the nodes.
	settings []Setting
}

// worldPhase is how far a node's run is.
type worldPhase uint8

const (
	phaseFaults worldPhase = iota
	phaseQuiet
	phaseReading
	phaseStopping
	phaseOver
)

var phaseNames = [...]string{"faults", "quiet", "reading", "stopping", "over"}

// maxEvents bounds a run: a world that goes on for ever without virtual time passing is stuck.
const maxEvents = 20_000_000

// New makes the world of a seed.
func New(seed uint64, o Options) *World {
	w := &World{choices: NewChoices(seed, o.Overrides), options: o, byIndex: map[int32]*node{}}
	w.choices.benign, w.choices.keeps = o.Benign, o.Keep
	w.work = cluster.NewWorkspaces(1, func() cluster.Locker { return nosync{} })
	w.report.Seed = seed
	if o.Nodes == nil {
		o.Nodes = []int32{0}
	}
	for _, i := range o.Nodes {
		n := newNode(w, i)
		w.nodes = append(w.nodes, n)
		w.byIndex[i] = n
	}
	for _, n := range w.nodes {
		newGuests(n)
		n.healAt = n.stream("plan/length").Between(int64(2*kafka.Second), int64(6*kafka.Second))
		n.boot()
		n.planFaults(n.healAt)
		n.planRot(n.healAt)
		n.planPace(n.healAt)
		n.planDirs(n.healAt)
		n.planOrders()
		n.healAt = int64(n.knob(Knob{Key: "knob/length", Value: uint64(n.healAt), Off: uint64(healSoonest), Text: "the time until the world heals"}))
		n.schedulePhase(n.healAt)
		n.startClients()
		n.tellClosed()
	}
	return w
}

// Run runs the world to its end and judges it.
func (w *World) Run() *Report {
	for events := 0; !w.failed && !w.over(); events++ {
		e, ok := w.queue.pop()
		if !ok {
			w.fail(Liveness, "nothing is left to happen, and the run is not over: "+w.reason())
			break
		}
		if events > maxEvents {
			w.fail(Liveness, "the world does not come to rest: "+w.reason())
			break
		}
		w.now = e.at
		w.byIndex[e.node].handle(&e)
		if r := w.options.Record; r != nil && e.node == w.nodes[0].index {
			w.nodes[0].record(r)
		}
	}
	report := w.finish()
	if r := w.options.Record; r != nil {
		w.nodes[0].finishRecording(r)
	}
	return report
}

func (w *World) over() bool {
	for _, n := range w.nodes {
		if n.phase != phaseOver {
			return false
		}
	}
	return true
}

// handle makes one event of the world happen. Events of a life that is over are stale.
func (n *node) handle(e *event) {
	switch e.kind {
	case kindPhase:
		n.nextPhase()
	case kindClient:
		n.tick(e.index)
	case kindJump:
		n.skew += e.index
		n.skewed()
		n.jumps++
	case kindOpened:
		n.linkOpened(e.index)
	case kindCrash:
		n.plannedCrash(e)
	case kindRestart:
		if n.process == nil && n.phase < phaseStopping {
			n.boot()
		}
	case kindRot:
		n.rot(e.index)
	case kindDir:
		n.dirEvent(e.index)
	case kindOrder:
		n.carryOut(&n.orders[e.index])
	case kindClientFrom:
		n.guests.population.Clients()[e.index].Start()
		n.tellClosed()
	case kindClientUntil:
		n.guests.population.Clients()[e.index].Quiet()
		n.tellClosed()
	case kindStop:
		n.plannedStop(e)
	case kindPause:
		n.pause(e.index)
	case kindNet:
		n.netEvent(simnet.Way(e.index))
	default:
		if e.life == n.life && n.process != nil {
			if n.process.pausedUntil != 0 && e.kind != kindResume {
				n.postpone(e)
			} else {
				n.turn(e)
			}
		}
	}
	n.takeDue()
}

// turn makes one of the process's turns happen.
func (n *node) turn(e *event) {
	switch e.kind {
	case kindDrain:
		n.drain()
	case kindComplete:
		n.complete(e)
	case kindWorker:
		n.workerTurn(e.index)
	case kindSaver:
		n.saverTurn()
	case kindRead:
		n.readTurn(e.index)
	case kindWake:
		n.wake(e)
	case kindConn:
		if c := n.process.conns[port.ConnID(e.index)]; c != nil {
			n.connTurn(c)
		}
	case kindFeed:
		n.feed()
	case kindResume:
		n.resume()
	default:
		panic("BUG: an event of an unknown kind")
	}
}

// fail records that the run cannot go on.
func (w *World) fail(v Verdict, text string) {
	w.violated(v, v.String(), text)
	w.failed = true
}

// violated records a broken promise, or what else went wrong; the worst verdict counts.
func (w *World) violated(v Verdict, check, text string) {
	w.report.Violations = append(w.report.Violations, Violation{Checker: check, Text: text})
	w.report.Verdict = max(w.report.Verdict, v)
}

// reason says why a run is stuck.
func (w *World) reason() string {
	text := "at " + millis(w.now)
	for _, n := range w.nodes {
		text += "; " + n.name + "in phase " + phaseNames[n.phase]
		switch {
		case n.process == nil:
			text += ", down"
		case !n.process.published.Ready:
			text += ", not ready"
		case len(n.process.moving) > 0:
			text += ", logs are moving"
		case !n.guests.population.Idle():
			text += ": " + n.guests.population.Waiting() + " (" + n.guests.population.String() + ")"
		}
	}
	return text
}

// count adds what happened on a node to a report.
func (n *node) count(r *Report) {
	r.Steps += n.steps
	r.DiskDowns += n.diskDowns
	r.ClockJumps += n.jumps
	r.Process.add(n.bites)
	r.Metadata.add(n.metadata.bites)
	r.add(n.disk.Bites(), n.net.Bites())
}

// finish judges the histories and fills the report.
func (w *World) finish() *Report {
	r := &w.report
	r.Nanos = w.now
	var sum canon.Hash
	for _, n := range w.nodes {
		history := n.guests.population.History()
		violations, judged, pictures := checker.Draw(history)
		r.Judge.Add(judged)
		if !w.failed { // a run that broke off has not read everything
			for _, v := range violations {
				w.violated(Correctness, v.Checker, v.String())
				r.Violations[len(r.Violations)-1].Events = v.Events
			}
			r.Pictures = append(r.Pictures, pictures...)
		}
		r.countMarks(n)
		n.count(r)
		if n.process != nil {
			n.sums = append(n.sums, n.process.stepper.Sum())
		}
		r.Sums = append(r.Sums, n.sums)
		for _, s := range n.sums {
			sum.Add(canon.AppendUint(nil, s))
		}
		sum.Add(canon.AppendInt(nil, n.guests.events))
	}
	sum.Add(canon.AppendUint(nil, w.choices.drawn))
	r.Hash = sum.Sum()
	return r
}
