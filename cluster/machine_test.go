package cluster

import (
	"slices"
	"testing"

	"momus/cluster/config"
	"momus/core"
	"momus/core/kafka"
	"momus/core/lifetest"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/wire"
	"momus/disk"
	"momus/disk/ledger"
	"momus/sim/simdisk"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// machine is a node with two log directories and its storage, one turn after another, without a network.
type machine struct {
	t     *testing.T
	fs    *simdisk.Disk
	boots byte

	node     *core.Node
	storage  *Storage
	locks    []disk.Lock
	now      kafka.Now
	wake     kafka.Mono
	policies int64
	seq      port.RequestSeq
	events   []core.Event
	ops      [][]port.LogOp
	saves    []port.Save
	replies  []wire.Reply
	reports  []core.Report
	notes    []core.Note
	exit     *core.Exit
}

func newMachine(t *testing.T) *machine {
	m := &machine{t: t, fs: simdisk.New(&kind{}, "disk", simdisk.Faults{})}
	m.start()
	return m
}

// start boots a process, and waits until it serves.
func (m *machine) start() {
	m.t.Helper()
	node, err := config.Load(config.Sources{Overrides: []string{"log.dirs=/data,/data1"}})
	if err != nil {
		m.t.Fatal(err)
	}
	m.boots++
	facts, locks, err := Boot(m.fs, &node, [32]byte{m.boots}, 1000)
	if err != nil {
		m.t.Fatal(err)
	}
	limits := port.DefaultLimits()
	limits.DiskWorkers = 2
	*m = machine{t: m.t, fs: m.fs, boots: m.boots, locks: locks, node: &core.Node{}, now: kafka.Now{Mono: 1, Wall: 1_000_000}}
	m.storage = NewStorage(Ports{FS: m.fs, Lock: nobody{}, Pool: &Pool{Lock: nobody{}, Budget: 1 << 30}, Wake: func(int) {}}, limits, &facts)
	m.ops = make([][]port.LogOp, len(m.storage.Workers))
	m.event(&core.Start{Entropy: [32]byte{m.boots}, Config: node.Broker, Limits: limits, Facts: facts})
	m.pass(3000)
	m.event(&core.ConnOpened{Conn: 1, Listener: "PLAINTEXT", Remote: "client"})
}

// event is one Step, and everything that follows from it.
func (m *machine) event(ev core.Event) {
	for m.events = append(m.events, ev); len(m.events) > 0 && m.exit == nil; {
		ev := m.events[0]
		m.events = m.events[1:]
		m.now.Mono++
		m.node.Step(m.now, ev)
		m.node.Check()
		ready := m.node.Ready()
		Route(ready, int32(len(m.storage.Workers)-1), m.now.Mono, m)
		m.wake = ready.Wake
		m.node.Recycle(ready)
		m.turns()
	}
}

// turns lets the storage do what it was asked for.
func (m *machine) turns() {
	for i, w := range m.storage.Workers {
		for ops := m.ops[i]; len(ops) > 0 || w.Pending(); ops = nil {
			for _, done := range w.Turn(ops, nil) {
				m.events = append(m.events, &core.LogDone{LogDone: done})
			}
			m.ops[i] = nil
		}
	}
	for _, done := range ledger.Turn(m.fs, m.storage.Ledger, m.saves) {
		m.events = append(m.events, &core.Saved{Saved: done})
	}
	m.saves = nil
}

// pass lets time go by.
func (m *machine) pass(d kafka.Millis) {
	for until := m.now.Mono.Add(d.Nanos()); m.exit == nil && m.wake != 0 && m.wake <= until; {
		m.now.Mono = max(m.now.Mono, m.wake)
		m.event(&core.Deadline{})
	}
}

// LogOp implements Sink.
func (m *machine) LogOp(w int, op port.LogOp) { m.ops[w] = append(m.ops[w], op) }

// Read implements Sink.
func (m *machine) Read(r port.Read) {
	m.events = append(m.events, &core.ReadDone{ReadDone: m.storage.Reader.Read(r)})
}

// Save implements Sink.
func (m *machine) Save(s port.Save) { m.saves = append(m.saves, s) }

// Reply implements Sink.
func (m *machine) Reply(r wire.Reply, _ kafka.Mono) { m.replies = append(m.replies, r) }

// ConnOp implements Sink: a request that was validated against older policies comes again.
func (m *machine) ConnOp(op core.ConnOp) {
	if op.Kind == core.Revalidate {
		req := *op.Request
		req.Policies = m.policies
		m.events = append(m.events, &core.Request{Request: req})
	}
}

// Publish implements Sink.
func (m *machine) Publish(p *msg.Published) { m.policies = p.Version }

// Note implements Sink.
func (m *machine) Note(n core.Note) { m.notes = append(m.notes, n) }

// Work implements Sink: it is done at once.
func (m *machine) Work(w port.Work) { m.events = append(m.events, &core.WorkDone{WorkDone: Do(w)}) }

// Report implements Sink.
func (m *machine) Report(r core.Report) { m.reports = append(m.reports, r) }

// Exit implements Sink.
func (m *machine) Exit(e core.Exit) { m.exit = &e }

// ask sends a request and gives the body of its answer.
func (m *machine) ask(version int16, body kmsg.Request) any {
	m.t.Helper()
	body.SetVersion(version)
	before := len(m.replies)
	m.event(&core.Request{Request: wire.Request{
		Conn: 1, Seq: m.seq, Version: kafka.APIVersion(version), ClientID: "test", Body: body, Bytes: 100, Policies: m.policies,
	}})
	m.seq++
	for range 100 {
		if len(m.replies) > before {
			return m.replies[before].Body
		}
		m.pass(100)
	}
	m.t.Fatalf("a %T was not answered", body)
	return nil
}

// produce sends a batch of two records and gives the error and the base offset.
func (m *machine) produce(topic kafka.TopicID, partition kafka.PartitionID, nth kafka.Sequence) (kafka.ErrorCode, kafka.Offset) {
	m.t.Helper()
	r := m.ask(13, lifetest.Produce(topic, -1, partition, nth)).(*wire.ProduceResponse)
	p := &r.Topics[0].Partitions[0]
	return kafka.ErrorCode(p.Err), p.Base
}

// leaders are those of a topic's partitions, with its id.
func (m *machine) leaders(topic string) (id kafka.TopicID, leaders []int32) {
	m.t.Helper()
	q := kmsg.NewPtrMetadataRequest()
	r := m.ask(12, q).(*kmsg.MetadataResponse)
	for _, t := range r.Topics {
		if *t.Topic == topic {
			for _, p := range t.Partitions {
				leaders = append(leaders, p.Leader)
			}
			return t.TopicID, leaders
		}
	}
	m.t.Fatalf("there is no topic %s", topic)
	return id, nil
}

func (m *machine) create(topic string, partitions int32) {
	m.t.Helper()
	r := m.ask(7, lifetest.CreateTopics(topic, partitions)).(*kmsg.CreateTopicsResponse)
	if r.Topics[0].ErrorCode != 0 {
		m.t.Fatalf("%s: error %d", topic, r.Topics[0].ErrorCode)
	}
}

// stop asks for a clean end, and tells whether it was one.
func (m *machine) stop() bool {
	m.t.Helper()
	m.event(&core.Stop{})
	m.pass(60_000)
	if m.exit == nil {
		m.t.Fatal("it did not stop")
	}
	for _, l := range m.locks {
		if err := l.Unlock(); err != nil {
			m.t.Fatal(err)
		}
	}
	return m.exit.Clean
}

// holds tells whether there is a file or directory of that name.
func (m *machine) holds(dir, name string) bool {
	entries, err := m.fs.Look(dir)
	return err == nil && slices.ContainsFunc(entries, func(e disk.Entry) bool { return e.Name == name })
}

func (m *machine) wants(topic string, leaders ...int32) kafka.TopicID {
	m.t.Helper()
	id, got := m.leaders(topic)
	if !slices.Equal(got, leaders) {
		m.t.Fatalf("the leaders of %s are %v, and should be %v", topic, got, leaders)
	}
	return id
}

func (m *machine) wantsProduced(topic kafka.TopicID, partition kafka.PartitionID, nth kafka.Sequence, err kafka.ErrorCode, base kafka.Offset) {
	m.t.Helper()
	if code, at := m.produce(topic, partition, nth); code != err || at != base {
		m.t.Fatalf("batch %d of partition %d: %v at %d, and should be %v at %d", nth, partition, code, at, err, base)
	}
}
