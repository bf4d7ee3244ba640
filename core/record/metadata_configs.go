package record

import "momus/core/kafka"

// ConfigResourceType says what kind of thing a configuration belongs to.
type ConfigResourceType int8

// The kinds of resources, by org.apache.kafka.common.config.ConfigResource.Type.
const (
	ConfigTopic         ConfigResourceType = 2
	ConfigBroker        ConfigResourceType = 4
	ConfigBrokerLogger  ConfigResourceType = 8
	ConfigClientMetrics ConfigResourceType = 16
	ConfigGroup         ConfigResourceType = 32
)

// ConfigRecord sets a configuration key of a resource, or deletes it.
//
//canon:gen CanonMetadata=5
//kafka:record union=Metadata key=4 versions=0 flexible=0
type ConfigRecord struct {
	ResourceType ConfigResourceType `kafka:"0+"`
	// ResourceName is empty for the default of all brokers.
	ResourceName string `kafka:"0+"`
	Name         string `kafka:"0+"`
	// Value is nil to delete the key.
	Value *string `kafka:"0+,nullable=0+"`
}

// FeatureLevelRecord finalises a level of a feature (KIP-584).
//
//canon:gen CanonMetadata=13
//kafka:record union=Metadata key=12 versions=0 flexible=0
type FeatureLevelRecord struct {
	Name         string       `kafka:"0+"`
	FeatureLevel FeatureLevel `kafka:"0+"`
}

// ProducerIDsRecord gives a block of producer ids to a broker (KIP-730).
//
//canon:gen CanonMetadata=16
//kafka:record union=Metadata key=15 versions=0 flexible=0
type ProducerIDsRecord struct {
	BrokerID    kafka.NodeID      `kafka:"0+"`
	BrokerEpoch kafka.BrokerEpoch `kafka:"0+"`
	// NextProducerID is the first id of the block after the one given.
	NextProducerID kafka.ProducerID `kafka:"0+"`
}

// NoOpRecord lets the log's end move on while nothing happens (KIP-835).
//
//canon:gen CanonMetadata=21
//kafka:record union=Metadata key=20 versions=0 flexible=0
type NoOpRecord struct{}

// ClientQuotaEntity is one part of the name of who a quota is for (KIP-546).
//
//canon:gen
//kafka:struct versions=0 flexible=0
type ClientQuotaEntity struct {
	EntityType string `kafka:"0+"`
	// EntityName is nil for the default.
	EntityName *string `kafka:"0+,nullable=0+"`
}

// ClientQuotaRecord sets or removes a quota.
//
//canon:gen CanonMetadata=15
//kafka:record union=Metadata key=14 versions=0 flexible=0
type ClientQuotaRecord struct {
	Entity []ClientQuotaEntity `kafka:"0+"`
	Key    string              `kafka:"0+"`
	Value  FloatBits           `kafka:"0+"`
	Remove bool                `kafka:"0+"`
}

// BeginTransactionRecord begins records that are to be applied together (KIP-868).
//
//canon:gen CanonMetadata=24
//kafka:record union=Metadata key=23 versions=0 flexible=0
type BeginTransactionRecord struct {
	Name *string `kafka:"0+,tag=0,nullable=0+,default=null"`
}

// EndTransactionRecord applies them.
//
//canon:gen CanonMetadata=25
//kafka:record union=Metadata key=24 versions=0 flexible=0
type EndTransactionRecord struct{}

// AbortTransactionRecord drops them.
//
//canon:gen CanonMetadata=26
//kafka:record union=Metadata key=25 versions=0 flexible=0
type AbortTransactionRecord struct {
	Reason *string `kafka:"0+,tag=0,nullable=0+,default=null"`
}

// ZkMigrationStateRecord tells where a migration from ZooKeeper stands; old logs hold it.
//
//canon:gen CanonMetadata=22
//kafka:record union=Metadata key=21 versions=0 flexible=0
type ZkMigrationStateRecord struct {
	ZkMigrationState int8 `kafka:"0+"`
}
