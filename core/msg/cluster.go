package msg

import (
	"momus/core/kafka"
	"momus/core/record"
)

// UpgradeType says what a change of a feature's level may be, by the numbers of UpdateFeatures (KIP-778).
type UpgradeType int8

// The types.
const (
	Upgrade         UpgradeType = 1
	SafeDowngrade   UpgradeType = 2
	UnsafeDowngrade UpgradeType = 3
)

// FeatureUpdate is the level that a feature is to have.
//
//canon:gen
type FeatureUpdate struct {
	Name  string
	Level record.FeatureLevel
	Type  UpgradeType
}

// UpdateFeatures finalises levels of features (KIP-584), all of them or none. KRaftVersion is the level of
// kraft.version, which the quorum keeps.
//
//canon:gen ControllerRequest=33
type UpdateFeatures struct {
	Op           Op
	Updates      []FeatureUpdate
	ValidateOnly bool
	KRaftVersion record.FeatureLevel
}

// UpdatedFeatures answers it.
//
//canon:gen ControllerReply=33
type UpdatedFeatures struct {
	Op      Op
	Err     kafka.ErrorCode
	ErrText string
}

// UnregisterBroker removes a broker from the cluster.
//
//canon:gen ControllerRequest=34
type UnregisterBroker struct {
	Op     Op
	Broker kafka.NodeID
}

// UnregisteredBroker answers it.
//
//canon:gen ControllerReply=34
type UnregisteredBroker struct {
	Op      Op
	Err     kafka.ErrorCode
	ErrText string
}

// ReplyOp implements ControllerReply.
func (r *UpdatedFeatures) ReplyOp() Op { return r.Op }

// ReplyOp implements ControllerReply.
func (r *UnregisteredBroker) ReplyOp() Op { return r.Op }
