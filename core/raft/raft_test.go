package raft

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"momus/core/canon"
	"momus/core/canon/canontest"
	"momus/core/goldentest"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"

	"pgregory.net/rapid"
)

func TestEncodingRoundTrips(t *testing.T) {
	canontest.RoundTrip(t, []canontest.Value{new(Raft)}, canontest.Union(record.CanonMetadataMembers()))
}

func one() Config {
	return Config{NodeID: 1, Voters: []kafka.NodeID{1}, SegmentBytes: 300, ReadBytes: 200}
}

var golden = kafka.Now{Mono: 1, Wall: 1_700_000_000_000}

// failure reads fail=io of a command.
func failure(c goldentest.Command) port.Failure {
	if c.Args["fail"] != "" {
		return port.FailIO
	}
	return port.FailNone
}

func TestGolden(t *testing.T) {
	goldentest.Run(t, func(t *testing.T) func(c goldentest.Command) string {
		d, m := &disk{}, New()
		return func(c goldentest.Command) string {
			extra := ""
			switch c.Name {
			case "start":
				m = New()
				cfg := one()
				if v := c.Args["voters"]; v != "" {
					cfg.Voters = nil
					for s := range strings.SplitSeq(v, ",") {
						n, err := strconv.Atoi(s)
						if err != nil {
							t.Fatal(err)
						}
						cfg.Voters = append(cfg.Voters, kafka.NodeID(n))
					}
				}
				m.Start(golden, d.facts(), cfg)
			case "crash":
				d.crash(len(c.Args["kill"]) * len(d.batches))
				m = New()
			case "op":
				m.LogDone(golden, d.runOp(failure(c)))
			case "stale-op":
				done := d.runOp(port.FailNone)
				done.Gen, done.Fail = done.Gen-1, port.FailIO
				m.LogDone(golden, done)
			case "save":
				m.Saved(golden, d.runSave(failure(c)))
			case "read":
				m.ReadDone(golden, d.runRead(failure(c)))
			case "append":
				base, ok := m.Append(golden, features(c.Words...))
				extra = fmt.Sprintf("appended at %d: %v\n", base, ok)
			case "stop":
				m.Stop(golden)
			case "state":
				return fmt.Sprintf("%s epoch %d, high watermark %d, end %d\n", m.Role(), m.Epoch(), m.HighWatermark(), m.End())
			default:
				t.Fatalf("unknown command %s", c.Name)
			}
			m.Check()
			text, _ := d.take(m)
			return extra + text
		}
	})
}

func features(names ...string) (recs []record.Metadata) {
	for _, name := range names {
		recs = append(recs, &record.FeatureLevelRecord{Name: name, FeatureLevel: 1})
	}
	return recs
}

// history is what all runs together promised.
type history struct {
	committed map[kafka.Offset]string
	epoch     kafka.LeaderEpoch
}

// run is one run of the process over a disk.
type run struct {
	t    *rapid.T
	d    *disk
	m    *Raft
	h    *history
	next kafka.Offset
	hw   kafka.Offset
	made int
}

// check drains the outbox and holds it to what was ever promised.
func (r *run) check() {
	r.m.Check()
	for _, role := range r.m.Out.Roles {
		if role.Leader == 1 && !role.Active {
			if role.Epoch <= r.h.epoch {
				r.t.Fatalf("epoch %d is led again after %d", role.Epoch, r.h.epoch)
			}
			r.h.epoch = role.Epoch
		}
	}
	if r.m.Out.Fatal != "" {
		r.t.Fatalf("without a fault: %s", r.m.Out.Fatal)
	}
	if r.m.HighWatermark() < r.hw {
		r.t.Fatalf("the high watermark fell from %d to %d", r.hw, r.m.HighWatermark())
	}
	r.hw = r.m.HighWatermark()
	_, committed := r.d.take(r.m)
	for _, c := range committed {
		r.deliver(c)
	}
}

func (r *run) deliver(c msg.Committed) {
	if c.Base != r.next || c.Last >= r.m.HighWatermark() {
		r.t.Fatalf("[%d, %d] was delivered where %d must follow, below %d", c.Base, c.Last, r.next, r.m.HighWatermark())
	}
	r.next = c.Last + 1
	text := string(c.AppendText(nil))
	if was, ok := r.h.committed[c.Base]; ok && was != text {
		r.t.Fatalf("committed as %s, later read as %s", was, text)
	}
	r.h.committed[c.Base] = text
}

// survives checks that a run which got active has delivered all that was ever committed.
func (r *run) survives() {
	for base, text := range r.h.committed {
		if r.m.active && base >= r.next {
			r.t.Fatalf("lost: %s", text)
		}
	}
}

