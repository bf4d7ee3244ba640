package admin

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// entity is whose configuration is meant: a resource of Kafka's, or a quota's user, client id or address.
type entity struct {
	kind  kmsg.ConfigResourceType
	name  string
	quota kadm.ClientQuotaEntity
}

// entityFlags are the flags by which an entity is named.
type entityFlags struct {
	topic, broker, metrics, group, user, client, ip      string
	brokerDefault, userDefault, clientDefault, ipDefault bool
}

func (f *entityFlags) add(s *session, cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.topic, "topic", "", "a topic")
	fs.StringVar(&f.broker, "broker", "", "a broker, by its id")
	fs.BoolVar(&f.brokerDefault, "broker-default", false, "the default of all brokers")
	fs.StringVar(&f.metrics, "client-metrics", "", "a subscription to clients' metrics")
	fs.StringVar(&f.group, "group", "", "a group")
	fs.StringVar(&f.user, "user", "", "quotas of a user")
	fs.BoolVar(&f.userDefault, "user-default", false, "quotas of each user who has none of his own")
	fs.StringVar(&f.client, "client-id", "", "quotas of a client id, alone or together with a user")
	fs.BoolVar(&f.clientDefault, "client-id-default", false, "quotas of each client id that has none of its own")
	fs.StringVar(&f.ip, "ip", "", "quotas of an address")
	fs.BoolVar(&f.ipDefault, "ip-default", false, "quotas of each address that has none of its own")
	if err := cmd.RegisterFlagCompletionFunc("topic", s.topicFlag); err != nil {
		panic("BUG: " + err.Error())
	}
}

// flagNames is what can be said.
const flagNames = "--topic, --broker, --broker-default, --client-metrics, --group, or for quotas --user, --client-id, --ip and their -default"

// entity is the one that the flags name.
func (f *entityFlags) entity() (*entity, error) {
	var found []entity
	add := func(set bool, e entity) {
		if set {
			found = append(found, e)
		}
	}
	add(f.topic != "", entity{kind: kmsg.ConfigResourceTypeTopic, name: f.topic})
	add(f.broker != "", entity{kind: kmsg.ConfigResourceTypeBroker, name: f.broker})
	add(f.brokerDefault, entity{kind: kmsg.ConfigResourceTypeBroker})
	add(f.metrics != "", entity{kind: kmsg.ConfigResourceTypeClientMetrics, name: f.metrics})
	add(f.group != "", entity{kind: kmsg.ConfigResourceTypeGroupConfig, name: f.group})
	var quota kadm.ClientQuotaEntity
	part := func(kind, name string, isDefault bool) {
		switch {
		case name != "":
			quota = append(quota, kadm.ClientQuotaEntityComponent{Type: kind, Name: &name})
		case isDefault:
			quota = append(quota, kadm.ClientQuotaEntityComponent{Type: kind})
		}
	}
	part("user", f.user, f.userDefault)
	part("client-id", f.client, f.clientDefault)
	part("ip", f.ip, f.ipDefault)
	add(len(quota) > 0, entity{quota: quota})
	switch len(found) {
	case 0:
		return nil, usagef("say whose configuration: %s", flagNames)
	case 1:
		return &found[0], nil
	}
	return nil, usagef("one configuration at a time: of %s there may be one only, but a user together with a client id", flagNames)
}

// isQuota tells a quota from a resource.
func (e *entity) isQuota() bool { return len(e.quota) > 0 }

// String is the entity for people.
func (e *entity) String() string {
	if e.isQuota() {
		parts := make([]string, len(e.quota))
		for i, c := range e.quota {
			parts[i] = c.Type + " default"
			if c.Name != nil {
				parts[i] = c.Type + " " + *c.Name
			}
		}
		return strings.Join(parts, ", ")
	}
	kind := resourceNames[e.kind]
	if e.name == "" {
		return kind + " default"
	}
	return kind + " " + e.name
}

var resourceNames = map[kmsg.ConfigResourceType]string{
	kmsg.ConfigResourceTypeTopic: "topic", kmsg.ConfigResourceTypeBroker: "broker", kmsg.ConfigResourceTypeBrokerLogger: "broker-logger",
	kmsg.ConfigResourceTypeClientMetrics: "client-metrics", kmsg.ConfigResourceTypeGroupConfig: "group",
}

// key is one key of an entity.
type key struct {
	Key       string  `json:"key"`
	Value     *string `json:"value"`
	Source    string  `json:"source"`
	Set       bool    `json:"set"`
	ReadOnly  bool    `json:"readOnly"`
	Sensitive bool    `json:"sensitive"`
	Type      string  `json:"type,omitempty"`
	Doc       string  `json:"documentation,omitempty"`
}

// sourceNames are where a value comes from, in words.
var sourceNames = map[kmsg.ConfigSource]string{
	kmsg.ConfigSourceDynamicTopicConfig: "topic", kmsg.ConfigSourceDynamicBrokerConfig: "broker",
	kmsg.ConfigSourceDynamicDefaultBrokerConfig: "broker-default", kmsg.ConfigSourceStaticBrokerConfig: "file",
	kmsg.ConfigSourceDefaultConfig: "default", kmsg.ConfigSourceDynamicBrokerLoggerConfig: "broker-logger",
	kmsg.ConfigSourceClientMetricsConfig: "client-metrics", kmsg.ConfigSourceGroupConfig: "group",
}

// own are the sources that belong to an entity itself, beside what it inherits.
func (e *entity) own(source kmsg.ConfigSource) bool {
	switch e.kind {
	case kmsg.ConfigResourceTypeBroker:
		return source == kmsg.ConfigSourceDynamicBrokerConfig && e.name != "" || source == kmsg.ConfigSourceDynamicDefaultBrokerConfig
	}
	return sourceNames[source] == resourceNames[e.kind]
}

// keys describes all keys of an entity.
func (s *session) keys(ctx context.Context, e *entity) ([]key, error) {
	if e.isQuota() {
		return s.quotaKeys(ctx, e)
	}
	req := kmsg.NewPtrDescribeConfigsRequest()
	req.IncludeDocumentation = true
	req.Resources = []kmsg.DescribeConfigsRequestResource{{ResourceType: e.kind, ResourceName: e.name}}
	r, err := req.RequestWith(ctx, s.cl)
	if err != nil {
		return nil, err
	}
	var keys []key
	for _, res := range r.Resources {
		if err := kerr.ErrorForCode(res.ErrorCode); err != nil {
			return nil, refusal(e.String(), err, message(res.ErrorMessage))
		}
		for _, c := range res.Configs {
			keys = append(keys, key{
				Key: c.Name, Value: c.Value, Source: sourceNames[c.Source], Set: e.own(c.Source), ReadOnly: c.ReadOnly, Sensitive: c.IsSensitive,
				Type: strings.ToLower(c.ConfigType.String()), Doc: message(c.Documentation),
			})
		}
	}
	return keys, nil
}
