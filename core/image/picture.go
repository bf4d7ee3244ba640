package image

import (
	"slices"

	"momus/core/config"
	"momus/core/kafka"
	"momus/core/record"
)

// Picture is the image as it was at one offset, while it is written out record by record. The image
// goes on changing meanwhile: what a record is about to change is put here first, as it was, by
// whoever applies it with Delta.Picture set. So a snapshot of many topics takes many short turns,
// and the memory of what changes during them.
//
//canon:gen
type Picture struct {
	// Offset is that of the last record in the picture, Epoch the one that wrote it.
	Offset kafka.Offset
	Epoch  kafka.LeaderEpoch

	features       []Feature
	brokers        []Broker
	quotas         []Quota
	kept           []Kept
	nextProducerID kafka.ProducerID
	// names are those of all topics; others are the resources with a configuration that are none.
	names  []string
	others []ConfigResource
	// topics and configs are those that changed since, as they were, of what is still to be written.
	topics  map[string]*Topic
	configs map[ConfigResource][]config.Override

	// section, at and within say where Next goes on.
	section section
	at      int32
	within  int32
}

// section is a part of a snapshot, in the order of Kafka's (org.apache.kafka.image.MetadataImage).
type section uint8

const (
	sectionFeatures section = iota
	sectionBrokers
	sectionControllers
	sectionTopics
	sectionConfigs
	sectionQuotas
	sectionProducerIDs
	sectionSecurity
	sectionEnd
)

// Whole tells that no transaction's records are held back: only then a picture can be taken.
func (m *Image) Whole() bool { return !m.open }

// Freeze takes a picture. It copies the topics' names, the brokers, the list of quotas and what is kept,
// and nothing of a topic.
func (m *Image) Freeze() *Picture {
	if m.open {
		panic("BUG: a picture in the middle of a transaction of the metadata log")
	}
	p := &Picture{
		Offset: m.Offset, Epoch: m.Epoch,
		features: slices.Clone(m.Features), brokers: slices.Clone(m.Brokers), quotas: slices.Clone(m.Quotas), kept: slices.Clone(m.Kept),
		nextProducerID: m.NextProducerID, names: slices.Clone(m.Names), others: slices.Clone(m.others),
		topics: map[string]*Topic{}, configs: map[ConfigResource][]config.Override{},
	}
	// Kafka writes the metadata version first: it says how to read what follows.
	if at, found := slices.BinarySearchFunc(p.features, "metadata.version", byName); found {
		version := p.features[at]
		p.features = slices.Insert(slices.Delete(p.features, at, at+1), 0, version)
	}
	return p
}

// Next takes the next record out of the picture of m; false means that there is none left.
func (p *Picture) Next(m *Image) (record.Metadata, bool) {
	for p.section < sectionEnd {
		if rec := p.next(m); rec != nil {
			return rec, true
		}
		p.section++
		p.at, p.within = 0, 0
	}
	return nil, false
}

// next is the next record of the section, nil if it has no more.
func (p *Picture) next(m *Image) record.Metadata {
	at := int(p.at)
	switch p.section {
	case sectionFeatures:
		if at < len(p.features) {
			p.at++
			return &record.FeatureLevelRecord{Name: p.features[at].Name, FeatureLevel: p.features[at].Level}
		}
	case sectionBrokers:
		if at < len(p.brokers) {
			p.at++
			return p.brokers[at].record()
		}
	case sectionControllers:
		return p.nextKept(KeptController, KeptController)
	case sectionTopics:
		return p.nextOfTopic(m)
	case sectionConfigs:
		return p.nextConfig(m)
	case sectionQuotas:
		return p.nextQuota()
	case sectionProducerIDs:
		if at == 0 && p.nextProducerID > 0 {
			p.at++
			return &record.ProducerIDsRecord{BrokerID: kafka.NoNode, BrokerEpoch: kafka.NoBrokerEpoch, NextProducerID: p.nextProducerID}
		}
	case sectionSecurity:
		return p.nextKept(KeptACL, KeptToken)
	}
	return nil
}

// nextKept passes over what is kept of earlier kinds.
func (p *Picture) nextKept(first, last KeptKind) record.Metadata {
	for int(p.at) < len(p.kept) {
		k := p.kept[p.at]
		p.at++
		if k.Kind >= first && k.Kind <= last {
			return k.Record
		}
	}
	return nil
}

