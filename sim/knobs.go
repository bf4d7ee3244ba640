package sim

import (
	"math"
	"strconv"

	"momus/sim/simdisk"
	"momus/sim/simnet"
)

// Knob is something that a seed decides and that an override decides otherwise without moving any other
// choice: how often a kind of fault strikes, whether a planned crash comes, when a client falls silent.
type Knob struct {
	// Key and Ordinal name the choice; nothing is drawn for it.
	Key     string
	Ordinal uint64
	// Value is what it is, Off the value that leaves the thing away, Text what it is of.
	Value, Off uint64
	Text       string
}

// knob is the value of a choice that an override may make.
func (n *node) knob(k Knob) uint64 {
	s := n.stream(k.Key)
	if v, ok := s.told(k.Ordinal); ok {
		k.Value = v
	}
	if k.Value != k.Off {
		k.Key = n.name + k.Key
		n.w.knobs = append(n.w.knobs, k)
	}
	return k.Value
}

// Knobs lists what there is to turn off in a world.
func (w *World) Knobs() []Knob { return w.knobs }

// Used lists the streams that were drawn from so far.
func (w *World) Used() []Used { return w.choices.Used() }

// Clients tells of the topics and clients of the first node in a line.
func (w *World) Clients() string { return w.nodes[0].guests.population.String() }

// Faults is how many faults bit so far.
func (w *World) Faults() uint64 {
	var r Report
	for _, n := range w.nodes {
		n.count(&r)
	}
	return r.Faults()
}

// Operations is how many operations the clients of a world began.
func (w *World) Operations() (n uint64) {
	for _, node := range w.nodes {
		h := node.guests.population.History()
		for _, list := range []int{
			len(h.Produces), len(h.Polls), len(h.Lookups), len(h.Described), len(h.EpochEnds), len(h.Admin), len(h.Trims),
			len(h.Configs), len(h.ConfigsSeen), len(h.Quotas), len(h.Quorums), len(h.Inits), len(h.Moves),
		} {
			n += uint64(list)
		}
	}
	return n
}

// planned schedules what a plan has drawn, unless an override spares the node it.
func (n *node) planned(what string, number int, e event) {
	k := Knob{Key: "knob/spare/" + what, Ordinal: uint64(number), Off: 1, Text: what + " at " + millis(e.at)}
	if n.knob(k) == 0 {
		e.node = n.index
		n.w.queue.push(e)
	}
}

// healSoonest is the least time after which a world heals, in nanoseconds.
const healSoonest = int64(100_000_000)

// never is when a client falls silent whom only the healing ends.
const never = math.MaxInt64

// startClients starts the clients that there are, and has some come later or go sooner.
func (n *node) startClients() {
	for i, c := range n.guests.population.Clients() {
		key := "knob/client" + strconv.Itoa(i)
		text := "client " + strconv.Itoa(i) + ", " + n.guests.population.Kind(i)
		until := n.knob(Knob{Key: key + "/until", Value: never, Text: text})
		from := n.knob(Knob{Key: key + "/from", Text: text + ", from"})
		switch {
		case until == 0:
			continue
		case from == 0:
			c.Start()
		default:
			n.w.queue.push(event{at: int64(from), node: n.index, kind: kindClientFrom, index: int64(i)})
		}
		if until < never {
			n.w.queue.push(event{at: int64(until), node: n.index, kind: kindClientUntil, index: int64(i)})
		}
	}
}

// faults are the rates of faults in force.
type faults struct {
	disk simdisk.Faults
	net  simnet.Faults
}

// rate is how often a kind of fault strikes: once in so many.
type rate struct {
	name  string
	oneIn *uint64
}

// rates lists them. A scenario names them so, and numbers them in this order.
func (f *faults) rates() []rate {
	d, n := &f.disk, &f.net
	return []rate{
		{"stall", &d.Stall}, {"slow-sync", &d.SlowSync}, {"lost-sync", &d.SyncLost}, {"stray-read", &d.ReadStray},
		{"write-error", &d.WriteIO}, {"sync-error", &d.SyncIO}, {"read-error", &d.ReadIO}, {"name-error", &d.NameIO},
		{"disk-full", &d.NoSpace}, {"short-write", &n.ShortWrite}, {"short-read", &n.ShortRead}, {"chop", &n.Chop},
		{"late", &n.Late}, {"reset", &n.Reset},
	}
}

func (n *node) setFaults(f faults) {
	n.faults = f
	n.disk.SetFaults(f.disk)
	n.net.SetFaults(f.net)
}
