package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// IncrementalAlterConfigs sets, deletes, appends to and subtracts from single keys (KIP-339); what is
// not named stays as it is. See AlterConfigs for the rest. An operation that there is not is
// UNKNOWN_SERVER_ERROR, as Kafka has it. Loggers can be named in this API alone.
var incrementalAlterConfigsAPI = api{key: wire.KeyIncrementalAlterConfigs, min: 0, max: 1, start: (*Session).startIncrementalAlterConfigs}

func (s *Session) startIncrementalAlterConfigs(_ kafka.Now, c *conn, req *wire.Request, _ View) bool {
	body := req.Body.(*kmsg.IncrementalAlterConfigsRequest)
	id, o := s.beginOp(c, req)
	o.alter = &alterOp{incremental: true}
	ask := &msg.AlterConfigs{Op: id, ValidateOnly: body.ValidateOnly}
	for i := range body.Resources {
		r := &body.Resources[i]
		resource := msg.AlterResource{Type: record.ConfigResourceType(r.ResourceType), Name: r.ResourceName}
		var nulls []string
		for j := range r.Configs {
			change := &r.Configs[j]
			nulls = appendChange(&resource, nulls, change.Name, msg.ConfigOp(change.Op), change.Value)
		}
		s.alter(o.alter, ask, resource, nulls)
	}
	s.askToAlter(id, o, ask)
	return true
}

func (a *alterOp) incrementalResponse(version kafka.APIVersion) wire.Response {
	r := kmsg.NewPtrIncrementalAlterConfigsResponse()
	r.Version = int16(version)
	r.Resources = []kmsg.IncrementalAlterConfigsResponseResource{}
	for i := range a.resources {
		one := kmsg.NewIncrementalAlterConfigsResponseResource()
		one.ErrorCode, one.ErrorMessage = int16(a.resources[i].err), a.resources[i].text()
		one.ResourceType, one.ResourceName = kmsg.ConfigResourceType(a.resources[i].kind), a.resources[i].name
		r.Resources = append(r.Resources, one)
	}
	return r
}
