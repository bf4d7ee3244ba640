package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// InitProducerId hands out an id for an idempotent producer (KIP-98), with epoch 0. A producer
// without a transactional id that names the id and epoch it had (KIP-360) gets a new id all the
// same, since nobody remembers the old one; one of the two without the other is INVALID_REQUEST.
// While no block of ids is at hand the request waits; if none can be had, the error is Kafka's,
// COORDINATOR_LOAD_IN_PROGRESS, which clients retry.
//
// With a transactional id the answer is COORDINATOR_NOT_AVAILABLE: there are no transaction
// coordinators yet. An empty one is INVALID_REQUEST.
var initProducerIDAPI = api{key: wire.KeyInitProducerID, min: 0, max: 5, start: (*Session).startInitProducerID}

func (s *Session) startInitProducerID(_ kafka.Now, c *conn, req *wire.Request, _ View) bool {
	body := req.Body.(*kmsg.InitProducerIDRequest)
	hasID := kafka.ProducerID(body.ProducerID) != kafka.NoProducerID
	hasEpoch := kafka.ProducerEpoch(body.ProducerEpoch) != kafka.NoProducerEpoch
	err := kafka.None
	switch {
	case hasID != hasEpoch, body.TransactionalID != nil && *body.TransactionalID == "":
		err = kafka.ErrInvalidRequest
	case body.TransactionalID != nil:
		err = kafka.ErrCoordinatorNotAvailable
	}
	if err != kafka.None {
		c.begin()
		s.complete(req.Conn, req.Seq, initProducerIDResponse(req.Version, kafka.NoProducerID, err))
		return true
	}
	id, _ := s.beginOp(c, req)
	s.Out.WantProducerIDs = append(s.Out.WantProducerIDs, id)
	return true
}

// ProducerID takes the id that a WantProducerIDs asked for, or why there is none.
func (s *Session) ProducerID(_ kafka.Now, op msg.Op, id kafka.ProducerID, err kafka.ErrorCode) {
	if o := s.op(op); o != nil {
		s.finish(op, o, initProducerIDResponse(o.version, id, err))
	}
}

func initProducerIDResponse(v kafka.APIVersion, id kafka.ProducerID, err kafka.ErrorCode) *kmsg.InitProducerIDResponse {
	r := kmsg.NewPtrInitProducerIDResponse()
	r.Version = int16(v)
	r.ErrorCode = int16(err)
	r.ProducerID, r.ProducerEpoch = int64(id), 0
	if err != kafka.None {
		r.ProducerID, r.ProducerEpoch = int64(kafka.NoProducerID), int16(kafka.NoProducerEpoch)
	}
	return r
}
