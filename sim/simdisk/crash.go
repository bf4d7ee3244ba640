package simdisk

import (
	"bytes"
	"fmt"
	"slices"
)

// Outcome is what a crash makes of one effect.
type Outcome uint8

// The outcomes. Names and sizes know Kept and Lost only.
const (
	// Kept leaves the effect whole: the benign one.
	Kept Outcome = iota
	// Lost leaves what was there before.
	Lost
	// Prefix leaves the first Arg bytes of a write.
	Prefix
	// Sectors loses those 512-byte sectors of a write whose bit is set in Arg.
	Sectors
	// Garbage leaves noise, made from Arg, in the write's whole range.
	Garbage
	// SizeOnly leaves zeros where the write made the file longer, and nothing else.
	SizeOnly
	outcomes
)

// Choice is an outcome with its detail.
type Choice struct {
	Outcome Outcome
	Arg     uint64
}

// Effect describes an effect of which a crash can choose the outcome.
type Effect struct {
	Call string
	Path string
	// Off and Len are a write's range; of a change of size, Off is the new size.
	Off, Len int64
	// Write says that every outcome is possible, otherwise Kept and Lost only.
	Write bool
	// UnderWay says that the crash comes in the middle of the call.
	UnderWay bool
}

// crashKeys are the names of the streams that a crash draws from.
type crashKeys struct{ inside, tear, write, arg, name, size string }

func crashKeysOf(name string) crashKeys {
	at := name + "/crash/"
	return crashKeys{at + "inside", at + "tear", at + "write", at + "arg", at + "name", at + "size"}
}

// sector is the unit in which a drive writes whole.
const sector = 512

// argBound bounds the draw of masks and seeds.
const argBound = 1 << 63

// Crash ends the node's process at a point of virtual time that is not before Now; with powerLoss
// the machine's page cache goes with it. What it leaves is drawn.
func (d *Disk) Crash(at int64, powerLoss bool) {
	d.crashBy(at, powerLoss, func(e Effect) Choice { return d.draw(e, powerLoss) })
}

// Pending lists the effects of which a crash at that time could choose the outcome, in order.
func (d *Disk) Pending(at int64, powerLoss bool) []Effect {
	var list []Effect
	sure := d.sureNames(at)
	for i, e := range d.names {
		if open(e.span, sure[i], at, powerLoss) {
			list = append(list, e.describe(at))
		}
	}
	for _, n := range d.dirty {
		for i := range n.pending {
			if e := &n.pending[i]; open(e.span, e.durable(at), at, powerLoss) {
				list = append(list, e.describe(n, at))
			}
		}
	}
	return list
}

// CrashWith is Crash with one choice for each effect that Pending lists.
func (d *Disk) CrashWith(at int64, powerLoss bool, choices []Choice) {
	if want := len(d.Pending(at, powerLoss)); len(choices) != want {
		panic(fmt.Sprintf("BUG: a crash with %d choices for %d effects", len(choices), want))
	}
	d.crashBy(at, powerLoss, func(Effect) Choice {
		c := choices[0]
		choices = choices[1:]
		return c
	})
}

// open says whether the crash has a choice: the call was under way, or its effect in memory only.
func open(s span, durable bool, at int64, powerLoss bool) bool {
	return s.start < at && (s.end > at || powerLoss && !durable)
}

func (e *nameEffect) describe(at int64) Effect {
	return Effect{Call: e.call.String(), Path: e.node.label, UnderWay: e.end > at}
}

func (e *fileEffect) describe(n *inode, at int64) Effect {
	if e.size {
		return Effect{Call: opTruncate.String(), Path: n.label, Off: e.off, UnderWay: e.end > at}
	}
	return Effect{Call: opWrite.String(), Path: n.label, Off: e.off, Len: int64(len(e.data)), Write: true, UnderWay: e.end > at}
}

// sizeOutcomes are the outcomes that a file's size is drawn from: Kept, or one of many times Lost.
const sizeOutcomes = 4

// draw chooses an outcome. A call that only the process's death cut short leaves a prefix.
func (d *Disk) draw(e Effect, powerLoss bool) Choice {
	k := &d.crash
	switch {
	case !e.Write && e.Call == opTruncate.String():
		if d.env.Draw(k.size, sizeOutcomes) > 0 { // mostly: files are cut so seldom
			return Choice{Outcome: Lost}
		}
		return Choice{}
	case !e.Write:
		return Choice{Outcome: Outcome(d.env.Draw(k.name, 2))}
	case !powerLoss:
		return Choice{Prefix, uint64(e.Len) - d.env.Draw(k.tear, uint64(e.Len)+1)}
	}
	c := Choice{Outcome: Outcome(d.env.Draw(k.write, uint64(outcomes)))}
	switch c.Outcome {
	case Prefix:
		c.Arg = uint64(e.Len) - d.env.Draw(k.tear, uint64(e.Len)+1)
	case Sectors, Garbage:
		c.Arg = d.env.Draw(k.arg, argBound)
	}
	return c
}

// crashBy is the crash itself.
func (d *Disk) crashBy(at int64, powerLoss bool, choose func(Effect) Choice) {
	if d.turn.running {
		panic("BUG: a crash inside a disk turn; turns run whole")
	}
	if at < d.env.Now() {
		panic("BUG: a crash in the past")
	}
	before := d.bites
	d.crashNames(at, powerLoss, choose)
	for _, n := range d.dirty {
		bites := d.bites
		d.crashFile(n, at, powerLoss, choose)
		if n.links == 0 { // nobody can tell
			d.bites, n.pending = bites, nil
		}
	}
	d.dirty = slices.DeleteFunc(d.dirty, func(n *inode) bool {
		n.listed = len(n.pending) > 0
		return !n.listed
	})
	d.life++
	clear(d.locks)
	d.armed, d.forced = trap{}, nil
	if !powerLoss {
		d.bites.ProcessCrashes++
		return
	}
	if before.UndoneCalls = d.bites.UndoneCalls; d.bites != before {
		d.bites.LossyPowerLosses++
	}
	d.bites.PowerLosses++
	d.boots++
}

