package controller

import (
	"fmt"
	"slices"
	"strings"

	"momus/core/config"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// recordsMax is how many partitions one request may create and how many records one batch may
// have (Kafka's MAX_PARTITIONS_PER_BATCH and MAX_RECORDS_PER_USER_OP).
const recordsMax = 10_000

// createTopics creates topics (KIP-4). Each is created or refused for itself, in one batch.
func (m *Controller) createTopics(now kafka.Now, r *msg.CreateTopics) decision {
	reply := &msg.CreatedTopics{Op: r.Op}
	refuseAll := func(text string) decision {
		reply.Topics = nil
		for _, t := range r.Topics {
			reply.Topics = append(reply.Topics, refusedTopic(t.Name, kafka.ErrPolicyViolation, text))
		}
		return decision{reply: reply}
	}
	total := int64(0)
	for _, t := range r.Topics {
		total += int64(m.partitionsAsked(&t))
	}
	if total > recordsMax {
		return refuseAll("Excessively large number of partitions per request.")
	}
	d := decision{reply: reply}
	asked := map[string]int{}
	for _, t := range r.Topics {
		asked[t.Name]++
	}
	layers := m.img.Layers(&m.cfg)
	permits := m.permits(now, r.Quota)
	for i := range r.Topics {
		t := &r.Topics[i]
		if asked[t.Name] > 1 {
			reply.Topics = append(reply.Topics, refusedTopic(t.Name, kafka.ErrInvalidRequest, "Duplicate topic name."))
			continue
		}
		created, overrides, recs := m.createTopic(t, permits)
		if r.WantConfigs && created.Err == kafka.None {
			created.Configs = config.Effectives(&layers, overrides)
		}
		reply.Topics = append(reply.Topics, created)
		d.records = append(d.records, recs...)
	}
	reply.ThrottledUntil = permits.until()
	if len(d.records) > recordsMax {
		return refuseAll(tooLarge.text)
	}
	if r.ValidateOnly {
		d.records = nil
	}
	return d
}

func (m *Controller) partitionsAsked(t *msg.NewTopic) int32 {
	switch {
	case len(t.Assignments) > 0:
		return int32(len(t.Assignments))
	case t.Partitions == -1:
		return m.cfg.NumPartitions
	}
	return max(t.Partitions, 0)
}

// refusal is what is wrong with a request: a code and Kafka's words; the zero value is nothing.
type refusal struct {
	code kafka.ErrorCode
	text string
}

// createTopic checks in Kafka's order: name, existence, configuration, partitions, then the quota.
func (m *Controller) createTopic(t *msg.NewTopic, permits *permits) (msg.CreatedTopic, []config.Override, []record.Metadata) {
	bad := m.checkName(t.Name)
	var overrides []config.Override
	if bad.code == kafka.None {
		overrides, bad = checkConfigs(t.Configs)
	}
	var partitions []*record.PartitionRecord
	if bad.code == kafka.None {
		partitions, bad = m.layOut(t)
	}
	if bad.code == kafka.None {
		bad = permits.take(len(partitions))
	}
	if bad.code != kafka.None {
		return refusedTopic(t.Name, bad.code, bad.text), nil, nil
	}
	id := m.ids.UUID()
	recs := []record.Metadata{&record.TopicRecord{Name: t.Name, TopicID: id}}
	created := msg.CreatedTopic{
		Name: t.Name, ID: id, Partitions: int32(len(partitions)), Factor: int16(len(partitions[0].Replicas)),
	}
	for _, o := range overrides {
		recs = append(recs, &record.ConfigRecord{ResourceType: record.ConfigTopic, ResourceName: t.Name, Name: o.Name, Value: &o.Value})
	}
	for _, p := range partitions {
		p.TopicID = id
		recs = append(recs, p)
	}
	return created, overrides, recs
}

func (m *Controller) checkName(name string) refusal {
	if text := kafka.InvalidTopicName(name); text != "" {
		return refusal{kafka.ErrInvalidTopicException, "Topic name is invalid: " + text}
	}
	switch {
	case name == kafka.MetadataTopic:
		return refusal{kafka.ErrInvalidRequest, "Creation of internal topic " + name + " is prohibited."}
	case m.img.TopicNamed(name) != nil:
		return refusal{kafka.ErrTopicAlreadyExists, "Topic '" + name + "' already exists."}
	}
	if other := m.collision(name); other != "" {
		return refusal{kafka.ErrInvalidTopicException, "Topic '" + name + "' collides with existing topic: " + other}
	}
	return refusal{}
}

// collision finds the existing topic whose name differs only in '.' and '_', which are the same in
// the names of metrics. As in Kafka, topics of one request are not compared with one another.
func (m *Controller) collision(name string) string {
	if !strings.ContainsAny(name, "._") {
		return ""
	}
	unified := strings.ReplaceAll(name, ".", "_")
	for _, other := range m.img.Names {
		if len(other) == len(name) && strings.ReplaceAll(other, ".", "_") == unified {
			return other
		}
	}
	return ""
}

// checkConfigs turns the entries into overrides, each name once; the last entry of a name counts, and has
// its place.
func checkConfigs(entries []msg.ConfigEntry) ([]config.Override, refusal) {
	var nulls []string
	last := map[string]int{}
	for i, e := range entries {
		if e.Null {
			nulls = append(nulls, e.Name)
		}
		last[e.Name] = i
	}
	var overrides []config.Override
	for i, e := range entries {
		if last[e.Name] == i {
			overrides = append(overrides, config.Override{Name: e.Name, Value: e.Value})
		}
	}
	if len(nulls) > 0 {
		return nil, refusal{kafka.ErrInvalidConfig, "Null value not supported for topic configs: " + strings.Join(nulls, ",")}
	}
	if text := config.ValidateTopics(overrides); text != "" {
		return nil, refusal{kafka.ErrInvalidConfig, text}
	}
	return overrides, refusal{}
}

// layOut makes the partitions, by the assignment asked for or by placement.
func (m *Controller) layOut(t *msg.NewTopic) ([]*record.PartitionRecord, refusal) {
	if len(t.Assignments) > 0 {
		return m.layOutAssigned(t)
	}
	partitions, factor := t.Partitions, t.Factor
	if partitions == -1 {
		partitions = m.cfg.NumPartitions
	}
	if factor == -1 {
		factor = m.cfg.DefaultReplicationFactor
	}
	switch {
	case partitions <= 0:
		return nil, refusal{kafka.ErrInvalidPartitions, "Number of partitions was set to an invalid non-positive value."}
	case factor <= 0:
		return nil, refusal{kafka.ErrInvalidReplicationFactor, "Replication factor must be larger than 0, or -1 to use the default value."}
	}
	p, bad := m.placerFor(factor)
	if bad.code != kafka.None {
		return nil, bad
	}
	recs := make([]*record.PartitionRecord, partitions)
	for i := range recs {
		rec, bad := m.newPartition(kafka.PartitionID(i), p.replicas(int32(i), factor))
		if bad.code != kafka.None {
			return nil, bad
		}
		recs[i] = rec
	}
	return recs, refusal{}
}

func (m *Controller) layOutAssigned(t *msg.NewTopic) ([]*record.PartitionRecord, refusal) {
	switch {
	case t.Factor != -1:
		return nil, refusal{kafka.ErrInvalidRequest, "A manual partition assignment was specified, but replication factor was not set to -1."}
	case t.Partitions != -1:
		return nil, refusal{kafka.ErrInvalidRequest, "A manual partition assignment was specified, but numPartitions was not set to -1."}
	}
	invalid := func(format string, args ...any) refusal {
		return refusal{kafka.ErrInvalidReplicaAssignment, fmt.Sprintf(format, args...)}
	}
	recs := make([]*record.PartitionRecord, 0, len(t.Assignments))
	seen := map[kafka.PartitionID]bool{}
	factor := len(t.Assignments[0].Replicas)
	for _, a := range t.Assignments {
		if seen[a.Partition] {
			return nil, invalid("Found multiple manual partition assignments for partition %d", a.Partition)
		}
		seen[a.Partition] = true
		if bad := m.checkReplicas(a.Replicas, factor); bad.code != kafka.None {
			return nil, bad
		}
		rec, bad := m.newPartition(a.Partition, a.Replicas)
		if bad.code != kafka.None {
			return nil, bad
		}
		recs = append(recs, rec)
	}
	slices.SortFunc(recs, func(a, b *record.PartitionRecord) int { return int(a.PartitionID) - int(b.PartitionID) })
	for i, rec := range recs {
		if rec.PartitionID != kafka.PartitionID(i) {
			return nil, invalid("partitions should be a consecutive 0-based integer sequence")
		}
	}
	return recs, refusal{}
}

// checkReplicas checks one manual assignment; all of a topic's have as many replicas as the first.
func (m *Controller) checkReplicas(replicas []kafka.NodeID, factor int) refusal {
	invalid := func(text string) refusal { return refusal{kafka.ErrInvalidReplicaAssignment, text} }
	if len(replicas) == 0 {
		return invalid("The manual partition assignment includes an empty replica list.")
	}
	sorted := slices.Clone(replicas)
	slices.Sort(sorted)
	for i, r := range sorted {
		switch {
		case m.img.Broker(r) == nil:
			return invalid(fmt.Sprintf("The manual partition assignment includes broker %d, but no such broker is registered.", r))
		case i > 0 && sorted[i-1] == r:
			return invalid(fmt.Sprintf("The manual partition assignment includes the broker %d more than once.", r))
		}
	}
	if len(replicas) != factor {
		return invalid(fmt.Sprintf("The manual partition assignment includes a partition with %d replica(s), but this is not "+
			"consistent with previous partitions, which have %d replica(s).", len(replicas), factor))
	}
	return refusal{}
}

// newPartition begins with all active replicas in sync and the first of them as leader.
func (m *Controller) newPartition(id kafka.PartitionID, replicas []kafka.NodeID) (*record.PartitionRecord, refusal) {
	rec := &record.PartitionRecord{PartitionID: id, Replicas: replicas, Directories: m.dirs(replicas), Leader: kafka.NoNode}
	for _, r := range replicas {
		if m.img.Broker(r).Active() {
			rec.ISR = append(rec.ISR, r)
		}
	}
	if len(rec.ISR) == 0 {
		return nil, refusal{kafka.ErrInvalidReplicaAssignment,
			fmt.Sprintf("All brokers specified in the manual partition assignment for partition %d are fenced or in controlled shutdown.", id)}
	}
	rec.Leader = rec.ISR[0]
	return rec, refusal{}
}
