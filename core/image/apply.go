package image

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"momus/core/config"
	"momus/core/kafka"
	"momus/core/record"
)

func nodeName(id kafka.NodeID) string { return strconv.Itoa(int(id)) }

// Advance says that the log was read up to and with an offset, which may be that of a control
// record or of a batch's last record, and which epoch wrote it.
func (m *Image) Advance(offset kafka.Offset, epoch kafka.LeaderEpoch) {
	if offset < m.Offset || epoch < m.Epoch {
		panic(fmt.Sprintf("BUG: the image at %d of epoch %d was moved back to %d of epoch %d", m.Offset, m.Epoch, offset, epoch))
	}
	m.Offset, m.Epoch = offset, epoch
}

// Apply applies the record at an offset and notes in d what changed. It takes over what the record
// holds. Offsets rise. A record that contradicts the image (a change of a topic that is not there)
// can be no input of ours: it panics.
func (m *Image) Apply(d *Delta, offset kafka.Offset, rec record.Metadata) {
	if offset <= m.Offset {
		panic(fmt.Sprintf("BUG: the image at %d was given the record at %d", m.Offset, offset))
	}
	m.Offset = offset
	switch rec.(type) {
	case *record.BeginTransactionRecord:
		m.open = true
	case *record.EndTransactionRecord:
		pending := m.pending
		m.open, m.pending = false, nil
		for _, p := range pending {
			m.apply(d, p)
		}
	case *record.AbortTransactionRecord:
		m.open, m.pending = false, nil
	default:
		if m.open {
			m.pending = append(m.pending, rec)
			return
		}
		m.apply(d, rec)
	}
}

// Load applies a record of a snapshot to an image that began as New; Advance then says what offset
// the snapshot reaches. As in a log, a record that contradicts the image panics.
func (m *Image) Load(rec record.Metadata) {
	var d Delta
	m.apply(&d, rec)
}

func (m *Image) apply(d *Delta, rec record.Metadata) {
	switch r := rec.(type) {
	case *record.TopicRecord:
		m.applyTopic(d, r)
	case *record.RemoveTopicRecord:
		m.applyRemoveTopic(d, r)
	case *record.PartitionRecord:
		m.applyPartition(d, r)
	case *record.PartitionChangeRecord:
		m.applyPartitionChange(d, r)
	case *record.ClearElrRecord:
		m.applyClearELR(d, r)
	case *record.ConfigRecord:
		m.applyConfig(d, r)
	case *record.ClientQuotaRecord:
		m.applyQuota(d, r)
	case *record.FeatureLevelRecord:
		m.applyFeature(d, r)
	case *record.ProducerIDsRecord:
		m.NextProducerID = r.NextProducerID
	case *record.RegisterBrokerRecord:
		m.applyRegister(d, r)
	case *record.UnregisterBrokerRecord:
		at, found := m.findBroker(r.BrokerID)
		if !found {
			panic(fmt.Sprintf("BUG: broker %d was unregistered, but is not registered", r.BrokerID))
		}
		m.Brokers = without(m.Brokers, at)
		note(&d.BrokersChanged, r.BrokerID)
	case *record.FenceBrokerRecord:
		m.registered(d, r.ID, r.Epoch).Fenced = true
	case *record.UnfenceBrokerRecord:
		m.registered(d, r.ID, r.Epoch).Fenced = false
	case *record.BrokerRegistrationChangeRecord:
		m.applyRegistrationChange(d, r)
	default:
		m.applyKept(rec)
	}
}

func (m *Image) applyTopic(d *Delta, r *record.TopicRecord) {
	if m.Topics[r.TopicID] != nil || m.TopicNamed(r.Name) != nil {
		panic(fmt.Sprintf("BUG: topic %q (%s) was created twice", r.Name, r.TopicID))
	}
	m.Topics[r.TopicID] = &Topic{ID: r.TopicID, Name: r.Name}
	m.ByName[r.Name] = r.TopicID
	at, _ := slices.BinarySearch(m.Names, r.Name)
	m.Names = slices.Insert(m.Names, at, r.Name)
	d.TopicsCreated = append(d.TopicsCreated, r.TopicID)
}

