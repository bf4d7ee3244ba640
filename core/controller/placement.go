package controller

import (
	"fmt"

	"momus/core/image"
	"momus/core/kafka"
)

// placer spreads the replicas of one topic: each partition begins one broker after the one before,
// active brokers first. The start is drawn, so that many topics of one partition spread too.
type placer struct {
	active []kafka.NodeID
	others []kafka.NodeID
	start  uint64
}

func (m *Controller) placer() placer {
	p := placer{}
	for i := range m.img.Brokers {
		if b := &m.img.Brokers[i]; b.Active() {
			p.active = append(p.active, b.ID)
		} else {
			p.others = append(p.others, b.ID)
		}
	}
	if n := len(p.active); n > 0 {
		p.start = m.places.Below(uint64(n))
	}
	return p
}

// placerFor is a placer that can give every partition so many replicas.
func (m *Controller) placerFor(factor int16) (placer, refusal) {
	unable := func(why string) (placer, refusal) {
		return placer{}, refusal{kafka.ErrInvalidReplicationFactor,
			fmt.Sprintf("Unable to replicate the partition %d time(s): %s", factor, why)}
	}
	p := m.placer()
	switch n := len(m.img.Brokers); {
	case len(p.active) == 0:
		return unable("All brokers are currently fenced, or have all their log directories cordoned.")
	case int(factor) > n:
		return unable(fmt.Sprintf("The target replication factor of %d cannot be reached because only %d broker(s) "+
			"are registered or some brokers have all their log directories cordoned.", factor, n))
	}
	return p, refusal{}
}

// replicas gives the replicas of a partition; the first of them is active.
func (p *placer) replicas(partition int32, factor int16) []kafka.NodeID {
	at := p.start + uint64(partition)
	all := make([]kafka.NodeID, 0, factor)
	for _, pool := range [][]kafka.NodeID{p.active, p.others} {
		for i := range pool {
			if len(all) == int(factor) {
				return all
			}
			all = append(all, pool[(at+uint64(i))%uint64(len(pool))])
		}
	}
	return all
}

// dirs names the directory of each replica: that of a broker with one, else the broker chooses.
func (m *Controller) dirs(replicas []kafka.NodeID) []kafka.DirID {
	dirs := make([]kafka.DirID, len(replicas))
	for i, r := range replicas {
		dirs[i] = image.DirUnassigned
		if b := m.img.Broker(r); b != nil && len(b.Dirs) == 1 {
			dirs[i] = b.Dirs[0]
		}
	}
	return dirs
}
