package image

import (
	"cmp"
	"slices"

	"momus/core/config"
	"momus/core/kafka"
	"momus/core/record"
)

// Image is the state of the cluster at one offset of the metadata log.
//
//canon:gen
type Image struct {
	// Offset is that of the last record applied, or -1; Epoch is the quorum's epoch that wrote it.
	Offset kafka.Offset
	Epoch  kafka.LeaderEpoch

	Topics map[kafka.TopicID]*Topic
	ByName map[string]kafka.TopicID
	// Names are the names of all topics, sorted.
	Names []string

	// Brokers are sorted by id, Features by name.
	Brokers  []Broker
	Features []Feature
	Configs  map[ConfigResource][]config.Override
	// others are the resources in Configs that are no topics, sorted.
	others []ConfigResource
	// Quotas are sorted by entity.
	Quotas []Quota

	// NextProducerID is the first id of the next block that is given out.
	NextProducerID kafka.ProducerID

	// Kept are records of things that this build holds and does not act on, sorted.
	Kept []Kept

	// open says that a transaction's records are being kept in pending until it ends.
	open    bool
	pending []record.Metadata
}

// Topic is one incarnation of a topic; Partitions are indexed by their ids.
//
//canon:gen
type Topic struct {
	ID         kafka.TopicID
	Name       string
	Partitions []Partition
}

// Partition is a partition's registration. Dirs are the directories of Replicas, in their order.
//
//canon:gen
type Partition struct {
	Replicas []kafka.NodeID
	ISR      []kafka.NodeID
	Adding   []kafka.NodeID
	Removing []kafka.NodeID
	// ELR and LastKnownELR are the eligible leader replicas of KIP-966.
	ELR            []kafka.NodeID
	LastKnownELR   []kafka.NodeID
	Dirs           []kafka.DirID
	Leader         kafka.NodeID
	LeaderEpoch    kafka.LeaderEpoch
	PartitionEpoch kafka.PartitionEpoch
	RecoveryState  record.LeaderRecoveryState
}

// Broker is the registration of one incarnation of a broker.
//
//canon:gen
type Broker struct {
	ID          kafka.NodeID
	Epoch       kafka.BrokerEpoch
	Incarnation kafka.UUID
	Endpoints   []record.BrokerEndpoint
	Features    []record.BrokerFeature
	Rack        *string
	Dirs        []kafka.DirID
	// Cordoned are the directories that are to get no new replicas (KIP-1066); nil until the broker
	// named them.
	Cordoned             []kafka.DirID
	Fenced               bool
	InControlledShutdown bool
}

// Feature is a feature finalised at a level above 0.
//
//canon:gen
type Feature struct {
	Name  string
	Level record.FeatureLevel
}

// ConfigResource names whose configuration it is; a broker's name is its id, or "" for all.
//
//canon:gen
type ConfigResource struct {
	Type record.ConfigResourceType
	Name string
}

// Compare orders by type, then name.
func (r ConfigResource) Compare(o ConfigResource) int {
	if c := cmp.Compare(r.Type, o.Type); c != 0 {
		return c
	}
	return cmp.Compare(r.Name, o.Name)
}

// The directory ids that stand for no directory (KIP-858, org.apache.kafka.common.DirectoryId).
var (
	DirMigrating  = kafka.DirID{}
	DirUnassigned = kafka.DirID{15: 1}
	DirLost       = kafka.DirID{15: 2}
)

// New is the image of an empty log.
func New() Image {
	return Image{
		Offset: kafka.NoOffset,
		Epoch:  kafka.NoLeaderEpoch,
		Topics: map[kafka.TopicID]*Topic{},
		ByName: map[string]kafka.TopicID{},

		Configs: map[ConfigResource][]config.Override{},
	}
}

// Topic finds a topic by id, or returns nil.
func (m *Image) Topic(id kafka.TopicID) *Topic { return m.Topics[id] }

// TopicNamed finds a topic by name, or returns nil.
func (m *Image) TopicNamed(name string) *Topic {
	id, ok := m.ByName[name]
	if !ok {
		return nil
	}
	return m.Topics[id]
}

// Partition finds a partition, or returns nil.
func (m *Image) Partition(log kafka.TopicPartition) *Partition {
	t := m.Topics[log.Topic]
	if t == nil || log.Partition < 0 || int(log.Partition) >= len(t.Partitions) {
		return nil
	}
	return &t.Partitions[log.Partition]
}

func (m *Image) findBroker(id kafka.NodeID) (at int, found bool) {
	return slices.BinarySearchFunc(m.Brokers, id, func(b Broker, id kafka.NodeID) int { return cmp.Compare(b.ID, id) })
}

// Broker finds a broker's registration, or returns nil.
func (m *Image) Broker(id kafka.NodeID) *Broker {
	at, found := m.findBroker(id)
	if !found {
		return nil
	}
	return &m.Brokers[at]
}

// Registered is the offset at which the broker was registered, since that is what its epoch is: a
// broker that has read that far has seen its own registration.
func (b *Broker) Registered() kafka.Offset { return kafka.Offset(b.Epoch) }

// Active tells a broker that may lead: registered, unfenced, and not on its way out.
func (b *Broker) Active() bool { return b != nil && !b.Fenced && !b.InControlledShutdown }

