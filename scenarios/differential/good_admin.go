package main

import (
	"github.com/twmb/franz-go/pkg/kmsg"
)

// withoutAuthorizer says why ACLs can't be described here. To create and to delete none of them is good all the same.
const withoutAuthorizer = "neither side has an authorizer"

// ofAdmin are the requests of configuration, quotas, elections, features.
func ofAdmin() []*spec {
	return []*spec{
		{key: 32, good: describeConfigs(kmsg.ConfigResourceTypeTopic, topicSet), hand: handDescribeConfigs(), reads: true},
		{key: 33, prepare: withTopic, hand: handAlterConfigs(), good: func(s *side, v int16, n int) kmsg.Request {
			return alterConfigs(kmsg.ConfigResourceTypeTopic, own(n), "retention.ms=100000", "flush.messages=7")(s, v, n)
		}},
		{key: 44, prepare: withTopic, hand: handIncrementalAlterConfigs(), good: func(s *side, v int16, n int) kmsg.Request {
			return incrementally(kmsg.ConfigResourceTypeTopic, own(n), 0, "retention.ms=100000")(s, v, n)
		}},
		{key: 74, good: func(*side, int16, int) kmsg.Request {
			r := kmsg.NewPtrListConfigResourcesRequest()
			r.ResourceTypes = []int8{int8(kmsg.ConfigResourceTypeTopic)}
			return r
		}, hand: handListConfigResources(), reads: true},
		{key: 29, good: describeACLs, reads: true, neverGood: withoutAuthorizer},
		{key: 30, good: createACLs},
		{key: 31, good: deleteACLs},
		{key: 43, good: electLeaders, hand: handElectLeaders()},
		{key: 45, prepare: withTopic, good: reassign, hand: handReassign()},
		{key: 46, good: listReassignments, hand: handListReassignments(), reads: true},
		{key: 48, good: describeClientQuotas, hand: handDescribeClientQuotas(), reads: true},
		{key: 49, good: alterClientQuotas, hand: handAlterClientQuotas()},
		{key: 57, good: updateFeatures, hand: handUpdateFeatures()},
		{key: 64, good: func(*side, int16, int) kmsg.Request {
			r := kmsg.NewPtrUnregisterBrokerRequest()
			r.BrokerID = 77
			return r
		}, neverGood: "the only broker would be gone"},
	}
}

func describeConfigs(typ kmsg.ConfigResourceType, name string, keys ...string) maker {
	return func(*side, int16, int) kmsg.Request {
		r := kmsg.NewPtrDescribeConfigsRequest()
		r.IncludeSynonyms = true
		r.Resources = append(r.Resources, kmsg.DescribeConfigsRequestResource{ResourceType: typ, ResourceName: name, ConfigNames: keys})
		return r
	}
}

func alterConfigs(typ kmsg.ConfigResourceType, name string, configs ...string) maker {
	return func(*side, int16, int) kmsg.Request {
		r := kmsg.NewPtrAlterConfigsRequest()
		res := kmsg.NewAlterConfigsRequestResource()
		res.ResourceType, res.ResourceName = typ, name
		keys, values := settings(configs)
		for i := range keys {
			res.Configs = append(res.Configs, kmsg.AlterConfigsRequestResourceConfig{Name: keys[i], Value: values[i]})
		}
		r.Resources = append(r.Resources, res)
		return r
	}
}

func incrementally(typ kmsg.ConfigResourceType, name string, op kmsg.IncrementalAlterConfigOp, configs ...string) maker {
	return func(*side, int16, int) kmsg.Request {
		r := kmsg.NewPtrIncrementalAlterConfigsRequest()
		res := kmsg.NewIncrementalAlterConfigsRequestResource()
		res.ResourceType, res.ResourceName = typ, name
		keys, values := settings(configs)
		for i := range keys {
			res.Configs = append(res.Configs, kmsg.IncrementalAlterConfigsRequestResourceConfig{Name: keys[i], Op: op, Value: values[i]})
		}
		r.Resources = append(r.Resources, res)
		return r
	}
}

