package msg

import (
	"momus/core/kafka"
	"momus/core/record"
)

// ConfigOp says what is to happen to a key, by the numbers of IncrementalAlterConfigs (KIP-339).
type ConfigOp int8

// The operations. Append and Subtract are for lists.
const (
	ConfigSet ConfigOp = iota
	ConfigDelete
	ConfigAppend
	ConfigSubtract
)

// ConfigChange is what is to happen to one key.
//
//canon:gen
type ConfigChange struct {
	Name  string
	Op    ConfigOp
	Value string
}

// AlterResource is one resource whose configuration is to change.
//
//canon:gen
type AlterResource struct {
	Type    record.ConfigResourceType
	Name    string
	Changes []ConfigChange
}

// AlterConfigs changes configuration. Whole has the changes be all that is set afterwards, as
// AlterConfigs does; without it they come on top, as IncrementalAlterConfigs does. Resources and the keys
// of one that are given twice are refused by session.
//
//canon:gen ControllerRequest=20
type AlterConfigs struct {
	Op           Op
	Resources    []AlterResource
	Whole        bool
	ValidateOnly bool
}

// AlteredResource is one resource's result.
//
//canon:gen
type AlteredResource struct {
	Err     kafka.ErrorCode
	ErrText string
}

// AlteredConfigs answers AlterConfigs, in the order asked.
//
//canon:gen ControllerReply=20
type AlteredConfigs struct {
	Op        Op
	Resources []AlteredResource
}

// ReplyOp implements ControllerReply.
func (r *AlteredConfigs) ReplyOp() Op { return r.Op }