// applyRemoveTopic removes the topic with all its partitions and its configuration, for which
// Kafka writes no records of their own.
func (m *Image) applyRemoveTopic(d *Delta, r *record.RemoveTopicRecord) {
	t := m.topic(r.TopicID)
	resource := ConfigResource{record.ConfigTopic, t.Name}
	d.Picture.losesTopic(t)
	d.Picture.changesConfig(resource, m.Configs[resource])
	delete(m.Topics, t.ID)
	delete(m.ByName, t.Name)
	at, _ := slices.BinarySearch(m.Names, t.Name)
	m.Names = without(m.Names, at)
	delete(m.Configs, resource)
	d.deleted(t)
}

func (m *Image) topic(id kafka.TopicID) *Topic {
	t := m.Topics[id]
	if t == nil {
		panic(fmt.Sprintf("BUG: a record names topic %s, which is not there", id))
	}
	return t
}

func (m *Image) applyPartition(d *Delta, r *record.PartitionRecord) {
	t := m.topic(r.TopicID)
	d.Picture.changesTopic(t)
	for int(r.PartitionID) >= len(t.Partitions) {
		t.Partitions = append(t.Partitions, Partition{})
	}
	t.Partitions[r.PartitionID] = Partition{
		Replicas: r.Replicas, ISR: r.ISR, Adding: r.AddingReplicas, Removing: r.RemovingReplicas,
		ELR: r.EligibleLeaderReplicas, LastKnownELR: r.LastKnownELR, Dirs: dirsOf(r.Directories, r.Replicas),
		Leader: r.Leader, LeaderEpoch: r.LeaderEpoch, PartitionEpoch: r.PartitionEpoch,
		RecoveryState: r.LeaderRecoveryState,
	}.clone()
	d.partition(kafka.TopicPartition{Topic: t.ID, Partition: r.PartitionID})
}

// dirsOf fills in what records of before KIP-858 leave out.
func dirsOf(dirs []kafka.DirID, replicas []kafka.NodeID) []kafka.DirID {
	if len(dirs) == len(replicas) {
		return dirs
	}
	return make([]kafka.DirID, len(replicas))
}

// applyPartitionChange follows Kafka's PartitionRegistration.merge: every change raises the
// partition epoch, and one that names a leader, be it the same or none, the leader epoch.
func (m *Image) applyPartitionChange(d *Delta, r *record.PartitionChangeRecord) {
	log := kafka.TopicPartition{Topic: r.TopicID, Partition: r.PartitionID}
	p := m.Partition(log)
	if p == nil {
		panic(fmt.Sprintf("BUG: a record changes partition %s, which is not there", log))
	}
	d.Picture.changesTopic(m.Topics[r.TopicID])
	set := func(to *[]kafka.NodeID, from []kafka.NodeID) {
		if from != nil {
			*to = copied(from)
		}
	}
	set(&p.ISR, r.ISR)
	set(&p.Adding, r.AddingReplicas)
	set(&p.Removing, r.RemovingReplicas)
	set(&p.ELR, r.EligibleLeaderReplicas)
	set(&p.LastKnownELR, r.LastKnownELR)
	if r.Directories != nil {
		p.Dirs = copied(r.Directories)
	}
	if r.Replicas != nil {
		if r.Directories == nil {
			p.Dirs = movedDirs(p, r.Replicas)
		}
		p.Replicas = copied(r.Replicas)
	}
	if r.Leader != record.LeaderUnchanged {
		p.Leader = r.Leader
		p.LeaderEpoch++
	}
	if r.LeaderRecoveryState != record.RecoveryUnchanged {
		p.RecoveryState = r.LeaderRecoveryState
	}
	p.PartitionEpoch++
	d.partition(log)
}

// movedDirs gives to new replicas the directories that they had as old ones.
func movedDirs(p *Partition, replicas []kafka.NodeID) []kafka.DirID {
	dirs := make([]kafka.DirID, len(replicas))
	for i, r := range replicas {
		dirs[i] = DirUnassigned
		if at := slices.Index(p.Replicas, r); at >= 0 && at < len(p.Dirs) {
			dirs[i] = p.Dirs[at]
		}
	}
	return dirs
}

