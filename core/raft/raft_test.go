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
	"momus/core/image"
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
	return Config{
		NodeID: 1, Voters: []kafka.NodeID{1}, SegmentBytes: 300, ReadBytes: 200,
		PartBytes: 120, RetentionBytes: 700, Retention: -1, CleanInterval: 60_000,
	}
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
	// images are those that some run had, by the offset that they reach.
	images map[kafka.Offset]string
	epoch  kafka.LeaderEpoch
	// taken, loaded, passed and trimmed count what was noted.
	taken, loaded, passed, trimmed int
}

// newRun begins a run.
func newRun(t *rapid.T, d *disk, h *history) *run {
	r := &run{t: t, d: d, m: New(), h: h, img: image.New()}
	r.m.Start(kafka.Now{Mono: 1}, d.facts(), one())
	r.check()
	return r
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

	img     image.Image
	picture *image.Picture
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
	for _, part := range r.m.Out.Loaded {
		r.load(part)
	}
	for _, n := range r.m.Out.Notes {
		switch n.Kind {
		case NoteSnapshotTaken:
			r.h.taken++
		case NoteSnapshotLoaded:
			r.h.loaded++
		case NoteSnapshotDamaged:
			r.h.passed++
		case NoteTrimmed:
			r.h.trimmed++
		}
	}
	_, committed := r.d.take(r.m)
	for _, c := range committed {
		r.deliver(c)
	}
}

// load takes a part of a snapshot, as a node does.
func (r *run) load(part msg.Loaded) {
	if part.First {
		r.img, r.next = image.New(), 0
	}
	for _, rec := range part.Records {
		r.img.Load(rec)
	}
	if part.Last && part.End > 0 {
		r.img.Advance(part.End-1, part.Epoch)
		r.next = part.End
		r.compare()
	}
}

// compare holds the image to those that any run had at the same offset.
func (r *run) compare() {
	r.img.Check()
	text := string(r.img.AppendText(nil))
	if was, known := r.h.images[r.img.Offset]; known && was != text {
		r.t.Fatalf("the image at %d was\n%s\nand is\n%s", r.img.Offset, was, text)
	}
	r.h.images[r.img.Offset] = text
}

func (r *run) deliver(c msg.Committed) {
	if c.Base != r.next || c.Last >= r.m.HighWatermark() {
		r.t.Fatalf("[%d, %d] was delivered where %d must follow, below %d", c.Base, c.Last, r.next, r.m.HighWatermark())
	}
	r.next = c.Last + 1
	delta := image.Delta{Picture: r.picture}
	for i, rec := range c.Records {
		r.img.Apply(&delta, c.Base+kafka.Offset(i), rec)
	}
	r.img.Advance(c.Last, c.Epoch)
	r.compare()
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
	switch rapid.IntRange(0, 6).Draw(r.t, "step") {
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
	case 5:
		if r.m.MaySnapshot() && r.picture == nil && r.img.Offset+1 > r.newest() {
			r.m.BeginSnapshot()
			r.picture = r.img.Freeze()
		}
		if r.m.WantsRecords() && r.m.WriteSnapshot(now, func() (record.Metadata, bool) { return r.picture.Next(&r.img) }) {
			r.picture = nil
		}
	case 6:
		now.Mono = kafka.Mono(kafka.Second) * kafka.Mono(100*r.made)
		r.m.Deadline(now)
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

// newest is where the newest snapshot ends.
func (r *run) newest() kafka.Offset {
	if n := len(r.m.snapshots); n > 0 {
		return r.m.snapshots[n-1].ID.End
	}
	return 0
}

func TestCommittedIsNeverLostAndEpochsRiseOverRestarts(t *testing.T) {
	var all history
	rapid.Check(t, func(t *rapid.T) {
		d, h := &disk{}, &history{committed: map[kafka.Offset]string{}, images: map[kafka.Offset]string{}}
		for range rapid.IntRange(1, 5).Draw(t, "runs") {
			r := newRun(t, d, h)
			for range rapid.IntRange(0, 120).Draw(t, "steps") {
				r.step()
			}
			r.survives()
			d.crash(rapid.IntRange(0, len(d.batches)).Draw(t, "kept"))
			if rapid.IntRange(0, 3).Draw(t, "rot") == 0 {
				d.damage(rapid.IntRange(0, 9999).Draw(t, "where"))
			}
		}
		r := newRun(t, d, h)
		for i := 0; !r.m.active; i++ {
			if i > 1000 {
				t.Fatal("never active, with every completion given")
			}
			r.finish()
		}
		r.survives()
		all.taken, all.loaded, all.passed, all.trimmed = all.taken+h.taken, all.loaded+h.loaded, all.passed+h.passed, all.trimmed+h.trimmed
	})
	if all.taken == 0 || all.loaded == 0 || all.passed == 0 || all.trimmed == 0 {
		t.Errorf("snapshots: %d taken, %d loaded, %d passed over, the log trimmed %d times: nothing was shown of some",
			all.taken, all.loaded, all.passed, all.trimmed)
	}
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
	if all, _, err := decode(append(bytes.Clone(good), controlBatch(2, 2, 6, &record.LeaderChangeMessage{LeaderID: 1})...), 0); err != nil ||
		len(all) != 2 || len(all[0].Records) != 2 || all[1].Last != 2 || all[1].Records != nil {
		t.Fatalf("%v, %v", all, err)
	}
	if _, _, err := decode(good, 1); err == nil {
		t.Error("a batch at the wrong place is taken")
	}
	rapid.Check(t, func(t *rapid.T) {
		bad := bytes.Clone(good)
		at := rapid.IntRange(16, len(bad)-1).Draw(t, "at")
		bad[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		if _, _, err := decode(bad, 0); err == nil {
			t.Fatalf("a flipped byte at %d goes unnoticed", at)
		}
	})
	unknown := record.NewBuilder(0, 1)
	unknown.Add(0, nil, []byte{1, 99, 0})
	if _, _, err := decode(unknown.Append(nil), 0); err == nil {
		t.Error("a record of an unknown type is passed over")
	}
}
