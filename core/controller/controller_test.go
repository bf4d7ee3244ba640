package controller

import (
	"bytes"
	"slices"
	"testing"

	"momus/core/canon"
	"momus/core/canon/canontest"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"

	"pgregory.net/rapid"
)

func TestEncodingRoundTrips(t *testing.T) {
	canontest.RoundTrip(t, []canontest.Value{new(Controller)},
		canontest.Union(record.CanonMetadataMembers()), canontest.Union(msg.ControllerReplyMembers()))
}

// asked is a request that waits for its reply, and the length of the log when it was decided.
type asked struct {
	request msg.ControllerRequest
	decided int
}

// model runs a controller against a quorum and holds it to its invariants.
type model struct {
	t       *rapid.T
	q       quorum
	m       *Controller
	now     kafka.Now
	waiting map[msg.Op]asked
	lastOp  msg.Op
	ids     map[kafka.TopicID]bool
	nextPID kafka.ProducerID
}

func (w *model) check() {
	_, replies := w.q.drain(w.now, w.m)
	w.m.Check()
	if w.m.Active() {
		img := w.q.replay()
		if !bytes.Equal(img.AppendCanon(nil), w.m.img.AppendCanon(nil)) {
			w.t.Fatalf("replayed %s\napplied  %s", img.AppendText(nil), w.m.img.AppendText(nil))
		}
		w.partitions()
	}
	for _, r := range replies {
		w.replied(r)
	}
}

// partitions: somebody is always in sync; whoever leads could, and if nobody does, nobody could.
func (w *model) partitions() {
	for _, name := range w.m.img.Names {
		for i, p := range w.m.img.TopicNamed(name).Partitions {
			could := []kafka.NodeID{kafka.NoNode}
			for at, r := range p.Replicas {
				b := w.m.img.Broker(r)
				if slices.Contains(p.ISR, r) && b.Active() && b.HasDir(p.Dirs[at]) {
					could = append(could, r)
				}
			}
			if len(p.ISR) == 0 || !slices.Contains(could, p.Leader) || p.Leader == kafka.NoNode && len(could) > 1 {
				w.t.Fatalf("%s-%d, which %v could lead: %s", name, i, could, p.AppendText(nil))
			}
		}
	}
}

func (w *model) replied(r msg.ControllerReply) {
	op := r.ReplyOp()
	a, ok := w.waiting[op]
	if !ok {
		w.t.Fatalf("nobody waits for %s", r.AppendText(nil))
	}
	delete(w.waiting, op)
	if w.m.Active() && a.decided > w.q.committed {
		w.t.Fatalf("replied with %d committed, but decided on %d: %s", w.q.committed, a.decided, r.AppendText(nil))
	}
	switch r := r.(type) {
	case *msg.CreatedTopics:
		for _, c := range r.Topics {
			if c.Err == kafka.None && w.ids[c.ID] {
				w.t.Fatalf("topic id %s is given twice", c.ID)
			}
			w.ids[c.ID] = w.ids[c.ID] || c.Err == kafka.None
		}
	case *msg.AllocatedProducerIDs:
		if r.Err == kafka.None {
			if r.First < w.nextPID {
				w.t.Fatalf("producer id %d is given twice", r.First)
			}
			w.nextPID = r.First + kafka.ProducerID(r.Count)
		}
	}
}

func (w *model) ask(r msg.ControllerRequest) {
	w.waiting[w.lastOp] = asked{request: r}
	w.m.Request(w.now, r)
	// The reply may come within the drain, so that the length must be known before it.
	decided := len(w.q.log)
	for _, a := range w.m.Out.Appends {
		decided += len(a.Records)
	}
	w.waiting[w.lastOp] = asked{r, decided}
	w.check()
}

func (w *model) op() msg.Op { w.lastOp++; return w.lastOp }

