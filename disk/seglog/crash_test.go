package seglog

import (
	"strconv"
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/sim/simdisk"

	"pgregory.net/rapid"
)

// rough is a world in which a crash decides everything by draws from a seed.
type rough struct {
	now   int64
	state uint64
}

func (w *rough) Now() int64 { return w.now }

func (w *rough) Draw(_ string, bound uint64) uint64 {
	w.state += 0x9e3779b97f4a7c15
	z := (w.state ^ w.state>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return (z ^ z>>31) % bound
}

// crashes is a log on a disk that loses power.
type crashes struct {
	*rig
	disk  *simdisk.Disk
	world *rough
	// written and flushed are the ends that completions named.
	written, flushed kafka.Offset
	// point is the recovery point of the checkpoint, a flushed end of some time ago.
	point kafka.Offset
	start kafka.Offset
	// gone says that the log is to be deleted.
	gone bool
	// recovered says that this life has opened the log.
	recovered bool
	// sent holds base+count@epoch of all that was ever sent, in this and earlier lives.
	sent map[string]bool
}

// turns runs the ops like a world does: completions count once the turn has ended. It tells
// whether the disk crashed on the way.
func (c *crashes) run(t failer, ops ...port.LogOp) (opened *port.Opened, crashed bool) {
	for i := range ops {
		ops[i].Log = testLog
	}
	for first := true; first || c.w.Pending(); first = false {
		c.disk.BeginTurn(c.world.now, 1000, 64<<20)
		done := c.w.Turn(ops, nil)
		end := c.disk.EndTurn()
		ops = nil
		if _, hit := c.disk.Armed(); hit {
			return nil, true
		}
		c.world.now = end
		for _, d := range done {
			if d.Fail != port.FailNone {
				t.Fatalf("operation %d failed without a fault: %v", d.Kind, d.Fail)
			}
			switch d.Kind {
			case port.OpOpen:
				opened = d.Opened
			case port.OpAppend:
				c.written = d.End
			case port.OpFlush:
				c.flushed = d.End
			case port.OpAdvanceStart:
				c.start = d.End
			}
		}
	}
	return opened, false
}

func (c *crashes) live(t *rapid.T) {
	spec := c.spec
	spec.RecoveryPoint, spec.LogStart = c.point, c.start
	c.restart()
	c.gen++
	c.epoch++
	opened, crashed := c.run(t, port.LogOp{Kind: port.OpOpen, Gen: c.gen, Open: &spec})
	if !crashed {
		c.opened(t, opened)
	}
	for range rapid.IntRange(0, 12).Draw(t, "operations") {
		if crashed {
			break
		}
		var op port.LogOp
		switch rapid.IntRange(0, 7).Draw(t, "operation") {
		case 0:
			op = c.flush()
		case 1:
			c.point = c.flushed
			continue
		case 2:
			to := kafka.Offset(rapid.IntRange(int(c.start), int(c.written)).Draw(t, "start"))
			op = port.LogOp{Kind: port.OpAdvanceStart, Gen: c.gen, Base: to}
		default:
			count := rapid.IntRange(1, 3).Draw(t, "records")
			c.sent[key(c.end, count, c.epoch)] = true
			op = c.opAppend(batchOf(count, 1, rapid.SampledFrom([]int{1, 300, 2000}).Draw(t, "bytes")))
			op.Roll = rapid.IntRange(0, 3).Draw(t, "roll") == 0
		}
		_, crashed = c.run(t, op)
	}
	c.crash(t, crashed)
}

func key(base kafka.Offset, count int, epoch kafka.LeaderEpoch) string {
	return strconv.Itoa(int(base)) + "+" + strconv.Itoa(count) + "@" + strconv.Itoa(int(epoch))
}

// crash ends the life: by a kill, or by a loss of power and with it of some of the page cache.
func (c *crashes) crash(t *rapid.T, armed bool) {
	at := c.world.now
	if armed {
		at, _ = c.disk.Armed()
	}
	lossy := rapid.Bool().Draw(t, "power loss")
	c.disk.Crash(at, lossy)
	c.world.now = at
	// A loss that was not yet recovered from stays one: the boot id is stored after that.
	c.spec.StopWasLossy = lossy || c.spec.StopWasLossy && !c.recovered
	c.recovered = false
	if lossy {
		c.written = c.flushed
	}
}

// opened checks what recovery found: all that was promised, and nothing that was not sent.
func (c *crashes) opened(t failer, o *port.Opened) {
	if o.End < c.written {
		t.Fatalf("recovered up to %d; %d was promised, lossy %v", o.End, c.written, c.spec.StopWasLossy)
	}
	if o.Start < c.start {
		t.Fatalf("recovered from %d, below the log start %d", o.Start, c.start)
	}
	at := o.Start
	for i, b := range c.readAll(o.Start, 1<<20) {
		base, err := strconv.Atoi(b[:strings.IndexByte(b, '+')])
		if err != nil || !c.sent[b] {
			t.Fatalf("batch %s was never sent", b)
		}
		count, err := strconv.Atoi(b[strings.IndexByte(b, '+')+1 : strings.IndexByte(b, '@')])
		if err != nil || i > 0 && kafka.Offset(base) != at {
			t.Fatalf("batch %s stands where offset %d is next", b, at)
		}
		at = kafka.Offset(base + count)
	}
	if at != o.End {
		t.Fatalf("the log ends at %d but can be read to %d", o.End, at)
	}
	c.recovered = true
	c.end, c.written, c.flushed = o.End, o.End, o.Flushed
	if c.flushed > c.written {
		t.Fatalf("flushed to %d, written to %d", c.flushed, c.written)
	}
}

func TestWhatWasPromisedSurvivesCrashes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		world := &rough{state: rapid.Uint64().Draw(t, "seed")}
		c := &crashes{world: world, sent: map[string]bool{}}
		c.disk = simdisk.New(world, "disk", simdisk.Faults{})
		c.rig = newRig(t, c.disk, func(r *rig) {
			r.limits.TurnBytes = 5000
			r.spec.IndexIntervalBytes = 200
		})
		world.now = c.disk.LastEnd()
		if err := c.disk.SyncDir("/"); err != nil {
			t.Fatal(err)
		}
		world.now = c.disk.LastEnd()
		for range rapid.IntRange(1, 5).Draw(t, "lives") {
			if n := rapid.IntRange(0, 40).Draw(t, "calls"); n > 0 {
				c.disk.CrashAfterCalls(uint64(n))
			}
			c.live(t)
		}
		c.disk.CrashAfterCalls(1 << 60)
		c.live(t)
	})
}
