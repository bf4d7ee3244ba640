package session

import (
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/wire"
)

// Produce appends one batch to each of several partitions. acks=0 gets no answer, and its errors
// close the connection, which is all that such a client can notice; acks=1 is answered when the
// leader has it, acks=-1 when the ISR has. From v13 topics are named by id (KIP-516). From v10 the
// answer names the new leader where this node is not it (KIP-951). A leader whose queue of appends
// is full lets the request, and what follows it on the connection, wait. To a topic of coordinators only they write:
// to others it is INVALID_TOPIC_EXCEPTION.
//
// A batch of a transaction in a request with a transactional id is refused as by a Kafka that finds
// no transaction coordinator to verify it with (KIP-890): NOT_ENOUGH_REPLICAS, which clients
// retry, and which says that nothing was written. There are no coordinators yet.
var produceAPI = api{key: wire.KeyProduce, min: 3, max: 13, start: (*Session).startProduce}

// produceOp is a Produce under way.
type produceOp struct {
	acks     int16
	byID     bool
	hints    bool
	stray    bool
	internal bool
	waiting  int32
	topics   []producedTopic
	slots    []producedSlot
	listener string
}

// producedTopic says how many of the slots, which are in the order of the request, are its.
type producedTopic struct {
	name  string
	id    kafka.TopicID
	count int32
}

// producedSlot is the result of one partition. Without waiting it is known.
type producedSlot struct {
	waiting    bool
	known      bool
	log        kafka.TopicPartition
	err        kafka.ErrorCode
	errText    string
	records    []wire.RecordError
	base       kafka.Offset
	logStart   kafka.Offset
	appendTime kafka.Wall
}

func (p *produceOp) reset() {
	clear(p.topics)
	clear(p.slots)
	*p = produceOp{topics: p.topics[:0], slots: p.slots[:0]}
}

func (s *Session) startProduce(now kafka.Now, c *conn, req *wire.Request, v View) bool {
	body := req.Body.(*wire.ProduceRequest)
	if s.isStale(req, body) {
		s.marks.Hit(port.MarkStalePolicy)
		again := *req
		s.Out.Stale = append(s.Out.Stale, &again)
		c.stale = true
		return false
	}
	p := take(&s.spare.produces)
	p.acks, p.byID, p.hints, p.listener = body.Acks, req.Version >= 13, req.Version >= 10, c.listener
	p.stray, p.internal = isStray(body), req.ClientID == adminClient
	for i := range body.Topics {
		p.resolve(&body.Topics[i], body, v)
	}
	for i := range p.slots {
		if slot := &p.slots[i]; slot.err == kafka.None && !v.Replicas.AppendRoom(slot.log) {
			s.marks.Hit(port.MarkCrowded)
			s.crowded = append(s.crowded, crowded{log: slot.log, conn: req.Conn})
			p.reset()
			s.spare.produces = append(s.spare.produces, p)
			return false
		}
	}
	id, o := s.beginOp(c, req)
	o.produce = p
	s.sendBatches(id, p, body)
	switch {
	case p.waiting == 0:
		s.produceDone(id, o, v)
	case p.acks == -1:
		s.startTimer(id, o, now.Mono.Add(kafka.Millis(body.TimeoutMillis).Nanos()))
	}
	return true
}

// adminClient is the client id that may write to the topics of coordinators, as in Kafka: somebody may have to
// mend them by hand.
const adminClient = "__admin_client"

func validAcks(acks int16) bool { return acks >= -1 && acks <= 1 }

// isStale tells that a topic's policy came after the edge validated the request.
func (s *Session) isStale(req *wire.Request, body *wire.ProduceRequest) bool {
	if req.Policies >= s.published.Version {
		return false
	}
	for i := range body.Topics {
		t := &body.Topics[i]
		if _, since := s.published.Rules(t.Name, t.ID); since > req.Policies {
			return true
		}
	}
	return false
}

// isStray tells that a batch claims to be of a transaction, and the request names no transactional id. Kafka
// then refuses all of it: there is no id that the client could be allowed to use.
func isStray(body *wire.ProduceRequest) bool {
	if body.TransactionalID != nil {
		return false
	}
	for i := range body.Topics {
		for j := range body.Topics[i].Partitions {
			if body.Topics[i].Partitions[j].Head.Attributes.IsTransactional() {
				return true
			}
		}
	}
	return false
}

// resolve makes the slots of one topic. What can be refused without its leader is, in Kafka's order.
func (p *produceOp) resolve(t *wire.ProduceTopic, body *wire.ProduceRequest, v View) {
	if len(t.Partitions) > 0 { // else Kafka doesn't answer for it
		p.topics = append(p.topics, producedTopic{name: t.Name, id: t.ID, count: int32(len(t.Partitions))})
	}
	topic, missing := lookup(v.Image, t.Name, t.ID, p.byID)
	for i := range t.Partitions {
		part := &t.Partitions[i]
		slot := producedSlot{base: kafka.NoOffset, logStart: kafka.NoOffset, appendTime: -1}
		slot.log.Partition = part.Partition
		switch {
		case p.stray:
			slot.err = kafka.ErrTransactionalIDAuthorizationFailed
		case topic == nil:
			slot.err = missing
		case part.Partition < 0 || int(part.Partition) >= len(topic.Partitions):
			slot.err = kafka.ErrUnknownTopicOrPartition
		case isInternal(topic.Name) && !p.internal && !part.Early && validAcks(body.Acks):
			slot.err = kafka.ErrInvalidTopicException
		case part.Err != kafka.None:
			slot.err, slot.errText, slot.records = part.Err, part.ErrText, part.RecordErrors
			slot.logStart = startOf(v, topic.ID, part)
		case !validAcks(body.Acks):
			slot.err = kafka.ErrInvalidRequiredAcks
		case body.TransactionalID != nil && part.Head.Attributes.IsTransactional():
			slot.err = kafka.ErrNotEnoughReplicas
			slot.errText = "Unable to verify the partition has been added to the transaction. " +
				"Underlying error: COORDINATOR_NOT_AVAILABLE"
		}
		if topic != nil {
			slot.known = true
			slot.log.Topic = topic.ID
		}
		p.slots = append(p.slots, slot)
	}
}

