package sim

import (
	"math"
	"slices"
	"strconv"

	"momus/checker"
	"momus/core"
	"momus/core/kafka"
	"momus/core/port"
	"momus/sim/clients"
	"momus/sim/simnet"
)

// guests are the clients of one node: each node has a population of its own, whose choices depend
// on no other node's.
type guests struct {
	population *clients.Population
	reader     *clients.Reader
	links      map[int64]*link
	// wishes are the times at which clients want a Tick; a later wish replaces an earlier one.
	wishes []int64
	// closed are connections whose end is to be told once the current call has returned.
	closed []int64
	events int64
	// received is what a client is being given.
	received [4096]byte
	// flushed is what the last good flush of each log covers, as completions told the core.
	flushed map[kafka.TopicPartition]kafka.Offset
	logs    []kafka.TopicPartition // the keys of flushed, in order of appearance
	// doubted are the logs of which a sync failed, with what was flushed before, until the process
	// that noted it has written them once more, or a power loss showed what was there.
	doubted map[kafka.TopicPartition]kafka.Offset
	// saved are the checkpoints that are known to be durable, by directory, saving those under way, by
	// save.
	saved  map[string][]port.Checkpoint
	saving map[int64][]port.Checkpoint
	// powerLost says that power was lost since the last start.
	powerLost bool
	// rewriting are the directories whose logs this life writes once more.
	rewriting []string
	// vouching are the saves under way after which the directories vouch for what the page cache has;
	// doubting says that the list of those that do not is not empty.
	vouching int
	doubting bool
	// vouches counts the saves of a broker epoch that were asked for, by which directories vouch.
	vouches uint64
	// suspect says that no boot id is stored, or an old one, so that the next start takes the stop for
	// lossy: power was lost or a call of the disk failed since. ioErrors are the failures before this
	// life of the process.
	suspect  bool
	ioErrors uint64
}

// link is a client's end of a connection.
type link struct {
	client int32
	end    *simnet.End
	out    []byte
	full   bool
}

// linkWindow is how much of either direction may be under way.
const linkWindow = 64 << 10

// refillsAll is more than any five batches of a producer lie apart in a world.
const refillsAll = 1 << 20

func newGuests(n *node) *guests {
	g := &guests{saved: map[string][]port.Checkpoint{}, saving: map[int64][]port.Checkpoint{}, links: map[int64]*link{}, flushed: map[kafka.TopicPartition]kafka.Offset{}, doubted: map[kafka.TopicPartition]kafka.Offset{}, suspect: true}
	n.guests = g
	g.population = clients.NewPopulation((*guestEnv)(n), n.clientPlan())
	g.population.History().Expiration = n.cfg.ProducerIDExpiration
	g.population.History().QuotaWindows = checker.QuotaWindows{Windows: int64(n.cfg.QuotaWindows), Seconds: int64(n.cfg.QuotaWindowSeconds)}
	g.population.History().ConnLimits = checker.ConnLimits{
		Max: int64(n.cfg.Connections.Max), PerIP: int64(n.cfg.Connections.PerIP), Idle: n.cfg.Connections.Idle,
	}
	if rate := n.cfg.Connections.Rate; rate != math.MaxInt32 {
		g.population.History().ConnLimits.Rate = int64(rate)
	}
	n.tellGroups(g.population.History())
	g.population.History().Refills = n.limits.RefillBytes >= refillsAll
	return g
}

// guestEnv is what the clients of a node know of the world.
type guestEnv node

// Now implements clients.Env.
func (e *guestEnv) Now() int64 { return e.w.now }

// Draw implements clients.Env.
func (e *guestEnv) Draw(key string, bound uint64) uint64 {
	return (*node)(e).stream(key).Draw(bound)
}

// Dial implements clients.Env.
func (e *guestEnv) Dial(client int32, _ int32) int64 {
	end, _ := e.net.Dial("net", linkWindow)
	e.guests.links[end.Conn()] = &link{client: client, end: end}
	(*node)(e).takeDue()
	return end.Conn()
}

// Send implements clients.Env.
func (e *guestEnv) Send(conn int64, b []byte) {
	if l := e.guests.links[conn]; l != nil {
		l.out = append(l.out, b...)
		(*node)(e).flushLink(conn, l)
	}
}

