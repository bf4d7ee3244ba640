package clients

import (
	"strconv"

	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// plain is a producer without idempotence: one request at a time, and no retry, since the broker
// could not tell it from a second write.
type plain struct {
	actor
	habits
	acks   int16
	open   []*batch
	nextAt int64
}

// oversize is a record that fits into no planned segment: the broker must refuse it whole.
const oversize = 40 << 10

func newPlain(s *shared, id int32) *plain {
	p := &plain{}
	p.actor.init(s, id, p)
	key := "plan/client" + strconv.Itoa(int(id))
	p.habits = drawHabits(s.env, key, len(s.topics))
	p.acks = []int16{-1, 1, 0}[s.env.Draw(key+"/acks", 3)]
	return p
}

// Idle implements Client.
func (p *plain) Idle() bool { return p.quiet && len(p.open) == 0 && !p.asking() }

func (p *plain) step(now int64) {
	if len(p.open) > 0 || p.quiet {
		return
	}
	for _, t := range p.writes {
		p.learn(t, now)
	}
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
	l := p.leader(topic, partition, p.speaks.produce >= produceByID)
	if l == nil || !l.room(pipelineMax) {
		p.nextAt = now + metadataPause
		p.at(p.nextAt)
		return
	}
	p.send(l, topic, partition)
	if len(p.open) == 0 { // acks=0: nobody answers
		p.nextAt = now + p.pause(p.gap)
		p.at(p.nextAt)
	}
}

// send sends one batch, or now and then one for each partition of the topic that the node leads.
func (p *plain) send(l *link, topic int, partition kafka.PartitionID) {
	sh := p.shape(&p.habits)
	if p.draw(drawRare, 64) == 1 && p.codec == 0 {
		sh.count, sh.size = 1, oversize
	}
	sh.spoiled = p.draw(drawSpoil, 32) == 1
	sh.keyless = p.topics[topic].compacted() && p.draw(drawKeyless, 16) == 1
	batches := []*batch{p.makeBatch(topic, partition, p.acks, sh)}
	if p.draw(drawRare, 4) == 1 {
		for i, place := range p.seen.topics[topic].places {
			if other := kafka.PartitionID(i); other != partition && place.node == l.node {
				batches = append(batches, p.makeBatch(topic, other, p.acks, p.shape(&p.habits)))
			}
		}
	}
	for _, b := range batches {
		p.attempt(l, b)
	}
	r := p.produceRequest(p.acks, batches)
	if p.acks == 0 {
		l.sendUnanswered(r)
		for _, b := range batches {
			p.ended(b, nil)
		}
		return
	}
	p.open = batches
	l.send(r, call{kind: callProduce})
}

func (p *plain) answered(_ *link, c call, r kmsg.Response) {
	if c.kind == callMetadata {
		p.learned(c.index, r.(*kmsg.MetadataResponse))
		return
	}
	for _, b := range p.open {
		p.ended(b, p.produced(r.(*kmsg.ProduceResponse), b))
	}
	p.done()
}

func (p *plain) lost(c call) {
	if c.kind == callMetadata {
		p.notLearned(c.index)
		return
	}
	for _, b := range p.open {
		p.ended(b, nil)
	}
	p.done()
}

func (p *plain) done() {
	p.open = nil
	p.nextAt = p.env.Now() + p.pause(p.gap)
}
