package main

import (
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// ofConsumerGroups are the requests of groups of the consumer protocol (KIP-848).
func ofConsumerGroups() []*spec {
	return []*spec{
		{
			key: 68, hand: handConsumerGroupHeartbeat(), prepare: withMember,
			good: func(s *side, v int16, n int) kmsg.Request { return memberHeartbeat(2)(s, v, n) },
		},
		{
			key: 69, hand: handConsumerGroupDescribe(), prepare: withMember,
			good: func(s *side, v int16, n int) kmsg.Request { return consumerGroupDescribe(consumersOf(n))(s, v, n) },
		},
	}
}

// consumersOf is the number's own group; its member is member, which reads records.
func consumersOf(n int) string { return "consumers-" + itoa(n) }

const member = "member"

// withMember makes the number's group with its member, which is at epoch 2 then.
func withMember(r *run, n int) error {
	return r.both(func(s *side) error {
		var err error
		for deadline := time.Now().Add(answerMax); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			find := kmsg.NewPtrFindCoordinatorRequest()
			find.CoordinatorKeys = []string{consumersOf(n)}
			if err = s.fulfil(find, 6); err != nil {
				continue
			}
			if err = s.fulfil(memberJoins(member, topicRecords)(s, 1, n), 1); err == nil {
				return nil
			}
		}
		return fmt.Errorf("no member: %w", err)
	})
}

// memberHeartbeat is one of the number's member that has nothing new to say.
func memberHeartbeat(epoch int32) maker {
	return func(_ *side, _ int16, n int) kmsg.Request {
		r := kmsg.NewPtrConsumerGroupHeartbeatRequest()
		r.Group, r.MemberID, r.MemberEpoch = consumersOf(n), member, epoch
		return r
	}
}

// memberJoins is the first of somebody.
func memberJoins(id string, topics ...string) maker {
	return func(_ *side, _ int16, n int) kmsg.Request {
		r := kmsg.NewPtrConsumerGroupHeartbeatRequest()
		r.Group, r.MemberID, r.RebalanceTimeoutMillis = consumersOf(n), id, 10_000
		r.SubscribedTopicNames, r.Topics = topics, []kmsg.ConsumerGroupHeartbeatRequestTopic{}
		return r
	}
}

func consumerGroupDescribe(groups ...string) maker {
	return func(*side, int16, int) kmsg.Request {
		r := kmsg.NewPtrConsumerGroupDescribeRequest()
		r.Groups = groups
		return r
	}
}