func (w *model) step() {
	t := w.t
	node := kafka.NodeID(rapid.IntRange(0, 2).Draw(t, "broker"))
	epoch := kafka.NoBrokerEpoch
	if b := w.m.img.Broker(node); b != nil {
		epoch = b.Epoch
	}
	name := func() string { return rapid.SampledFrom([]string{"a", "b", "a.b", "a_b", "!"}).Draw(t, "name") }
	switch rapid.IntRange(0, 15).Draw(t, "step") {
	case 0:
		r := registration(node, byte(rapid.IntRange(1, 2).Draw(t, "incarnation")))
		r.Op = w.op()
		r.LogDirs = append(r.LogDirs, dir(node, 2))[:rapid.IntRange(1, 2).Draw(t, "dirs")]
		w.ask(r)
	case 1, 2, 9, 10, 11:
		r := &msg.BrokerHeartbeat{Op: w.op(), Broker: node, BrokerEpoch: epoch, MetadataOffset: kafka.Offset(len(w.q.log) - 1)}
		if rapid.IntRange(0, 9).Draw(t, "behind") == 9 {
			r.MetadataOffset = 0
		}
		r.WantFence = rapid.IntRange(0, 4).Draw(t, "fence") == 4
		r.WantShutDown = rapid.IntRange(0, 4).Draw(t, "shut") == 4
		if rapid.IntRange(0, 4).Draw(t, "offline") == 4 {
			r.OfflineDirs = []kafka.DirID{dir(node, 1)}
		}
		w.ask(r)
	case 3, 12:
		r := &msg.CreateTopics{Op: w.op(), ValidateOnly: rapid.Bool().Draw(t, "validate")}
		for range rapid.IntRange(1, 3).Draw(t, "topics") {
			r.Topics = append(r.Topics, msg.NewTopic{Name: name(),
				Partitions: rapid.Int32Range(-1, 3).Draw(t, "partitions"), Factor: rapid.SampledFrom([]int16{-1, 1, 2, 3, 0}).Draw(t, "factor")})
		}
		w.ask(r)
	case 4:
		r := &msg.DeleteTopics{Op: w.op(), Topics: []msg.TopicRef{{Name: name()}}}
		if topic := w.m.img.TopicNamed(name()); topic != nil {
			r.Topics = append(r.Topics, msg.TopicRef{ID: topic.ID})
		}
		w.ask(r)
	case 14:
		r := &msg.AlterPartitionReassignments{Op: w.op(), FactorMayChange: rapid.Bool().Draw(t, "factor")}
		for range rapid.IntRange(1, 2).Draw(t, "moves") {
			r.Topics = append(r.Topics, msg.TopicReassignments{Name: name(), Partitions: []msg.Reassignment{{
				Partition: kafka.PartitionID(rapid.IntRange(0, 2).Draw(t, "partition")), Cancel: rapid.IntRange(0, 2).Draw(t, "cancel") == 2,
				Replicas: rapid.SampledFrom([][]kafka.NodeID{{0}, {1}, {0, 1}, {1, 0}, {2, 1, 0}, {1, 2}}).Draw(t, "replicas"),
			}}})
		}
		w.ask(r)
	case 15:
		switch rapid.IntRange(0, 3).Draw(t, "cluster") {
		case 0:
			w.ask(&msg.UnregisterBroker{Op: w.op(), Broker: node})
		case 1:
			w.ask(&msg.UpdateFeatures{Op: w.op(), Updates: []msg.FeatureUpdate{
				{Name: record.MetadataVersion, Level: record.FeatureLevel(rapid.IntRange(29, 31).Draw(t, "level")), Type: msg.Upgrade}}})
		default:
			w.ask(&msg.ElectLeaders{Op: w.op(), Unclean: rapid.Bool().Draw(t, "unclean"), All: true})
		}
	case 13:
		w.ask(&msg.CreatePartitions{Op: w.op(), ValidateOnly: rapid.IntRange(0, 3).Draw(t, "judged") == 3, Topics: []msg.GrowTopic{
			{Name: name(), Count: rapid.Int32Range(-1, 6).Draw(t, "count")},
			{Name: name(), Count: rapid.Int32Range(1, 6).Draw(t, "assigned"), Assigned: true, Assignments: [][]kafka.NodeID{{node}}},
		}})
	case 5:
		w.ask(&msg.AllocateProducerIDs{Op: w.op(), Broker: node, BrokerEpoch: epoch})
	case 6:
		if w.m.Active() {
			w.q.commit(w.now, w.m, rapid.SampledFrom(w.q.from()).Draw(t, "to"))
		}
	case 7:
		w.now.Mono = w.now.Mono.Add(kafka.Nanos(rapid.Int64Range(0, 12_000).Draw(t, "ms")) * kafka.Millisecond)
		for d := w.m.NextDeadline(); d != 0 && d <= w.now.Mono; d = w.m.NextDeadline() {
			w.m.Deadline(w.now)
			w.check()
		}
	case 8:
		w.handOver()
	}
	w.check()
}

