package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/IBM/sarama"
)

// saramaTopics creates with a count, with assignments, and only for validation; lists, describes, deletes.
func saramaTopics(c *saramaClient) error {
	ms := "3600000"
	dry := c.admin.CreateTopic("sarama-dry", &sarama.TopicDetail{NumPartitions: 1, ReplicationFactor: 1}, true)
	if dry != nil {
		return fmt.Errorf("validate-only: %w", dry)
	}
	detail := &sarama.TopicDetail{NumPartitions: 3, ReplicationFactor: 1, ConfigEntries: map[string]*string{"retention.ms": &ms}}
	if err := c.admin.CreateTopic("sarama-topic", detail, false); err != nil {
		return err
	}
	assigned := &sarama.TopicDetail{NumPartitions: -1, ReplicationFactor: -1, ReplicaAssignment: map[int32][]int32{0: {1}, 1: {1}}}
	if err := c.admin.CreateTopic("sarama-assigned", assigned, false); err != nil {
		return err
	}
	err := c.admin.CreateTopic("sarama-topic", detail, false)
	if !errors.Is(err, sarama.ErrTopicAlreadyExists) {
		return fmt.Errorf("a second topic of one name: %w", err)
	}
	if err := errors.Join(c.until("sarama-topic", 3), c.until("sarama-assigned", 2)); err != nil {
		return err
	}
	listed, err := c.admin.ListTopics()
	if err != nil {
		return err
	}
	if _, ok := listed["sarama-dry"]; ok {
		return errors.New("what was only validated is listed")
	}
	got := listed["sarama-topic"]
	if got.NumPartitions != 3 || got.ReplicationFactor != 1 || got.ConfigEntries["retention.ms"] == nil || *got.ConfigEntries["retention.ms"] != ms {
		return fmt.Errorf("the topic is listed as %+v", got)
	}
	for _, topic := range []string{"sarama-topic", "sarama-assigned"} {
		if err := c.admin.DeleteTopic(topic); err != nil {
			return err
		}
		if err := c.until(topic, 0); err != nil {
			return err
		}
	}
	if err := c.admin.DeleteTopic("sarama-topic"); !errors.Is(err, sarama.ErrUnknownTopicOrPartition) {
		return fmt.Errorf("deleting what is gone: %w", err)
	}
	return nil
}

// saramaPartitions adds partitions, with and without assignments; fewer are refused.
func saramaPartitions(c *saramaClient) error {
	if err := c.create("sarama-grows", 1); err != nil {
		return err
	}
	if err := c.admin.CreatePartitions("sarama-grows", 5, nil, true); err != nil {
		return fmt.Errorf("validate-only: %w", err)
	}
	if err := c.admin.CreatePartitions("sarama-grows", 2, nil, false); err != nil {
		return err
	}
	if err := c.admin.CreatePartitions("sarama-grows", 4, [][]int32{{1}, {1}}, false); err != nil {
		return fmt.Errorf("with assignments: %w", err)
	}
	if err := c.until("sarama-grows", 4); err != nil {
		return err
	}
	if err := c.admin.CreatePartitions("sarama-grows", 3, nil, false); !errors.Is(err, sarama.ErrInvalidPartitions) {
		return fmt.Errorf("fewer partitions than there are: %w", err)
	}
	return nil
}

// oneConfig is the value of a key.
func (c *saramaClient) oneConfig(kind sarama.ConfigResourceType, name, key string) (sarama.ConfigEntry, error) {
	r, err := c.admin.DescribeConfigs([]*sarama.ConfigResource{{Type: kind, Name: name, ConfigNames: []string{key}}},
		sarama.DescribeConfigsOptions{IncludeSynonyms: true, IncludeDocumentation: true})
	if err != nil {
		return sarama.ConfigEntry{}, err
	}
	if len(r) != 1 || r[0].ErrorCode != sarama.ErrNoError || len(r[0].Configs) != 1 {
		return sarama.ConfigEntry{}, fmt.Errorf("describing %s of %q: %+v", key, name, r)
	}
	return r[0].Configs[0], nil
}

