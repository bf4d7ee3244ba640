package group

import (
	"momus/core/kafka"
	"momus/core/msg"
)

// Members of the classic protocol within a consumer group. There is no consumer group yet.

const noConsumerGroups = "BUG: there are no consumer groups"

func (g *Consumer) isEmpty() bool                                     { panic(noConsumerGroups) }
func (g *Consumer) tombstones(d *decision)                            { panic(noConsumerGroups) }
func (g *Consumer) stateText() string                                 { panic(noConsumerGroups) }
func (s *Shard) joinConsumer(kafka.Now, View, *Group, *msg.JoinGroup) { panic(noConsumerGroups) }
func (s *Shard) syncConsumer(kafka.Now, View, *Group, *msg.SyncGroup) { panic(noConsumerGroups) }
func (s *Shard) heartbeatConsumer(kafka.Now, View, *Group, *msg.GroupHeartbeat) {
	panic(noConsumerGroups)
}
func (s *Shard) leaveConsumer(kafka.Now, View, *Group, *msg.LeaveGroup) { panic(noConsumerGroups) }
