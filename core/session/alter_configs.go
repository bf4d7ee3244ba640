package session

import (
	"slices"
	"strconv"
	"strings"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// AlterConfigs sets the whole configuration of resources: what a request does not name goes back to
// its default. It is the older way, and clients that mean one key take IncrementalAlterConfigs. Both
// are answered when their records are committed; with validate only, when they were judged. A resource
// given twice, a key given twice, and a value that is null are INVALID_REQUEST, and so is another broker:
// brokers are told by themselves. All else is the controller's decision.
var alterConfigsAPI = api{key: wire.KeyAlterConfigs, min: 0, max: 2, start: (*Session).startAlterConfigs}

// alterOp is a change of configuration under way.
type alterOp struct {
	incremental bool
	// resources are what was asked for, with what is wrong with each; the controller was asked for
	// those that nothing is wrong with and that are not of this node.
	resources []alteration
}

// alteration is one resource of a request.
type alteration struct {
	kind    int8
	name    string
	err     kafka.ErrorCode
	errText string
	// asked says that the controller decides, textless that the answer has no text.
	asked    bool
	textless bool
}

func (s *Session) startAlterConfigs(_ kafka.Now, c *conn, req *wire.Request, _ View) bool {
	body := req.Body.(*kmsg.AlterConfigsRequest)
	id, o := s.beginOp(c, req)
	o.alter = &alterOp{}
	ask := &msg.AlterConfigs{Op: id, Whole: true, ValidateOnly: body.ValidateOnly}
	for i := range body.Resources {
		r := &body.Resources[i]
		resource := msg.AlterResource{Type: record.ConfigResourceType(r.ResourceType), Name: r.ResourceName}
		var nulls []string
		for j := range r.Configs {
			nulls = appendChange(&resource, nulls, r.Configs[j].Name, msg.ConfigSet, r.Configs[j].Value)
		}
		s.alter(o.alter, ask, resource, nulls)
	}
	s.askToAlter(id, o, ask)
	return true
}

// appendChange notes a change, or that its value is null and must not be.
func appendChange(r *msg.AlterResource, nulls []string, name string, op msg.ConfigOp, value *string) []string {
	change := msg.ConfigChange{Name: name, Op: op}
	switch {
	case value != nil:
		change.Value = *value
	case op != msg.ConfigDelete:
		nulls = append(nulls, name)
	}
	r.Changes = append(r.Changes, change)
	return nulls
}

// alter judges one resource as far as this broker does, and passes it on if nothing is wrong.
func (s *Session) alter(a *alterOp, ask *msg.AlterConfigs, r msg.AlterResource, nulls []string) {
	one := alteration{kind: int8(r.Type), name: r.Name}
	refuse := func(code kafka.ErrorCode, text string) { one.err, one.errText = code, text }
	names := map[string]bool{}
	twice, unknown := false, false
	for i := range r.Changes {
		twice = twice || names[r.Changes[i].Name]
		names[r.Changes[i].Name] = true
		unknown = unknown || r.Changes[i].Op < msg.ConfigSet || r.Changes[i].Op > msg.ConfigSubtract
	}
	logger := r.Type == record.ConfigBrokerLogger && a.incremental
	switch {
	case twice:
		refuse(kafka.ErrInvalidRequest, "Error due to duplicate config keys")
	case len(nulls) > 0:
		refuse(kafka.ErrInvalidRequest, "Null value not supported for : "+strings.Join(nulls, ","))
	case unknown:
		one.err, one.textless = kafka.ErrUnknownServerError, true
	case logger:
		refuse(s.alterLogger(&r))
	case r.Type == record.ConfigBroker && r.Name != "":
		refuse(s.checkSelf(r.Name, "Unexpected broker id, expected ", ", but received "))
		one.asked = one.err == kafka.None
	default:
		one.asked = true
	}
	if one.asked {
		ask.Resources = append(ask.Resources, r)
	}
	a.resources = append(a.resources, one)
}

// checkSelf demands that a broker's name is this one's.
func (s *Session) checkSelf(name, expected, received string) (kafka.ErrorCode, string) {
	id, err := strconv.ParseInt(name, 10, 32)
	switch {
	case err != nil:
		return kafka.ErrInvalidRequest, "Node id must be an integer, but it is: " + name
	case kafka.NodeID(id) != s.cfg.NodeID:
		return kafka.ErrInvalidRequest, expected + strconv.Itoa(int(s.cfg.NodeID)) + received + name
	}
	return kafka.None, ""
}

// logLevels are those that Kafka's loggers can have.
var logLevels = []string{"DEBUG", "ERROR", "FATAL", "INFO", "TRACE", "WARN"}

// alterLogger judges a change of log levels. There is one logger, whose level does not change.
func (s *Session) alterLogger(r *msg.AlterResource) (kafka.ErrorCode, string) {
	if code, text := s.checkSelf(r.Name, "Unexpected node id. Expected ", ", but received "); code != kafka.None {
		return code, text
	}
	for _, c := range r.Changes {
		switch {
		case c.Op == msg.ConfigAppend:
			return kafka.ErrInvalidRequest, "APPEND operation is not allowed for the BROKER_LOGGER resource"
		case c.Op == msg.ConfigSubtract:
			return kafka.ErrInvalidRequest, "SUBTRACT operation is not allowed for the BROKER_LOGGER resource"
		case c.Name != rootLogger:
			return kafka.ErrInvalidConfig, "Logger " + c.Name + " does not exist!"
		case c.Op == msg.ConfigDelete:
			return kafka.ErrInvalidRequest, "Removing the log level of the root logger is not allowed"
		case !slices.Contains(logLevels, c.Value):
			return kafka.ErrInvalidConfig, "Cannot set the log level of " + c.Name + " to " + c.Value +
				" as it is not a supported log level. Valid log levels are " + strings.Join(logLevels, ", ")
		case c.Value != rootLevel:
			return kafka.ErrInvalidConfig, "The log level of " + c.Name + " is " + rootLevel + " and cannot be changed"
		}
	}
	return kafka.None, ""
}

// refuseTwice refuses the resources that a request names more than once.
func (a *alterOp) refuseTwice(ask *msg.AlterConfigs) {
	type resource struct {
		kind int8
		name string
	}
	times := map[resource]int{}
	for i := range a.resources {
		times[resource{a.resources[i].kind, a.resources[i].name}]++
	}
	for i := range a.resources {
		if one := &a.resources[i]; times[resource{one.kind, one.name}] > 1 {
			*one = alteration{kind: one.kind, name: one.name, err: kafka.ErrInvalidRequest, errText: "Each resource must appear at most once."}
		}
	}
	ask.Resources = slices.DeleteFunc(ask.Resources, func(r msg.AlterResource) bool { return times[resource{int8(r.Type), r.Name}] > 1 })
}

// askToAlter asks the controller, if anything is left to ask.
func (s *Session) askToAlter(id msg.Op, o *op, ask *msg.AlterConfigs) {
	o.alter.refuseTwice(ask)
	if len(ask.Resources) == 0 {
		s.finish(id, o, o.alter.response(o.version, nil))
		return
	}
	s.Out.Controller = append(s.Out.Controller, ask)
}

// altered takes the controller's answer.
func (s *Session) altered(r *msg.AlteredConfigs) {
	if o := s.op(r.Op); o != nil {
		s.finish(r.Op, o, o.alter.response(o.version, r.Resources))
	}
}

// response puts the controller's results where they were asked for.
func (a *alterOp) response(version kafka.APIVersion, decided []msg.AlteredResource) wire.Response {
	for i := range a.resources {
		if one := &a.resources[i]; one.asked {
			one.err, one.errText, decided = decided[0].Err, decided[0].ErrText, decided[1:]
			one.textless = one.err == kafka.None
		}
	}
	if a.incremental {
		return a.incrementalResponse(version)
	}
	r := kmsg.NewPtrAlterConfigsResponse()
	r.Version = int16(version)
	r.Resources = []kmsg.AlterConfigsResponseResource{}
	for i := range a.resources {
		one := kmsg.NewAlterConfigsResponseResource()
		one.ErrorCode, one.ErrorMessage = int16(a.resources[i].err), a.resources[i].text()
		one.ResourceType, one.ResourceName = kmsg.ConfigResourceType(a.resources[i].kind), a.resources[i].name
		r.Resources = append(r.Resources, one)
	}
	return r
}

// text is what the answer says, or null.
func (one *alteration) text() *string {
	if one.textless || one.err == kafka.None {
		return nil
	}
	return &one.errText
}
