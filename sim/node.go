package sim

import (
	"errors"
	"strconv"

	"momus/checker"
	"momus/cluster"
	clusterconfig "momus/cluster/config"
	"momus/cluster/metrics"
	"momus/core"
	"momus/core/config"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/disk"
	"momus/disk/seglog"
	"momus/sim/simdisk"
	"momus/sim/simnet"
)

// node is one simulated machine with its disk, and while it runs, the process on it.
type node struct {
	w     *World
	index int32
	name  string // prefix of its choice streams
	// streams are those already drawn from, by their key without the prefix.
	streams map[string]*Stream
	// woken is what netEvent goes through.
	woken []simnet.Woken
	cfg   config.Broker
	// retention is log.retention.ms, or 0 if it is not set.
	retention kafka.Millis
	// deposes says that a client takes the leadership of all partitions away now and then.
	deposes bool
	limits  port.Limits
	disk    *simdisk.Disk
	net     *simnet.Net
	// vanished are ends of connections that a power loss left half-open.
	vanished []*simnet.End
	node     *clusterconfig.Node
	life     int32
	process  *process
	// skew is added to virtual time for the wall clock, in milliseconds; drawn, may jump.
	skew int64
	// faults are the rates in force, orders what a scenario has happen.
	faults faults
	orders []order
	// notes counts the core's notes by kind, marks the turns in which a rare branch was reached.
	notes [core.NoteKinds]uint64
	marks [port.MarkCount]uint64
	// sums are the hash chains of the lives that ended.
	sums []uint64
	// steps counts core Steps of all lives.
	steps  uint64
	guests *guests
	// metadata is what is known of its metadata log.
	metadata metadataWatch
	// logs are the logs by their directories, as they were opened last.
	logs map[string]kafka.TopicPartition
	// homes are the log directories that the logs were opened in.
	homes map[kafka.TopicPartition]string
	dirs  []mounted
	// moveBegan is what had failed when a log began to move to another directory.
	moveBegan map[kafka.TopicPartition]uint64
	// phase is how far the node's run is; patienceEnds when it must be over.
	phase        worldPhase
	healAt       int64
	patienceEnds int64
	// settledAt is when nothing is under way any more, if clients stay idle until then; 0 if they are not.
	settledAt  int64
	diskDowns  uint64
	syncErrors uint64 // of the disk, when it was last looked
	// armed is the kind of crash that the disk is armed for, or 0.
	armed int
	// relapse is the kind of crash that is to meet the next life while it recovers, or 0.
	relapse int
	// sluggish machines run their turns late. bites are what their processes met.
	sluggish bool
	bites    ProcessBites
	// jumps counts the jumps of its wall clock.
	jumps uint64
	// exit is how the last process ended, if it did.
	exit *core.Exit
}

// process is one life of the broker: everything that a crash loses.
type process struct {
	stepper cluster.Stepper
	inbox   []core.Event
	// drained is the inbox before this one, whose memory the next one takes.
	drained   []core.Event
	draining  bool // a drain is scheduled
	pool      pool
	slabs     slabs
	arrivals  *cluster.Arrivals
	storage   *cluster.Storage
	meter     metrics.Meter
	workers   []*simWorker
	saver     simSaver
	reads     []port.Read // by index; entries are taken once
	freeReads []int64
	conns     map[port.ConnID]*serverConn
	order     []*serverConn // the same, in order of opening
	// gone are those that closed before the core had answered all that was asked on them.
	gone      map[port.ConnID]*serverConn
	published *msg.Published
	wakeAt    kafka.Mono
	bornAt    int64
	// feeding says that a turn for starved connections is scheduled.
	feeding bool
	// asked says that the process was asked to stop.
	asked bool
	// pausedUntil is when a pause ends, 0 if there is none; pauseBit says that it held something up,
	// held is what arrived for the process meanwhile.
	pausedUntil int64
	pauseBit    bool
	held        []simnet.Woken
	// dirDown says that a log directory is offline, troubles how many calls on the metadata directory had
	// failed before.
	dirDown  bool
	troubles uint64
	// moving are the logs that are to move to another directory, left where those were that are about to have.
	moving map[kafka.TopicPartition]bool
	// led are the logs that the process has led.
	led  map[kafka.TopicPartition]bool
	left map[kafka.TopicPartition]string
	// checkAt is the Step after which everything is checked again.
	checkAt uint64
	// news are the disk turns of which the core had not heard when the last drain ended.
	news []*delivery
}

// simWorker is one disk worker: busy from the start of a turn to the end of its last call.
type simWorker struct {
	log       *seglog.Worker
	delay     *Stream
	lag       string // the key of its stream
	queue     []port.LogOp
	busy      bool
	scheduled bool
}