// nextQuota goes through the quotas, then through those that are kept.
func (p *Picture) nextQuota() record.Metadata {
	for ; int(p.at) < len(p.quotas); p.at++ {
		q := &p.quotas[p.at]
		if within := int(p.within); within < len(q.Values) {
			p.within++
			v := q.Values[within]
			return &record.ClientQuotaRecord{Entity: q.Entity.Parts(), Key: v.Key, Value: v.Value}
		}
		p.within = 0
	}
	for int(p.at) < len(p.quotas)+len(p.kept) {
		k := p.kept[int(p.at)-len(p.quotas)]
		p.at++
		if k.Kind == KeptQuota {
			return k.Record
		}
	}
	return nil
}

func (p *Picture) nextOfTopic(m *Image) record.Metadata {
	for ; int(p.at) < len(p.names); p.at++ {
		name := p.names[p.at]
		t, changed := p.topics[name]
		if !changed {
			t = m.TopicNamed(name)
		}
		within := int(p.within)
		p.within++
		if within == 0 {
			return &record.TopicRecord{Name: name, TopicID: t.ID}
		}
		if within <= len(t.Partitions) {
			return t.Partitions[within-1].record(t.ID, kafka.PartitionID(within-1))
		}
		delete(p.topics, name)
		p.within = 0
	}
	return nil
}

// nextConfig goes through the topics' configurations, then the others.
func (p *Picture) nextConfig(m *Image) record.Metadata {
	for ; int(p.at) < len(p.names)+len(p.others); p.at++ {
		var r ConfigResource
		if at := int(p.at); at < len(p.names) {
			r = ConfigResource{record.ConfigTopic, p.names[at]}
		} else {
			r = p.others[at-len(p.names)]
		}
		overrides, changed := p.configs[r]
		if !changed {
			overrides = m.Configs[r]
		}
		if within := int(p.within); within < len(overrides) {
			p.within++
			value := overrides[within].Value
			return &record.ConfigRecord{ResourceType: r.Type, ResourceName: r.Name, Name: overrides[within].Name, Value: &value}
		}
		delete(p.configs, r)
		p.within = 0
	}
	return nil
}

// wants tells whether a topic is to be written still, and is not kept as it was yet.
func (p *Picture) wants(t *Topic) bool {
	if p == nil || p.section > sectionTopics {
		return false
	}
	at, found := slices.BinarySearch(p.names, t.Name)
	if !found || p.section == sectionTopics && at < int(p.at) {
		return false
	}
	_, have := p.topics[t.Name]
	return !have
}

// changesTopic keeps a topic of which something is about to change in place.
func (p *Picture) changesTopic(t *Topic) {
	if p.wants(t) {
		p.topics[t.Name] = t.clone()
	}
}

// losesTopic keeps a topic that the image is about to let go.
func (p *Picture) losesTopic(t *Topic) {
	if p.wants(t) {
		p.topics[t.Name] = t
	}
}

// changesConfig keeps the configuration of a resource that is about to change.
func (p *Picture) changesConfig(r ConfigResource, was []config.Override) {
	if p == nil || p.section > sectionConfigs {
		return
	}
	at, found := slices.BinarySearchFunc(p.others, r, ConfigResource.Compare)
	at += len(p.names)
	if r.Type == record.ConfigTopic {
		at, found = slices.BinarySearch(p.names, r.Name)
	}
	if !found || p.section == sectionConfigs && at < int(p.at) {
		return
	}
	if _, have := p.configs[r]; !have {
		p.configs[r] = slices.Clone(was)
	}
}

func (b *Broker) record() *record.RegisterBrokerRecord {
	return &record.RegisterBrokerRecord{
		BrokerID: b.ID, IncarnationID: b.Incarnation, BrokerEpoch: b.Epoch, EndPoints: b.Endpoints, Features: b.Features,
		Rack: b.Rack, Fenced: b.Fenced, InControlledShutdown: b.InControlledShutdown, LogDirs: b.Dirs, CordonedLogDirs: b.Cordoned,
	}
}

// record says all of a partition. Eligible leaders are named only if there are any, as in Kafka's
// PartitionRegistration.toRecord.
func (p *Partition) record(topic kafka.TopicID, id kafka.PartitionID) *record.PartitionRecord {
	c := p.clone()
	r := &record.PartitionRecord{
		PartitionID: id, TopicID: topic, Replicas: c.Replicas, ISR: c.ISR,
		RemovingReplicas: c.Removing, AddingReplicas: c.Adding, Leader: p.Leader, LeaderRecoveryState: p.RecoveryState,
		LeaderEpoch: p.LeaderEpoch, PartitionEpoch: p.PartitionEpoch, Directories: c.Dirs,
	}
	if len(c.ELR) > 0 {
		r.EligibleLeaderReplicas = c.ELR
	}
	if len(c.LastKnownELR) > 0 {
		r.LastKnownELR = c.LastKnownELR
	}
	return r
}