// saramaIs waits until a key has that value from that source: what is answered is not applied everywhere yet.
func (c *saramaClient) saramaIs(kind sarama.ConfigResourceType, name, key, value string, source sarama.ConfigSource) error {
	var got sarama.ConfigEntry
	var err error
	for began := time.Now(); time.Since(began) < consumeMax; time.Sleep(10 * time.Millisecond) {
		if got, err = c.oneConfig(kind, name, key); err != nil {
			return err
		}
		if got.Value == value && got.Source == source {
			if source != sarama.SourceDefault && len(got.Synonyms) == 0 || got.Documentation == nil || *got.Documentation == "" {
				return fmt.Errorf("%s has no synonyms or no documentation: %+v", key, got)
			}
			return nil
		}
	}
	return fmt.Errorf("%s of %q is %q from source %v, not %q from %v", key, name, got.Value, got.Source, value, source)
}

func saramaTopicConfigs(c *saramaClient) error {
	if err := c.create("sarama-configs", 1); err != nil {
		return err
	}
	const topic = sarama.TopicResource
	ms, policy := "1234567", "compact"
	is := func(key, value string, source sarama.ConfigSource) error {
		return c.saramaIs(topic, "sarama-configs", key, value, source)
	}
	change := func(key string, op sarama.IncrementalAlterConfigsOperation, value *string, dry bool) error {
		return c.admin.IncrementalAlterConfig(topic, "sarama-configs",
			map[string]sarama.IncrementalAlterConfigsEntry{key: {Operation: op, Value: value}}, dry)
	}
	bad := "never"
	return errors.Join(
		is("retention.ms", "604800000", sarama.SourceDefault),
		c.admin.AlterConfig(topic, "sarama-configs", map[string]*string{"retention.ms": &ms}, true),
		is("retention.ms", "604800000", sarama.SourceDefault),
		c.admin.AlterConfig(topic, "sarama-configs", map[string]*string{"retention.ms": &ms}, false),
		is("retention.ms", ms, sarama.SourceTopic),
		change("cleanup.policy", sarama.IncrementalAlterConfigsOperationAppend, &policy, false),
		is("cleanup.policy", "delete,compact", sarama.SourceTopic),
		is("retention.ms", ms, sarama.SourceTopic),
		change("cleanup.policy", sarama.IncrementalAlterConfigsOperationSubtract, &policy, false),
		is("cleanup.policy", "delete", sarama.SourceTopic),
		change("retention.ms", sarama.IncrementalAlterConfigsOperationDelete, nil, false),
		is("retention.ms", "604800000", sarama.SourceDefault),
		want("a value that is none", change("retention.ms", sarama.IncrementalAlterConfigsOperationSet, &bad, false), sarama.ErrInvalidConfig),
	)
}

// saramaBrokerConfigs alters the cluster's default and the broker's own.
func saramaBrokerConfigs(c *saramaClient) error {
	const kind = sarama.BrokerResource
	change := func(name string, op sarama.IncrementalAlterConfigsOperation, value string) error {
		entry := sarama.IncrementalAlterConfigsEntry{Operation: op}
		if op == sarama.IncrementalAlterConfigsOperationSet {
			entry.Value = &value
		}
		return c.admin.IncrementalAlterConfig(kind, name, map[string]sarama.IncrementalAlterConfigsEntry{"log.retention.ms": entry}, false)
	}
	const set, unset = sarama.IncrementalAlterConfigsOperationSet, sarama.IncrementalAlterConfigsOperationDelete
	err := errors.Join(
		change("", set, "7200000"),
		c.saramaIs(kind, "", "log.retention.ms", "7200000", sarama.SourceDynamicDefaultBroker),
		c.saramaIs(kind, "1", "log.retention.ms", "7200000", sarama.SourceDynamicDefaultBroker),
		change("1", set, "7300000"),
		c.saramaIs(kind, "1", "log.retention.ms", "7300000", sarama.SourceDynamicBroker),
		change("1", unset, ""),
		change("", unset, ""),
	)
	if err != nil {
		return err
	}
	readOnly, err := c.oneConfig(kind, "1", "log.dirs")
	if err == nil && !readOnly.ReadOnly {
		err = fmt.Errorf("log.dirs is not read-only: %+v", readOnly)
	}
	return err
}

