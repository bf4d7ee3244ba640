package clients

import (
	"strconv"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// grower adds partitions to topics while others write to them and read them. Some requests are only to be
// judged, some place the new partitions themselves, some ask for no more than there are. One request is
// open at a time.
type grower struct {
	actor
	grows  []int // topics in the plan
	gap    int64
	nextAt int64
	topic  int
	count  int32
	op     int // in the history's Admin, or -1 if it is only judged
	busy   bool
}

// grownMax bounds the partitions of a topic.
const grownMax = 7

func newGrower(s *shared, id int32) *grower {
	g := &grower{}
	g.actor.init(s, id, g)
	s.growing = true
	key := "plan/client" + strconv.Itoa(int(id))
	g.gap = []int64{500, 1000, 200, 2000}[s.env.Draw(key+"/gap", 4)] * millisecond
	for i := range s.topics {
		if !s.topics[i].auto {
			g.grows = append(g.grows, i)
		}
	}
	return g
}

// Idle implements Client.
func (g *grower) Idle() bool { return g.quiet && !g.busy && !g.asking() }

// Waiting implements Client.
func (g *grower) Waiting() string { return g.waiting() }

func (g *grower) step(now int64) {
	if g.busy || g.quiet || len(g.grows) == 0 {
		return
	}
	for _, topic := range g.grows {
		g.learn(topic, now)
	}
	if g.nextAt == 0 {
		g.nextAt = now + g.pause(g.gap)
	}
	if now < g.nextAt {
		g.at(g.nextAt)
		return
	}
	if g.skips() {
		g.nextAt = now + g.pause(g.gap)
		g.at(g.nextAt)
		return
	}
	g.topic = g.grows[g.draw(drawWhere, uint64(len(g.grows)))]
	l := g.anyLink()
	have := int32(len(g.seen.topics[g.topic].places))
	if have == 0 || !l.room(1) {
		g.nextAt = now + metadataPause
		g.at(g.nextAt)
		return
	}
	g.busy = true
	l.send(g.request(have), call{kind: callGrow})
}

func (g *grower) request(have int32) kmsg.Request {
	r := kmsg.NewPtrCreatePartitionsRequest()
	r.Version, r.TimeoutMillis = g.speaks.grow, adminTimeout
	r.ValidateOnly = have >= grownMax || g.draw(drawRare, 4) == 1
	g.count = have + []int32{1, 2, 1, 0}[g.draw(drawCount, 4)]
	q := kmsg.NewCreatePartitionsRequestTopic()
	q.Topic, q.Count = g.topics[g.topic].name, g.count
	if g.draw(drawLimit, 4) == 1 {
		q.Assignment = []kmsg.CreatePartitionsRequestTopicAssignment{}
		for range g.count - have {
			a := kmsg.NewCreatePartitionsRequestTopicAssignment()
			a.Replicas = []int32{g.plan.Nodes[g.draw(drawNode, uint64(len(g.plan.Nodes)))]}
			q.Assignment = append(q.Assignment, a)
		}
	}
	r.Topics = append(r.Topics, q)
	if g.op = -1; !r.ValidateOnly {
		g.op = len(g.history.Admin)
		g.history.Admin = append(g.history.Admin, checker.AdminOp{
			Client: g.id, Kind: checker.GrowTopic, Topic: q.Topic, Partitions: g.count, Start: g.event(),
		})
	}
	return r
}

func (g *grower) answered(_ *link, asked call, r kmsg.Response) {
	if asked.kind == callMetadata {
		g.learned(asked.index, r.(*kmsg.MetadataResponse))
		return
	}
	a := r.(*kmsg.CreatePartitionsResponse)
	if len(a.Topics) != 1 || a.Topics[0].Topic != g.topics[g.topic].name {
		g.odd(g.id, "a CreatePartitions answer of another shape than was asked for")
		g.ended(nil)
		return
	}
	g.ended(&a.Topics[0])
}

func (g *grower) lost(asked call) {
	if asked.kind == callMetadata {
		g.notLearned(asked.index)
		return
	}
	g.ended(nil)
}

// ended takes what was told of the request, nil if that was nothing. Once it is acknowledged all clients
// learn of the new partitions: they would, at the next refresh of what they know.
func (g *grower) ended(told *kmsg.CreatePartitionsResponseTopic) {
	g.busy = false
	g.nextAt = g.env.Now() + g.pause(g.gap)
	g.seen.topics[g.topic].stale = true
	if g.op < 0 {
		return
	}
	op := &g.history.Admin[g.op]
	op.End = g.event()
	if told == nil {
		return
	}
	op.Answered, op.Err = true, kafka.ErrorCode(told.ErrorCode)
	if op.Err == kafka.None {
		g.grown[g.topic] = max(g.grown[g.topic], int(g.count))
	}
}