// Close implements clients.Env.
func (e *guestEnv) Close(conn int64) {
	if l := e.guests.links[conn]; l != nil {
		delete(e.guests.links, conn)
		if err := l.end.Close(); err != nil && !isGone(err) {
			e.w.fail(Crash, "a client's connection did not close: "+err.Error())
		}
		(*node)(e).takeDue()
	}
}

// Timer implements clients.Env.
func (e *guestEnv) Timer(client int32, at int64) {
	g := e.guests
	for len(g.wishes) <= int(client) {
		g.wishes = append(g.wishes, 0)
	}
	at = max(at, e.w.now)
	g.wishes[client] = at
	e.w.queue.push(event{at: at, node: e.index, kind: kindClient, index: int64(client)})
}

// Event implements clients.Env.
func (e *guestEnv) Event() int64 {
	e.guests.events++
	if r := e.w.options.Record; r != nil && e.w.nodes[0] == (*node)(e) {
		r.Times = append(r.Times, e.w.now)
	}
	return e.guests.events
}

// tick gives a client the Tick that it last wished for.
func (n *node) tick(client int64) {
	g := n.guests
	if int(client) >= len(g.wishes) || g.wishes[client] != n.w.now {
		return
	}
	g.wishes[client] = 0
	g.population.Clients()[client].Tick()
	n.tellClosed()
}

// linkOpened tells a client that its connection is there. Whether anybody serves it shows later.
func (n *node) linkOpened(conn int64) {
	if l := n.guests.links[conn]; l != nil {
		n.guests.population.Clients()[l.client].Opened(conn)
		n.tellClosed()
	}
}

// flushLink sends until the socket is full.
func (n *node) flushLink(conn int64, l *link) {
	for len(l.out) > 0 && !l.full {
		sent, full, err := l.end.TryWrite([]port.Span{port.MemSpan(l.out, nil)})
		l.out = l.out[sent:]
		l.full = full
		if err != nil {
			n.breakLink(conn)
			break
		}
	}
	n.takeDue()
}

// breakLink ends a connection that failed; its client is told after the current call.
func (n *node) breakLink(conn int64) {
	if n.guests.links[conn] == nil {
		return
	}
	n.guests.closed = append(n.guests.closed, conn)
}

// tellClosed tells clients of connections that broke while they were being called.
func (n *node) tellClosed() {
	for len(n.guests.closed) > 0 {
		conn := n.guests.closed[0]
		n.guests.closed = n.guests.closed[1:]
		l := n.guests.links[conn]
		if l == nil {
			continue
		}
		(*guestEnv)(n).Close(conn)
		n.guests.population.Clients()[l.client].Closed(conn)
	}
}

// clientWoken brings a client what arrived, and sends on what waited.
func (n *node) clientWoken(woken simnet.Woken) {
	conn := woken.End.Conn()
	l := n.guests.links[conn]
	if l == nil {
		return
	}
	if woken.Writable {
		l.full = false
		n.flushLink(conn, l)
	}
	buf := &n.guests.received
	for woken.Readable && n.guests.links[conn] != nil {
		got, again, err := l.end.TryRead(buf[:])
		if again {
			break
		}
		if err != nil || got == 0 {
			n.breakLink(conn)
			break
		}
		n.guests.population.Clients()[l.client].Received(conn, buf[:got])
		n.tellClosed()
	}
	n.tellClosed()
}

// observe keeps what the judge must know of a Step: how far each log is flushed. A flush that the
// core was told of counts, none else.
func (n *node) observe(ev core.Event) {
	if start, ok := ev.(*core.Start); ok {
		n.observeStart(&start.Facts)
		return
	}
	if saved, ok := ev.(*core.Saved); ok {
		n.observeSaved(&saved.Saved)
	}
	done, ok := ev.(*core.LogDone)
	if ok && done.Kind == port.OpSwap && done.Fail != port.FailNone {
		n.homes[done.Log] = n.process.left[done.Log]
	}
	if !ok || done.Fail != port.FailNone || done.Log == kafka.MetadataLog {
		return
	}
	end := kafka.Offset(0)
	switch done.Kind {
	case port.OpReplace:
		n.cleaned(done.Log)
		return
	case port.OpFlush, port.OpClose, port.OpSwap:
		end = done.End
	case port.OpOpen:
		// What was flushed stays so through a kill, whatever the node knows of it; above what recovery left
		// nothing is.
		end = max(done.Opened.Flushed, min(n.guests.flushed[done.Log], done.Opened.End))
		if slices.Contains(n.guests.rewriting, n.homes[done.Log]) {
			delete(n.guests.doubted, done.Log)
		}
	default:
		return
	}
	g := n.guests
	if old, known := g.flushed[done.Log]; !known {
		g.logs = append(g.logs, done.Log)
		g.flushed[done.Log] = end
	} else if end > old || done.Kind == port.OpOpen { // what recovery cut is gone from there on
		g.flushed[done.Log] = end
	}
}

