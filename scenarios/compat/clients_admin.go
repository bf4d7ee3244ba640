package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// adminWalk makes a walk of a call with kadm.
func adminWalk(run func(context.Context, *kgo.Client, *kadm.Client) error) func(context.Context, string) error {
	return func(ctx context.Context, broker string) error {
		cl, err := connect(broker)
		if err != nil {
			return err
		}
		defer cl.Close()
		return run(ctx, cl, kadm.NewClient(cl))
	}
}

// eventually waits until what an answer promised is seen: it is committed then, and published a moment later.
func eventually(ctx context.Context, what string, holds func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, consumeMax)
	defer cancel()
	for {
		ok, err := holds()
		if err != nil || ok {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.New(what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// described waits until a key of a resource has that value from that source.
func described(ctx context.Context, describe func() (kadm.ResourceConfigs, error), key, value string, source kmsg.ConfigSource) error {
	var last string
	err := eventually(ctx, key+" is not "+value, func() (bool, error) {
		rs, err := describe()
		if err != nil || len(rs) != 1 || rs[0].Err != nil {
			return false, fmt.Errorf("describing %s: %+v, %w", key, rs, err)
		}
		for _, c := range rs[0].Configs {
			if c.Key == key {
				last = fmt.Sprintf("%s=%s from %v", key, c.MaybeValue(), c.Source)
				return c.MaybeValue() == value && c.Source == source, nil
			}
		}
		return false, fmt.Errorf("%s is not described", key)
	})
	if err != nil {
		return fmt.Errorf("%w: %s", err, last)
	}
	return nil
}

// altered joins the errors of an answer.
func altered(rs kadm.AlterConfigsResponses, err error) error {
	for _, r := range rs {
		if r.Err != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w %s", r.Name, r.Err, r.ErrMessage))
		}
	}
	return err
}

// topicConfigs alters a topic's configuration in both ways that kadm has.
func topicConfigs(ctx context.Context, cl *kgo.Client, admin *kadm.Client) error {
	const topic = "kadm-configs"
	if err := createTopic(ctx, cl, topic, 1); err != nil {
		return err
	}
	is := func(key, value string, source kmsg.ConfigSource) error {
		return described(ctx, func() (kadm.ResourceConfigs, error) { return admin.DescribeTopicConfigs(ctx, topic) }, key, value, source)
	}
	set := func(op kadm.IncrementalOp, key, value string) []kadm.AlterConfig {
		return []kadm.AlterConfig{{Op: op, Name: key, Value: &value}}
	}
	const none, own = kmsg.ConfigSourceDefaultConfig, kmsg.ConfigSourceDynamicTopicConfig
	return errors.Join(
		altered(admin.ValidateAlterTopicConfigs(ctx, set(kadm.SetConfig, "retention.ms", "1000"), topic)),
		is("retention.ms", "604800000", none),
		altered(admin.AlterTopicConfigs(ctx, set(kadm.SetConfig, "retention.ms", "1000"), topic)),
		is("retention.ms", "1000", own),
		altered(admin.AlterTopicConfigs(ctx, set(kadm.AppendConfig, "cleanup.policy", "compact"), topic)),
		is("cleanup.policy", "delete,compact", own),
		altered(admin.AlterTopicConfigsState(ctx, set(kadm.SetConfig, "max.message.bytes", "2000000"), topic)),
		is("max.message.bytes", "2000000", own),
		is("retention.ms", "604800000", none), // what is not in the new state is gone
		want("a key that there is not", altered(admin.AlterTopicConfigs(ctx, set(kadm.SetConfig, "no.such.key", "1"), topic)), kerr.InvalidConfig),
		want("a topic that there is not", altered(admin.AlterTopicConfigs(ctx, set(kadm.SetConfig, "retention.ms", "1"), "kadm-nothing")), kerr.UnknownTopicOrPartition),
	)
}

// brokerConfigs alters the cluster's default, which a topic without its own value then has.
func brokerConfigs(ctx context.Context, cl *kgo.Client, admin *kadm.Client) error {
	const topic = "kadm-defaults"
	if err := createTopic(ctx, cl, topic, 1); err != nil {
		return err
	}
	value := "123456"
	set := []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "log.retention.ms", Value: &value}}
	unset := []kadm.AlterConfig{{Op: kadm.DeleteConfig, Name: "log.retention.ms"}}
	ofTopic := func() (kadm.ResourceConfigs, error) { return admin.DescribeTopicConfigs(ctx, topic) }
	ofBroker := func() (kadm.ResourceConfigs, error) { return admin.DescribeBrokerConfigs(ctx, 1) }
	return errors.Join(
		altered(admin.AlterBrokerConfigs(ctx, set)),
		described(ctx, ofBroker, "log.retention.ms", value, kmsg.ConfigSourceDynamicDefaultBrokerConfig),
		described(ctx, ofTopic, "retention.ms", value, kmsg.ConfigSourceDynamicDefaultBrokerConfig),
		altered(admin.AlterBrokerConfigs(ctx, set, 1)),
		described(ctx, ofBroker, "log.retention.ms", value, kmsg.ConfigSourceDynamicBrokerConfig),
		altered(admin.AlterBrokerConfigs(ctx, unset, 1)),
		altered(admin.AlterBrokerConfigs(ctx, unset)),
		described(ctx, ofTopic, "retention.ms", "604800000", kmsg.ConfigSourceDefaultConfig),
	)
}

