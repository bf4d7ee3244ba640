package clients

import (
	"strconv"

	"momus/checker"
	"momus/core/kafka"
	"momus/core/record"
)

// Population are the clients of one world, and what they saw.
type Population struct {
	env     Env
	plan    Plan
	topics  []topic
	clients []Client
	history *checker.History
	shared  *shared
}

// shared is what all clients of a world have together; only one of them runs at a time.
type shared struct {
	env     Env
	plan    Plan
	topics  []topic
	history *checker.History
	// grown are how many partitions each topic was given since it was made; 0 if it never was.
	grown []int
	// growing says that somebody adds partitions, so that it is worth noting how many are told.
	growing  bool
	codecs   record.Codecs
	builder  record.Builder
	scratch  []byte           // one record, being made
	plain    []byte           // one batch, decompressed
	records  []checker.Record // all that were read; the history holds parts of it
	values   checker.Value    // the last one given out
	tick     kafka.Wall       // by what producers' clocks go on, in milliseconds
	limits   bool             // somebody sets quotas
	groups   []*group
	marks    int  // the last one given out
	resting  bool // nobody begins anything any more
	dataLost bool // a disk lost or spoiled something until then
	// makesOffsets says that the admin client makes __consumer_offsets, offsetsMade that it has.
	makesOffsets, offsetsMade bool
}

// NewPopulation draws the clients: an admin client, one to four producers of either kind, up to three
// consumers; in one world of three somebody deletes records, in one of four asks for producer ids alone,
// in one of three alters configuration, in one of three adds partitions, in one of
// three looks at the cluster, in one of four sets client quotas, in one of two with several
// log directories moves logs between them, in one of six two send what cannot be understood. If the plan says
// so, somebody takes leadership away.
func NewPopulation(env Env, plan Plan) *Population {
	s := &shared{env: env, plan: plan, topics: drawTopics(env), history: &checker.History{DefaultRetention: plan.Retention}}
	s.tick = [...]kafka.Wall{1, 1, 1, 1, 1000}[env.Draw("plan/clock", 5)] // a whole second: many records of one time
	s.grown = make([]int, len(s.topics))
	s.builder.Codecs = &s.codecs
	p := &Population{env: env, plan: plan, topics: s.topics, history: s.history, shared: s}
	for _, t := range s.topics {
		s.history.Topics = append(s.history.Topics, checker.Topic{
			Name: t.name, FlushMessages: t.flush, RetentionBytes: t.keepBytes, Retention: kafka.Millis(t.keep), Policy: t.policy,
			Keys: t.judged.Keys, Tombstones: t.judged.Tombstones, DeleteRetention: t.judged.DeleteRetention,
		})
	}
	p.clients = append(p.clients, newAdmin(s, p.next()))
	for range 1 + env.Draw("plan/producers", 4) {
		if env.Draw("plan/producer", 2) == 0 {
			p.clients = append(p.clients, newPlain(s, p.next()))
		} else {
			p.clients = append(p.clients, newIdempotent(s, p.next()))
		}
	}
	for range env.Draw("plan/consumers", 4) {
		p.clients = append(p.clients, newConsumer(s, p.next()))
	}
	if env.Draw("plan/trimmer", 3) == 1 {
		p.clients = append(p.clients, newTrimmer(s, p.next()))
	}
	if env.Draw("plan/passers", 4) == 3 {
		p.clients = append(p.clients, newPasser(s, p.next()))
	}
	if env.Draw("plan/alterer", 3) == 1 {
		p.clients = append(p.clients, newAlterer(s, p.next()))
	}
	if env.Draw("plan/grower", 3) == 1 {
		p.clients = append(p.clients, newGrower(s, p.next()))
	}
	if env.Draw("plan/inspector", 3) == 1 {
		p.clients = append(p.clients, newInspector(s, p.next()))
	}
	if env.Draw("plan/limiter", 4) == 3 {
		p.clients = append(p.clients, newLimiter(s, p.next()))
	}
	if len(plan.Dirs) > 1 && env.Draw("plan/mover", 2) == 1 {
		p.clients = append(p.clients, newMover(s, p.next()))
	}
	p.drawMembers(s)
	if plan.Deposes {
		p.clients = append(p.clients, newDeposer(s, p.next()))
	}
	for range []int{0, 0, 0, 0, 2, 0}[env.Draw("plan/vandal", 6)] {
		p.clients = append(p.clients, newVandal(s, p.next()))
	}
	return p
}

