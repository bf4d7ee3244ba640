package lifetest

import (
	"momus/core"
	"momus/core/config"
	"momus/core/group/topicregex"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Step gives one event to what is tested and calls take with the Ready of it.
type Step func(now kafka.Now, ev core.Event, take func(*core.Ready))

// Of is the plain Step: one node, one Ready after every event.
func Of(node *core.Node) Step {
	return func(now kafka.Now, ev core.Event, take func(*core.Ready)) {
		node.Step(now, ev)
		r := node.Ready()
		take(r)
		node.Recycle(r)
	}
}

// Life is one run of a node, from Start to Exit.
type Life struct {
	storage *Storage
	step    Step
	// choose draws a number in [0, n): which of the things that may happen next does.
	choose func(n int) int

	now  kafka.Now
	wake kafka.Mono
	// policies is the version of the published policies, stale are requests to be sent again.
	policies int64
	stale    []*wire.Request
	// ops, by log in order of their first operation, saves and reads are under way.
	ops   [][]port.LogOp
	saves []port.Save
	reads []port.Read
	work  []port.Work

	seqs map[port.ConnID]port.RequestSeq
	// Replies are those not yet taken by Reply, in order of arrival.
	Replies []wire.Reply
	// Published is the configuration that the node published last.
	Published *msg.Published
	// Closed are the connections that the node wants closed, with the reasons.
	Closed map[port.ConnID]string
	// Exit is set once the node has ended.
	Exit *core.Exit
	// Notes are all facts so far.
	Notes []core.Note
}

// New starts a node on storage. A nil choose takes the first of what may happen.
func New(storage *Storage, step Step, choose func(n int) int) *Life {
	if choose == nil {
		choose = func(int) int { return 0 }
	}
	l := &Life{
		storage: storage, step: step, choose: choose, seqs: map[port.ConnID]port.RequestSeq{}, Closed: map[port.ConnID]string{},
		now: kafka.Now{Mono: 1, Wall: 1_000_000},
	}
	cfg := config.DefaultBroker()
	cfg.CheckpointInterval = 500
	cfg.ProducerIDExpiration = 700
	cfg.SnapshotBytes, cfg.MetadataRetentionBytes, cfg.FetchSessionSlots = 1000, 3000, 3
	cfg.Groups.TopicPartitions, cfg.Groups.RetentionCheckInterval, cfg.Groups.OffsetsRetention = 2, 700, 1500
	cfg.Groups.Classic.InitialDelay = 50
	storage.starts++
	l.event(&core.Start{Entropy: [32]byte{storage.starts}, Config: cfg, Limits: limits(), Facts: storage.boot()})
	return l
}

// limits are small where a life is to see more than one turn.
func limits() port.Limits {
	l := port.DefaultLimits()
	l.SnapshotPartBytes = 300
	l.CoordinatorReadBytes = 200
	return l
}

// event is one Step and what follows from it at once.
func (l *Life) event(ev core.Event) {
	l.now.Mono += 1000
	l.step(l.now, ev, l.take)
}

func (l *Life) take(r *core.Ready) {
	for _, op := range r.LogOps {
		l.enqueue(op)
	}
	l.saves = append(l.saves, r.Saves...)
	l.reads = append(l.reads, r.Reads...)
	l.work = append(l.work, r.Work...)
	l.Replies = append(l.Replies, r.Replies...)
	l.Notes = append(l.Notes, r.Notes...)
	for _, s := range r.Drops {
		s.Release()
	}
	for i := range r.ConnOps {
		if op := &r.ConnOps[i]; op.Kind == core.Revalidate {
			l.stale = append(l.stale, op.Request)
		} else {
			l.Closed[op.Conn] = op.Reason
		}
	}
	if r.Publish != nil {
		l.Published, l.policies = r.Publish, r.Publish.Version
	}
	l.wake = r.Wake
	if r.Exit != nil {
		l.Exit = r.Exit
	}
}

func (l *Life) enqueue(op port.LogOp) {
	for i := range l.ops {
		if l.ops[i][0].Log == op.Log {
			l.ops[i] = append(l.ops[i], op)
			return
		}
	}
	l.ops = append(l.ops, []port.LogOp{op})
}

// Turn lets one thing happen that is under way; false means that nothing is.
func (l *Life) Turn() bool {
	if len(l.stale) > 0 && l.Exit == nil {
		req := *l.stale[0]
		l.stale = l.stale[1:]
		req.Policies = l.policies
		l.event(&core.Request{Request: req})
		return true
	}
	if len(l.work) > 0 && l.Exit == nil {
		w := l.work[0]
		l.work = l.work[1:]
		l.event(&core.WorkDone{WorkDone: port.WorkDone{Work: w, Matched: topicregex.Resolve(w.Regexes, w.Topics)}})
		return true
	}
	n := len(l.ops) + len(l.reads)
	if len(l.saves) > 0 {
		n++
	}
	if n == 0 || l.Exit != nil {
		return false
	}
	i := l.choose(n)
	switch {
	case i < len(l.ops):
		op := l.ops[i][0]
		if l.ops[i] = l.ops[i][1:]; len(l.ops[i]) == 0 {
			l.ops = append(l.ops[:i], l.ops[i+1:]...)
		}
		l.event(l.storage.op(op))
	case i < len(l.ops)+len(l.reads):
		i -= len(l.ops)
		r := l.reads[i]
		l.reads = append(l.reads[:i], l.reads[i+1:]...)
		l.event(l.storage.read(r))
	default:
		s := l.saves[0]
		l.saves = l.saves[1:]
		l.event(l.storage.save(s))
	}
	return true
}

// Settle lets everything happen that is under way.
func (l *Life) Settle() {
	for l.Turn() {
	}
}

// Pass lets time go by, with the deadlines that fall into it.
func (l *Life) Pass(d kafka.Millis) {
	l.Settle()
	for until := l.now.Mono.Add(d.Nanos()); l.Exit == nil; l.Settle() {
		at := until
		if l.wake != 0 && l.wake < until {
			at = max(l.wake, l.now.Mono)
		}
		l.now.Wall += kafka.Wall((at - l.now.Mono) / 1_000_000)
		l.now.Mono = at
		if at == until {
			return
		}
		l.event(&core.Deadline{})
	}
}

// Open opens a client's connection.
func (l *Life) Open(conn port.ConnID) {
	l.event(&core.ConnOpened{Conn: conn, Listener: "PLAINTEXT", Remote: "client"})
}

// Close closes it.
func (l *Life) Close(conn port.ConnID) { l.event(&core.ConnClosed{Conn: conn}) }

// Send sends a request on a connection.
func (l *Life) Send(conn port.ConnID, version int16, body kmsg.Request) {
	body.SetVersion(version)
	req := wire.Request{Conn: conn, Seq: l.seqs[conn], Version: kafka.APIVersion(version), ClientID: "life", Body: body, Bytes: 100}
	l.seqs[conn]++
	l.event(&core.Request{Request: req})
}

// Request gives the node a request as a connection decoded it.
func (l *Life) Request(req wire.Request) { l.event(&core.Request{Request: req}) }

// Now is the time.
func (l *Life) Now() kafka.Now { return l.now }

// Do carries out an operation that whoever steps the node kept back.
func (l *Life) Do(op port.LogOp) { l.event(l.storage.op(op)) }

// Inspect asks for a report.
func (l *Life) Inspect() { l.event(&core.Inspect{ID: 7}) }

// AskToStop asks for a clean end.
func (l *Life) AskToStop() { l.event(&core.Stop{}) }

// Stop asks for a clean end and waits for it.
func (l *Life) Stop() {
	l.AskToStop()
	for i := 0; l.Exit == nil && i < 100; i++ {
		l.Pass(1000)
	}
}
