package replica

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"momus/core/config"
	"momus/core/fold"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

var rewrite = flag.Bool("rewrite", false, "write golden files anew")

// TestGolden runs the scripts in testdata: a command, a line of dashes, what the replica put out.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			sc := newScript()
			for block := range strings.SplitSeq(strings.TrimSpace(string(want)), "\n\n") {
				commands, _, _ := strings.Cut(block, "\n----")
				if got.Len() > 0 {
					got.WriteString("\n\n")
				}
				got.WriteString(commands + "\n----")
				for line := range strings.Lines(commands) {
					if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
						got.WriteString(sc.run(line))
					}
				}
			}
			got.WriteByte('\n')
			if *rewrite {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got.String() != string(want) {
				t.Errorf("%s differs; got:\n%s", file, got.String())
			}
		})
	}
}

// script interprets commands against one replica.
type script struct {
	r   *Replica
	now kafka.Now
	cfg config.Topic
}

var testLog = kafka.TopicPartition{Topic: kafka.TopicID{1}, Partition: 0}

func testConfig() config.Topic {
	return config.Topic{
		SegmentBytes: 1 << 20, SegmentIndexBytes: 1 << 20, IndexIntervalBytes: 4096, MessageBytesMax: 1 << 16,
		MinInsyncReplicas: 1, FlushMessages: never, FlushInterval: never, SegmentAge: never,
		RetentionBytes: -1, Retention: -1, FileDeleteDelay: 60_000,
	}
}

func testOptions() Options {
	return Options{Topic: "t", Self: 1, AppendQueueBytes: 1000, ProducerIDExpiration: 1000}
}

func newScript() *script {
	cfg := testConfig()
	return &script{r: New(testLog, testOptions(), cfg), now: kafka.Now{Mono: 1, Wall: 1000}, cfg: cfg}
}

// args are the key=value words of a command.
type args map[string]string

func parse(line string) (string, args) {
	words := strings.Fields(line)
	a := args{}
	for _, w := range words[1:] {
		k, v, _ := strings.Cut(w, "=")
		a[k] = v
	}
	return words[0], a
}

