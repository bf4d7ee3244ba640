package record

import "momus/core/kafka"

// SecurityProtocol is a listener's protocol.
type SecurityProtocol int16

// The security protocols, by their numbers in Kafka.
const (
	Plaintext     SecurityProtocol = 0
	SSL           SecurityProtocol = 1
	SASLPlaintext SecurityProtocol = 2
	SASLSSL       SecurityProtocol = 3
)

// FeatureLevel is a level of a feature; 0 means that it is off.
type FeatureLevel int16

// FencingChange says how a broker's fencing changed.
type FencingChange int8

// The changes of fencing.
const (
	Unfenced       FencingChange = -1
	FencingAsItWas FencingChange = 0
	Fenced         FencingChange = 1
)

// ShutdownChange says whether a broker began its controlled shutdown.
type ShutdownChange int8

// The changes of controlled shutdown; there is no way back.
const (
	ShutdownAsItWas      ShutdownChange = 0
	InControlledShutdown ShutdownChange = 1
)

// BrokerEndpoint is a listener of a broker or controller.
//
//canon:gen
//kafka:struct versions=0-4 flexible=0
type BrokerEndpoint struct {
	Name             string           `kafka:"0+"`
	Host             string           `kafka:"0+"`
	Port             uint16           `kafka:"0+"`
	SecurityProtocol SecurityProtocol `kafka:"0+"`
}

// BrokerFeature is the range of levels that a broker or controller supports (KIP-584).
//
//canon:gen
//kafka:struct versions=0-4 flexible=0
type BrokerFeature struct {
	Name                string       `kafka:"0+"`
	MinSupportedVersion FeatureLevel `kafka:"0+"`
	MaxSupportedVersion FeatureLevel `kafka:"0+"`
}

// RegisterBrokerRecord registers one incarnation of a broker.
//
//canon:gen CanonMetadata=1
//kafka:record union=Metadata key=0 versions=0-4 flexible=0
type RegisterBrokerRecord struct {
	BrokerID kafka.NodeID `kafka:"0+"`
	// IsMigratingZkBroker is false: there is no ZooKeeper any more.
	IsMigratingZkBroker  bool              `kafka:"2+"`
	IncarnationID        kafka.UUID        `kafka:"0+"`
	BrokerEpoch          kafka.BrokerEpoch `kafka:"0+"`
	EndPoints            []BrokerEndpoint  `kafka:"0+"`
	Features             []BrokerFeature   `kafka:"0+"`
	Rack                 *string           `kafka:"0+,nullable=0+"`
	Fenced               bool              `kafka:"0+"`
	InControlledShutdown bool              `kafka:"1+"`
	LogDirs              []kafka.DirID     `kafka:"3+,tag=0"`
	// CordonedLogDirs is nil until the broker's heartbeat names them.
	CordonedLogDirs []kafka.DirID `kafka:"4+,tag=1,nullable=4+,default=null"`
}

// UnregisterBrokerRecord removes a broker.
//
//canon:gen CanonMetadata=2
//kafka:record union=Metadata key=1 versions=0 flexible=0
type UnregisterBrokerRecord struct {
	BrokerID    kafka.NodeID      `kafka:"0+"`
	BrokerEpoch kafka.BrokerEpoch `kafka:"0+"`
}

// FenceBrokerRecord fences a broker, which takes it out of all ISRs. Kafka writes
// BrokerRegistrationChangeRecord instead since 3.3.
//
//canon:gen CanonMetadata=8
//kafka:record union=Metadata key=7 versions=0 flexible=0
type FenceBrokerRecord struct {
	ID    kafka.NodeID      `kafka:"0+"`
	Epoch kafka.BrokerEpoch `kafka:"0+"`
}

// UnfenceBrokerRecord unfences a broker. Kafka writes BrokerRegistrationChangeRecord instead
// since 3.3.
//
//canon:gen CanonMetadata=9
//kafka:record union=Metadata key=8 versions=0 flexible=0
type UnfenceBrokerRecord struct {
	ID    kafka.NodeID      `kafka:"0+"`
	Epoch kafka.BrokerEpoch `kafka:"0+"`
}

// BrokerRegistrationChangeRecord changes a broker's registration. Zero values say that nothing changed.
//
//canon:gen CanonMetadata=18
//kafka:record union=Metadata key=17 versions=0-3 flexible=0
type BrokerRegistrationChangeRecord struct {
	BrokerID             kafka.NodeID      `kafka:"0+"`
	BrokerEpoch          kafka.BrokerEpoch `kafka:"0+"`
	Fenced               FencingChange     `kafka:"0+,tag=0"`
	InControlledShutdown ShutdownChange    `kafka:"1+,tag=1"`
	LogDirs              []kafka.DirID     `kafka:"2+,tag=2"`
	CordonedLogDirs      []kafka.DirID     `kafka:"3+,tag=3,nullable=3+,default=null"`
}

// RegisterControllerRecord registers one incarnation of a controller (KIP-919).
//
//canon:gen CanonMetadata=28
//kafka:record union=Metadata key=27 versions=0 flexible=0
type RegisterControllerRecord struct {
	ControllerID     kafka.NodeID     `kafka:"0+"`
	IncarnationID    kafka.UUID       `kafka:"0+"`
	ZkMigrationReady bool             `kafka:"0+"`
	EndPoints        []BrokerEndpoint `kafka:"0+"`
	Features         []BrokerFeature  `kafka:"0+"`
}
