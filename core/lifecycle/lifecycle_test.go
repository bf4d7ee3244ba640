package lifecycle

import (
	"bytes"
	"slices"
	"testing"

	"momus/core/canon"
	"momus/core/canon/canontest"
	"momus/core/config"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"

	"pgregory.net/rapid"
)

func TestEncodingRoundTrips(t *testing.T) {
	canontest.RoundTrip(t, []canontest.Value{new(Lifecycle)})
}

// world answers a lifecycle in drawn ways and holds it to its invariants.
type world struct {
	t     *rapid.T
	m     *Lifecycle
	now   kafka.Now
	saves []port.Save
	// asked are the requests without an answer: of the session, and for producer ids.
	session  []msg.ControllerRequest
	blocks   []msg.ControllerRequest
	marked   map[kafka.DirID]bool
	waiting  map[msg.Op]bool
	ids      map[kafka.ProducerID]bool
	lastOp   msg.Op
	epoch    kafka.BrokerEpoch
	nextPID  kafka.ProducerID
	opened   bool
	closing  bool
	closed   bool
	clean    bool
	finished bool
	// unclean are the directories of logs that were not closed well; failed those of which a save failed.
	unclean, failed []kafka.DirID
	// asked is the last partition that an assignment was asked for, told the last that was answered;
	// assigning is what is on its way.
	asked, told kafka.PartitionID
	assigning   []msg.DirAssignment
}

func (w *world) check() {
	w.m.Check()
	o := w.m.Out
	w.m.Out = Out{}
	for _, r := range o.Requests {
		switch r := r.(type) {
		case *msg.AllocateProducerIDs:
			w.blocks = append(w.blocks, r)
		case *msg.AssignReplicasToDirs:
			if w.assigning != nil || r.BrokerEpoch == kafka.NoBrokerEpoch {
				w.t.Fatalf("assigned %d replicas with %d under way, by epoch %d", len(r.Replicas), len(w.assigning), r.BrokerEpoch)
			}
			w.assigning = r.Replicas
		default:
			w.session = append(w.session, r)
		}
	}
	if len(w.session) > 1 || len(w.blocks) > 1 {
		w.t.Fatalf("asked %d and %d at once", len(w.session), len(w.blocks))
	}
	for _, s := range o.Saves {
		if s.Kind == port.SaveCleanMarker && (!w.closed || slices.Contains(w.unclean, s.Dir) || slices.Contains(w.failed, s.Dir)) {
			w.t.Fatalf("%s is marked clean, and is not", s.Dir)
		}
	}
	w.saves = append(w.saves, o.Saves...)
	for _, p := range o.ProducerIDs {
		if !w.waiting[p.Op] || p.Err == kafka.None && w.ids[p.ID] {
			w.t.Fatalf("producer id %d for %d: asked %v, given before %v", p.ID, p.Op, w.waiting[p.Op], w.ids[p.ID])
		}
		delete(w.waiting, p.Op)
		w.ids[p.ID] = p.Err == kafka.None
	}
	if o.OpenLogs {
		for dir, marked := range w.marked {
			if marked {
				w.t.Fatalf("logs are opened, and %s is still marked clean", dir)
			}
		}
		w.opened = true
	}
	if o.Ready && (!w.opened || w.m.Epoch() == kafka.NoBrokerEpoch) {
		w.t.Fatal("ready without logs or without a registration")
	}
	w.closing = w.closing || o.CloseLogs
	if o.Done {
		if w.finished || o.Clean && (!w.clean || len(w.failed) > 0) {
			w.t.Fatal("done twice, or clean although it was not")
		}
		w.finished = true
	}
}

func (w *world) saved(fail bool) {
	if len(w.saves) == 0 {
		return
	}
	s := w.saves[0]
	w.saves = w.saves[1:]
	done := &port.Saved{Kind: s.Kind, Seq: s.Seq, Dir: s.Dir}
	if fail {
		done.Fail = port.FailIO
		w.failed = append(w.failed, s.Dir)
		// Its directory is offline: nothing is written there any more, marked or not.
		delete(w.marked, s.Dir)
	} else if s.Kind == port.RemoveCleanMarker {
		w.marked[s.Dir] = false
	}
	w.m.Saved(w.now, done)
}

func (w *world) answer(ok bool) {
	err := kafka.None
	if !ok {
		err = rapid.SampledFrom([]kafka.ErrorCode{kafka.ErrNotController, kafka.ErrStaleBrokerEpoch, kafka.ErrDuplicateBrokerRegistration}).Draw(w.t, "err")
	}
	if len(w.session) > 0 {
		r := w.session[0]
		w.session = nil
		switch r := r.(type) {
		case *msg.RegisterBroker:
			w.epoch++
			w.m.Reply(w.now, &msg.RegisteredBroker{Op: msg.OpLifecycle, Err: err, Epoch: w.epoch})
		case *msg.BrokerHeartbeat:
			w.m.Reply(w.now, &msg.HeartbeatAnswer{Op: msg.OpLifecycle, Err: err, Fenced: r.WantFence, ShouldShutDown: r.WantShutDown && ok})
		}
	}
}