// saramaOffsets asks for the beginning, the end, and by time.
func saramaOffsets(c *saramaClient) error {
	if err := c.create("sarama-offsets", 2); err != nil {
		return err
	}
	began := time.UnixMilli(1_700_000_000_000) // any time will do
	if err := c.send("sarama-offsets", 0, 50, func(i int) time.Time { return began.Add(time.Duration(i) * time.Second) }); err != nil {
		return err
	}
	for at, ends := range map[int64][2]int64{
		sarama.OffsetOldest:                         {0, 0},
		sarama.OffsetNewest:                         {50, 0},
		began.Add(20 * time.Second).UnixMilli():     {20, -1},
		began.Add(20*time.Second).UnixMilli() + 1:   {21, -1},
		began.Add(24 * 365 * time.Hour).UnixMilli(): {-1, -1},
	} {
		got, err := c.admin.ListOffsets(map[string]map[int32]int64{"sarama-offsets": {0: at, 1: at}}, nil)
		if err != nil {
			return err
		}
		for p, end := range ends {
			r := got["sarama-offsets"][int32(p)]
			if r == nil || r.Err != nil && !errors.Is(r.Err, sarama.ErrNoError) || r.Offset != end {
				return fmt.Errorf("at %d, partition %d: %+v, want %d", at, p, r, end)
			}
		}
	}
	return nil
}

// send produces records to one partition.
func (c *saramaClient) send(topic string, partition int32, n int, at func(int) time.Time) (err error) {
	producer, err := sarama.NewSyncProducer([]string{c.broker}, c.config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, producer.Close()) }()
	for i := range n {
		m := &sarama.ProducerMessage{Topic: topic, Partition: partition, Timestamp: at(i), Value: sarama.StringEncoder(fmt.Sprint(i))}
		if _, offset, err := producer.SendMessage(m); err != nil || offset != int64(i) {
			return fmt.Errorf("record %d was acked at %d: %w", i, offset, err)
		}
	}
	return nil
}

func now(int) time.Time { return time.Now() }

// want turns an error that was expected into none.
func want(what string, err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return fmt.Errorf("%s: got %v, want %w", what, err, expected)
}

func saramaDeleteRecords(c *saramaClient) error {
	if err := c.create("sarama-deletes", 1); err != nil {
		return err
	}
	if err := c.send("sarama-deletes", 0, 10, now); err != nil {
		return err
	}
	if err := c.admin.DeleteRecords("sarama-deletes", map[int32]int64{0: 4}); err != nil {
		return err
	}
	got, err := c.admin.ListOffsets(map[string]map[int32]int64{"sarama-deletes": {0: sarama.OffsetOldest}}, nil)
	if err == nil && got["sarama-deletes"][0].Offset != 4 {
		err = fmt.Errorf("the log starts at %+v, not 4", got["sarama-deletes"][0])
	}
	return errors.Join(err, want("beyond the end", c.admin.DeleteRecords("sarama-deletes", map[int32]int64{0: 11}), sarama.ErrOffsetOutOfRange))
}

// saramaProducers finds the idempotent producer of an earlier walk.
func saramaProducers(c *saramaClient) error {
	controller, err := c.admin.Controller()
	if err != nil {
		return err
	}
	r, err := controller.DescribeProducers(&sarama.DescribeProducersRequest{
		Topics: []sarama.DescribeProducersRequestTopic{{Name: "sarama-none", PartitionIndexes: []int32{0}}},
	})
	if err != nil {
		return err
	}
	if len(r.Topics) != 1 || len(r.Topics[0].Partitions) != 1 {
		return fmt.Errorf("the answer has another shape: %+v", r)
	}
	p := r.Topics[0].Partitions[0]
	if p.ErrorCode != sarama.ErrNoError || len(p.ActiveProducers) != 1 || p.ActiveProducers[0].LastSequence != codecRecords/codecPartitions-1 {
		return fmt.Errorf("the producers of a partition: %+v", p)
	}
	return nil
}

func saramaCluster(c *saramaClient) error {
	brokers, controller, err := c.admin.DescribeCluster()
	if err != nil {
		return err
	}
	if len(brokers) != 1 || brokers[0].ID() != 1 || brokers[0].Addr() != c.broker || controller != 1 {
		return fmt.Errorf("%d brokers, controller %d: %v", len(brokers), controller, brokers)
	}
	return nil
}

// saramaLogDirs finds a partition that was written, with its size.
func saramaLogDirs(c *saramaClient) error {
	all, err := c.admin.DescribeLogDirs([]int32{1})
	if err != nil {
		return err
	}
	if len(all[1]) == 0 {
		return errors.New("there is no log directory")
	}
	for _, dir := range all[1] {
		if dir.ErrorCode != sarama.ErrNoError || dir.TotalBytes <= 0 || dir.UsableBytes <= 0 {
			return fmt.Errorf("a directory: %+v", dir)
		}
		for _, topic := range dir.Topics {
			for _, p := range topic.Partitions {
				if topic.Topic == "sarama-none" && p.PartitionID == 0 && p.Size > codecRecords/codecPartitions*codecValueSize && !p.IsTemporary {
					return nil
				}
			}
		}
	}
	return errors.New("no directory has sarama-none-0")
}