// handOver changes the controller, the log, or only the process: the state is saved and loaded.
func (w *model) handOver() {
	switch {
	case rapid.Bool().Draw(w.t, "reload"):
		loaded := New(testConfig(), port.DefaultLimits(), "cluster", [32]byte{})
		r := canon.NewReader(w.m.AppendCanon(nil))
		loaded.ReadCanon(r)
		if r.End() != nil || !bytes.Equal(loaded.AppendCanon(nil), w.m.AppendCanon(nil)) {
			w.t.Fatal("the state does not survive its encoding")
		}
		w.m = loaded
	case w.m.Active():
		w.m.Resign(w.now)
		w.check()
		if len(w.waiting) > 0 {
			w.t.Fatalf("the controller resigned and left %d without an answer", len(w.waiting))
		}
	default:
		// What was not committed may be lost with the leader that appended it.
		w.q.cut(rapid.SampledFrom(w.q.from()).Draw(w.t, "kept"))
		w.q.elect(w.now, w.m)
	}
}

func TestDecidingAndApplyingEqualsReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &model{t: t, m: New(testConfig(), port.DefaultLimits(), "cluster", [32]byte{}), now: kafka.Now{Mono: 1}, waiting: map[msg.Op]asked{}, ids: map[kafka.TopicID]bool{}}
		w.q.elect(w.now, w.m)
		w.check()
		for range rapid.IntRange(20, 100).Draw(t, "steps") {
			w.step()
		}
		if w.m.Active() {
			w.q.commit(w.now, w.m, len(w.q.log))
			w.check()
		}
		if len(w.waiting) > 0 {
			t.Fatalf("all is committed, and %d have no answer", len(w.waiting))
		}
	})
}

func TestAppendThatNobodyDecidedPanics(t *testing.T) {
	for name, f := range map[string]func(m *Controller){
		"no decision":  func(m *Controller) { m.Appended(kafka.Now{}, 2, 1) },
		"wrong offset": func(m *Controller) { m.Request(kafka.Now{}, registration(1, 1)); m.Appended(kafka.Now{}, 9, 1) },
		"wrong number": func(m *Controller) { m.Request(kafka.Now{}, registration(1, 1)); m.Appended(kafka.Now{}, 2, 2) },
		"second decision": func(m *Controller) {
			m.Request(kafka.Now{}, registration(1, 1))
			m.Request(kafka.Now{}, registration(2, 2))
		},
	} {
		t.Run(name, func(t *testing.T) {
			q, m := &quorum{}, New(testConfig(), port.DefaultLimits(), "cluster", [32]byte{})
			q.elect(kafka.Now{}, m)
			q.drain(kafka.Now{}, m)
			defer func() {
				if recover() == nil {
					t.Error("it is taken")
				}
			}()
			f(m)
		})
	}
}

// A directory that a Kafka wrote has the levels that Kafka finalised, and brokers of this build, which know
// none of them, are to serve it all the same.
func TestLevelsThatMakeNoDifferenceKeepNoBrokerOut(t *testing.T) {
	for _, c := range []struct {
		name  string
		level record.FeatureLevel
		want  kafka.ErrorCode
	}{
		{"eligible.leader.replicas.version", 1, kafka.None},
		{"group.version", 1, kafka.None},
		{"group.version", 2, kafka.ErrUnsupportedVersion},
		{"share.version", 1, kafka.None},
		{"streams.version", 1, kafka.None},
		{"transaction.version", 2, kafka.None},
		{"transaction.version", 3, kafka.ErrUnsupportedVersion},
		{"never.heard.of.version", 1, kafka.ErrUnsupportedVersion},
		{"metadata.version", 30, kafka.None},
		{"metadata.version", 31, kafka.ErrUnsupportedVersion},
	} {
		m, now := New(testConfig(), port.DefaultLimits(), "cluster", [32]byte{}), kafka.Now{Mono: 1, Wall: 1}
		q := quorum{log: []record.Metadata{&record.NoOpRecord{}, &record.FeatureLevelRecord{Name: c.name, FeatureLevel: c.level}}}
		q.elect(now, m)
		q.drain(now, m)
		m.Request(now, registration(1, 1))
		_, replies := q.drain(now, m)
		q.commit(now, m, len(q.log))
		_, more := q.drain(now, m)
		replies = append(replies, more...)
		if len(replies) != 1 || replies[0].(*msg.RegisteredBroker).Err != c.want {
			t.Errorf("%s at %d: %v, want %s", c.name, c.level, replies, c.want)
		}
	}
}