// HasDir tells whether a directory is online at the broker. The ids that stand for no directory
// count as online, since nobody has said otherwise; DirLost does not.
func (b *Broker) HasDir(dir kafka.DirID) bool {
	if dir == DirMigrating || dir == DirUnassigned {
		return true
	}
	return slices.Contains(b.Dirs, dir)
}

// Feature is the finalised level of a feature; 0 if it is off.
func (m *Image) Feature(name string) record.FeatureLevel {
	at, found := m.findFeature(name)
	if !found {
		return 0
	}
	return m.Features[at].Level
}

func (m *Image) findFeature(name string) (at int, found bool) {
	return slices.BinarySearchFunc(m.Features, name, byName)
}

func byName(f Feature, name string) int { return cmp.Compare(f.Name, name) }

// Config lists the overrides of a resource, sorted by name.
func (m *Image) Config(typ record.ConfigResourceType, name string) []config.Override {
	return m.Configs[ConfigResource{typ, name}]
}

// Configured lists the resources of a type for which something is set, by name.
func (m *Image) Configured(typ record.ConfigResourceType) []string {
	var names []string
	for _, r := range m.sortedConfigs() {
		if r.Type == typ {
			names = append(names, r.Name)
		}
	}
	return names
}

// BrokerConfig is a node's configuration as it holds: the static one, then the dynamic default of
// all brokers, then what is set for this broker.
func (m *Image) BrokerConfig(static config.Broker) config.Broker {
	static = config.ResolveNode(static, m.Config(record.ConfigBroker, ""))
	return config.ResolveNode(static, m.Config(record.ConfigBroker, nodeName(static.NodeID)))
}

// ConsumerGroup is what a group of the consumer protocol goes by: what is set for it, and else for the node, for all, and
// in its file.
func (m *Image) ConsumerGroup(static *config.Broker, group string) config.ConsumerGroup {
	keys := static.ConsumerGroups.With(m.Config(record.ConfigBroker, "")).With(m.Config(record.ConfigBroker, nodeName(static.NodeID)))
	return keys.Of(m.Config(record.ConfigGroup, group))
}

// Layers are what is set for the brokers' keys, seen from the node whose static configuration is given.
func (m *Image) Layers(static *config.Broker) config.Layers {
	return config.Layers{
		Node:    m.Config(record.ConfigBroker, nodeName(static.NodeID)),
		Default: m.Config(record.ConfigBroker, ""),
		Static:  static.Static,
	}
}

// TopicConfig is the configuration of a topic as it holds on the node whose static configuration
// is given: that one, the dynamic ones of brokers, then the topic's own.
func (m *Image) TopicConfig(static config.Broker, topic string) config.Topic {
	return config.Resolve(m.BrokerConfig(static).Topic, m.Config(record.ConfigTopic, topic))
}

// Clone copies everything, so that the copy may be changed.
func (m *Image) Clone() Image {
	c := *m
	c.Topics = make(map[kafka.TopicID]*Topic, len(m.Topics))
	for _, name := range m.Names {
		t := m.Topics[m.ByName[name]]
		c.Topics[t.ID] = t.clone()
	}
	c.ByName = make(map[string]kafka.TopicID, len(m.ByName))
	for _, name := range m.Names {
		c.ByName[name] = m.ByName[name]
	}
	c.Names = slices.Clone(m.Names)
	c.Brokers = slices.Clone(m.Brokers)
	for i := range c.Brokers {
		b := &c.Brokers[i]
		b.Rack = cloneString(b.Rack)
		b.Endpoints, b.Features, b.Dirs = copied(b.Endpoints), copied(b.Features), copied(b.Dirs)
		b.Cordoned = slices.Clone(b.Cordoned)
	}
	c.Features = slices.Clone(m.Features)
	c.Configs = make(map[ConfigResource][]config.Override, len(m.Configs))
	for _, r := range m.sortedConfigs() {
		c.Configs[r] = slices.Clone(m.Configs[r])
	}
	c.Quotas = slices.Clone(m.Quotas)
	c.others, c.Kept = slices.Clone(m.others), slices.Clone(m.Kept)
	c.pending = slices.Clone(m.pending)
	return c
}

func (t *Topic) clone() *Topic {
	c := &Topic{ID: t.ID, Name: t.Name, Partitions: slices.Clone(t.Partitions)}
	for i := range c.Partitions {
		c.Partitions[i] = c.Partitions[i].clone()
	}
	return c
}

func (p Partition) clone() Partition {
	for _, s := range []*[]kafka.NodeID{&p.Replicas, &p.ISR, &p.Adding, &p.Removing, &p.ELR, &p.LastKnownELR} {
		*s = copied(*s)
	}
	p.Dirs = copied(p.Dirs)
	return p
}

// copied is a list of the image's own, nil if there is nothing in it: one image has one form, whether
// it was made from records in memory, from those of the log, or from a snapshot.
func copied[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return slices.Clone(list)
}

// without is a list of the image's without one entry, in the same form.
func without[T any](list []T, at int) []T {
	if len(list) == 1 {
		return nil
	}
	return slices.Delete(list, at, at+1)
}
