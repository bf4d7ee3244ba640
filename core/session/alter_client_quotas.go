package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// AlterClientQuotas sets and removes quotas of users, client ids, pairs of them, and ips (KIP-546,
// KIP-612). All of it is the controller's decision; the answer comes when its records are committed, with
// validate only when it was judged.
var alterClientQuotasAPI = api{key: wire.KeyAlterClientQuotas, min: 0, max: 1, start: (*Session).startAlterClientQuotas}

func (s *Session) startAlterClientQuotas(_ kafka.Now, c *conn, req *wire.Request, _ View) bool {
	body := req.Body.(*kmsg.AlterClientQuotasRequest)
	id, _ := s.beginOp(c, req)
	ask := &msg.AlterClientQuotas{Op: id, ValidateOnly: body.ValidateOnly}
	for i := range body.Entries {
		e := &body.Entries[i]
		var one msg.QuotaAlteration
		for j := range e.Entity {
			one.Entity = append(one.Entity, record.ClientQuotaEntity{EntityType: e.Entity[j].Type, EntityName: e.Entity[j].Name})
		}
		for j := range e.Ops {
			one.Ops = append(one.Ops, msg.QuotaOp{Key: e.Ops[j].Key, Value: wire.QuotaBits(&e.Ops[j]), Remove: e.Ops[j].Remove})
		}
		ask.Entries = append(ask.Entries, one)
	}
	s.Out.Controller = append(s.Out.Controller, ask)
	return true
}

// alteredQuotas takes the controller's answer.
func (s *Session) alteredQuotas(a *msg.AlteredClientQuotas) {
	o := s.op(a.Op)
	if o == nil {
		return
	}
	r := kmsg.NewPtrAlterClientQuotasResponse()
	r.Version = int16(o.version)
	r.Entries = []kmsg.AlterClientQuotasResponseEntry{}
	for i := range a.Entries {
		e := &a.Entries[i]
		one := kmsg.NewAlterClientQuotasResponseEntry()
		one.ErrorCode = int16(e.Err)
		if e.Err != kafka.None {
			one.ErrorMessage = &e.ErrText
		}
		one.Entity = []kmsg.AlterClientQuotasResponseEntryEntity{}
		for _, p := range e.Entity {
			part := kmsg.NewAlterClientQuotasResponseEntryEntity()
			part.Type, part.Name = p.EntityType, p.EntityName
			one.Entity = append(one.Entity, part)
		}
		r.Entries = append(r.Entries, one)
	}
	s.finish(a.Op, o, r)
}