// Limits tells whether a client of the population sets quotas.
func (p *Population) Limits() bool { return p.shared.limits }

func (p *Population) next() int32 { return int32(len(p.clients)) }

// Clients are all clients; a client's index is the id that it gives to Dial and Timer.
func (p *Population) Clients() []Client { return p.clients }

// Start starts every client.
func (p *Population) Start() {
	for _, c := range p.clients {
		c.Start()
	}
}

// Quiet tells every client to come to rest, and whether what brokers acknowledged may have been lost.
func (p *Population) Quiet(lost bool) {
	p.shared.resting, p.shared.dataLost = true, lost
	for _, c := range p.clients {
		c.Quiet()
	}
}

// Idle tells whether all of them have.
func (p *Population) Idle() bool {
	for _, c := range p.clients {
		if !c.Idle() {
			return false
		}
	}
	return true
}

// NewReader adds the client that reads everything once more; the world starts it when all others
// are idle and all nodes are up. Its Idle tells that everything was read.
func (p *Population) NewReader() *Reader {
	r := newReader(p.shared, p.next())
	p.clients = append(p.clients, r)
	return r
}

// History is what was seen so far. The world adds the crashes.
func (p *Population) History() *checker.History { return p.history }

// String tells the plan in a line, for traces.
func (p *Population) String() string {
	text := ""
	for _, t := range p.topics {
		text += t.name + "(partitions=" + strconv.Itoa(int(t.partitions)) + " flush=" + strconv.FormatInt(t.flush, 10)
		if t.keepBytes > 0 {
			text += " keep-bytes=" + strconv.FormatInt(t.keepBytes, 10)
		}
		if t.keep > 0 {
			text += " keep-ms=" + strconv.FormatInt(t.keep, 10)
		}
		switch {
		case t.auto:
			text += " auto"
		case t.volatile:
			text += " volatile"
		}
		if t.compression != "" {
			text += " " + t.compression
		}
		if t.policy != 0 {
			text += " " + policies[t.policy]
		}
		if t.stamp {
			text += " stamped"
		}
		text += ") "
	}
	for i, c := range p.clients {
		text += strconv.Itoa(i) + "=" + kind(c) + " "
	}
	return text
}

// Kind is what a client is, in a word.
func (p *Population) Kind(id int) string { return kind(p.clients[id]) }

func kind(c Client) string {
	switch c := c.(type) {
	case *admin:
		return "admin"
	case *plain:
		return "acks" + strconv.Itoa(int(c.acks))
	case *idempotent:
		return "idempotent"
	case *consumer:
		return "consumer"
	case *trimmer:
		return "trimmer"
	case *passer:
		return "passer"
	case *alterer:
		return "alterer"
	case *inspector:
		return "inspector"
	case *grower:
		return "grower"
	case *limiter:
		return "limiter"
	case *mover:
		return "mover"
	case *deposer:
		return "deposer"
	case *vandal:
		return "vandal"
	case *member:
		return groupKinds[c.group.kind] + "-member-of-" + c.group.name
	case *standalone:
		return "committer-of-" + c.group.name
	case *groupKeeper:
		return "groupkeeper"
	case *Reader:
		return "reader"
	}
	return "unknown"
}

// wall is the clients' civil time.
func (s *shared) wall() kafka.Wall { return s.plan.Wall + kafka.Wall(s.env.Now()/millisecond) }

// event is the current event number, as the history has it.
func (s *shared) event() checker.Event { return checker.Event(s.env.Event()) }

// odd records what no broker may send.
func (s *shared) odd(client int32, text string) {
	s.history.Oddities = append(s.history.Oddities, checker.Oddity{Event: s.event(), Client: client, Text: text})
}

// damaged records a partition that could not be read on, and why: the judge asks whether the world
// damaged it.
func (s *shared) damaged(d checker.Damaged) {
	d.Event = s.event()
	s.history.Damaged = append(s.history.Damaged, d)
}