// observeStart notes what a process found.
func (n *node) observeStart(facts *port.BootFacts) {
	g := n.guests
	clear(g.saving)
	g.rewriting = nil
	for i := range facts.Dirs {
		d := &facts.Dirs[i]
		// What a power loss left is durable. What a process finds that follows a killed one need not be: a save
		// of three checkpoints that failed at the second has put the first in its place, and nothing has synced
		// its name (seed 504).
		if _, known := g.saved[d.Path]; !known || g.powerLost {
			g.saved[d.Path] = d.Checkpoints
		}
		if d.Faulted {
			g.rewriting = append(g.rewriting, d.Path)
		}
	}
	n.foundDirs(facts.Offline)
	g.powerLost = false
	g.vouching, g.doubting = 0, len(facts.Faulted)+len(facts.Offline) > 0
	g.ioErrors = n.ioErrors()
}

// vouch notes a save by which directories vouch for what the page cache has. Of several some may come
// first, and until the last is there nobody can tell what a stop makes of it.
func (n *node) vouch(v *port.Save) {
	g := n.guests
	g.vouching++
	if v.Kind == port.SaveBrokerEpoch {
		g.vouches++
	}
	if v.Kind == port.SaveFaulted {
		g.doubting = len(v.Dirs) > 0
	}
	g.suspect = g.suspect || len(n.node.LogDirs) > 1
}

func (n *node) observeSaved(saved *port.Saved) {
	g := n.guests
	switch saved.Kind {
	case port.SaveBrokerEpoch, port.SaveFaulted:
		g.vouching--
		g.doubting = g.doubting || saved.Fail != port.FailNone
		if g.vouching == 0 && !g.doubting {
			g.suspect = false
			for i := range n.dirs {
				m := &n.dirs[i]
				m.unvouched = m.unvouched && !m.isThere()
			}
		}
	case port.SaveCheckpoints:
		if saved.Fail == port.FailNone {
			g.saved[n.pathOf(saved.Dir)] = g.saving[saved.Seq]
		}
		delete(g.saving, saved.Seq)
	}
}

// pathOf is the path of one of the process's log directories.
func (n *node) pathOf(dir kafka.DirID) string {
	for _, d := range n.process.storage.Ledger {
		if d.ID == dir {
			return d.Path
		}
	}
	panic("BUG: a directory that the node does not have")
}

// crashing puts a crash into the history, with what it may cost.
func (n *node) crashing(power bool) {
	n.guests.suspect = n.guests.suspect || power || n.ioErrors() > n.guests.ioErrors
	c := checker.Crash{
		Event: checker.Event((*guestEnv)(n).Event()), Node: int32(n.cfg.NodeID), Power: power, Suspect: n.guests.suspect,
	}
	if trace := n.w.options.Trace; trace != nil {
		trace(n.name + "crash t=" + strconv.FormatInt(n.w.now, 10) + " power=" + strconv.FormatBool(power) +
			" suspect=" + strconv.FormatBool(c.Suspect))
	}
	for _, log := range n.guests.logs {
		f := checker.FlushedEnd{Log: log, End: n.guests.flushed[log]}
		if end, doubted := n.guests.doubted[log]; doubted {
			f.End, f.Doubted = end, true
		}
		c.Flushed = append(c.Flushed, f)
	}
	n.guests.powerLost = n.guests.powerLost || power
	if power {
		clear(n.guests.doubted)
	}
	h := n.guests.population.History()
	h.Crashes = append(h.Crashes, c)
}

// ioErrors counts the calls of the disk that failed.
func (n *node) ioErrors() uint64 {
	b := n.disk.Bites()
	return b.WriteErrors + b.ReadErrors + b.NameErrors + b.SyncErrors + b.FullDisks + b.BrokenCalls
}
