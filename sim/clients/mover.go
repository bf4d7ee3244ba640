package clients

import (
	"strconv"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// mover moves logs between the log directories of a node, whether the topics are there or not: one partition, or
// all of a topic, at times elsewhere before it has arrived. Now and then it looks at what the directories
// hold. One request is open at a time.
type mover struct {
	actor
	gap    int64
	nextAt int64
	open   []int // the operations of the request in flight, in the history's Moves
	began  checker.Event
	busy   bool
}

func newMover(s *shared, id int32) *mover {
	m := &mover{}
	m.actor.init(s, id, m)
	m.gap = []int64{300, 50, 1000}[s.env.Draw("plan/client"+strconv.Itoa(int(id))+"/gap", 3)] * millisecond
	return m
}

// Idle implements Client.
func (m *mover) Idle() bool { return m.quiet && !m.busy }

// Waiting implements Client.
func (m *mover) Waiting() string { return m.waiting() }

func (m *mover) step(now int64) {
	if m.busy || m.quiet {
		return
	}
	if m.nextAt == 0 {
		m.nextAt = now + 100*millisecond
	}
	if now < m.nextAt {
		m.at(m.nextAt)
		return
	}
	if m.skips() {
		m.nextAt = now + m.pause(m.gap)
		m.at(m.nextAt)
		return
	}
	l := m.anyLink()
	if !l.room(1) {
		return
	}
	m.busy, m.open, m.began = true, m.open[:0], m.event()
	if m.draw(drawRare, 8) == 7 {
		l.send(logDirsRequest(m.speaks.logDirs), call{kind: callLogDirs})
		return
	}
	l.send(m.request(), call{kind: callMove})
}

// nowhere is a path that is no log directory.
const nowhere = "/nowhere"

// request asks for one partition, or for all of a topic, to be in one directory.
func (m *mover) request() kmsg.Request {
	topic := &m.topics[m.draw(drawWhere, uint64(len(m.topics)))]
	count := max(topic.partitions, 1)
	first, end := int32(0), count
	if m.draw(drawLimit, 2) == 0 {
		first = int32(m.draw(drawWhere, uint64(count)))
		end = first + 1
	}
	r := kmsg.NewPtrAlterReplicaLogDirsRequest()
	r.Version = m.speaks.move
	d := kmsg.NewAlterReplicaLogDirsRequestDir()
	if d.Dir = nowhere; m.draw(drawRare, 16) != 15 {
		d.Dir = m.plan.Dirs[m.draw(drawCount, uint64(len(m.plan.Dirs)))]
	}
	t := kmsg.NewAlterReplicaLogDirsRequestDirTopic()
	t.Topic = topic.name
	for p := first; p < end; p++ {
		t.Partitions = append(t.Partitions, p)
		m.open = append(m.open, len(m.history.Moves))
		m.history.Moves = append(m.history.Moves, checker.MoveOp{
			Client: m.id, Topic: topic.name, Partition: kafka.PartitionID(p), Path: d.Dir, Start: m.began,
		})
	}
	d.Topics = append(d.Topics, t)
	r.Dirs = append(r.Dirs, d)
	return r
}

func (m *mover) answered(_ *link, _ call, r kmsg.Response) {
	if a, ok := r.(*kmsg.AlterReplicaLogDirsResponse); ok {
		for _, at := range m.open {
			m.moved(&m.history.Moves[at], a)
		}
	}
	m.rest()
}

func (m *mover) moved(op *checker.MoveOp, r *kmsg.AlterReplicaLogDirsResponse) {
	op.End = m.event()
	for i := range r.Topics {
		for _, p := range r.Topics[i].Partitions {
			if r.Topics[i].Topic == op.Topic && p.Partition == int32(op.Partition) {
				op.Answered, op.Err = true, kafka.ErrorCode(p.ErrorCode)
				if op.Path == nowhere && op.Err != kafka.ErrLogDirNotFound {
					m.odd(m.id, "a move to a directory that there is not was answered "+op.Err.String())
				}
				return
			}
		}
	}
	m.odd(m.id, "an AlterReplicaLogDirs answer without a partition that was asked for")
}

func (m *mover) lost(call) {
	for _, at := range m.open {
		m.history.Moves[at].End = m.event()
	}
	m.rest()
}

func (m *mover) rest() {
	m.busy = false
	m.nextAt = m.env.Now() + m.pause(m.gap)
}