type simSaver struct {
	queue     []port.Save
	busy      bool
	scheduled bool
}

// delivery is what a disk turn's end, or a boot, brings to the core.
type delivery struct {
	events []core.Event
	worker int32
	// before is what had failed when the turn began, told the Step that takes the last of it, once it arrived.
	before, told uint64
}

// nosync is the registry's lock in a world with one thread.
type nosync struct{}

func (nosync) Lock()   {}
func (nosync) Unlock() {}

// now reads the node's two clocks.
func (n *node) now() kafka.Now {
	return kafka.Now{
		Mono: kafka.Mono(n.w.now-n.process.bornAt) + 1,
		Wall: kafka.Wall(wallEpoch + n.w.now/1_000_000 + n.skew),
	}
}

// wallEpoch is the civil time at which every world begins, in milliseconds.
const wallEpoch = 1_790_000_000_000

// stream is the node's own stream of a key. It is kept, since most draws are of few streams and
// the whole key would be made anew for each.
func (n *node) stream(key string) *Stream {
	s := n.streams[key]
	if s == nil {
		s = n.w.choices.Stream(n.name + key)
		n.streams[key] = s
	}
	return s
}

// schedule puts an event of this life into the world's heap.
func (n *node) schedule(at int64, k kind, index int64, load *delivery) {
	n.w.queue.push(event{at: at, node: n.index, kind: k, life: n.life, index: index, load: load})
}

// boot starts a process on the node's disk: gather the facts, then the Start event.
func (n *node) boot() {
	n.life++
	n.changeDirs()
	for _, end := range n.vanished {
		end.Reappear()
	}
	n.vanished = nil
	n.takeDue()
	p := &process{
		moving: map[kafka.TopicPartition]bool{}, led: map[kafka.TopicPartition]bool{}, left: map[kafka.TopicPartition]string{},
		bornAt:    n.w.now,
		slabs:     newSlabs(int(n.limits.ReadAheadBytes)),
		conns:     map[port.ConnID]*serverConn{},
		gone:      map[port.ConnID]*serverConn{},
		published: &msg.Published{},
	}
	p.meter.Lock = nosync{}
	p.pool = pool{budget: n.limits.BufferBytes, freed: func() { p.arrivals.Returned(); p.freed(n) }}
	p.arrivals = cluster.NewArrivals(&n.limits, nosync{}, func() { p.freed(n) })
	p.troubles = n.metadataTroubles()
	n.process, n.exit = p, nil
	p.stepper = cluster.Stepper{Node: &core.Node{}, Chained: true, Checked: true, Observer: (*observer)(n)}

	entropy := n.stream("entropy")
	start := &core.Start{Config: n.cfg, Limits: n.limits}
	var fresh [32]byte
	for i := range start.Entropy {
		start.Entropy[i], fresh[i] = byte(entropy.Draw(256)), byte(entropy.Draw(256))
	}
	n.armRelapse()
	n.disk.BeginTurn(n.w.now, bootCalls, bootBytes)
	facts, _, err := cluster.Boot(n.disk, n.node, fresh, n.now().Wall)
	end := n.disk.EndTurn()
	if err != nil {
		n.bootFailed(err)
		return
	}
	start.Facts = facts
	p.openStorage(n, &facts)
	n.schedule(end, kindComplete, -1, &delivery{events: []core.Event{start}, worker: -1})
	n.planEarlyStop(end)
	n.springTrap()
}

// Boot is one turn of the ledger, before anything else runs; it is bounded by what a node has.
const (
	bootCalls = 100_000
	bootBytes = 64 << 20
)

// bootFailed ends a process that could not start. While the disk fails that is what is expected of
// it, and whoever watches over it starts it again; at any other time it is the program's fault.
func (n *node) bootFailed(err error) {
	if n.phase != phaseFaults || !errors.Is(err, disk.ErrIO) && !errors.Is(err, disk.ErrNoSpace) {
		n.w.fail(Crash, n.name+"boot: "+err.Error())
		return
	}
	n.diskDowns++
	n.crashing(false)
	n.disk.Crash(n.w.now, false)
	n.process = nil
	n.life++
	n.w.queue.push(event{at: n.w.now + restartDelay, node: n.index, kind: kindRestart})
}

// restartDelay is how soon a process that ended by itself is started again.
const restartDelay = int64(100 * kafka.Millisecond)

func (p *process) openStorage(n *node, facts *port.BootFacts) {
	life := n.life
	p.storage = cluster.NewStorage(cluster.Ports{
		FS: n.disk, Lock: nosync{}, Pool: &p.pool,
		Wake: func(i int) {
			if n.life == life {
				n.wantWorker(i)
			}
		},
	}, n.limits, facts)
	for i, log := range p.storage.Workers {
		name := "worker" + strconv.Itoa(i)
		p.workers = append(p.workers, &simWorker{log: log, delay: n.stream(name), lag: "lag/" + name})
	}
}

