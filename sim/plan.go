package sim

import (
	"strconv"
	"strings"

	"momus/cluster"
	"momus/cluster/config"
	coreconfig "momus/core/config"
	"momus/core/kafka"
	"momus/core/port"
	"momus/sim/simdisk"
	"momus/sim/simnet"
)

// newNode draws a machine: small limits, so that rare paths come within seconds of virtual time.
func newNode(w *World, index int32) *node {
	n := &node{w: w, index: index, name: "node" + strconv.Itoa(int(index)) + "/", streams: map[string]*Stream{}, logs: map[string]kafka.TopicPartition{}, homes: map[kafka.TopicPartition]string{}, moveBegan: map[kafka.TopicPartition]uint64{}}
	n.limits = n.drawLimits()
	n.node = n.drawConfig()
	n.drawSnapshots()
	n.drawQuotaWindows()
	n.drawConnections()
	n.drawLeadership()
	n.drawCleaner()
	n.drawGroups()
	n.cfg = n.node.Broker
	for _, path := range n.node.LogDirs {
		n.dirs = append(n.dirs, mounted{path: path})
	}
	n.disk = simdisk.New((*nodeEnv)(n), n.name+"disk", simdisk.Faults{})
	n.net = simnet.New((*nodeEnv)(n))
	return n
}

// nodeEnv is what disk and network of one machine know of the world.
type nodeEnv node

// Draw implements simdisk.Env and simnet.Env.
func (e *nodeEnv) Draw(stream string, bound uint64) uint64 {
	return (*node)(e).stream(stream).Draw(bound)
}

// Now implements simdisk.Env and simnet.Env.
func (e *nodeEnv) Now() int64 { return e.w.now }

// Setting is what a seed chose for a node among some values, or from a range.
type Setting struct {
	Name string
	// Key and Ordinal name the choice, From are the values; without any it is Least and what was drawn.
	Key     string
	Ordinal uint64
	From    []int64
	Least   int64
	// Value is what was chosen.
	Value int64
}

// pick draws one of some values for a setting.
func (n *node) pick(key, name string, from ...int64) int64 {
	s := n.stream(key)
	at := s.ordinal
	v := from[s.Draw(uint64(len(from)))]
	n.w.settings = append(n.w.settings, Setting{Name: name, Key: n.name + key, Ordinal: at, From: from, Value: v})
	return v
}

// between draws a setting from a range.
func (n *node) between(key, name string, least, most int64) int64 {
	s := n.stream(key)
	at := s.ordinal
	v := s.Between(least, most)
	n.w.settings = append(n.w.settings, Setting{Name: name, Key: n.name + key, Ordinal: at, Least: least, Value: v})
	return v
}

// Settings lists what was chosen for the nodes.
func (w *World) Settings() []Setting { return w.settings }

func (n *node) drawLimits() port.Limits {
	pick := func(name string, from ...int64) int64 { return n.pick("plan/limits", name, from...) }
	l := port.DefaultLimits()
	l.RequestsPerConn = int32(pick("limit.requests-per-connection", 128, 16, 5, 2))
	l.ReadAheadBytes = int32(pick("limit.read-ahead-bytes", 16<<10, 4<<10, 512, 128))
	l.BufferBytes = pick("limit.buffer-bytes", 256<<20, 1<<20, 256<<10)
	l.TailCacheBytes = pick("limit.tail-cache-bytes", 1<<20, 64<<10, 4<<10, 0)
	l.OpenFiles = int32(pick("limit.open-files", 64, 16, 6))
	l.TurnCalls = int32(pick("limit.turn-calls", 512, 64, 16))
	l.TurnBytes = pick("limit.turn-bytes", 1<<20, 64<<10, 16<<10)
	l.EventsPerDrain = int32(pick("limit.events-per-drain", 1024, 16, 1))
	l.FetchWaiters = int32(pick("limit.fetch-waiters", 1024, 4, 1))
	l.MetadataReadBytes = int32(pick("limit.metadata-read-bytes", 1<<20, 4096, 512))
	l.AppendQueueBytes = pick("limit.append-queue-bytes", 64<<20, 64<<10, 8<<10)
	l.DiskWorkers = int32(pick("limit.disk-workers", 2, 1, 3))
	if small := n.pick("plan/buffers", "limit.buffer-bytes.small", 0, 0, 0, 0, 44<<10, 0); small > 0 {
		// So small a budget is spent now and then; the largest request that a client means fits. What the tails of logs take of it is not given back.
		l.BufferBytes, l.TailCacheBytes = small, min(l.TailCacheBytes, 4<<10)
	}
	l.RemovedLogs = int32(n.pick("plan/removed", "limit.removed-logs", 16384, 1, 3))
	l.CoordinatorReadBytes = int32(n.pick("plan/groups/read", "limit.coordinator-read-bytes", 256<<10, 4096, 300, 1))
	l.PendingMembers = int32(n.pick("plan/groups/pending", "limit.pending-members", 5000, 1, 2))
	l.RefillBytes = n.pick("plan/refill", "limit.refill-bytes", 1<<20, 4096, 300)
	return l
}

