package session

import (
	"strconv"
	"strings"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// FindCoordinator says which broker coordinates a group: the leader of the partition of __consumer_offsets that
// the group's name falls to. From v4 several may be asked for at once (KIP-699). If the topic isn't there it is
// created, and the answer, COORDINATOR_NOT_AVAILABLE, doesn't wait for that.
//
// Of a transactional id the answer is COORDINATOR_NOT_AVAILABLE too, there are no transaction coordinators yet, and
// likewise of a share partition (KIP-932), for which before v6 or without the form group:topic-id:partition it is
// INVALID_REQUEST. So is it for a type that there is not.
var findCoordinatorAPI = api{key: wire.KeyFindCoordinator, min: 0, max: 6, start: (*Session).startFindCoordinator}

// The types of coordinators.
const (
	coordinatorOfGroup       = 0
	coordinatorOfTransaction = 1
	coordinatorOfShare       = 2
)

// coordinator is one answer.
type coordinator struct {
	err  kafka.ErrorCode
	node kafka.NodeID
	host string
	port int32
}

func noCoordinator(err kafka.ErrorCode) coordinator {
	return coordinator{err: err, node: kafka.NoNode, port: -1}
}

// findTexts are Kafka's words.
var findTexts = map[kafka.ErrorCode]string{
	kafka.ErrCoordinatorNotAvailable: "The coordinator is not available.",
	kafka.ErrInvalidRequest: "This most likely occurs because of a request being malformed by the client library or the " +
		"message was sent to an incompatible broker. See the broker logs for more details.",
	kafka.None: "NONE",
}

func (s *Session) startFindCoordinator(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	c.begin()
	body := req.Body.(*kmsg.FindCoordinatorRequest)
	batched, knowsShares := req.Version >= 4, req.Version >= 6
	r := kmsg.NewPtrFindCoordinatorResponse()
	r.Version = int16(req.Version)
	if batched {
		r.Coordinators = make([]kmsg.FindCoordinatorResponseCoordinator, len(body.CoordinatorKeys))
		for i, key := range body.CoordinatorKeys {
			found := s.findCoordinator(body.CoordinatorType, key, knowsShares, c.listener, req.ClientID, v)
			one := kmsg.NewFindCoordinatorResponseCoordinator()
			one.Key, one.ErrorCode, one.ErrorMessage = key, int16(found.err), kmsg.StringPtr("")
			one.NodeID, one.Host, one.Port = int32(found.node), found.host, found.port
			if !isCoordinatorType(body.CoordinatorType) { // Kafka then refuses the request as a whole
				one.ErrorMessage = kmsg.StringPtr(findTexts[found.err])
			}
			r.Coordinators[i] = one
		}
	} else {
		found := s.findCoordinator(body.CoordinatorType, body.CoordinatorKey, knowsShares, c.listener, req.ClientID, v)
		r.ErrorCode, r.NodeID, r.Host, r.Port = int16(found.err), int32(found.node), found.host, found.port
		r.ErrorMessage = kmsg.StringPtr(findTexts[found.err])
	}
	s.complete(req.Conn, req.Seq, r)
	return true
}

func (s *Session) findCoordinator(kind int8, key string, knowsShares bool, listener, client string, v View) coordinator {
	switch kind {
	case coordinatorOfGroup:
		return s.groupCoordinator(key, listener, client, v)
	case coordinatorOfTransaction:
		return noCoordinator(kafka.ErrCoordinatorNotAvailable)
	case coordinatorOfShare:
		if !knowsShares || !isSharePartition(key) {
			return noCoordinator(kafka.ErrInvalidRequest)
		}
		return noCoordinator(kafka.ErrCoordinatorNotAvailable)
	}
	return noCoordinator(kafka.ErrInvalidRequest)
}

func isCoordinatorType(kind int8) bool {
	return kind == coordinatorOfGroup || kind == coordinatorOfTransaction || kind == coordinatorOfShare
}

// isSharePartition tells keys of the form group:topic-id:partition.
func isSharePartition(key string) bool {
	parts := strings.Split(key, ":")
	if len(parts) != 3 || parts[0] == "" {
		return false
	}
	if _, ok := kafka.ParseUUID(parts[1]); !ok || parts[2] == "" {
		return false
	}
	return strings.Trim(parts[2], "0123456789") == ""
}

func (s *Session) groupCoordinator(group, listener, client string, v View) coordinator {
	topic := v.Image.TopicNamed(kafka.GroupMetadataTopic)
	if topic == nil {
		s.autoCreate([]string{kafka.GroupMetadataTopic}, client)
		return noCoordinator(kafka.ErrCoordinatorNotAvailable)
	}
	return leaderOf(v.Image, topic, kafka.GroupPartition(group, int32(len(topic.Partitions))), listener)
}

// leaderOf is how the leader of a partition is reached, if there is one and it is alive.
func leaderOf(img *image.Image, topic *image.Topic, p kafka.PartitionID, listener string) coordinator {
	b := img.Broker(topic.Partitions[p].Leader)
	if b == nil || b.Fenced {
		return noCoordinator(kafka.ErrCoordinatorNotAvailable)
	}
	host, port, ok := endpoint(b, listener)
	if !ok {
		return noCoordinator(kafka.ErrCoordinatorNotAvailable)
	}
	return coordinator{node: b.ID, host: host, port: port}
}

// internalTopic is what a topic of coordinators is created with.
func (s *Session) internalTopic(name string) msg.NewTopic {
	g := &s.cfg.Groups
	return msg.NewTopic{Name: name, Partitions: g.TopicPartitions, Factor: g.TopicReplication, Configs: []msg.ConfigEntry{
		{Name: "cleanup.policy", Value: "compact"},
		{Name: "compression.type", Value: "producer"},
		{Name: "segment.bytes", Value: strconv.Itoa(int(g.TopicSegmentBytes))},
	}}
}