// With eligible.leader.replicas.version at 1, the last broker of a Kafka that stops leaves partitions without
// leader and without ISR:
//
//  1. PartitionChangeRecord{isr: [], leader: -1, eligibleLeaderReplicas: [1], lastKnownElr: [1]}
//  2. this build starts as broker 1
//  3. nobody is in sync, so nobody leads, and the partition is offline for ever
func TestAnEligibleLeaderReplicaLeadsWhatAKafkaLeft(t *testing.T) {
	nodes := func(ids ...kafka.NodeID) []kafka.NodeID { return append([]kafka.NodeID{}, ids...) }
	for _, c := range []struct {
		name           string
		isr, elr, last []kafka.NodeID
		leader         kafka.NodeID
		wantISR        []kafka.NodeID
		wantELR        []kafka.NodeID
		want           record.LeaderRecoveryState
	}{
		{"eligible", nodes(), nodes(1), nodes(1), 1, nodes(1), nil, record.Recovered},
		{"another is eligible too", nodes(), nodes(2, 1), nodes(), 1, nodes(1), nodes(2), record.Recovered},
		{"eligible, while who is in sync is away", nodes(2), nodes(1), nodes(), 1, nodes(1), nil, record.Recovered},
		{"another is eligible", nodes(), nodes(2), nodes(1), kafka.NoNode, nil, nodes(2), record.Recovered},
		{"led last, alone", nodes(), nodes(), nodes(1), 1, nodes(1), nil, record.Recovering},
		{"led last, beside another", nodes(), nodes(), nodes(1, 2), kafka.NoNode, nil, nil, record.Recovered},
		{"led last, while one is in sync", nodes(2), nodes(), nodes(1), kafka.NoNode, nodes(2), nil, record.Recovered},
	} {
		m, now := New(testConfig(), port.DefaultLimits(), "cluster", [32]byte{}), kafka.Now{Mono: 1, Wall: 1}
		topic := kafka.TopicID{7}
		q := quorum{log: []record.Metadata{
			&record.NoOpRecord{},
			&record.TopicRecord{Name: "t", TopicID: topic},
			&record.PartitionRecord{
				TopicID: topic, Replicas: nodes(1, 2), ISR: c.isr, Leader: kafka.NoNode,
				EligibleLeaderReplicas: c.elr, LastKnownELR: c.last, LeaderEpoch: 4,
			},
		}}
		q.elect(now, m)
		q.drain(now, m)
		m.Request(now, registration(1, 1))
		q.drain(now, m)
		m.Request(now, &msg.BrokerHeartbeat{
			Op: msg.OpLifecycle, Broker: 1, BrokerEpoch: m.Image().Broker(1).Epoch, MetadataOffset: kafka.Offset(len(q.log) - 1),
		})
		q.drain(now, m)
		m.Check()
		img := q.replay()
		img.Check()
		p := img.Partition(kafka.TopicPartition{Topic: topic})
		if p.Leader != c.leader || !slices.Equal(p.ISR, c.wantISR) || !slices.Equal(p.ELR, c.wantELR) || p.RecoveryState != c.want {
			t.Errorf("%s: %+v", c.name, *p)
		}
		if led := p.Leader != kafka.NoNode; led && (p.LeaderEpoch != 5 || len(p.LastKnownELR) > 0) {
			t.Errorf("%s: %+v", c.name, *p)
		}
	}
}