func (r *run) step() {
	r.made++
	now := kafka.Now{Mono: kafka.Mono(r.made), Wall: kafka.Wall(1000 - r.made)}
	switch rapid.IntRange(0, 4).Draw(r.t, "step") {
	case 0:
		if len(r.d.ops) > 0 {
			r.m.LogDone(now, r.d.runOp(port.FailNone))
		}
	case 1:
		if len(r.d.saves) > 0 {
			r.m.Saved(now, r.d.runSave(port.FailNone))
		}
	case 2:
		if len(r.d.reads) > 0 {
			r.m.ReadDone(now, r.d.runRead(port.FailNone))
		}
	case 3:
		n := rapid.IntRange(1, 3).Draw(r.t, "records")
		end := r.m.End()
		base, ok := r.m.Append(now, features([]string{"a", "b", "c"}[:n]...))
		if ok != r.m.active || ok && (base != end || r.m.End() != end+kafka.Offset(n)) {
			r.t.Fatalf("appended %d records at %d: %v", n, base, ok)
		}
	case 4:
		// A state that is saved and loaded goes on as if nothing had been.
		loaded := New()
		reader := canon.NewReader(r.m.AppendCanon(nil))
		loaded.ReadCanon(reader)
		if reader.End() != nil || !bytes.Equal(loaded.AppendCanon(nil), r.m.AppendCanon(nil)) {
			r.t.Fatal("the state does not survive its encoding")
		}
		r.m = loaded
	}
	r.check()
}

func TestCommittedIsNeverLostAndEpochsRiseOverRestarts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, h := &disk{}, &history{committed: map[kafka.Offset]string{}}
		for range rapid.IntRange(1, 5).Draw(t, "runs") {
			r := &run{t: t, d: d, m: New(), h: h}
			r.m.Start(kafka.Now{Mono: 1}, d.facts(), one())
			r.check()
			for range rapid.IntRange(0, 60).Draw(t, "steps") {
				r.step()
			}
			r.survives()
			d.crash(rapid.IntRange(0, len(d.batches)).Draw(t, "kept"))
		}
		r := &run{t: t, d: d, m: New(), h: h}
		r.m.Start(kafka.Now{Mono: 1}, d.facts(), one())
		r.check()
		for i := 0; !r.m.active; i++ {
			if i > 1000 {
				t.Fatal("never active, with every completion given")
			}
			r.finish()
		}
		r.survives()
	})
}

// finish gives one completion of each kind.
func (r *run) finish() {
	now := kafka.Now{Mono: 2}
	if len(r.d.ops) > 0 {
		r.m.LogDone(now, r.d.runOp(port.FailNone))
		r.check()
	}
	if len(r.d.saves) > 0 {
		r.m.Saved(now, r.d.runSave(port.FailNone))
		r.check()
	}
	if len(r.d.reads) > 0 {
		r.m.ReadDone(now, r.d.runRead(port.FailNone))
		r.check()
	}
}

func TestHighWatermarkIsTheMajoritysFlushedEnd(t *testing.T) {
	for _, c := range []struct {
		ends []kafka.Offset
		want kafka.Offset
	}{
		{[]kafka.Offset{7}, 7}, {[]kafka.Offset{7, 3}, 3}, {[]kafka.Offset{9, 3, 5}, 5}, {[]kafka.Offset{9, 3, 5, 1}, 3}, {[]kafka.Offset{9, 9, 5, 1, 1}, 5},
	} {
		m := New()
		for i, end := range c.ends {
			m.voters = append(m.voters, voter{kafka.NodeID(i), end})
		}
		if got := m.majorityEnd(); got != c.want {
			t.Errorf("%v: %d, want %d", c.ends, got, c.want)
		}
	}
}

func TestDamagedLogIsNotUnderstood(t *testing.T) {
	good := dataBatch(0, 1, 5, features("a", "b"))
	if all, err := decode(append(bytes.Clone(good), controlBatch(2, 2, 6, &record.LeaderChangeMessage{LeaderID: 1})...), 0); err != nil ||
		len(all) != 2 || len(all[0].Records) != 2 || all[1].Last != 2 || all[1].Records != nil {
		t.Fatalf("%v, %v", all, err)
	}
	if _, err := decode(good, 1); err == nil {
		t.Error("a batch at the wrong place is taken")
	}
	rapid.Check(t, func(t *rapid.T) {
		bad := bytes.Clone(good)
		at := rapid.IntRange(16, len(bad)-1).Draw(t, "at")
		bad[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		if _, err := decode(bad, 0); err == nil {
			t.Fatalf("a flipped byte at %d goes unnoticed", at)
		}
	})
	unknown := record.NewBuilder(0, 1)
	unknown.Add(0, nil, []byte{1, 99, 0})
	if _, err := decode(unknown.Append(nil), 0); err == nil {
		t.Error("a record of an unknown type is passed over")
	}
}