// startOf is the log's start as Kafka tells it to a producer whose records it refused: always, but
// for damage and size, and for what it finds in the request as such.
func startOf(v View, topic kafka.TopicID, part *wire.ProducePartition) kafka.Offset {
	if part.Early || part.Err == kafka.ErrCorruptMessage || part.Err == kafka.ErrMessageTooLarge {
		return kafka.NoOffset
	}
	log := kafka.TopicPartition{Topic: topic, Partition: part.Partition}
	state := v.Replicas.OffsetState(log, kafka.NoLeaderEpoch)
	if state.Err != kafka.None {
		return kafka.NoOffset
	}
	return state.LogStart
}

// lookup finds a topic by id or name, or the error that its absence has.
func lookup(img *image.Image, name string, id kafka.TopicID, byID bool) (*image.Topic, kafka.ErrorCode) {
	if byID {
		return img.Topic(id), kafka.ErrUnknownTopicID
	}
	return img.TopicNamed(name), kafka.ErrUnknownTopicOrPartition
}

// sendBatches gives the batches to their leaders, and the others back.
func (s *Session) sendBatches(id msg.Op, p *produceOp, body *wire.ProduceRequest) {
	at := 0
	for i := range body.Topics {
		for j := range body.Topics[i].Partitions {
			part, slot := &body.Topics[i].Partitions[j], &p.slots[at]
			if slot.err != kafka.None {
				s.drop(part.Span)
			} else {
				slot.waiting = true
				p.waiting++
				s.Out.Produces = append(s.Out.Produces, msg.Produce{
					Op: id, Slot: int32(at), Log: slot.log, Acks: p.acks, Head: part.Head, Span: part.Span,
				})
			}
			part.Span = port.Span{}
			at++
		}
	}
}

// Produced takes the answer of a leader.
func (s *Session) Produced(_ kafka.Now, m *msg.Produced, v View) {
	o := s.op(m.Op)
	if o == nil {
		return
	}
	slot := &o.produce.slots[m.Slot]
	if !slot.waiting {
		panic("BUG: a batch is answered twice")
	}
	slot.waiting = false
	slot.err, slot.errText = m.Err, m.ErrText
	slot.base, slot.logStart, slot.appendTime = m.Base, m.LogStart, m.AppendTime
	o.produce.waiting--
	if o.produce.waiting == 0 {
		s.produceDone(m.Op, o, v)
	}
}

// produceTimedOut answers for the partitions that are still waiting: whether they get there is
// not known.
func (s *Session) produceTimedOut(id msg.Op, o *op, v View) {
	for i := range o.produce.slots {
		if slot := &o.produce.slots[i]; slot.waiting {
			slot.waiting = false
			slot.err = kafka.ErrRequestTimedOut
			s.marks.Hit(port.MarkProduceTimedOut)
		}
	}
	s.produceDone(id, o, v)
}

func (s *Session) produceDone(id msg.Op, o *op, v View) {
	p := o.produce
	if p.acks != 0 {
		s.finish(id, o, p.response(int16(o.version), v.Image))
		return
	}
	for i := range p.slots {
		if err := p.slots[i].err; err != kafka.None {
			conn, seq := o.conn, o.seq
			s.freeOp(id, o)
			s.refuseConn(conn, seq, "produce with acks=0 failed: "+err.String())
			return
		}
	}
	s.finish(id, o, nil)
}

// oneProduced is the response for one partition, as most are: one allocation.
type oneProduced struct {
	response   wire.ProduceResponse
	topics     [1]wire.ProducedTopic
	partitions [1]wire.ProducedPartition
}

func (p *produceOp) response(version int16, img *image.Image) *wire.ProduceResponse {
	var r *wire.ProduceResponse
	var partitions []wire.ProducedPartition
	if len(p.topics) == 1 && len(p.slots) == 1 {
		one := &oneProduced{}
		r, partitions = &one.response, one.partitions[:]
		r.Topics = one.topics[:]
	} else {
		r, partitions = &wire.ProduceResponse{}, make([]wire.ProducedPartition, len(p.slots))
		r.Topics = make([]wire.ProducedTopic, len(p.topics))
	}
	r.Version = version
	at := 0
	for i := range p.topics {
		t := &p.topics[i]
		end := at + int(t.count)
		r.Topics[i] = wire.ProducedTopic{Name: t.name, ID: t.id, Partitions: partitions[at:end:end]}
		for ; at < end; at++ {
			slot := &p.slots[at]
			partitions[at] = wire.ProducedPartition{
				Partition: slot.log.Partition, Err: slot.err, ErrText: slot.errText, RecordErrors: slot.records,
				Base: slot.base, AppendTime: slot.appendTime, LogStart: slot.logStart,
			}
			if p.hints {
				partitions[at].Leader, r.Nodes = hint(img, slot.log, slot.err, p.listener, r.Nodes)
			}
		}
	}
	return r
}