// sureNames says of each pending name whether it is surely durable: by its own directories, or
// because a later durable effect on the same name builds on it.
func (d *Disk) sureNames(at int64) []bool {
	sure := make([]bool, len(d.names))
	for i, e := range slices.Backward(d.names) {
		sure[i] = e.durable(at)
		for later := i + 1; later < len(d.names) && !sure[i]; later++ {
			sure[i] = sure[later] && e.touches(d.names[later])
		}
	}
	return sure
}

// crashNames rolls the names back to what is durable and then forward, without what was lost and
// what builds on it.
func (d *Disk) crashNames(at int64, powerLoss bool, choose func(Effect) Choice) {
	sure := d.sureNames(at)
	for _, e := range slices.Backward(d.names) {
		e.undo()
		e.refer(-1)
	}
	var kept, lost []*nameEffect
	for i, e := range d.names {
		undone := e.start >= at
		gone := undone
		if open(e.span, sure[i], at, powerLoss) {
			gone = choose(e.describe(at)).Outcome != Kept
		}
		gone = gone || slices.ContainsFunc(lost, e.touches)
		switch {
		case gone:
			lost = append(lost, e)
			if undone || !powerLoss {
				d.bites.UndoneCalls++
			} else {
				d.bites.LostEntries++
			}
			continue
		case !powerLoss:
			kept = append(kept, e)
		}
		e.apply()
		e.end = min(e.end, at)
		e.fromAt, e.toAt = endedBy(e.fromAt, at), endedBy(e.toAt, at)
	}
	for _, e := range kept {
		e.refer(1)
	}
	d.names = kept
}

// endedBy forgets a sync that the crash overtook.
func endedBy(end, at int64) int64 {
	if end > at {
		return 0
	}
	return end
}

// crashFile does the same to one file's contents.
func (d *Disk) crashFile(n *inode, at int64, powerLoss bool, choose func(Effect) Choice) {
	for i := range slices.Backward(n.pending) {
		n.pending[i].undo(n)
	}
	kept := n.pending[:0]
	for i := range n.pending {
		e := n.pending[i]
		switch {
		case e.start >= at:
			d.bites.UndoneCalls++
			continue
		case open(e.span, e.durable(at), at, powerLoss):
			if !d.crashEffect(n, &e, choose(e.describe(n, at)), at, powerLoss) {
				continue
			}
		default:
			e.apply(n)
		}
		e.durableAt = endedBy(e.durableAt, at)
		e.claimedAt = endedBy(e.claimedAt, at)
		e.end = min(e.end, at)
		kept = append(kept, e)
	}
	clear(n.pending[len(kept):])
	n.pending = kept
	if powerLoss {
		n.pending = nil
	}
}

// crashEffect applies one effect as chosen and counts what that changed; it says whether anything
// of the effect is left.
func (d *Disk) crashEffect(n *inode, e *fileEffect, c Choice, at int64, powerLoss bool) bool {
	if e.size {
		if c.Outcome == Kept {
			e.apply(n)
			return true
		}
		if powerLoss {
			d.bites.LostSizes++
		} else {
			d.bites.UndoneCalls++
		}
		return false
	}
	meant := e.data
	left := e.shape(n, c)
	if left {
		e.apply(n)
	}
	if end := e.off + int64(len(meant)); end <= int64(len(n.data)) && bytes.Equal(n.data[e.off:end], meant) {
		return left
	}
	if e.claimedAt != 0 && e.claimedAt <= at {
		d.bites.LostSyncs++
	}
	switch {
	case e.end > at && !powerLoss:
		d.bites.TornWrites++
	case c.Outcome == Lost:
		d.bites.LostWrites++
	case c.Outcome == Garbage:
		d.bites.Garbage++
	default:
		d.bites.PartWrites++
	}
	return left
}

// shape cuts a write down to what the choice leaves of it; false if that is nothing.
func (e *fileEffect) shape(n *inode, c Choice) bool {
	switch c.Outcome {
	case Lost:
		return false
	case Prefix:
		e.data = e.data[:min(c.Arg, uint64(len(e.data)))]
		return len(e.data) > 0
	case Sectors, SizeOnly:
		e.data = slices.Clone(e.data)
		for from, i := 0, 0; from < len(e.data); i++ {
			to := min(len(e.data), from+sector-int((e.off+int64(from))%sector))
			if c.Outcome == SizeOnly || sectorLost(c.Arg, i) {
				clear(e.data[from:to])
				if at := e.off + int64(from); at < int64(len(n.data)) {
					copy(e.data[from:to], n.data[at:])
				}
			}
			from = to
		}
	case Garbage:
		noise := make([]byte, len(e.data))
		for i, seed := 0, c.Arg; i < len(noise); i++ {
			if i%8 == 0 {
				seed = mix(seed)
			}
			noise[i] = byte(seed >> (i % 8 * 8))
		}
		e.data = noise
	}
	return true
}

// sectorLost reads the bit of a sector; the bits beyond the first 64 are derived.
func sectorLost(mask uint64, i int) bool {
	for ; i >= 64; i -= 64 {
		mask = mix(mask)
	}
	return mask>>i&1 == 1
}

// mix is the finaliser of splitmix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
