package sim

import (
	"math"

	"momus/checker"
	"momus/core"
	"momus/core/config"
	"momus/core/kafka"
	"momus/sim/clients"
)

// servedGroups are the APIs of groups that there are.
var servedGroups = clients.Groups{Offsets: true, Classic: true, Consumer: true, Mixed: true}

// drawGroups draws sessions, delays and retentions of groups so short that a world sees them end.
func (n *node) drawGroups() {
	c := &n.node.Broker.Groups
	c.Classic.MinSession = 1
	c.Classic.InitialDelay = kafka.Millis(n.pick("plan/groups/delay", "group.initial.rebalance.delay.ms", 0, 50, 300))
	c.OffsetsRetention = kafka.Millis(n.pick("plan/groups/retention", "offsets.retention.ms", 7*24*3_600_000, 7*24*3_600_000, 1000, 2500))
	n.drawConsumerGroups()
	if size := n.pick("plan/groups/size", "group.max.size", math.MaxInt32, math.MaxInt32, math.MaxInt32, math.MaxInt32, 2, 3); size < math.MaxInt32 {
		c.Classic.MaxSize, n.node.Broker.ConsumerGroups.SizeMax = int32(size), int32(size)
	}
}

// drawConsumerGroups draws what holds for groups of the consumer protocol. A member is told how often it is to be
// heard, at least thrice in its session.
func (n *node) drawConsumerGroups() {
	c := &n.node.Broker.ConsumerGroups
	session := kafka.Millis(n.pick("plan/groups/consumer/session", "group.consumer.session.timeout.ms", 600, 300, 1500, 45_000))
	beat := min(kafka.Millis(n.pick("plan/groups/consumer/heartbeat", "group.consumer.heartbeat.interval.ms", 100, 30, 500)), session/3)
	assignment := kafka.Millis(n.pick("plan/groups/consumer/assignment", "group.consumer.assignment.interval.ms", 0, 0, 50, 1000))
	c.Session = config.ConsumerGroupTime{Value: session, Min: 1, Max: 60_000}
	c.Heartbeat = config.ConsumerGroupTime{Value: beat, Min: 1, Max: 15_000}
	c.Assignment.Value = assignment
	c.RegexRefresh = kafka.Millis(n.pick("plan/groups/consumer/regexes", "group.consumer.regex.refresh.interval.ms", 600_000, 10_000))
	c.Upgrade, c.Downgrade, c.ClassicJoin = true, true, true
	switch n.pick("plan/groups/consumer/policy", "group.consumer.migration.policy", 0, 0, 0, 0, 1, 2, 3) {
	case 1: // upgrade
		c.Downgrade = false
	case 2: // downgrade
		c.Upgrade = false
	case 3: // disabled
		c.Upgrade, c.Downgrade, c.ClassicJoin = false, false, false
	}
	if n.pick("plan/groups/consumer/assignor", "group.consumer.assignors.range", 0, 0, 1) == 1 {
		c.Assignors = []string{"range", "uniform"}
	}
}

// clientPlan is what the clients are told of the node.
func (n *node) clientPlan() clients.Plan {
	plan := clients.Plan{
		Nodes: []int32{int32(n.cfg.NodeID)}, Wall: wallEpoch, Idle: int64(n.cfg.ProducerIDExpiration.Nanos()),
		Retention: n.retention, Dirs: n.node.LogDirs, Deposes: n.deposes, Addresses: n.cfg.QuotaWindows > 1,
		ConnsPerClient: limitOf(n.cfg.Connections.PerIP), ConnsMax: limitOf(n.cfg.Connections.Max),
		ConnsRate: limitOf(n.cfg.Connections.Rate),
		ConnsIdle: int64(n.cfg.Connections.Idle), GroupDelay: int64(n.cfg.Groups.Classic.InitialDelay),
	}
	if !n.w.options.NoGroups {
		plan.Groups = servedGroups
	}
	return plan
}

// tellGroups gives the judge what it holds groups against, as far as that stands at the start.
func (n *node) tellGroups(h *checker.History) {
	h.OffsetsRetention = n.cfg.Groups.OffsetsRetention
	h.WallEpoch = wallEpoch
	h.GroupLimits.Upgrades = n.cfg.ConsumerGroups.Upgrade
	if size := n.cfg.Groups.Classic.MaxSize; size < math.MaxInt32 {
		h.GroupLimits.SizeMax = int(size)
	}
	n.skewed()
}

// skewed tells the judge how far the node's wall clock is from virtual time from now on.
func (n *node) skewed() {
	h := n.guests.population.History()
	h.Skews = append(h.Skews, checker.Skew{Event: checker.Event(n.guests.events), Millis: n.skew})
}

// offsetExpired puts the expiry of a committed offset into the history.
func (n *node) offsetExpired(note *core.Note) {
	h := n.guests.population.History()
	h.OffsetExpiries = append(h.OffsetExpiries, checker.OffsetExpiry{
		Event: checker.Event((*guestEnv)(n).Event()), Group: note.Group, Topic: note.Topic, Partition: note.Partition, Wall: n.now().Wall,
	})
}

// limitOf is a limit of connections as clients are told it: 0 is none.
func limitOf(limit int32) int {
	if limit == math.MaxInt32 {
		return 0
	}
	return int(limit)
}