// otherConfigs alters resources that kadm has no calls for, and lists them.
func otherConfigs(ctx context.Context, cl *kgo.Client, admin *kadm.Client) error {
	for _, c := range []struct {
		kind             kmsg.ConfigResourceType
		name, key, value string
	}{
		{kmsg.ConfigResourceTypeClientMetrics, "kadm-metrics", "interval.ms", "60000"},
		{kmsg.ConfigResourceTypeGroupConfig, "kadm-group", "consumer.session.timeout.ms", "50000"},
	} {
		req := kmsg.NewPtrIncrementalAlterConfigsRequest()
		req.Resources = []kmsg.IncrementalAlterConfigsRequestResource{{
			ResourceType: c.kind, ResourceName: c.name,
			Configs: []kmsg.IncrementalAlterConfigsRequestResourceConfig{{Name: c.key, Value: &c.value}},
		}}
		got, err := req.RequestWith(ctx, cl)
		if err != nil || len(got.Resources) != 1 || got.Resources[0].ErrorCode != 0 {
			return fmt.Errorf("altering %s: %+v, %w", c.name, got, err)
		}
		err = eventually(ctx, c.name+" is not listed", func() (bool, error) {
			listed, err := admin.ListConfigResources(ctx, c.kind)
			return err == nil && len(listed.Resources) == 1 && listed.Resources[0].Name == c.name, errors.Join(err, listed.Err)
		})
		if err != nil {
			return err
		}
		ask := kmsg.NewPtrDescribeConfigsRequest()
		ask.Resources = []kmsg.DescribeConfigsRequestResource{{ResourceType: c.kind, ResourceName: c.name}}
		is, err := ask.RequestWith(ctx, cl)
		if err != nil || len(is.Resources) != 1 || is.Resources[0].ErrorCode != 0 {
			return fmt.Errorf("describing %s: %+v, %w", c.name, is, err)
		}
		found := false
		for _, e := range is.Resources[0].Configs {
			found = found || e.Name == c.key && e.Value != nil && *e.Value == c.value
		}
		if !found {
			return fmt.Errorf("%s of %s is not %s: %+v", c.key, c.name, c.value, is.Resources[0].Configs)
		}
	}
	return nil
}

// elections wants nothing to elect where all have the leader that they prefer.
func elections(ctx context.Context, _ *kgo.Client, admin *kadm.Client) error {
	for _, how := range []kadm.ElectLeadersHow{kadm.ElectPreferredReplica, kadm.ElectLiveReplica} {
		var s kadm.TopicsSet
		s.Add("codec-none", 0, 1)
		rs, err := admin.ElectLeaders(ctx, how, s)
		if err != nil {
			return err
		}
		for _, p := range []int32{0, 1} {
			if err := want(fmt.Sprintf("partition %d", p), rs["codec-none"][p].Err, kerr.ElectionNotNeeded); err != nil {
				return err
			}
		}
	}
	return nil
}

// reassignments leaves a partition where it is; brokers that there are not get none.
func reassignments(ctx context.Context, cl *kgo.Client, admin *kadm.Client) error {
	var stay, away, cancel kadm.AlterPartitionAssignmentsReq
	stay.Assign("codec-none", 0, []int32{1})
	away.Assign("codec-none", 0, []int32{7})
	cancel.CancelAssign("codec-none", 0)
	first := func(req kadm.AlterPartitionAssignmentsReq) error {
		rs, err := admin.AlterPartitionAssignments(ctx, req)
		if err != nil {
			return err
		}
		return rs["codec-none"][0].Err
	}
	listed, err := kmsg.NewPtrListPartitionReassignmentsRequest().RequestWith(ctx, cl) // of all topics
	if err == nil && (listed.ErrorCode != 0 || len(listed.Topics) > 0) {
		err = fmt.Errorf("on one node nothing moves: %+v", listed)
	}
	return errors.Join(err,
		first(stay),
		want("a broker that there is not", first(away), kerr.InvalidReplicaAssignment),
		want("nothing to cancel", first(cancel), kerr.NoReassignmentInProgress),
	)
}

