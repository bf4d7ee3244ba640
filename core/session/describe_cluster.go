package session

import (
	"strconv"

	"momus/core/config"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// DescribeCluster tells the cluster's id, and which brokers there are, by their listener of the name that
// the client came in by (KIP-700); from v2 fenced ones too, if they are asked for (KIP-1073). A client says
// which kind of endpoint it means to talk to (KIP-919): a broker's tells of brokers and names a live one as
// controller, as Metadata does, a controller's tells of controllers and names the leader of the quorum. Of
// the wrong kind it is MISMATCHED_ENDPOINT_TYPE, of no kind UNSUPPORTED_ENDPOINT_TYPE, in v0 both
// INVALID_REQUEST.
var describeClusterAPI = api{key: wire.KeyDescribeCluster, min: 0, max: 2, start: (*Session).startDescribeCluster}

// The kinds of endpoints (org.apache.kafka.common.message EndpointType).
const (
	brokerEndpoint     int8 = 1
	controllerEndpoint int8 = 2
)

func (s *Session) startDescribeCluster(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	c.begin()
	body := req.Body.(*kmsg.DescribeClusterRequest)
	r := kmsg.NewPtrDescribeClusterResponse()
	r.Version = int16(req.Version)
	r.Brokers = []kmsg.DescribeClusterResponseBroker{}
	r.ControllerID = int32(kafka.NoNode)
	if code, text := endpointRefusal(c, body, req.Version == 0); code != kafka.None {
		r.ErrorCode, r.ErrorMessage = int16(code), &text
		s.complete(req.Conn, req.Seq, r)
		return true
	}
	r.ClusterID = s.cfg.ClusterID
	if body.IncludeClusterAuthorizedOperations {
		r.ClusterAuthorizedOperations = allClusterOperations
	}
	if c.controller {
		r.EndpointType = controllerEndpoint
		s.describeControllers(r)
	} else {
		r.EndpointType = brokerEndpoint
		r.Brokers = describedBrokers(v.Image, c.listener, body.IncludeFencedBrokers)
		r.ControllerID = int32(s.controllerID(brokers(v.Image, c.listener)))
	}
	s.complete(req.Conn, req.Seq, r)
	return true
}

// endpointRefusal says what is wrong with the kind of endpoint that a client means.
func endpointRefusal(c *conn, body *kmsg.DescribeClusterRequest, knowsNoKinds bool) (kafka.ErrorCode, string) {
	kinds := map[int8]string{brokerEndpoint: "BROKER", controllerEndpoint: "CONTROLLER"}
	here := brokerEndpoint
	if c.controller {
		here = controllerEndpoint
	}
	meant, known := kinds[body.EndpointType]
	code, text := kafka.None, ""
	switch {
	case !known:
		code, text = kafka.ErrUnsupportedEndpointType, "Unsupported endpoint type "+strconv.Itoa(int(body.EndpointType))
	case body.EndpointType != here:
		code, text = kafka.ErrMismatchedEndpointType,
			"The request was sent to an endpoint of type "+kinds[here]+", but we wanted an endpoint of type "+meant
	}
	if code != kafka.None && knowsNoKinds {
		code = kafka.ErrInvalidRequest
	}
	return code, text
}

// describedBrokers are those with the listener, by id.
func describedBrokers(img *image.Image, listener string, fenced bool) []kmsg.DescribeClusterResponseBroker {
	list := make([]kmsg.DescribeClusterResponseBroker, 0, len(img.Brokers))
	for i := range img.Brokers {
		b := &img.Brokers[i]
		host, port, ok := endpoint(b, listener)
		if ok && (fenced || !b.Fenced) {
			list = append(list, kmsg.DescribeClusterResponseBroker{NodeID: int32(b.ID), Host: host, Port: port, Rack: b.Rack, IsFenced: b.Fenced})
		}
	}
	return list
}

// describeControllers tells of this node, which is the only controller, and so leads the quorum.
func (s *Session) describeControllers(r *kmsg.DescribeClusterResponse) {
	for i := range s.cfg.Listeners {
		if l := &s.cfg.Listeners[i]; l.Controller {
			r.ControllerID = int32(s.cfg.NodeID)
			r.Brokers = []kmsg.DescribeClusterResponseBroker{{NodeID: int32(s.cfg.NodeID), Host: controllerHost(l), Port: l.Port}}
			return
		}
	}
}

// controllerHost is where others reach a controller listener, which is not advertised: one that is bound to
// every address is reached by the local one, as long as there is one node.
func controllerHost(l *config.Listener) string {
	if l.Host == "" {
		return "localhost"
	}
	return l.Host
}