func (n *node) drawConfig() *config.Node {
	number := func(v int64) string { return strconv.FormatInt(v, 10) }
	overrides := []string{
		"log.dirs=" + strings.Join(allDirs[:n.pick("plan/dirs", "log.dirs", 1, 2, 3)], ","), "advertised.listeners=PLAINTEXT://node" + strconv.Itoa(int(n.index)) + ":9092",
		"log.flush.offset.checkpoint.interval.ms=" + number(n.between("plan/config", "log.flush.offset.checkpoint.interval.ms", 100, 3000)),
		"log.initial.task.delay.ms=0",
		"log.retention.check.interval.ms=" + number(n.between("plan/retention", "log.retention.check.interval.ms", 50, 1000)),
		"producer.id.expiration.ms=" + number(n.pick("plan/expiration", "producer.id.expiration.ms", 86_400_000, 86_400_000, 86_400_000, 300, 1000, 3000)),
		"num.recovery.threads.per.data.dir=" + number(n.pick("plan/recovery", "num.recovery.threads.per.data.dir", 2, 1, 3)),
		"max.incremental.fetch.session.cache.slots=" + number(n.pick("plan/sessions", "max.incremental.fetch.session.cache.slots", 1000, 1, 2, 1000, 0)),
		"log.segment.delete.delay.ms=" + number(n.pick("plan/removal", "log.segment.delete.delay.ms", 200, 0, 60_000)),
		"offsets.topic.num.partitions=" + number(n.pick("plan/groups", "offsets.topic.num.partitions", 1, 2, 3, 5)),
		"offsets.commit.timeout.ms=" + number(n.pick("plan/groups/timeout", "offsets.commit.timeout.ms", 5000, 5000, 300, 30)),
		"offsets.topic.compression.codec=" + number(n.pick("plan/groups/codec", "offsets.topic.compression.codec", 0, 0, 0, 1, 2, 3, 4)),
		"offsets.retention.check.interval.ms=" + number(n.pick("plan/groups/expiry", "offsets.retention.check.interval.ms", 600_000, 1000, 100)),
	}
	if n.stream("plan/retention/static").Draw(12) == 1 {
		n.retention = 500
		overrides = append(overrides, "log.retention.ms="+strconv.FormatInt(int64(n.retention), 10))
	}
	node, err := config.Load(config.Sources{Overrides: overrides})
	if err != nil {
		panic("BUG: the simulator's own configuration is refused: " + err.Error())
	}
	node.Broker.ProducerIDBlock = int32(n.pick("plan/ids", "producer-id-block", coreconfig.ProducerIDBlock, 10, 1, 1))
	node.Broker.FetchSessionEviction = kafka.Millis(n.pick("plan/sessions", "fetch-session-eviction.ms", int64(coreconfig.FetchSessionEviction), 1, 1000, 100))
	node.Broker.MetadataSegmentBytes = int32(n.pick("plan/config", "metadata.segment.bytes", 1<<20, 16<<10, 4<<10))
	return &node
}

// planFaults draws what will go wrong on this machine before the world heals.
func (n *node) planFaults(until int64) {
	s := n.stream("plan/faults")
	rate := func(one uint64) uint64 { // half of the seeds have none
		if s.Draw(2) == 0 {
			return 0
		}
		return one << s.Draw(3)
	}
	slow, slowNanos := n.planSlowSyncs()
	f := faults{disk: simdisk.Faults{
		SlowSync: slow, SlowSyncNanos: slowNanos,
		SyncLost: n.planLies(), ReadStray: n.planStrays(),
		Stall: rate(50), StallNanos: uint64(50 * kafka.Millisecond),
		WriteIO: rareRate(s, 4, 150), SyncIO: rareRate(s, 4, 150), ReadIO: rareRate(s, 5, 100),
		NoSpace: rareRate(s, 4, 200), NameIO: rareRate(s, 4, 500),
	}}
	f.net = simnet.Faults{
		ShortWrite: rate(4), ShortRead: rate(4), Chop: rate(3),
		Late: rate(20), LateNanos: uint64(lateMax), Reset: rate(100),
	}
	for _, r := range f.rates() {
		*r.oneIn = n.knob(Knob{Key: "knob/rate/" + r.name, Value: *r.oneIn, Text: "faults of the kind " + r.name})
	}
	n.setFaults(f)
	crashes := int(s.Draw(10))
	for i := range crashes {
		at := s.Between(int64(50*kafka.Millisecond), until)
		how := int64(s.Draw(4)) // 0: kill by time, 1: power by time, 2: power by call, 3: kill by call
		n.planned("crash", i, event{at: at, kind: kindCrash, index: how})
	}
	if s.Draw(3) == 2 {
		n.skew = int64(n.knob(Knob{Key: "knob/skew", Value: uint64(s.Between(-skewMax, skewMax)), Text: "a clock that is wrong from the beginning"}))
		n.skewed()
	}
	for i := range s.Draw(3) {
		at := s.Between(0, until)
		n.planned("jump", int(i), event{at: at, kind: kindJump, index: s.Between(-skewMax, skewMax)})
	}
}

