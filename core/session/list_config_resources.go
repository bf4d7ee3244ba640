package session

import (
	"slices"
	"strconv"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/record"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// ListConfigResources lists what configuration can be described of (KIP-1142): groups and subscriptions
// to client metrics if something is set for them, live brokers and their loggers, and all topics. No
// types means all; a type that there is not is UNSUPPORTED_VERSION. v0 is the older
// ListClientMetricsResources (KIP-1000) and lists subscriptions alone.
var listConfigResourcesAPI = api{key: wire.KeyListConfigResources, min: 0, max: 1, start: (*Session).startListConfigResources}

// configResourceTypes are all types, in the order in which Kafka lists them.
var configResourceTypes = []record.ConfigResourceType{
	record.ConfigGroup, record.ConfigClientMetrics, record.ConfigBrokerLogger, record.ConfigBroker, record.ConfigTopic,
}

func (s *Session) startListConfigResources(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	c.begin()
	body := req.Body.(*kmsg.ListConfigResourcesRequest)
	clientMetricsOnly := req.Version == 0
	r := kmsg.NewPtrListConfigResourcesResponse()
	r.Version = int16(req.Version)
	r.ConfigResources = []kmsg.ListConfigResourcesResponseConfigResource{}
	asked := make([]record.ConfigResourceType, 0, len(body.ResourceTypes))
	for _, t := range body.ResourceTypes {
		if !slices.Contains(configResourceTypes, record.ConfigResourceType(t)) {
			r.ErrorCode = int16(kafka.ErrUnsupportedVersion)
		}
		asked = append(asked, record.ConfigResourceType(t))
	}
	switch {
	case clientMetricsOnly:
		asked = []record.ConfigResourceType{record.ConfigClientMetrics}
	case len(asked) == 0:
		asked = configResourceTypes
	}
	for _, t := range configResourceTypes {
		if r.ErrorCode != 0 || !slices.Contains(asked, t) {
			continue
		}
		for _, name := range resourcesOf(v.Image, t) {
			resource := kmsg.NewListConfigResourcesResponseConfigResource()
			resource.Name, resource.Type = name, int8(t)
			r.ConfigResources = append(r.ConfigResources, resource)
		}
	}
	s.complete(req.Conn, req.Seq, r)
	return true
}

// resourcesOf lists the resources of a type by name, brokers by id.
func resourcesOf(img *image.Image, t record.ConfigResourceType) []string {
	switch t {
	case record.ConfigTopic:
		return img.Names
	case record.ConfigBroker, record.ConfigBrokerLogger:
		var names []string
		for i := range img.Brokers {
			if !img.Brokers[i].Fenced {
				names = append(names, strconv.Itoa(int(img.Brokers[i].ID)))
			}
		}
		return names
	}
	return img.Configured(t)
}
