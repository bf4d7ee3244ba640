package clients

import (
	"slices"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// retentionSet is what is set for retention: for all brokers under "", for each topic under its name.
type retentionSet map[string]map[string]string

func (s retentionSet) put(resource, key string, value *string) {
	if s[resource] == nil {
		s[resource] = map[string]string{}
	}
	if value == nil {
		delete(s[resource], key)
	} else {
		s[resource][key] = *value
	}
}

func (b *broker) alterConfigs(r *kmsg.IncrementalAlterConfigsRequest) kmsg.Response {
	a := kmsg.NewPtrIncrementalAlterConfigsResponse()
	q := r.Resources[0]
	one := kmsg.NewIncrementalAlterConfigsResponseResource()
	if q.ResourceName != "" && b.byName(q.ResourceName) == nil {
		one.ErrorCode = 3
	} else if c := q.Configs[0]; c.Name == "cleanup.policy" {
		b.byName(q.ResourceName).policy = *c.Value
	} else if (!r.ValidateOnly || b.fault == hasty) && b.fault != deaf {
		b.retention.put(q.ResourceName, c.Name, c.Value)
	}
	a.Resources = append(a.Resources, one)
	return a
}

func (b *broker) replaceConfigs(r *kmsg.AlterConfigsRequest) kmsg.Response {
	a := kmsg.NewPtrAlterConfigsResponse()
	delete(b.retention, "")
	for _, c := range r.Resources[0].Configs {
		b.retention.put("", c.Name, c.Value)
	}
	a.Resources = append(a.Resources, kmsg.NewAlterConfigsResponseResource())
	return a
}

func (b *broker) describeConfigs(r *kmsg.DescribeConfigsRequest) kmsg.Response {
	a := kmsg.NewPtrDescribeConfigsResponse()
	for _, q := range r.Resources {
		one := kmsg.NewDescribeConfigsResponseResource()
		one.ResourceName = q.ResourceName
		for _, name := range q.ConfigNames {
			at := slices.IndexFunc(retentionKeys[:], func(k retentionKey) bool { return k.topic == name || k.broker == name })
			value, set := b.retention[q.ResourceName][name]
			if !set && q.ResourceName == "" {
				continue
			}
			if !set {
				value, set = b.retention[""][retentionKeys[at].broker]
			}
			if !set {
				value = []string{"604800000", "-1"}[at]
			}
			c := kmsg.NewDescribeConfigsResponseResourceConfig()
			c.Name, c.Value = name, &value
			one.Configs = append(one.Configs, c)
		}
		a.Resources = append(a.Resources, one)
	}
	return a
}
