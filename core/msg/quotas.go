package msg

import (
	"momus/core/kafka"
	"momus/core/record"
)

// QuotaOp is what is to happen to one key of an entity's quotas.
//
//canon:gen
type QuotaOp struct {
	Key    string
	Value  record.FloatBits
	Remove bool
}

// QuotaAlteration is one entity whose quotas are to change, as the client named it.
//
//canon:gen
type QuotaAlteration struct {
	Entity []record.ClientQuotaEntity
	Ops    []QuotaOp
}

// AlterClientQuotas changes client quotas (KIP-546).
//
//canon:gen ControllerRequest=48
type AlterClientQuotas struct {
	Op           Op
	Entries      []QuotaAlteration
	ValidateOnly bool
}

// AlteredQuota is one entity's result.
//
//canon:gen
type AlteredQuota struct {
	Entity  []record.ClientQuotaEntity
	Err     kafka.ErrorCode
	ErrText string
}

// AlteredClientQuotas answers AlterClientQuotas: one result for each entity, in the order in which they
// were first named.
//
//canon:gen ControllerReply=48
type AlteredClientQuotas struct {
	Op      Op
	Entries []AlteredQuota
}

// ReplyOp implements ControllerReply.
func (r *AlteredClientQuotas) ReplyOp() Op { return r.Op }