func describeACLs(*side, int16, int) kmsg.Request {
	r := kmsg.NewPtrDescribeACLsRequest()
	r.ResourceType, r.ResourcePatternType = kmsg.ACLResourceTypeAny, kmsg.ACLResourcePatternTypeAny
	r.Operation, r.PermissionType = kmsg.ACLOperationAny, kmsg.ACLPermissionTypeAny
	return r
}

func createACLs(*side, int16, int) kmsg.Request {
	r := kmsg.NewPtrCreateACLsRequest()
	c := kmsg.NewCreateACLsRequestCreation()
	c.ResourceType, c.ResourceName, c.ResourcePatternType = kmsg.ACLResourceTypeTopic, topicRecords, kmsg.ACLResourcePatternTypeLiteral
	c.Principal, c.Host = "User:somebody", "*"
	c.Operation, c.PermissionType = kmsg.ACLOperationRead, kmsg.ACLPermissionTypeAllow
	r.Creations = append(r.Creations, c)
	return r
}

func deleteACLs(*side, int16, int) kmsg.Request {
	r := kmsg.NewPtrDeleteACLsRequest()
	f := kmsg.NewDeleteACLsRequestFilter()
	f.ResourceType, f.ResourcePatternType = kmsg.ACLResourceTypeTopic, kmsg.ACLResourcePatternTypeLiteral
	f.Operation, f.PermissionType = kmsg.ACLOperationAny, kmsg.ACLPermissionTypeAny
	r.Filters = append(r.Filters, f)
	return r
}

// electLeaders asks for an election where one is needed, which is nowhere.
func electLeaders(*side, int16, int) kmsg.Request {
	r := kmsg.NewPtrElectLeadersRequest()
	r.TimeoutMillis = 3000
	return r
}

func reassign(_ *side, _ int16, n int) kmsg.Request {
	r := kmsg.NewPtrAlterPartitionAssignmentsRequest()
	r.TimeoutMillis = 3000
	t := kmsg.NewAlterPartitionAssignmentsRequestTopic()
	t.Topic = own(n)
	p := kmsg.NewAlterPartitionAssignmentsRequestTopicPartition()
	p.Replicas = []int32{1}
	t.Partitions = append(t.Partitions, p)
	r.Topics = append(r.Topics, t)
	return r
}

func listReassignments(*side, int16, int) kmsg.Request {
	r := kmsg.NewPtrListPartitionReassignmentsRequest()
	r.TimeoutMillis = 3000
	r.Topics = append(r.Topics, kmsg.ListPartitionReassignmentsRequestTopic{Topic: topicRecords, Partitions: []int32{0}})
	return r
}

func describeClientQuotas(*side, int16, int) kmsg.Request {
	r := kmsg.NewPtrDescribeClientQuotasRequest()
	name := "user-0"
	r.Components = append(r.Components, kmsg.DescribeClientQuotasRequestComponent{EntityType: "user", Match: &name})
	return r
}

func alterClientQuotas(_ *side, _ int16, n int) kmsg.Request {
	r := kmsg.NewPtrAlterClientQuotasRequest()
	name := "user-" + itoa(n%10)
	e := kmsg.NewAlterClientQuotasRequestEntry()
	e.Entity = append(e.Entity, kmsg.AlterClientQuotasRequestEntryEntity{Type: "user", Name: &name})
	e.Ops = append(e.Ops, kmsg.AlterClientQuotasRequestEntryOp{Key: "producer_byte_rate", Value: 1e12})
	r.Entries = append(r.Entries, e)
	return r
}

func updateFeatures(*side, int16, int) kmsg.Request {
	r := kmsg.NewPtrUpdateFeaturesRequest()
	r.TimeoutMillis = 3000
	u := kmsg.NewUpdateFeaturesRequestFeatureUpdate()
	u.Feature, u.MaxVersionLevel, u.UpgradeType = "metadata.version", 30, 1
	r.FeatureUpdates = append(r.FeatureUpdates, u)
	return r
}
