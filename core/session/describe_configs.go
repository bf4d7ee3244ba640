package session

import (
	"slices"
	"strconv"

	"momus/core/config"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/record"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// DescribeConfigs tells what configuration holds, where each value comes from and, if asked, what
// else could have given it (KIP-226) and what it means (KIP-569). It is read from the committed image and
// this node's own settings, so a broker is described by itself alone. No list of keys means all, and
// so does an empty one; keys that there are not are left out. Groups and subscriptions to client
// metrics are described whether anything is set for them or not, as by Kafka.
//
// A process has one log level here, so of its loggers there is one, root, at INFO.
var describeConfigsAPI = api{key: wire.KeyDescribeConfigs, min: 1, max: 4, start: (*Session).startDescribeConfigs}

func (s *Session) startDescribeConfigs(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	c.begin()
	body := req.Body.(*kmsg.DescribeConfigsRequest)
	r := kmsg.NewPtrDescribeConfigsResponse()
	r.Version = int16(req.Version)
	r.Resources = []kmsg.DescribeConfigsResponseResource{}
	for i := range body.Resources {
		asked := &body.Resources[i]
		answer := kmsg.NewDescribeConfigsResponseResource()
		answer.ResourceType, answer.ResourceName = asked.ResourceType, asked.ResourceName
		answer.Configs = []kmsg.DescribeConfigsResponseResourceConfig{}
		all, bad := s.describe(v.Image, asked)
		answer.ErrorCode, answer.ErrorMessage = int16(bad.code), &bad.text
		for j := range all {
			if d := &all[j]; len(asked.ConfigNames) == 0 || slices.Contains(asked.ConfigNames, d.Name) {
				answer.Configs = append(answer.Configs, described(d, body))
			}
		}
		r.Resources = append(r.Resources, answer)
	}
	s.complete(req.Conn, req.Seq, r)
	return true
}

// configRefusal is what is wrong with a resource, in Kafka's words; the zero value is nothing.
type configRefusal struct {
	code kafka.ErrorCode
	text string
}

// unknownResource is what Kafka says of a type of resource that it does not know.
const unknownResource = "This most likely occurs because of a request being malformed by the client library or the message " +
	"was sent to an incompatible broker. See the broker logs for more details."

func (s *Session) describe(img *image.Image, r *kmsg.DescribeConfigsRequestResource) ([]config.Described, configRefusal) {
	name := r.ResourceName
	layers := img.Layers(&s.cfg)
	refuse := func(text string) ([]config.Described, configRefusal) {
		return nil, configRefusal{kafka.ErrInvalidRequest, text}
	}
	switch typ := record.ConfigResourceType(r.ResourceType); typ {
	case record.ConfigTopic:
		switch text := kafka.InvalidTopicName(name); {
		case text != "":
			return nil, configRefusal{kafka.ErrInvalidTopicException, "Topic name is invalid: " + text}
		case img.TopicNamed(name) == nil:
			return nil, configRefusal{code: kafka.ErrUnknownTopicOrPartition}
		}
		return config.DescribeTopic(&layers, img.Config(typ, name)), configRefusal{}
	case record.ConfigBroker, record.ConfigBrokerLogger:
		logger := typ == record.ConfigBrokerLogger
		if name == "" && logger {
			return refuse("Broker id must not be empty")
		}
		if name == "" {
			return config.DescribeDefault(&layers), configRefusal{}
		}
		id, err := strconv.ParseInt(name, 10, 32)
		self := strconv.Itoa(int(s.cfg.NodeID))
		switch {
		case err != nil:
			return refuse("Broker id must be an integer, but it is: " + name)
		case kafka.NodeID(id) != s.cfg.NodeID && logger:
			return refuse("Unexpected broker id, expected " + self + " but received " + name)
		case kafka.NodeID(id) != s.cfg.NodeID:
			return refuse("Unexpected broker id, expected " + self + " or empty string, but received " + name)
		case logger:
			return []config.Described{{Name: rootLogger, Value: rootLevel, Source: config.SourceLogger}}, configRefusal{}
		}
		return config.DescribeBroker(&layers), configRefusal{}
	case record.ConfigGroup:
		if name == "" {
			return refuse("Group name must not be empty")
		}
		return config.DescribeGroup(&layers, img.Config(typ, name)), configRefusal{}
	case record.ConfigClientMetrics:
		if name == "" {
			return refuse("Client metrics subscription name must not be empty")
		}
		return config.DescribeClientMetrics(img.Config(typ, name)), configRefusal{}
	}
	return refuse(unknownResource)
}

// The one logger and its level.
const (
	rootLogger = "root"
	rootLevel  = "INFO"
)

func described(d *config.Described, asked *kmsg.DescribeConfigsRequest) kmsg.DescribeConfigsResponseResourceConfig {
	r := kmsg.NewDescribeConfigsResponseResourceConfig()
	r.Name, r.ReadOnly, r.IsSensitive = d.Name, d.ReadOnly, d.Sensitive
	r.Source, r.ConfigType = kmsg.ConfigSource(d.Source), kmsg.ConfigType(d.Type)
	if !d.Null {
		r.Value = &d.Value
	}
	if asked.IncludeDocumentation || d.Source == config.SourceLogger {
		r.Documentation = &d.Doc
	}
	r.ConfigSynonyms = []kmsg.DescribeConfigsResponseResourceConfigConfigSynonym{}
	for i := range d.Synonyms {
		if !asked.IncludeSynonyms {
			break
		}
		s := kmsg.NewDescribeConfigsResponseResourceConfigConfigSynonym()
		s.Name, s.Source = d.Synonyms[i].Name, kmsg.ConfigSource(d.Synonyms[i].Source)
		if !d.Synonyms[i].Null {
			s.Value = &d.Synonyms[i].Value
		}
		r.ConfigSynonyms = append(r.ConfigSynonyms, s)
	}
	return r
}
