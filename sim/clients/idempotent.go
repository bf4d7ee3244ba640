package clients

import (
	"math"
	"slices"
	"strconv"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// idempotent is an idempotent producer (KIP-98): acks=all, up to five batches in flight, and every
// batch is sent again, in order and with its sequence, until its outcome is known or its time is
// over. When a sequence is broken it gives up what is open and asks for a new producer id.
type idempotent struct {
	actor
	habits
	ways
	burst    uint64
	first    kafka.Sequence // of each lane
	producer kafka.ProducerID
	epoch    kafka.ProducerEpoch
	has      bool // a producer id
	asked    bool
	askedAt  checker.Event
	askAt    int64
	broken   bool  // the sequence: wait for answers, then begin anew
	made     int32 // batches since it began
	lanes    []lane
	// again are batches that were acknowledged and are sent once more, zombies those of an old epoch.
	again, zombies []stray
	nextAt         int64
}

// lane is one partition's batches.
type lane struct {
	topic     int
	partition kafka.PartitionID
	next      kafka.Sequence
	// clumsy is a batch that is too large for any segment; nothing is made until its refusal gives its
	// sequence back.
	clumsy *batch
	open   []*batch // in the order of their sequences
	// draining holds sending back until nothing is in flight: then all is sent again, in order.
	draining bool
	node     int32 // that the batches in flight were sent to
	retryAt  int64
}

const (
	// deliveryTimeout is how long a batch is tried for.
	deliveryTimeout = 2500 * millisecond
	retryPause      = 20 * millisecond
	openMax         = 16
)

func newIdempotent(s *shared, id int32) *idempotent {
	p := &idempotent{producer: kafka.NoProducerID, epoch: kafka.NoProducerEpoch}
	p.actor.init(s, id, p)
	key := "plan/client" + strconv.Itoa(int(id))
	p.habits = drawHabits(s.env, key, len(s.topics))
	p.ways = drawWays(s, key)
	p.burst = 1 + s.env.Draw(key+"/burst", 6)
	if s.env.Draw(key+"/wrap", 3) == 2 {
		// A broker that knows nothing of the producer takes any sequence; after the last one comes 0.
		p.first = math.MaxInt32 - kafka.Sequence(s.env.Draw(key+"/wrap", 30))
	}
	return p
}

// Idle implements Client.
func (p *idempotent) Idle() bool { return p.quiet && p.opened() == 0 && !p.asked && !p.asking() }

// opened counts the batches that are not settled, strays included.
func (p *idempotent) opened() int {
	n := len(p.again) + len(p.zombies)
	for i := range p.lanes {
		n += len(p.lanes[i].open)
	}
	return n
}

func (p *idempotent) step(now int64) {
	if p.quiet && p.opened() == 0 {
		return
	}
	for _, t := range p.writes {
		p.learn(t, now)
	}
	p.expireBatches(now)
	if p.broken || p.renew > 0 && p.made >= p.renew && p.opened() == 0 {
		p.beginAnew()
	}
	p.sendStrays(now)
	if !p.has {
		p.askID(now)
		if p.quiet { // there will be none any more, but what is to be sent again has an id
			p.sendStrays(now)
		}
		return
	}
	if !p.quiet && !p.broken && (p.renew == 0 || p.made < p.renew) {
		p.produceMore(now)
	}
	for i := range p.lanes {
		p.sendLane(&p.lanes[i], now)
	}
}

// expireBatches gives up when a batch has been tried for too long.
func (p *idempotent) expireBatches(now int64) {
	for i := range p.lanes {
		if open := p.lanes[i].open; len(open) > 0 {
			if end := open[0].born + deliveryTimeout; now >= end {
				p.broken = true
			} else {
				p.at(end)
			}
		}
	}
}

// beginAnew drops everything once nothing is in flight any more; a new producer id begins with
// its first sequence everywhere, a new epoch of the old one with 0.
func (p *idempotent) beginAnew() {
	for i := range p.lanes {
		if inFlight(p.lanes[i].open) > 0 {
			return
		}
	}
	p.broken, p.made = false, 0
	if !p.bump() {
		p.has = false
	}
	p.lanes = p.lanes[:0]
}

func inFlight(open []*batch) int {
	n := 0
	for _, b := range open {
		if b.inFlight {
			n++
		}
	}
	return n
}

// askID asks for a producer id.
func (p *idempotent) askID(now int64) {
	if p.asked || p.quiet {
		return
	}
	if now < p.askAt {
		p.at(p.askAt)
		return
	}
	l := p.anyLink()
	if !l.room(pipelineMax) {
		return
	}
	r := kmsg.NewPtrInitProducerIDRequest()
	r.Version = p.speaks.init
	if p.shows && p.producer != kafka.NoProducerID {
		r.ProducerID, r.ProducerEpoch = int64(p.producer), int16(p.epoch)
	}
	p.asked, p.askedAt = true, p.event()
	l.send(r, call{kind: callInit})
}

// produceMore makes a burst of batches for one partition when it is time to.
func (p *idempotent) produceMore(now int64) {
	if now < p.nextAt {
		p.at(p.nextAt)
		return
	}
	if p.skips() {
		p.nextAt = now + p.pause(p.gap)
		p.at(p.nextAt)
		return
	}
	topic, partition := p.target(&p.habits)
	if p.opened() >= openMax || p.leader(topic, partition, p.speaks.produce >= produceByID) == nil {
		p.nextAt = now + metadataPause
		p.at(p.nextAt)
		return
	}
	ln := p.lane(topic, partition)
	burst := 1 + p.draw(drawCount, p.burst)
	if ln.clumsy != nil {
		burst = 0
	}
	for i := range burst {
		if i > 0 && p.skips() {
			continue
		}
		sh := p.shape(&p.habits)
		if p.stumbles(ln) {
			sh.count, sh.size = 1, oversize
		}
		sh.producer, sh.epoch, sh.sequence = p.producer, p.epoch, ln.next
		ln.open = append(ln.open, p.makeBatch(topic, partition, -1, sh))
		p.made++
		if sh.size == oversize {
			ln.clumsy = ln.open[0]
			break
		}
		ln.next = ln.next.Add(sh.count)
	}
	p.nextAt = now + p.pause(p.gap) + p.nap()
	p.at(p.nextAt)
}

func (p *idempotent) lane(topic int, partition kafka.PartitionID) *lane {
	for i := range p.lanes {
		if p.lanes[i].topic == topic && p.lanes[i].partition == partition {
			return &p.lanes[i]
		}
	}
	first := p.first
	if p.epoch > 0 { // the broker may know the producer by an older one
		first = 0
	}
	p.lanes = append(p.lanes, lane{topic: topic, partition: partition, next: first})
	return &p.lanes[len(p.lanes)-1]
}

// sendLane sends what is not in flight, in order.
func (p *idempotent) sendLane(ln *lane, now int64) {
	if p.broken || len(ln.open) == 0 {
		return
	}
	flying := inFlight(ln.open)
	if ln.draining {
		if flying > 0 {
			return
		}
		if now < ln.retryAt {
			p.at(ln.retryAt)
			return
		}
		ln.draining = false
	}
	l := p.leader(ln.topic, ln.partition, p.speaks.produce >= produceByID)
	if l == nil {
		p.at(now + metadataPause)
		return
	}
	if flying > 0 && l.node != ln.node { // the leader moved: first hear from the old one
		return
	}
	ln.node = l.node
	for _, b := range ln.open {
		if b.inFlight {
			continue
		}
		if !l.room(pipelineMax) {
			return
		}
		p.attempt(l, b)
		l.send(p.produceRequest(-1, []*batch{b}), call{kind: callProduce, index: b.op})
	}
}

func (p *idempotent) answered(_ *link, c call, r kmsg.Response) {
	switch r := r.(type) {
	case *kmsg.MetadataResponse:
		p.learned(c.index, r)
	case *kmsg.InitProducerIDResponse:
		p.asked = false
		p.has = r.ErrorCode == 0
		p.producer, p.epoch = kafka.ProducerID(r.ProducerID), kafka.ProducerEpoch(r.ProducerEpoch)
		p.given(p.askedAt, r)
		p.askAt = p.env.Now() + metadataPause
	case *kmsg.ProduceResponse:
		if b := p.stray(c.index); b != nil {
			p.ended(b, p.produced(r, b))
			return
		}
		ln, b := p.find(c.index)
		answer := p.produced(r, b)
		if p.unheard(ln, b) {
			answer = nil
		}
		p.settle(ln, b, p.ended(b, answer))
	}
}

func (p *idempotent) lost(c call) {
	switch c.kind {
	case callMetadata:
		p.notLearned(c.index)
	case callInit:
		p.asked = false
		p.askAt = p.env.Now() + metadataPause
	default:
		if b := p.stray(c.index); b != nil {
			p.ended(b, nil)
			return
		}
		ln, b := p.find(c.index)
		p.settle(ln, b, p.ended(b, nil))
	}
}

// find is the batch of an operation, and its lane; an operation in flight has them.
func (p *idempotent) find(op int) (*lane, *batch) {
	for i := range p.lanes {
		for _, b := range p.lanes[i].open {
			if b.op == op {
				return &p.lanes[i], b
			}
		}
	}
	panic("BUG: a batch in flight that no lane has")
}

// settle decides what follows from an attempt's end.
func (p *idempotent) settle(ln *lane, b *batch, err kafka.ErrorCode) {
	head := ln.open[0] == b
	if ln.clumsy == b && (err == kafka.ErrMessageTooLarge || err == kafka.ErrRecordListTooLarge) {
		ln.clumsy, ln.open = nil, nil
		return
	}
	switch err {
	case kafka.None, kafka.ErrDuplicateSequenceNumber:
		ln.open = slices.DeleteFunc(ln.open, func(o *batch) bool { return o == b })
		if ln.clumsy == b { // the topic's codec made it small: it has its sequence (seed 1991)
			ln.clumsy, ln.next = nil, ln.next.Add(1)
		}
		p.sendAgain(b)
		return
	case kafka.ErrOutOfOrderSequenceNumber, kafka.ErrUnknownProducerID:
		// Behind a batch that failed this only says that the one before is missing.
		p.broken = p.broken || head
	case kafka.ErrInvalidProducerEpoch, kafka.ErrProducerFenced, kafka.ErrMessageTooLarge,
		kafka.ErrRecordListTooLarge, kafka.ErrInvalidRecord, kafka.ErrCorruptMessage,
		kafka.ErrInvalidTimestamp, kafka.ErrInvalidRequest, kafka.ErrUnsupportedVersion,
		kafka.ErrUnsupportedCompressionType:
		p.broken = true
	}
	ln.draining = true
	ln.retryAt = p.env.Now() + retryPause
}