func (w *world) block(ok bool) {
	if len(w.blocks) == 0 {
		return
	}
	w.blocks = nil
	if !ok {
		w.m.Reply(w.now, &msg.AllocatedProducerIDs{Op: msg.OpLifecycle, Err: kafka.ErrNotController, First: kafka.NoProducerID})
		return
	}
	n := rapid.Int32Range(1, 3).Draw(w.t, "count")
	w.m.Reply(w.now, &msg.AllocatedProducerIDs{Op: msg.OpLifecycle, First: w.nextPID, Count: n})
	w.nextPID += kafka.ProducerID(n)
}

// assigned answers the request of assignments; they must come in the order in which they were asked for,
// and none be left out.
func (w *world) assigned(ok bool) {
	if w.assigning == nil {
		return
	}
	list := w.assigning
	w.assigning = nil
	if !ok {
		w.m.Reply(w.now, &msg.AssignedReplicas{Op: msg.OpLifecycle, Err: kafka.ErrStaleBrokerEpoch})
		return
	}
	for _, a := range list {
		if w.told++; a.Log.Partition != w.told {
			w.t.Fatalf("partition %d was assigned where %d should be", a.Log.Partition, w.told)
		}
	}
	w.m.Reply(w.now, &msg.AssignedReplicas{Op: msg.OpLifecycle})
}

func (w *world) step() {
	t := w.t
	fine := rapid.IntRange(0, 4).Draw(t, "trouble") < 4
	switch rapid.IntRange(0, 10).Draw(t, "step") {
	case 0:
		w.saved(!fine)
	case 1:
		w.answer(fine)
	case 2:
		w.block(fine)
	case 3:
		w.m.Committed(w.now, kafka.Offset(rapid.IntRange(0, 10).Draw(t, "offset")))
	case 4:
		if w.opened {
			w.m.LogsOpened(w.now)
		}
	case 5:
		w.lastOp++
		w.waiting[w.lastOp] = true
		w.m.ProducerID(w.now, w.lastOp)
	case 6:
		w.wait(kafka.Nanos(rapid.Int64Range(0, 3000).Draw(t, "ms")) * kafka.Millisecond)
	case 7:
		loaded := New()
		r := canon.NewReader(w.m.AppendCanon(nil))
		loaded.ReadCanon(r)
		if r.End() != nil || !bytes.Equal(loaded.AppendCanon(nil), w.m.AppendCanon(nil)) {
			t.Fatal("the state does not survive its encoding")
		}
		w.m = loaded
	case 8:
		w.close(fine)
	case 9:
		w.asked++
		w.m.Assign(w.now, []msg.DirAssignment{{Log: kafka.TopicPartition{Partition: w.asked}, Dir: kafka.DirID{1}}})
	case 10:
		w.assigned(fine)
	}
	w.check()
}

func (w *world) wait(d kafka.Nanos) {
	w.now.Mono = w.now.Mono.Add(d)
	if due := w.m.NextDeadline(); due != 0 && due <= w.now.Mono {
		w.m.Deadline(w.now)
	}
}

func (w *world) close(clean bool) {
	if w.closing && !w.closed {
		w.closed, w.clean = true, clean
		if !clean {
			w.unclean = []kafka.DirID{{1}}
		}
		w.m.LogsClosed(w.now, w.unclean)
	}
}

func TestBrokerLivesByItsInvariantsAndStops(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{t: t, m: New(), now: kafka.Now{Mono: 1}, marked: map[kafka.DirID]bool{}, waiting: map[msg.Op]bool{}, ids: map[kafka.ProducerID]bool{}}
		f := &port.BootFacts{ClusterID: "cluster"}
		for i := range rapid.IntRange(1, 3).Draw(t, "dirs") {
			d := port.DirFacts{Dir: kafka.DirID{byte(i + 1)}, CleanMarker: rapid.Bool().Draw(t, "clean"), BrokerEpoch: -1, CleanEpoch: -1}
			w.marked[d.Dir] = d.CleanMarker
			f.Dirs = append(f.Dirs, d)
		}
		cfg := config.DefaultBroker()
		w.m.Start(w.now, &cfg, f, kafka.UUID{1})
		w.check()
		for range rapid.IntRange(0, 50).Draw(t, "steps") {
			w.step()
		}
		w.m.Stop(w.now)
		w.check()
		for range rapid.IntRange(0, 20).Draw(t, "steps after") {
			w.step()
		}
		for i := 0; !w.finished; i++ {
			if i > 100 {
				t.Fatalf("stuck while %s", w.m.Phase())
			}
			for _, next := range []func(){
				func() { w.saved(false) }, func() { w.answer(true) }, func() { w.block(true) }, func() { w.close(true) },
				func() { w.wait(kafka.Second) },
			} {
				next()
				w.check()
			}
		}
		if len(w.waiting) > 0 {
			t.Fatalf("%d wait for a producer id for ever", len(w.waiting))
		}
	})
}
