package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// UnregisterBroker has the controller forget a broker (KIP-631): one that is gone for good. Of one that is
// not registered it is BROKER_ID_NOT_REGISTERED.
var unregisterBrokerAPI = api{key: wire.KeyUnregisterBroker, min: 0, max: 0, start: (*Session).startUnregisterBroker}

func (s *Session) startUnregisterBroker(_ kafka.Now, c *conn, req *wire.Request, _ View) bool {
	body := req.Body.(*kmsg.UnregisterBrokerRequest)
	id, _ := s.beginForward(c, req)
	s.Out.Controller = append(s.Out.Controller, &msg.UnregisterBroker{Op: id, Broker: kafka.NodeID(body.BrokerID)})
	return true
}

// unregisteredBroker takes the controller's answer.
func (s *Session) unregisteredBroker(u *msg.UnregisteredBroker) {
	if o, body := s.forwarded(u.Op); o != nil {
		r := kmsg.NewPtrUnregisterBrokerResponse()
		r.Version, r.ErrorCode, r.ErrorMessage = body.GetVersion(), int16(u.Err), textOrNull(u.ErrText)
		s.finish(u.Op, o, r)
	}
}
