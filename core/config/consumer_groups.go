package config

import "momus/core/kafka"

// ConsumerGroups is what groups of the consumer protocol go by (KIP-848): group.consumer.*, and whether
// group.coordinator.rebalance.protocols has it at all.
//
//canon:gen
type ConsumerGroups struct {
	Enabled bool
	// Assignors are the server's, the default first.
	Assignors []string
	SizeMax   int32
	// Upgrade and Downgrade say which conversions group.consumer.migration.policy allows, ClassicJoin whether
	// a member of the classic protocol may join a group of the other at all.
	Upgrade, Downgrade, ClassicJoin bool
	// RegexRefresh is group.consumer.regex.refresh.interval.ms.
	RegexRefresh kafka.Millis
	Session      ConsumerGroupTime
	Heartbeat    ConsumerGroupTime
	// Assignment is how long at least lies between two assignments (KIP-1263).
	Assignment ConsumerGroupTime
}

// ConsumerGroupTime is a time that a group may set for itself, within bounds.
//
//canon:gen
type ConsumerGroupTime struct {
	Value, Min, Max kafka.Millis
}

// The keys of groups, each with a broker's key that gives what holds where it is not set.
const (
	groupSession    = "consumer.session.timeout.ms"
	groupHeartbeat  = "consumer.heartbeat.interval.ms"
	groupAssignment = "consumer.assignment.interval.ms"
	// groupAssignmentDefault may be set for brokers while they run.
	groupAssignmentDefault = "group.consumer.assignment.interval.ms"
)

// ConsumerGroup is what one group goes by.
type ConsumerGroup struct {
	Session, Heartbeat, Assignment kafka.Millis
}

// Of is what holds for a group for which that is set. What lies beyond the bounds, which a broker may have
// got after it was set, counts as the bound, as in Kafka.
func (g *ConsumerGroups) Of(overrides []Override) ConsumerGroup {
	of := func(name string, t ConsumerGroupTime) kafka.Millis {
		if raw, set := lastOverride(overrides, name); set {
			if v, errText := find(groupKeys, name).parse(raw); errText == "" {
				return min(max(millis(v), t.Min), t.Max)
			}
		}
		return t.Value
	}
	if len(overrides) == 0 {
		return ConsumerGroup{g.Session.Value, g.Heartbeat.Value, g.Assignment.Value}
	}
	return ConsumerGroup{of(groupSession, g.Session), of(groupHeartbeat, g.Heartbeat), of(groupAssignment, g.Assignment)}
}

// resolveConsumerGroups takes what is set dynamically for brokers, within the bounds.
func resolveConsumerGroups(g *ConsumerGroups, dynamic []Override) {
	if raw, set := lastOverride(dynamic, groupAssignmentDefault); set {
		if v, errText := mustBroker(groupAssignmentDefault).parse(raw); errText == "" {
			g.Assignment.Value = min(max(millis(v), g.Assignment.Min), g.Assignment.Max)
		}
	}
}

// With is what holds where that is set for brokers while they run.
func (g ConsumerGroups) With(dynamic []Override) ConsumerGroups {
	resolveConsumerGroups(&g, dynamic)
	return g
}

// DefaultConsumerGroups is Kafka's.
func DefaultConsumerGroups() ConsumerGroups {
	return ConsumerGroups{
		Enabled: true, Assignors: []string{"uniform", "range"}, SizeMax: 1<<31 - 1,
		Upgrade: true, Downgrade: true, ClassicJoin: true, RegexRefresh: 600_000,
		Session:    ConsumerGroupTime{Value: 45_000, Min: 45_000, Max: 60_000},
		Heartbeat:  ConsumerGroupTime{Value: 5_000, Min: 5_000, Max: 15_000},
		Assignment: ConsumerGroupTime{Value: 1_000, Max: 15_000},
	}
}