func saramaQuotas(c *saramaClient) error {
	entity := []sarama.QuotaEntityComponent{{EntityType: sarama.QuotaEntityClientID, MatchType: sarama.QuotaMatchExact, Name: "nobody"}}
	filter := []sarama.QuotaFilterComponent{{EntityType: sarama.QuotaEntityClientID, MatchType: sarama.QuotaMatchExact, Match: "nobody"}}
	is := func(rate float64) error {
		var got []sarama.DescribeClientQuotasEntry
		var err error
		for began := time.Now(); time.Since(began) < consumeMax; time.Sleep(10 * time.Millisecond) {
			if got, err = c.admin.DescribeClientQuotas(filter, true); err != nil {
				return err
			}
			if rate == 0 && len(got) == 0 || len(got) == 1 && got[0].Values["producer_byte_rate"] == rate && len(got[0].Values) == 1 {
				return nil
			}
		}
		return fmt.Errorf("the quotas are %+v, want a rate of %v", got, rate)
	}
	return errors.Join(
		c.admin.AlterClientQuotas(entity, sarama.ClientQuotasOp{Key: "producer_byte_rate", Value: 1e6}, true),
		is(0),
		c.admin.AlterClientQuotas(entity, sarama.ClientQuotasOp{Key: "producer_byte_rate", Value: 1e6}, false),
		is(1e6),
		c.admin.AlterClientQuotas(entity, sarama.ClientQuotasOp{Key: "producer_byte_rate", Remove: true}, false),
		is(0),
	)
}

func saramaFeatures(c *saramaClient) error {
	_, err := c.admin.UpdateFeatures([]sarama.FeatureUpdate{{Feature: "unheard.of", MaxVersionLevel: 1}})
	return want("a feature that there is not", err, sarama.ErrInvalidUpdateVersion)
}

func saramaElections(c *saramaClient) error {
	got, err := c.admin.ElectLeaders(sarama.PreferredElection, map[string][]int32{"sarama-none": {0, 1}})
	if err != nil {
		return err
	}
	for _, p := range []int32{0, 1} {
		if r := got["sarama-none"][p]; r == nil || r.ErrorCode != sarama.ErrElectionNotNeeded {
			return fmt.Errorf("partition %d, which has its preferred leader: %+v", p, r)
		}
	}
	return nil
}

func saramaReassignments(c *saramaClient) error {
	if err := c.create("sarama-moves", 2); err != nil {
		return err
	}
	if err := c.admin.AlterPartitionReassignments("sarama-moves", [][]int32{{1}, {1}}); err != nil {
		return err
	}
	if err := c.admin.AlterPartitionReassignments("sarama-moves", [][]int32{{2}, {1}}); err == nil {
		return errors.New("a broker that there is not takes a replica")
	}
	got, err := c.admin.ListPartitionReassignments("sarama-moves", []int32{0, 1})
	if err == nil && len(got["sarama-moves"]) > 0 {
		err = fmt.Errorf("on one node nothing moves: %+v", got)
	}
	return err
}

func saramaACLs(c *saramaClient) error {
	resource := sarama.Resource{ResourceType: sarama.AclResourceTopic, ResourceName: "x", ResourcePatternType: sarama.AclPatternLiteral}
	acl := &sarama.Acl{Principal: "User:x", Host: "*", Operation: sarama.AclOperationRead, PermissionType: sarama.AclPermissionAllow}
	filter := sarama.AclFilter{
		ResourceType: sarama.AclResourceAny, ResourcePatternTypeFilter: sarama.AclPatternAny,
		Operation: sarama.AclOperationAny, PermissionType: sarama.AclPermissionAny,
	}
	_, listed := c.admin.ListAcls(filter)
	_, deleted := c.admin.DeleteACL(filter, false)
	return errors.Join(
		want("create", c.admin.CreateACLs([]*sarama.ResourceAcls{{Resource: resource, Acls: []*sarama.Acl{acl}}}), sarama.ErrSecurityDisabled),
		want("list", listed, sarama.ErrSecurityDisabled),
		want("delete", deleted, sarama.ErrSecurityDisabled),
	)
}