func (a args) int(key string, otherwise int64) int64 {
	v, ok := a[key]
	if !ok {
		return otherwise
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

func (a args) nodes(key string) []kafka.NodeID {
	var list []kafka.NodeID
	for v := range strings.SplitSeq(a[key], ",") {
		n, err := strconv.Atoi(v)
		if err != nil {
			panic(err)
		}
		list = append(list, kafka.NodeID(n))
	}
	return list
}

var failures = map[string]port.Failure{"io": port.FailIO, "no-space": port.FailNoSpace, "missing": port.FailMissing,
	"corrupt": port.FailCorrupt, "fenced": port.FailFenced}

func (s *script) run(line string) string {
	command, a := parse(line)
	r := s.r
	switch command {
	case "open":
		r.Open(s.now, port.OpenSpec{Topic: "t", Create: true, IndexIntervalBytes: s.cfg.IndexIntervalBytes, LogStart: kafka.Offset(a.int("saved", 0)), Clean: kafka.Offset(a.int("clean", -1))}, -1)
	case "opened":
		o := &port.Opened{
			Start: kafka.Offset(a.int("start", 0)), End: kafka.Offset(a.int("end", 0)),
			Flushed: kafka.Offset(a.int("flushed", a.int("end", 0))), CutBytes: a.int("cut", 0), Fold: fold.State{},
			Segments: []port.SegmentInfo{{Base: kafka.Offset(a.int("start", 0)), Size: a.int("size", 0)}},
		}
		if _, ok := a["epoch"]; ok {
			o.Epochs = []port.EpochStart{{Epoch: kafka.LeaderEpoch(a.int("epoch", 0)), Start: o.Start}}
		}
		r.LogDone(s.now, &port.LogDone{Kind: port.OpOpen, Log: testLog, Gen: port.Generation(a.int("gen", int64(r.gen))), Opened: o})
	case "lead":
		r.BecomeLeader(s.now, Leadership{
			Epoch: kafka.LeaderEpoch(a.int("epoch", 0)), ISR: a.nodes("isr"), Replicas: int32(a.int("replicas", 1)),
		})
	case "resign":
		r.Resign(s.now, kafka.LeaderEpoch(a.int("epoch", 0)))
	case "configure":
		s.cfg.FlushMessages = a.int("flush", s.cfg.FlushMessages)
		s.cfg.FlushInterval = kafka.Millis(a.int("flush-ms", int64(s.cfg.FlushInterval)))
		s.cfg.SegmentBytes = int32(a.int("segment", int64(s.cfg.SegmentBytes)))
		s.cfg.SegmentAge = kafka.Millis(a.int("segment-ms", int64(s.cfg.SegmentAge)))
		s.cfg.RetentionBytes = a.int("retention-bytes", s.cfg.RetentionBytes)
		s.cfg.Retention = kafka.Millis(a.int("retention-ms", int64(s.cfg.Retention)))
		if v, ok := a["delete"]; ok {
			s.cfg.Delete = v == "1"
		}
		if v, ok := a["compact"]; ok {
			s.cfg.Compact = v == "1"
		}
		s.cfg.MinCompactionLag = kafka.Millis(a.int("min-lag", int64(s.cfg.MinCompactionLag)))
		s.cfg.MaxCompactionLag = kafka.Millis(a.int("max-lag", int64(s.cfg.MaxCompactionLag)))
		s.cfg.MinCleanableRatio = a.int("ratio", s.cfg.MinCleanableRatio)
		s.cfg.SegmentIndexBytes = int32(a.int("index", int64(s.cfg.SegmentIndexBytes)))
		s.cfg.MinInsyncReplicas = int32(a.int("min-isr", int64(s.cfg.MinInsyncReplicas)))
		r.Configure(s.now, s.cfg)
	case "produce":
		r.Produce(s.now, produceOf(a))
	case "done":
		kinds := map[string]port.LogOpKind{"append": port.OpAppend, "flush": port.OpFlush, "close": port.OpClose, "delete": port.OpDelete,
			"start": port.OpAdvanceStart, "purge": port.OpPurge}
		for name, kind := range kinds {
			if end, ok := a[name]; ok {
				r.LogDone(s.now, &port.LogDone{
					Kind: kind, Log: testLog, Gen: port.Generation(a.int("gen", int64(r.gen))),
					End: kafka.Offset(args{"end": end}.int("end", 0)), Fail: failures[a["fail"]],
				})
			}
		}
	case "close":
		r.Close(s.now)
	case "delete":
		r.Delete(s.now)
	case "wait":
		s.now.Mono = s.now.Mono.Add(kafka.Millis(a.int("ms", 0)).Nanos())
		s.now.Wall += kafka.Wall(a.int("ms", 0))
		r.Deadline(s.now)
	case "fetch":
		st := r.FetchState(msg.FetchQuery{
			Log: testLog, Offset: kafka.Offset(a.int("offset", 0)), CurrentEpoch: kafka.LeaderEpoch(a.int("epoch", -1)),
			LastFetchedEpoch: kafka.LeaderEpoch(a.int("last", -1)),
		})
		return fmt.Sprintf("\n%v high=%d upto=%d diverging=%v %d %d", st.Err, st.HighWatermark, st.Upto,
			st.HasDiverging, st.DivergingEpoch, st.DivergingEnd)
	case "dirt":
		d, wanted := r.Dirt(s.now)
		return fmt.Sprintf("\nfrom=%d upto=%d clean=%d dirty=%d due=%v wanted=%v", d.From, d.Upto, d.Clean, d.Dirty, d.Due, wanted)
	case "compact":
		d, _ := r.Dirt(s.now)
		r.Compact(s.now, d, port.CleanSpec{}, a.int("rate", math.MaxInt64))
	case "built", "replaced", "stopped":
		c := &port.Cleaned{
			Base: kafka.Offset(a.int("base", 0)), End: kafka.Offset(a.int("end", 0)), More: a["more"] != "0", Reached: kafka.Offset(a.int("reached", 0)),
			BytesRead: a.int("read", 0), Records: 10, Kept: 4, Keys: 3,
			Segment: port.SegmentInfo{Base: kafka.Offset(a.int("base", 0)), Size: a.int("size", 0), MaxTimestamp: kafka.Wall(a.int("top", -1))},
		}
		kinds := map[string]port.LogOpKind{"built": port.OpClean, "replaced": port.OpReplace, "stopped": port.OpStopClean}
		r.LogDone(s.now, &port.LogDone{Kind: kinds[command], Log: testLog, Gen: r.gen, Fail: failures[a["fail"]], Cleaned: c})
	case "point":
		r.PointSaved(kafka.Offset(a.int("saved", 0)), kafka.Offset(a.int("clean", 0)))
	case "move":
		r.MoveTo(kafka.DirID{byte(a.int("to", 1))}, &msg.MoveLog{})
	case "segments":
		text := ""
		for i := range r.sealed {
			text += fmt.Sprintf("\n%d size=%d top=%d", r.sealed[i].base, r.sealed[i].size, r.sealed[i].top)
		}
		return text + fmt.Sprintf("\n%d active, compacted up to %d", r.active.base, r.compacted)
	case "retain":
		r.Retain(s.now)
	case "trim":
		r.DeleteRecords(&msg.DeleteRecords{Op: msg.Op(a.int("op", 0)), Log: testLog, Offset: kafka.Offset(a.int("offset", 0))})
	case "saved":
		r.StartSaved(kafka.Offset(a.int("start", 0)))
	case "checkpoint":
		c, _ := r.Checkpoint()
		return fmt.Sprintf("\ncheckpoint start=%d high=%d", c.LogStart, c.HighWatermark)
	case "room":
		return fmt.Sprintf("\n%v", r.AppendRoom())
	default:
		panic("unknown command " + command)
	}
	r.Check()
	return drain(r)
}

func produceOf(a args) *msg.Produce {
	n := int32(a.int("n", 1))
	return &msg.Produce{
		Op: msg.Op(a.int("op", 0)), Log: testLog, Acks: int16(a.int("acks", -1)), Internal: a["internal"] != "",
		Head: record.Header{
			Size: int32(a.int("size", 100)), LastOffsetDelta: n - 1, Count: n, MaxTimestamp: kafka.Wall(a.int("time", 1000)),
			Attributes: record.Attributes(a.int("attributes", 0)), BaseOffset: kafka.Offset(a.int("base", 0)),
			ProducerID: kafka.ProducerID(a.int("pid", -1)), ProducerEpoch: kafka.ProducerEpoch(a.int("pepoch", min(a.int("pid", -1), 0))),
			BaseSequence: kafka.Sequence(a.int("seq", -1)),
		},
		Span: port.PhantomSpan(int(a.int("size", 100))),
	}
}

// drain prints and empties the replica's Out.
func drain(r *Replica) string {
	var b strings.Builder
	for i := range r.out().Ops {
		op := &r.out().Ops[i]
		fmt.Fprintf(&b, "\nop %s gen=%d base=%d end=%d", op.Kind, op.Gen, op.Base, op.End)
		if op.Roll {
			b.WriteString(" roll")
		}
		if c := op.Clean; c != nil {
			fmt.Fprintf(&b, " from=%d upto=%d now=%d producers=%v", c.From, c.Upto, c.Now, c.Producers)
		}
	}
	for i := range r.out().Produced {
		p := &r.out().Produced[i]
		fmt.Fprintf(&b, "\nproduced op=%d %v base=%d", p.Op, p.Err, p.Base)
		if p.Err != kafka.None && p.LogStart != kafka.NoOffset {
			fmt.Fprintf(&b, " start=%d", p.LogStart)
		}
	}
	for _, a := range r.out().Advanced {
		fmt.Fprintf(&b, "\nadvanced high=%d bytes=%d", a.HighWatermark, a.CommittedBytes)
		if a.Changed {
			b.WriteString(" changed")
		}
	}
	for _, d := range r.out().Trimmed {
		fmt.Fprintf(&b, "\ntrimmed op=%d %v low=%d", d.Op, d.Err, d.LowWatermark)
	}
	if r.out().SaveStart {
		b.WriteString("\nwants its start saved")
	}
	for _, n := range r.out().Notes {
		names := [...]string{"", "opened", "cut", "failed", "leader", "flushed", "expired", "deleted", "start moved", "moving", "moved", "not moved", "move given up", "move overtaken", "compacted", "uncleanable"}
		fmt.Fprintf(&b, "\nnote %s from=%d to=%d", names[n.Kind], n.From, n.To)
		if n.Cause != 0 {
			fmt.Fprintf(&b, " cause=%d limit=%d found=%d", n.Cause, n.Limit, n.Found)
		}
		if n.Text != "" {
			fmt.Fprintf(&b, " %q", n.Text)
		}
	}
	if r.out().Compacted {
		b.WriteString("\nroom for a compaction")
	}
	if n := len(r.out().Drops); n > 0 {
		fmt.Fprintf(&b, "\ndropped %d", n)
	}
	r.Out = nil
	return b.String()
}