// planSlowSyncs draws how often a sync takes longer, and by how much at most: with flush.messages=1 much is
// written then that is not committed yet.
func (n *node) planSlowSyncs() (oneIn, nanos uint64) {
	s := n.stream("plan/slowsyncs")
	if !s.OneIn(4) {
		return 0, 0
	}
	return 2 + s.Draw(3), uint64(20*kafka.Millisecond) << s.Draw(4)
}

// planLies draws how often a sync of a partition's file is lost: in most seeds never.
func (n *node) planLies() uint64 {
	n.disk.LieAbout(n.isLiable)
	s := n.stream("plan/lies")
	if !s.OneIn(4) {
		return 0
	}
	return [...]uint64{2, 3, 2, 10}[s.Draw(4)]
}

// lateMax is the most that a segment may be late, in nanoseconds.
const lateMax = int64(500 * kafka.Millisecond)

// skewMax is how far a wall clock may be wrong, or may jump, in milliseconds.
const skewMax = 60_000

// rareRate is a rate that only one seed in so many has.
func rareRate(s *Stream, oneIn, rate uint64) uint64 {
	if !s.OneIn(oneIn) {
		return 0
	}
	return rate
}

// The ways to crash, as kindCrash events carry them.
const (
	crashKill = iota
	crashPower
	crashPowerInCall
	crashKillInCall
	// crashNow is the moment that an armed disk named: power by call or kill by call.
	crashNowPower
	crashNowKill
)

// plannedCrash carries a crash out, or arms the disk so that it falls inside one of the next calls.
func (n *node) plannedCrash(e *event) {
	if n.process == nil || n.phase != phaseFaults {
		return
	}
	switch e.index {
	case crashPowerInCall, crashKillInCall:
		n.armed = crashNowPower
		if e.index == crashKillInCall {
			n.armed = crashNowKill
		}
		n.arm(24)
		return
	case crashNowPower, crashNowKill:
		if e.life != n.life {
			return
		}
	}
	n.crash(e.index == crashPower || e.index == crashNowPower)
	n.rotSnapshot()
	n.relapse = [...]int{0, 0, 0, crashNowPower, crashNowKill}[n.stream("plan/relapse").Draw(5)]
	delay := n.stream("plan/restart").Tail(int64(20 * kafka.Millisecond))
	n.w.queue.push(event{at: n.w.now + min(delay, int64(2*kafka.Second)), node: n.index, kind: kindRestart})
}

// arm has the disk name a moment inside one of its next calls.
func (n *node) arm(calls uint64) {
	n.disk.CrashAfterCalls(1 + n.stream("plan/crashcall").Draw(calls))
}

// armRelapse arms the disk for a crash while the node recovers from the one before, if one is due.
func (n *node) armRelapse() {
	if n.relapse != 0 && n.phase == phaseFaults {
		n.armed = n.relapse
		n.arm(64)
	}
	n.relapse = 0
}

// springTrap schedules the crash that an armed disk ran into during the turn just made.
func (n *node) springTrap() {
	at, hit := n.disk.Armed()
	if !hit || n.armed == 0 {
		return
	}
	how := n.armed
	n.armed = 0
	n.schedule(max(at, n.w.now), kindCrash, int64(how), nil)
}

// processEnded follows a process that ended by itself: in the last phase that was asked for;
// before, it was asked to stop or a failed disk took it down, and it comes up again.
func (n *node) processEnded(p *process) {
	switch {
	case n.phase == phaseStopping:
		n.checkLeaks(p)
	case p.asked:
		n.bites.Stops++
		if !p.published.Ready {
			n.bites.EarlyStops++
		}
		n.w.queue.push(event{at: n.w.now + restartDelay, node: n.index, kind: kindRestart})
	case n.exit.Clean:
		n.w.fail(Crash, n.name+"stopped without being asked")
	default:
		n.checkEnd(p)
		n.diskDowns++
		n.w.queue.push(event{at: n.w.now + restartDelay, node: n.index, kind: kindRestart})
	}
}

// checkLeaks demands that a cleanly stopped process gave back every buffer.
func (n *node) checkLeaks(p *process) {
	for _, c := range p.order {
		c.io.Frame.Release() // what is still open at the end holds what it is reading
	}
	for _, w := range p.storage.Workers {
		w.Release() // and logs that failed are not closed
	}
	switch {
	case !n.exit.Clean && !n.offline():
		n.w.fail(Crash, n.name+"did not stop cleanly: "+n.exit.Reason)
	case p.pool.lent != 0:
		n.w.violated(Correctness, "spans", n.name+strconv.FormatInt(p.pool.lent, 10)+" buffers were never released")
	case p.slabs.lent != 0:
		n.w.violated(Correctness, "spans", n.name+strconv.FormatInt(p.slabs.lent, 10)+" read-ahead slabs were never returned")
	}
}

var _ cluster.Sink = (*nodeSink)(nil)