func (m *Image) applyClearELR(d *Delta, r *record.ClearElrRecord) {
	names := m.Names
	if r.TopicName != "" {
		names = []string{r.TopicName}
	}
	for _, name := range names {
		t := m.TopicNamed(name)
		if t == nil {
			panic(fmt.Sprintf("BUG: a record clears the eligible leaders of topic %q, which is not there", name))
		}
		for i := range t.Partitions {
			if p := &t.Partitions[i]; len(p.ELR)+len(p.LastKnownELR) > 0 {
				d.Picture.changesTopic(t)
				p.ELR, p.LastKnownELR = nil, nil
				p.PartitionEpoch++
				d.partition(kafka.TopicPartition{Topic: t.ID, Partition: kafka.PartitionID(i)})
			}
		}
	}
}

func (m *Image) applyConfig(d *Delta, r *record.ConfigRecord) {
	resource := ConfigResource{r.ResourceType, r.ResourceName}
	overrides := m.Configs[resource]
	d.Picture.changesConfig(resource, overrides)
	at, found := slices.BinarySearchFunc(overrides, r.Name, func(o config.Override, name string) int { return cmp.Compare(o.Name, name) })
	switch {
	case r.Value == nil && found:
		overrides = slices.Delete(overrides, at, at+1)
	case r.Value != nil && found:
		overrides[at].Value = *r.Value
	case r.Value != nil:
		overrides = slices.Insert(overrides, at, config.Override{Name: r.Name, Value: *r.Value})
	}
	if m.Configs[resource] = overrides; len(overrides) == 0 {
		delete(m.Configs, resource)
	}
	if resource.Type != record.ConfigTopic {
		m.listOther(resource, len(overrides) > 0)
	}
	note(&d.ConfigsChanged, resource)
}

// listOther keeps the list of the resources with a configuration that are no topics.
func (m *Image) listOther(r ConfigResource, configured bool) {
	at, found := slices.BinarySearchFunc(m.others, r, ConfigResource.Compare)
	switch {
	case found && !configured:
		m.others = without(m.others, at)
	case !found && configured:
		m.others = slices.Insert(m.others, at, r)
	}
}

func (m *Image) applyFeature(d *Delta, r *record.FeatureLevelRecord) {
	at, found := m.findFeature(r.Name)
	switch {
	case found && r.FeatureLevel == 0:
		m.Features = without(m.Features, at)
	case found:
		m.Features[at].Level = r.FeatureLevel
	case r.FeatureLevel != 0:
		m.Features = slices.Insert(m.Features, at, Feature{r.Name, r.FeatureLevel})
	}
	note(&d.FeaturesChanged, r.Name)
}

func (m *Image) applyRegister(d *Delta, r *record.RegisterBrokerRecord) {
	b := Broker{
		ID: r.BrokerID, Epoch: r.BrokerEpoch, Incarnation: r.IncarnationID,
		Endpoints: copied(r.EndPoints), Features: copied(r.Features), Rack: cloneString(r.Rack), Dirs: copied(r.LogDirs),
		Cordoned: slices.Clone(r.CordonedLogDirs), Fenced: r.Fenced, InControlledShutdown: r.InControlledShutdown,
	}
	if at, found := m.findBroker(r.BrokerID); found {
		m.Brokers[at] = b
	} else {
		m.Brokers = slices.Insert(m.Brokers, at, b)
	}
	note(&d.BrokersChanged, r.BrokerID)
}

// cloneString gives the image a pointer of its own.
func cloneString(s *string) *string {
	if s == nil {
		return nil
	}
	c := *s
	return &c
}

// registered finds the registration that a record means, by id and epoch, and notes it as changed.
func (m *Image) registered(d *Delta, id kafka.NodeID, epoch kafka.BrokerEpoch) *Broker {
	b := m.Broker(id)
	if b == nil || b.Epoch != epoch {
		panic(fmt.Sprintf("BUG: a record changes broker %d of epoch %d, which is not registered", id, epoch))
	}
	note(&d.BrokersChanged, id)
	return b
}

func (m *Image) applyRegistrationChange(d *Delta, r *record.BrokerRegistrationChangeRecord) {
	b := m.registered(d, r.BrokerID, r.BrokerEpoch)
	if r.Fenced != record.FencingAsItWas {
		b.Fenced = r.Fenced == record.Fenced
	}
	if r.InControlledShutdown == record.InControlledShutdown {
		b.InControlledShutdown = true
	}
	if len(r.LogDirs) > 0 {
		b.Dirs = copied(r.LogDirs)
	}
	if r.CordonedLogDirs != nil {
		b.Cordoned = slices.Clone(r.CordonedLogDirs)
	}
}