// post adds an event to the inbox; the core's turn comes after a drawn delay.
func (n *node) post(ev core.Event) {
	p := n.process
	p.inbox = append(p.inbox, ev)
	if !p.draining {
		p.draining = true
		n.schedule(n.w.now+int64(n.stream("drain").Draw(4))*int64(kafka.Microsecond)+n.lag("lag/drain", lagOfTurn), kindDrain, 0, nil)
	}
}

// drain is the core's turn: it steps what is in the inbox and enqueues what comes of it.
func (n *node) drain() {
	p := n.process
	p.draining = false
	batch := p.inbox
	if limit := int(n.limits.EventsPerDrain); len(batch) > limit {
		batch = batch[:limit]
	}
	p.inbox, p.drained = append(p.drained[:0], p.inbox[len(batch):]...), batch
	if len(p.inbox) > 0 {
		p.draining = true
		n.schedule(n.w.now+int64(kafka.Microsecond)+n.lag("lag/drain", lagOfTurn), kindDrain, 0, nil)
	}
	now := n.now()
	for _, ev := range batch {
		n.steps++
		p.stepper.Step(now, ev)
	}
	ready := p.stepper.Node.Ready()
	n.reached(&ready.Marks)
	cluster.Route(ready, n.limits.DiskWorkers, n.now().Mono, (*nodeSink)(n))
	p.heard(p.stepper.Steps())
	n.checkMutes()
	if wake := ready.Wake; wake != p.wakeAt {
		p.wakeAt = wake
		if wake != 0 {
			n.schedule(max(p.bornAt+int64(wake), n.w.now)+n.lag("lag/wake", lagOfTimer), kindWake, int64(wake), nil)
		}
	}
	p.stepper.Node.Recycle(ready)
	takeBack(batch)
	p.check(n.exit != nil)
	if n.exit != nil {
		n.ended()
	}
}

// checkEvery is after how many Steps everything is checked, if nothing gives cause to do it sooner:
// the first Step of a life, a role that changed, the end.
const checkEvery = 100

// check has the core check everything, if that is due. It panics if an invariant is broken.
func (p *process) check(now bool) {
	if steps := p.stepper.Steps(); now || steps >= p.checkAt {
		p.checkAt = steps + checkEvery
		p.stepper.Node.Check()
	}
}

// ended takes down a process that exited by itself.
func (n *node) ended() {
	p := n.process
	n.sums = append(n.sums, p.stepper.Sum())
	if n.phase != phaseStopping {
		n.crashing(false)
		n.disk.Crash(n.w.now, false)
	}
	n.wentDown()
	n.process = nil
	n.life++
	n.dropConns(p, false)
	n.processEnded(p)
}

// crash kills the process at this instant; with power loss the machine's page cache is lost too.
func (n *node) crash(power bool) {
	if n.process == nil {
		return
	}
	p := n.process
	p.check(true)
	claims, before := n.claims(power), checker.Event((*guestEnv)(n).Event())
	n.crashing(power)
	n.disk.Crash(n.w.now, power)
	n.exposed(claims, before)
	n.wentDown()
	n.sums = append(n.sums, p.stepper.Sum())
	n.process = nil
	n.life++
	n.dropConns(p, power)
}

// wake posts the Deadline event if the deadline that was wished for is still the latest wish.
func (n *node) wake(e *event) {
	if n.process.wakeAt == kafka.Mono(e.index) {
		n.process.wakeAt = 0
		n.post(&core.Deadline{})
	}
}

// observer sees the node's Steps.
type observer node

// Step implements cluster.Observer.
func (o *observer) Step(number uint64, now kafka.Now, ev core.Event, event []byte, mark core.Mark, sum uint64) {
	n := (*node)(o)
	n.observe(ev)
	n.observeImage(ev)
	if observe := n.w.options.Observe; observe != nil {
		observe(n.name+"life="+strconv.Itoa(int(n.life)), number, event, sum)
	}
	if trace := n.w.options.Trace; trace != nil {
		line := []byte(n.name + "life=" + strconv.Itoa(int(n.life)) + " step=" + strconv.FormatUint(number, 10) +
			" t=" + strconv.FormatInt(n.w.now, 10) + " chain=" + hex(sum) + " ")
		line = append(ev.AppendText(line), '\n')
		line = n.process.stepper.Node.AppendEntriesText(line, mark)
		trace(string(line[:len(line)-1]))
	}
}
