package clients

import (
	"math"
	"slices"
)

// ways are what an idempotent producer does beside producing; most do little of it.
type ways struct {
	// renew is after how many batches it is somebody else: a short-lived producer; 0 is never.
	renew int32
	// bumps has it take the next epoch of its id when a sequence is broken, as Kafka's own client does
	// without asking anybody (KIP-360), and not a new id. leaps takes the last epoch there is at once.
	bumps, leaps bool
	// haunts has somebody go on with the old epoch.
	haunts bool
	// shows has it name the id and epoch that it had when it asks for a new one.
	shows bool
	// repeats has it send again what was acknowledged, deaf not hear what the oldest batch was answered.
	repeats, deaf bool
	// clumsy has it make batches that are too large, now and then.
	clumsy bool
	// naps has it fall idle for longer than a broker remembers it.
	naps int64
}

// napMax is the longest time after which a broker forgets a producer that is worth waiting for.
const napMax = second

func drawWays(s *shared, key string) ways {
	some := func(name string, oneIn uint64) bool { return s.env.Draw(key+name, oneIn) == oneIn-1 }
	w := ways{
		renew: []int32{0, 0, 0, 40, 10, 40, 1}[s.env.Draw(key+"/renew", 7)],
		bumps: some("/bumps", 2), leaps: some("/leaps", 4), haunts: some("/haunts", 2),
		shows: some("/shows", 2), repeats: some("/repeats", 2), deaf: some("/deaf", 2),
		clumsy: some("/clumsy", 2),
	}
	if idle := s.plan.Idle; idle > 0 && idle <= napMax && some("/naps", 2) {
		w.naps = idle
	}
	return w
}

// stray is a batch that goes its own way, in no lane: it is sent once, and whatever the answer, that is
// the end of it.
type stray struct {
	b   *batch
	due int64
}

// againMax is how many batches wait to be sent once more.
const againMax = 4

// strayMax is how long a stray waits for a connection.
const strayMax = 500 * millisecond

// sendAgain has a batch that was acknowledged sent once more, now and then, as if its answer had come late. Some
// of these come so late that the broker was started anew meanwhile.
func (p *idempotent) sendAgain(b *batch) {
	if p.repeats && !p.quiet && len(p.again) < againMax && p.draw(drawRepeat, 8) == 7 {
		late := int64(p.draw(drawRepeat, 2) * p.draw(drawRepeat, 600))
		p.again = append(p.again, stray{b, p.env.Now() + late*millisecond})
	}
}

// unheard tells whether the answer to a batch is lost: that of the oldest of several in flight, so that it
// is sent again when the others are there.
func (p *idempotent) unheard(ln *lane, b *batch) bool {
	return p.deaf && !p.quiet && ln.open[0] == b && inFlight(ln.open) > 1 && p.draw(drawDeaf, 6) == 5
}

// stumbles tells whether the next batch of a lane is too large. It goes alone, and without a codec that could
// make it small.
func (p *idempotent) stumbles(ln *lane) bool {
	return p.clumsy && p.codec == 0 && len(ln.open) == 0 && p.draw(drawRare, 12) == 11
}

// nap is how long the producer falls idle.
func (p *idempotent) nap() int64 {
	if p.naps == 0 || p.draw(drawIdle, 24) != 23 {
		return 0
	}
	return 2*p.naps + int64(p.draw(drawIdle, 500))*millisecond
}

// bump takes another epoch of the producer id, if it is the producer's way, and there is one left. With the
// old one somebody may go on in each partition.
func (p *idempotent) bump() bool {
	if !p.bumps || p.epoch == math.MaxInt16 {
		return false
	}
	for i := range p.lanes {
		if p.haunts && !p.quiet && p.draw(drawZombie, 2) == 1 {
			ln := &p.lanes[i]
			sh := p.shape(&p.habits)
			sh.producer, sh.epoch, sh.sequence = p.producer, p.epoch, ln.next
			due := p.env.Now() + int64(p.draw(drawZombie, 400))*millisecond
			p.zombies = append(p.zombies, stray{p.makeBatch(ln.topic, ln.partition, -1, sh), due})
		}
	}
	p.epoch++
	if p.leaps {
		p.epoch = math.MaxInt16
	}
	return true
}

// sendStrays sends what is due, or gives it up.
func (p *idempotent) sendStrays(now int64) {
	for _, list := range []*[]stray{&p.again, &p.zombies} {
		*list = slices.DeleteFunc(*list, func(s stray) bool { return !p.sendStray(s, now) })
	}
}

// sendStray tells whether a stray is still to be sent, or to be answered.
func (p *idempotent) sendStray(s stray, now int64) bool {
	switch {
	case s.b.inFlight:
		return true
	case now < s.due:
		p.at(s.due)
		return true
	case now > s.due+strayMax:
		return false
	}
	l := p.leader(s.b.topic, s.b.partition, p.speaks.produce >= produceByID)
	if l == nil || !l.room(pipelineMax) {
		p.at(now + metadataPause)
		return true
	}
	p.attempt(l, s.b)
	l.send(p.produceRequest(-1, []*batch{s.b}), call{kind: callProduce, index: s.b.op})
	return true
}

// stray takes the stray of an operation from its list, or gives nil if it is none.
func (p *idempotent) stray(op int) *batch {
	for _, list := range []*[]stray{&p.again, &p.zombies} {
		for i, s := range *list {
			if s.b.op == op && s.b.inFlight {
				*list = slices.Delete(*list, i, i+1)
				return s.b
			}
		}
	}
	return nil
}
