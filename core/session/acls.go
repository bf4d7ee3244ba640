package session

import (
	"momus/core/kafka"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// DescribeAcls, CreateAcls and DeleteAcls are SECURITY_DISABLED, each part of a request by itself: there is
// no authorizer, and Kafka without one answers the same. Programs that ask at their start then go on. A
// request with an UNKNOWN element, or in v1 and later with one that the request can't mean, is none: the
// connection is closed, as by Kafka, which can't read such a request.
var (
	describeACLsAPI = api{key: wire.KeyDescribeACLs, min: 1, max: 3, start: (*Session).startDescribeACLs}
	createACLsAPI   = api{key: wire.KeyCreateACLs, min: 1, max: 3, start: (*Session).startCreateACLs}
	deleteACLsAPI   = api{key: wire.KeyDeleteACLs, min: 1, max: 3, start: (*Session).startDeleteACLs}
)

const noAuthorizerText = "No Authorizer is configured."

func (s *Session) startDescribeACLs(_ kafka.Now, c *conn, req *wire.Request, _ View) bool {
	c.begin()
	body := req.Body.(*kmsg.DescribeACLsRequest)
	if unknownElement(body.ResourceType, body.ResourcePatternType, body.Operation, body.PermissionType) {
		s.refuseConn(req.Conn, req.Seq, "DescribeAcls with UNKNOWN elements")
		return true
	}
	r := kmsg.NewPtrDescribeACLsResponse()
	r.Version, r.ErrorCode = int16(req.Version), int16(kafka.ErrSecurityDisabled)
	r.ErrorMessage, r.Resources = kmsg.StringPtr("No Authorizer is configured on the broker"), []kmsg.DescribeACLsResponseResource{}
	s.complete(req.Conn, req.Seq, r)
	return true
}

func (s *Session) startCreateACLs(_ kafka.Now, c *conn, req *wire.Request, _ View) bool {
	c.begin()
	body := req.Body.(*kmsg.CreateACLsRequest)
	r := kmsg.NewPtrCreateACLsResponse()
	r.Version, r.Results = int16(req.Version), []kmsg.CreateACLsResponseResult{}
	for i := range body.Creations {
		a := &body.Creations[i]
		if unknownElement(a.ResourceType, a.ResourcePatternType, a.Operation, a.PermissionType) {
			s.refuseConn(req.Conn, req.Seq, "CreateAcls with UNKNOWN elements")
			return true
		}
		one := kmsg.NewCreateACLsResponseResult()
		one.ErrorCode, one.ErrorMessage = int16(kafka.ErrSecurityDisabled), kmsg.StringPtr(noAuthorizerText)
		r.Results = append(r.Results, one)
	}
	s.complete(req.Conn, req.Seq, r)
	return true
}

func (s *Session) startDeleteACLs(_ kafka.Now, c *conn, req *wire.Request, _ View) bool {
	c.begin()
	body := req.Body.(*kmsg.DeleteACLsRequest)
	r := kmsg.NewPtrDeleteACLsResponse()
	r.Version, r.Results = int16(req.Version), []kmsg.DeleteACLsResponseResult{}
	for i := range body.Filters {
		f := &body.Filters[i]
		if unknownElement(f.ResourceType, f.ResourcePatternType, f.Operation, f.PermissionType) {
			s.refuseConn(req.Conn, req.Seq, "DeleteAcls with UNKNOWN elements")
			return true
		}
		one := kmsg.NewDeleteACLsResponseResult()
		one.ErrorCode, one.ErrorMessage = int16(kafka.ErrSecurityDisabled), kmsg.StringPtr(noAuthorizerText)
		one.MatchingACLs = []kmsg.DeleteACLsResponseResultMatchingACL{}
		r.Results = append(r.Results, one)
	}
	s.complete(req.Conn, req.Seq, r)
	return true
}

// unknownElement tells whether any of an ACL's elements is UNKNOWN, which is 0 in all of them.
func unknownElement(t kmsg.ACLResourceType, p kmsg.ACLResourcePatternType, o kmsg.ACLOperation, a kmsg.ACLPermissionType) bool {
	return t == 0 || p == 0 || o == 0 || a == 0
}
