package sim

import (
	"math"
	"slices"
	"strconv"

	"momus/core/kafka"
	"momus/disk"
	"momus/sim/clients"
)

// OrderKind says what a scenario has happen at a time of its own, beside what the seed plans. No seed has
// any of it; an order is five overrides of one stream.
type OrderKind uint64

// The orders. A is what the comment says.
const (
	// OrderNone stands for one that shrinking took away.
	OrderNone OrderKind = iota
	OrderKill
	OrderPower
	// OrderKillInCall and OrderPowerInCall come inside the Ath mutating call of the disk from then on.
	OrderKillInCall
	OrderPowerInCall
	OrderStop
	// OrderPause stops the process for A nanoseconds.
	OrderPause
	// OrderClock moves the wall clock by A milliseconds, as two's complement.
	OrderClock
	OrderRotBit
	OrderRotSector
	// OrderRate has the kind of fault A strike once in B for C nanoseconds.
	OrderRate
	// OrderFail fails the next call of the kind A on the log B, for want of space if C is 1.
	OrderFail
	// OrderDirBreak, OrderDirAway and OrderDirWipe are of the log directory with index A.
	OrderDirBreak
	OrderDirAway
	OrderDirWipe
	// OrderMember has client A, a member of a group, meet the fate B, for C nanoseconds.
	OrderMember
	orderKinds
)

// OrderWords is how many choices of the stream OrdersKey an order takes: kind, time in nanoseconds, A, B, C.
const OrderWords = 5

// OrdersKey is the stream of orders to the only node of a world.
const OrdersKey = "node0/knob/orders"

// order is one of them.
type order struct {
	kind    OrderKind
	a, b, c uint64
}

// orderTexts name the orders as a scenario does.
var orderTexts = [orderKinds]string{
	OrderNone: "nothing", OrderKill: "kill", OrderPower: "power loss", OrderKillInCall: "kill in call", OrderPowerInCall: "power loss in call",
	OrderStop: "stop", OrderPause: "pause", OrderClock: "clock", OrderRotBit: "rot bit", OrderRotSector: "rot sector",
	OrderRate: "rate", OrderFail: "fail", OrderDirBreak: "directory breaks", OrderDirAway: "directory away", OrderDirWipe: "directory wiped",
	OrderMember: "member",
}

// String names the kind as a scenario does.
func (k OrderKind) String() string { return orderTexts[min(k, orderKinds-1)] }

// planOrders schedules what overrides order.
func (n *node) planOrders() {
	s := n.stream("knob/orders")
	for at := uint64(0); ; at += OrderWords {
		kind, ok := s.told(at)
		if !ok || kind >= uint64(orderKinds) {
			return
		}
		if kind == uint64(OrderNone) {
			continue
		}
		var words [OrderWords]uint64
		for i := range words {
			words[i], _ = s.told(at + uint64(i))
		}
		o := order{OrderKind(kind), words[2], words[3], words[4]}
		n.knob(Knob{Key: "knob/orders", Ordinal: at, Value: kind, Text: o.kind.String() + " at " + millis(int64(words[1]))})
		n.w.queue.push(event{at: int64(min(words[1], math.MaxInt64)), node: n.index, kind: kindOrder, index: int64(len(n.orders))})
		n.orders = append(n.orders, o)
	}
}

// carryOut has an order happen. Like what a seed plans, it means nothing to a node that is down, or healed.
func (n *node) carryOut(o *order) {
	if n.phase != phaseFaults {
		return
	}
	switch o.kind {
	case OrderKill:
		n.plannedCrash(&event{index: crashKill})
	case OrderPower:
		n.plannedCrash(&event{index: crashPower})
	case OrderKillInCall, OrderPowerInCall:
		n.armed = crashNowPower
		if o.kind == OrderKillInCall {
			n.armed = crashNowKill
		}
		n.disk.CrashAfterCalls(max(o.a, 1))
	case OrderStop:
		n.plannedStop(&event{})
	case OrderPause:
		n.pause(int64(min(o.a, uint64(pauseMost))))
	case OrderClock:
		n.skew += int64(o.a)
		n.skewed()
		n.jumps++
	case OrderRotBit:
		n.rot(rotBit)
	case OrderRotSector:
		n.rot(rotSector)
	case OrderRate:
		n.orderRate(o)
	case OrderFail:
		n.orderFailure(o)
	case OrderMember:
		n.guests.population.Fate(int(min(o.a, math.MaxInt32)), clients.Fate(o.b), int64(min(o.c, math.MaxInt64)))
	case OrderDirBreak, OrderDirAway, OrderDirWipe:
		if o.a < uint64(len(n.dirs)) {
			fate := [...]int64{0: dirBreaks, OrderDirAway - OrderDirBreak: dirAway, OrderDirWipe - OrderDirBreak: dirWiped}
			n.dirEvent(int64(o.a)*dirFates + fate[o.kind-OrderDirBreak])
		}
	}
}

// orderRate begins a time in which a kind of fault strikes, or ends it, when it comes again without a length.
func (n *node) orderRate(o *order) {
	rates := n.faults.rates()
	if o.a >= uint64(len(rates)) {
		return
	}
	before := *rates[o.a].oneIn
	*rates[o.a].oneIn = o.b
	if d := &n.faults.disk; d.SlowSyncNanos == 0 {
		d.SlowSyncNanos = uint64(160 * kafka.Millisecond)
	}
	n.setFaults(n.faults)
	if o.c > 0 {
		n.w.queue.push(event{at: n.w.now + int64(o.c), node: n.index, kind: kindOrder, index: int64(len(n.orders))})
		n.orders = append(n.orders, order{kind: OrderRate, a: o.a, b: before})
	}
}

// The logs that a failure can be ordered for.
const (
	// AnyLog is whatever is called next, MetadataLog the metadata log.
	AnyLog uint64 = iota
	MetadataLog
	// FirstLog is partition 0 of topic0; LogOf counts from there.
	FirstLog
)

// partitionsOfATopic is how many partitions of a topic LogOf counts.
const partitionsOfATopic = 64

// LogOf is the number of a partition, by the index of its topic.
func LogOf(topic, partition uint64) uint64 { return FirstLog + topic*partitionsOfATopic + partition }

// FailingCalls are the calls that a failure can be ordered of.
var FailingCalls = []string{"write", "sync", "read", "create", "rename", "remove", "truncate", "syncdir", "open", "mkdir"}

// RateNames are the kinds of faults that an order can have strike, in their order.
func RateNames() []string {
	var names []string
	for _, r := range (&faults{}).rates() {
		names = append(names, r.name)
	}
	return names
}

// RateOf is the number of a kind of fault, or -1.
func RateOf(name string) int { return slices.Index(RateNames(), name) }

func (n *node) orderFailure(o *order) {
	if o.a >= uint64(len(FailingCalls)) {
		return
	}
	err := disk.ErrIO
	if o.c == 1 {
		err = disk.ErrNoSpace
	}
	within := ""
	switch {
	case o.b == MetadataLog:
		within = metadataDir + "/"
	case o.b >= FirstLog:
		at := o.b - FirstLog
		within = "/topic" + strconv.FormatUint(at/partitionsOfATopic, 10) + "-" + strconv.FormatUint(at%partitionsOfATopic, 10) + "/"
	}
	calls := []string{FailingCalls[o.a]}
	if calls[0] == "write" {
		calls = append(calls, "writevec")
	}
	n.disk.FailOne(calls, within, err)
}
