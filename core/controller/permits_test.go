package controller

import (
	"testing"

	"momus/core/kafka"
	"momus/core/msg"
)

// The window is of 11 seconds: at one partition a second, eleven may be changed at once.
func TestMutationsAboveTheQuotaAreRefusedOrWaitedFor(t *testing.T) {
	b := newQuotaBench(t)
	b.m.Request(b.now, registration(1, 1))
	b.q.drain(b.now, b.m)
	b.q.commit(b.now, b.m, len(b.q.log))
	b.m.Request(b.now, &msg.BrokerHeartbeat{Op: msg.OpLifecycle, Broker: 1, BrokerEpoch: b.m.Image().Broker(1).Epoch, MetadataOffset: kafka.Offset(len(b.q.log) - 1)})
	b.q.drain(b.now, b.m)
	b.q.commit(b.now, b.m, len(b.q.log))
	b.q.drain(b.now, b.m)
	b.alter(false, set("client-id=c", "controller_mutation_rate", 1))
	create := func(client string, strict, validate bool, partitions int32, names ...string) *msg.CreatedTopics {
		r := &msg.CreateTopics{Op: 1, ValidateOnly: validate, Quota: msg.MutationQuota{User: "u", Client: client, Strict: strict}}
		for _, name := range names {
			r.Topics = append(r.Topics, msg.NewTopic{Name: name, Partitions: partitions, Factor: 1})
		}
		b.m.Request(b.now, r)
		_, now := b.q.drain(b.now, b.m)
		b.q.commit(b.now, b.m, len(b.q.log))
		_, later := b.q.drain(b.now, b.m)
		return append(now, later...)[0].(*msg.CreatedTopics)
	}
	wait := func(r *msg.CreatedTopics) kafka.Millis {
		if r.ThrottledUntil == 0 {
			return 0
		}
		return kafka.Millis(int64(r.ThrottledUntil-b.now.Mono) / int64(kafka.Millisecond))
	}
	r := create("c", true, false, 12, "a", "b")
	if r.Topics[0].Err != kafka.None || r.Topics[1].Err != kafka.ErrThrottlingQuotaExceeded || wait(r) != 1000 {
		t.Errorf("%v, %v, waits %d ms", r.Topics[0].Err, r.Topics[1].Err, wait(r))
	}
	if r := create("d", true, false, 12, "b"); r.Topics[0].Err != kafka.None || wait(r) != 0 {
		t.Errorf("without a quota: %v, waits %d ms", r.Topics[0].Err, wait(r))
	}
	if r := create("c", false, false, 2, "c"); r.Topics[0].Err != kafka.None || wait(r) != 3000 {
		t.Errorf("an older version: %v, waits %d ms", r.Topics[0].Err, wait(r))
	}
	if r := create("c", true, true, 2, "e"); r.Topics[0].Err != kafka.ErrThrottlingQuotaExceeded {
		t.Errorf("judged only: %v", r.Topics[0].Err)
	}
	b.now.Mono = b.now.Mono.Add(kafka.Millis(3000).Nanos())
	b.m.Request(b.now, &msg.DeleteTopics{Op: 1, Topics: []msg.TopicRef{{Name: "a"}, {Name: "b"}}, Quota: msg.MutationQuota{User: "u", Client: "c", Strict: true}})
	_, now := b.q.drain(b.now, b.m)
	b.q.commit(b.now, b.m, len(b.q.log))
	_, later := b.q.drain(b.now, b.m)
	gone := append(now, later...)[0].(*msg.DeletedTopics)
	if gone.Topics[0].Err != kafka.None || gone.Topics[1].Err != kafka.ErrThrottlingQuotaExceeded || b.m.Image().TopicNamed("b") == nil {
		t.Errorf("%v, %v", gone.Topics[0].Err, gone.Topics[1].Err)
	}
}
