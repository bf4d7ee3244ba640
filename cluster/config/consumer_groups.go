package config

import (
	"slices"
	"strings"

	"momus/core/config"
)

// consumerGroups reads group.consumer.*, and checks what one key demands of another as Kafka does at its start.
func (v *values) consumerGroups() config.ConsumerGroups {
	protocols := v.list("group.coordinator.rebalance.protocols")
	if !slices.Contains(protocols, "classic") {
		v.refuse("group.coordinator.rebalance.protocols", "Disabling the 'classic' protocol is not supported.")
	}
	g := config.ConsumerGroups{
		Enabled:      slices.Contains(protocols, "consumer"),
		Assignors:    v.list("group.consumer.assignors"),
		SizeMax:      v.int("group.consumer.max.size"),
		RegexRefresh: v.millis("group.consumer.regex.refresh.interval.ms"),
		Session:      v.groupTime("session.timeout.ms"),
		Heartbeat:    v.groupTime("heartbeat.interval.ms"),
		Assignment:   v.groupTime("assignment.interval.ms"),
	}
	for _, name := range g.Assignors {
		if name != "uniform" && name != "range" {
			v.refuse("group.consumer.assignors", "a Java class cannot be loaded here; allowed are uniform and range")
		}
	}
	if g.Heartbeat.Value >= g.Session.Value {
		v.refuse("group.consumer.heartbeat.interval.ms", "must be less than group.consumer.session.timeout.ms")
	}
	policy, _ := v.text("group.consumer.migration.policy")
	policy = strings.ToLower(policy)
	g.Upgrade = policy == "bidirectional" || policy == "upgrade"
	g.Downgrade = policy == "bidirectional" || policy == "downgrade"
	g.ClassicJoin = policy != "disabled"
	return g
}

// groupTime reads a time that groups may set, with its bounds.
func (v *values) groupTime(name string) config.ConsumerGroupTime {
	key, least, most := "group.consumer."+name, "group.consumer.min."+name, "group.consumer.max."+name
	t := config.ConsumerGroupTime{Value: v.millis(key), Min: v.millis(least), Max: v.millis(most)}
	switch {
	case t.Max < t.Min:
		v.refuse(most, "must be greater than or equal to "+least)
	case t.Value < t.Min:
		v.refuse(key, "must be greater than or equal to "+least)
	case t.Value > t.Max:
		v.refuse(key, "must be less than or equal to "+most)
	}
	return t
}
