package lifecycle

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"momus/core/config"
	"momus/core/goldentest"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
)

var saveNames = map[port.SaveKind]string{
	port.SaveBrokerEpoch: "keep broker epoch", port.SaveCleanMarker: "write clean marker", port.RemoveCleanMarker: "remove clean marker",
}

// outText prints an outbox and empties it.
func outText(m *Lifecycle) string {
	var b strings.Builder
	o := m.Out
	for _, r := range o.Requests {
		fmt.Fprintf(&b, "ask %s\n", r.AppendText(nil))
	}
	for _, s := range o.Saves {
		fmt.Fprintf(&b, "save %d: %s %d in directory %d\n", s.Seq, saveNames[s.Kind], s.BrokerEpoch, s.Dir[0])
	}
	for _, p := range o.ProducerIDs {
		fmt.Fprintf(&b, "producer id %d for %d: %s\n", p.ID, p.Op, p.Err)
	}
	for _, d := range o.FailedDirs {
		fmt.Fprintf(&b, "failed directory %d\n", d[0])
	}
	for _, flag := range []struct {
		set  bool
		text string
	}{
		{o.OpenLogs, "open logs"}, {o.Ready, "ready"}, {o.CloseLogs, "close logs"},
		{o.Done, fmt.Sprintf("done, clean %v", o.Clean)}, {o.Fatal != "", "fatal: " + o.Fatal},
	} {
		if flag.set {
			b.WriteString(flag.text + "\n")
		}
	}
	m.Out = Out{}
	return b.String()
}

// bench is a lifecycle under golden commands.
type bench struct {
	t     *testing.T
	m     *Lifecycle
	now   kafka.Now
	saves []port.Save
}

func (b *bench) number(c goldentest.Command, key string, def int64) int64 {
	text, ok := c.Args[key]
	if !ok {
		return def
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		b.t.Fatalf("%s=%s: %v", key, text, err)
	}
	return n
}

func TestGolden(t *testing.T) {
	goldentest.Run(t, func(t *testing.T) func(c goldentest.Command) string {
		return (&bench{t: t, now: kafka.Now{Mono: 1}}).do
	})
}

// facts reads dirs=clean:7,kill:7,power.
func facts(t *testing.T, dirs string) *port.BootFacts {
	f := &port.BootFacts{ClusterID: "cluster"}
	for i, d := range strings.Split(dirs, ",") {
		how, epoch, _ := strings.Cut(d, ":")
		dir := port.DirFacts{Dir: kafka.DirID{byte(i + 1)}, BrokerEpoch: kafka.NoBrokerEpoch, CleanEpoch: kafka.NoBrokerEpoch}
		if epoch != "" {
			n, err := strconv.Atoi(epoch)
			if err != nil {
				t.Fatal(err)
			}
			dir.BrokerEpoch, dir.CleanEpoch = kafka.BrokerEpoch(n), kafka.BrokerEpoch(n)
		}
		dir.CleanMarker, dir.SameBoot = how == "clean", how != "power"
		f.Dirs = append(f.Dirs, dir)
	}
	return f
}

func (b *bench) do(c goldentest.Command) string {
	switch c.Name {
	case "start":
		b.m = New()
		cfg := config.DefaultBroker()
		b.m.Start(b.now, &cfg, facts(b.t, c.Args["dirs"]), kafka.UUID{5})
	case "saved":
		saved := &port.Saved{Kind: b.saves[0].Kind, Seq: b.saves[0].Seq, Dir: b.saves[0].Dir}
		if c.Args["fail"] != "" {
			saved.Fail = port.FailIO
		}
		b.saves = b.saves[1:]
		b.m.Saved(b.now, saved)
	case "role":
		b.m.QuorumRole(b.now, msg.QuorumRole{Epoch: 1, Leader: 1, Active: c.Args["active"] != ""})
	case "registered":
		b.m.Reply(b.now, &msg.RegisteredBroker{Op: msg.OpLifecycle, Err: kafka.ErrorCode(b.number(c, "err", 0)), Epoch: kafka.BrokerEpoch(b.number(c, "epoch", -1))})
	case "answer":
		b.m.Reply(b.now, &msg.HeartbeatAnswer{Op: msg.OpLifecycle, Err: kafka.ErrorCode(b.number(c, "err", 0)),
			Fenced: c.Args["fenced"] != "", ShouldShutDown: c.Args["go"] != ""})
	case "block":
		b.m.Reply(b.now, &msg.AllocatedProducerIDs{Op: msg.OpLifecycle, Err: kafka.ErrorCode(b.number(c, "err", 0)),
			First: kafka.ProducerID(b.number(c, "first", -1)), Count: int32(b.number(c, "count", 0))})
	case "committed":
		b.m.Committed(b.now, kafka.Offset(b.number(c, "offset", 0)))
	case "logs-opened":
		b.m.LogsOpened(b.now)
	case "logs-closed":
		var unclean []kafka.DirID
		if n := b.number(c, "unclean", 0); n != 0 {
			unclean = append(unclean, kafka.DirID{byte(n)})
		}
		b.m.LogsClosed(b.now, unclean)
	case "assign":
		b.m.Assign(b.now, []msg.DirAssignment{{
			Log: kafka.TopicPartition{Partition: kafka.PartitionID(b.number(c, "partition", 0))}, Dir: kafka.DirID{byte(b.number(c, "dir", 1))},
		}})
	case "assigned":
		b.m.Reply(b.now, &msg.AssignedReplicas{Op: msg.OpLifecycle, Err: kafka.ErrorCode(b.number(c, "err", 0))})
	case "producer-id":
		for range b.number(c, "times", 1) {
			b.m.ProducerID(b.now, msg.Op(b.number(c, "op", 1)))
		}
	case "dir-failed":
		b.m.DirFailed(b.now, kafka.DirID{byte(b.number(c, "dir", 1))})
	case "wait":
		b.now.Mono = b.now.Mono.Add(kafka.Nanos(b.number(c, "ms", 0)) * kafka.Millisecond)
		if d := b.m.NextDeadline(); d == 0 || d > b.now.Mono {
			return "nothing is due\n"
		}
		b.m.Deadline(b.now)
	case "stop":
		b.m.Stop(b.now)
	default:
		b.t.Fatalf("unknown command %s", c.Name)
	}
	b.m.Check()
	b.saves = append(b.saves, b.m.Out.Saves...)
	text := outText(b.m)
	return text + "(" + b.m.Phase().String() + ")\n"
}
