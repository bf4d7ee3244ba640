package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"momus/sim"
)

// order adds something that is to happen.
func (p *parser) order(kind sim.OrderKind, at uint64, args ...uint64) {
	words := append([]uint64{uint64(kind), at}, args...)
	for i := range uint64(sim.OrderWords) {
		word := uint64(0)
		if i < uint64(len(words)) {
			word = words[i]
		}
		p.s.Set(sim.OrdersKey, p.orders*sim.OrderWords+i, word)
	}
	p.orders++
}

// plainOrders are those without an argument.
var plainOrders = map[string]sim.OrderKind{
	"kill": sim.OrderKill, "power loss": sim.OrderPower, "stop": sim.OrderStop,
	"rot bit": sim.OrderRotBit, "rot sector": sim.OrderRotSector,
}

// at is `at TIME: ORDER`.
func (p *parser) at(when, text string) error {
	at, err := duration(when)
	if err != nil {
		return err
	}
	if kind, ok := plainOrders[text]; ok {
		p.order(kind, at)
		return nil
	}
	if fate, ok := strings.CutPrefix(text, "member "); ok {
		return p.fate(at, fate)
	}
	fields := strings.Fields(text)
	last := ""
	if len(fields) > 0 {
		last = fields[len(fields)-1]
	}
	switch what := strings.Join(fields[:max(len(fields)-1, 0)], " "); what {
	case "kill in call", "power loss in call":
		n, err := number(last)
		kind := sim.OrderKillInCall
		if what != "kill in call" {
			kind = sim.OrderPowerInCall
		}
		p.order(kind, at, n)
		return err
	case "pause":
		nanos, err := duration(last)
		p.order(sim.OrderPause, at, nanos)
		return err
	case "clock":
		sign := int64(1)
		if rest, back := strings.CutPrefix(last, "-"); back {
			sign, last = -1, rest
		}
		nanos, err := duration(strings.TrimPrefix(last, "+"))
		p.order(sim.OrderClock, at, uint64(sign*int64(nanos/1_000_000)))
		return err
	case "directory breaks", "directory away", "directory wiped":
		n, err := number(last)
		kinds := map[string]sim.OrderKind{"breaks": sim.OrderDirBreak, "away": sim.OrderDirAway, "wiped": sim.OrderDirWipe}
		p.order(kinds[fields[1]], at, n)
		return err
	}
	if len(fields) == 5 && fields[0] == "fail" && fields[2] == "of" {
		return p.fail(at, fields[1], fields[3], fields[4])
	}
	return errors.New("it takes kill, power loss, either with `in call N`, stop, pause TIME, clock +TIME or -TIME, rot bit, rot sector, " +
		"directory breaks, away or wiped with its number, fail CALL of LOG with EIO or ENOSPC, member N with its fate and a time")
}

// fail is `fail CALL of LOG EIO`.
func (p *parser) fail(at uint64, call, log, why string) error {
	number := slices.Index(sim.FailingCalls, call)
	if number < 0 {
		return fmt.Errorf("%s: a call is %s", call, strings.Join(sim.FailingCalls, ", "))
	}
	target := sim.AnyLog
	name, partition, isTopic := strings.Cut(strings.TrimPrefix(log, "topic"), "-")
	switch {
	case log == "any":
	case log == "metadata":
		target = sim.MetadataLog
	case isTopic:
		t, err := strconv.ParseUint(name, 10, 8)
		n, err2 := strconv.ParseUint(partition, 10, 8)
		if err = errors.Join(err, err2); err != nil {
			return err
		}
		target = sim.LogOf(t, n)
	default:
		return fmt.Errorf("%s: a log is any, metadata, or as topic0-1", log)
	}
	full, known := map[string]uint64{"EIO": 0, "ENOSPC": 1}[why]
	if !known {
		return fmt.Errorf("%s: it fails with EIO or ENOSPC", why)
	}
	p.order(sim.OrderFail, at, uint64(number), target, full)
	return nil
}

// from is `from TIME to TIME: KIND one in N`.
func (p *parser) from(when, text string) error {
	begin, end, found := strings.Cut(when, " to ")
	from, err := duration(begin)
	if err != nil {
		return err
	}
	to, err := duration(end)
	if err != nil || !found || to <= from {
		return errors.New("it takes two times, the earlier first")
	}
	fields := strings.Fields(text)
	if len(fields) != 4 || fields[1] != "one" || fields[2] != "in" || sim.RateOf(fields[0]) < 0 {
		return errors.New("it takes KIND one in N; a kind is " + strings.Join(sim.RateNames(), ", "))
	}
	oneIn, err := number(fields[3])
	if err != nil || oneIn < 2 {
		return errors.New("one in 2 is the most often")
	}
	p.order(sim.OrderRate, from, uint64(sim.RateOf(fields[0])), oneIn, to-from)
	return nil
}

// outcomes are what a power loss may leave of a write, as package simdisk numbers it.
var outcomes = map[string]uint64{"all": 0, "nothing": 1, "a part": 2, "some sectors": 3, "garbage": 4, "the size": 5}

// disk is what the streams of the node's disk begin with: the disk's own names begin with the node's.
const disk = node + node + "disk/"

// leaves is what power losses leave of the writes that are not synced; `names lost` and `sizes lost` of the rest.
func (p *parser) leaves(text string) error {
	for part := range strings.SplitSeq(text, ", ") {
		switch part {
		case "names lost":
			p.s.Rest(disk+"crash/name", 0, 1)
			continue
		case "sizes lost":
			p.s.Rest(disk+"crash/size", 0, 1)
			continue
		}
		choice, ok := outcomes[strings.TrimSuffix(part, " of each write")]
		if !ok {
			return fmt.Errorf("%q: it takes all, nothing, a part, some sectors, garbage or the size, `of each write`; names lost, sizes lost", part)
		}
		p.s.Rest(disk+"crash/write", 0, choice)
	}
	return nil
}