// quotas sets, reads and removes one of a client and one of all users.
func quotas(ctx context.Context, _ *kgo.Client, admin *kadm.Client) error {
	name := "kadm-client"
	entity := kadm.ClientQuotaEntity{{Type: "client-id", Name: &name}}
	filter := []kadm.DescribeClientQuotaComponent{{Type: "client-id", MatchName: &name}}
	alter := func(op kadm.AlterClientQuotaOp, e kadm.ClientQuotaEntity) error {
		rs, err := admin.AlterClientQuotas(ctx, []kadm.AlterClientQuotaEntry{{Entity: e, Ops: []kadm.AlterClientQuotaOp{op}}})
		for _, r := range rs {
			err = errors.Join(err, r.Err)
		}
		return err
	}
	is := func(n int) error {
		return eventually(ctx, fmt.Sprintf("there are not %d quotas", n), func() (bool, error) {
			got, err := admin.DescribeClientQuotas(ctx, true, filter)
			return len(got) == n && (n == 0 || len(got[0].Values) == 1 && got[0].Values[0].Value == 12345), err
		})
	}
	return errors.Join(
		alter(kadm.AlterClientQuotaOp{Key: "consumer_byte_rate", Value: 12345}, entity),
		is(1),
		alter(kadm.AlterClientQuotaOp{Key: "consumer_byte_rate", Remove: true}, entity),
		is(0),
		want("a key that there is not", alter(kadm.AlterClientQuotaOp{Key: "beer_rate", Value: 1}, entity), kerr.InvalidRequest),
		want("part of a byte", alter(kadm.AlterClientQuotaOp{Key: "consumer_byte_rate", Value: 1.5}, entity), kerr.InvalidRequest),
	)
}

// clusterFacts asks for the cluster, its quorum and its features.
func clusterFacts(ctx context.Context, cl *kgo.Client, _ *kadm.Client) error {
	cluster, err := kmsg.NewPtrDescribeClusterRequest().RequestWith(ctx, cl)
	if err != nil {
		return err
	}
	if cluster.ErrorCode != 0 || len(cluster.Brokers) != 1 || cluster.Brokers[0].NodeID != 1 || cluster.ClusterID == "" || cluster.ControllerID != 1 {
		return fmt.Errorf("the cluster is described as %+v", cluster)
	}
	ask := kmsg.NewPtrDescribeQuorumRequest()
	ask.Topics = []kmsg.DescribeQuorumRequestTopic{{
		Topic: "__cluster_metadata", Partitions: []kmsg.DescribeQuorumRequestTopicPartition{{}},
	}}
	quorum, err := ask.RequestWith(ctx, cl)
	if err != nil {
		return err
	}
	if quorum.ErrorCode != 0 || len(quorum.Topics) != 1 || len(quorum.Topics[0].Partitions) != 1 {
		return fmt.Errorf("the quorum is described as %+v", quorum)
	}
	p := quorum.Topics[0].Partitions[0]
	if p.LeaderID != 1 || len(p.CurrentVoters) != 1 || p.CurrentVoters[0].ReplicaID != 1 || p.HighWatermark <= 0 {
		return fmt.Errorf("the quorum is described as %+v", p)
	}
	return nil
}

// topicPages reads DescribeTopicPartitions page by page.
func topicPages(ctx context.Context, cl *kgo.Client, _ *kadm.Client) error {
	req := kmsg.NewPtrDescribeTopicPartitionsRequest()
	req.Topics = []kmsg.DescribeTopicPartitionsRequestTopic{{Topic: "codec-none"}, {Topic: "codec-zstd"}}
	req.ResponsePartitionLimit = 3
	seen := map[string]int{}
	for pages := 1; ; pages++ {
		r, err := req.RequestWith(ctx, cl)
		if err != nil {
			return err
		}
		got := 0
		for _, t := range r.Topics {
			if t.ErrorCode != 0 {
				return fmt.Errorf("%+v", t)
			}
			got += len(t.Partitions)
			seen[*t.Topic] += len(t.Partitions)
		}
		if got > 3 {
			return fmt.Errorf("a page of %d partitions, 3 were asked for", got)
		}
		if r.NextCursor == nil {
			break
		}
		req.Cursor = &kmsg.DescribeTopicPartitionsRequestCursor{Topic: r.NextCursor.Topic, Partition: r.NextCursor.Partition}
		if pages > 10 {
			return errors.New("the pages have no end")
		}
	}
	if len(seen) != 2 || seen["codec-none"] != codecPartitions || seen["codec-zstd"] != codecPartitions {
		return fmt.Errorf("all pages together have %v", seen)
	}
	return nil
}
