package session

import (
	"slices"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/wire"
)

// hint is what KIP-951 adds to an answer that says NOT_LEADER_OR_FOLLOWER or FENCED_LEADER_EPOCH:
// the leader by the image, and how it is reached from the listener that the client came in by.
func hint(img *image.Image, log kafka.TopicPartition, err kafka.ErrorCode, listener string,
	nodes []wire.NodeEndpoint) (wire.LeaderHint, []wire.NodeEndpoint) {
	if err != kafka.ErrNotLeaderOrFollower && err != kafka.ErrFencedLeaderEpoch {
		return wire.LeaderHint{}, nodes
	}
	part := img.Partition(log)
	if part == nil {
		return wire.LeaderHint{}, nodes
	}
	leader := wire.LeaderHint{Set: true, Node: part.Leader, Epoch: part.LeaderEpoch}
	if slices.ContainsFunc(nodes, func(n wire.NodeEndpoint) bool { return n.Node == part.Leader }) {
		return leader, nodes
	}
	if b := img.Broker(part.Leader); b != nil && !b.Fenced {
		if host, port, ok := endpoint(b, listener); ok {
			node := wire.NodeEndpoint{Node: b.ID, Host: host, Port: port}
			if b.Rack != nil {
				node.Rack = *b.Rack
			}
			nodes = append(nodes, node)
		}
	}
	return leader, nodes
}

// endpoint is how a broker is reached from a listener of this one: by its listener of that name.
func endpoint(b *image.Broker, listener string) (host string, port int32, ok bool) {
	for i := range b.Endpoints {
		if e := &b.Endpoints[i]; e.Name == listener {
			return e.Host, int32(e.Port), true
		}
	}
	return "", 0, false
}
