package wire

import "momus/core/kafka"

// Listener says what kind of listener a connection came in by; a set of them says where an API
// is served.
type Listener uint8

// The kinds of listener. Those that the configuration names as controller listeners serve the
// quorum and forwarded requests, the others clients.
const (
	BrokerListener Listener = 1 << iota
	ControllerListener
)

// ListenerOf is the kind of a listener that is the controllers' or not.
func ListenerOf(controller bool) Listener {
	if controller {
		return ControllerListener
	}
	return BrokerListener
}

// API is one row of the version table.
type API struct {
	Key  kafka.APIKey
	Name string
	// Min and Max are the versions served, both inclusive.
	Min, Max kafka.APIVersion
	// Flexible is the first version with compact lengths and tagged fields (KIP-482).
	Flexible  kafka.APIVersion
	Listeners Listener

	request, response *schema
}

// apis is the version table of Kafka 4.3, by key: only what is built.
var apis = []API{
	{KeyProduce, "Produce", 3, 13, 9, BrokerListener, nil, nil},
	{KeyFetch, "Fetch", 4, 18, 12, BrokerListener | ControllerListener, fetchRequest, nil},
	{KeyListOffsets, "ListOffsets", 1, 11, 6, BrokerListener, listOffsetsRequest, listOffsetsResponse},
	{KeyMetadata, "Metadata", 0, 13, 9, BrokerListener, metadataRequest, metadataResponse},
	{KeyOffsetCommit, "OffsetCommit", 2, 10, 8, BrokerListener, offsetCommitRequest, offsetCommitResponse},
	{KeyOffsetFetch, "OffsetFetch", 1, 10, 6, BrokerListener, offsetFetchRequest, offsetFetchResponse},
	{KeyFindCoordinator, "FindCoordinator", 0, 6, 3, BrokerListener, findCoordinatorRequest, findCoordinatorResponse},
	{KeyJoinGroup, "JoinGroup", 0, 9, 6, BrokerListener, joinGroupRequest, joinGroupResponse},
	{KeyHeartbeat, "Heartbeat", 0, 4, 4, BrokerListener, heartbeatRequest, heartbeatResponse},
	{KeyLeaveGroup, "LeaveGroup", 0, 5, 4, BrokerListener, leaveGroupRequest, leaveGroupResponse},
	{KeySyncGroup, "SyncGroup", 0, 5, 4, BrokerListener, syncGroupRequest, syncGroupResponse},
	{KeyDescribeGroups, "DescribeGroups", 0, 6, 5, BrokerListener, describeGroupsRequest, describeGroupsResponse},
	{KeyListGroups, "ListGroups", 0, 5, 3, BrokerListener, listGroupsRequest, listGroupsResponse},
	{KeyAPIVersions, "ApiVersions", 0, 4, 3, BrokerListener | ControllerListener, apiVersionsRequest, apiVersionsResponse},
	{KeyCreateTopics, "CreateTopics", 2, 7, 5, BrokerListener | ControllerListener, createTopicsRequest, createTopicsResponse},
	{KeyDeleteTopics, "DeleteTopics", 1, 6, 4, BrokerListener | ControllerListener, deleteTopicsRequest, deleteTopicsResponse},
	{KeyDeleteRecords, "DeleteRecords", 0, 2, 2, BrokerListener, deleteRecordsRequest, deleteRecordsResponse},
	{KeyInitProducerID, "InitProducerId", 0, 5, 2, BrokerListener, initProducerIDRequest, initProducerIDResponse},
	{KeyOffsetForLeaderEpoch, "OffsetForLeaderEpoch", 2, 4, 4, BrokerListener, offsetForLeaderEpochRequest, offsetForLeaderEpochResponse},
	{KeyDescribeACLs, "DescribeAcls", 1, 3, 2, BrokerListener | ControllerListener, describeACLsRequest, describeACLsResponse},
	{KeyCreateACLs, "CreateAcls", 1, 3, 2, BrokerListener | ControllerListener, createACLsRequest, createACLsResponse},
	{KeyDeleteACLs, "DeleteAcls", 1, 3, 2, BrokerListener | ControllerListener, deleteACLsRequest, deleteACLsResponse},
	{KeyDescribeConfigs, "DescribeConfigs", 1, 4, 4, BrokerListener | ControllerListener, describeConfigsRequest, describeConfigsResponse},
	{KeyAlterConfigs, "AlterConfigs", 0, 2, 2, BrokerListener | ControllerListener, alterConfigsRequest, alterConfigsResponse},
	{KeyAlterReplicaLogDirs, "AlterReplicaLogDirs", 1, 2, 2, BrokerListener, alterReplicaLogDirsRequest, alterReplicaLogDirsResponse},
	{KeyDescribeLogDirs, "DescribeLogDirs", 1, 5, 2, BrokerListener, describeLogDirsRequest, describeLogDirsResponse},
	{KeyCreatePartitions, "CreatePartitions", 0, 3, 2, BrokerListener | ControllerListener, createPartitionsRequest, createPartitionsResponse},
	{KeyDeleteGroups, "DeleteGroups", 0, 2, 2, BrokerListener, deleteGroupsRequest, deleteGroupsResponse},
	{KeyElectLeaders, "ElectLeaders", 0, 2, 2, BrokerListener | ControllerListener, electLeadersRequest, electLeadersResponse},
	{KeyIncrementalAlterConfigs, "IncrementalAlterConfigs", 0, 1, 1, BrokerListener | ControllerListener, incrementalAlterConfigsRequest, alterConfigsResponse},
	{KeyAlterPartitionReassignments, "AlterPartitionReassignments", 0, 1, 0, BrokerListener | ControllerListener, alterReassignmentsRequest, alterReassignmentsResponse},
	{KeyListPartitionReassignments, "ListPartitionReassignments", 0, 0, 0, BrokerListener | ControllerListener, listReassignmentsRequest, listReassignmentsResponse},
	{KeyOffsetDelete, "OffsetDelete", 0, 0, noFlexible, BrokerListener, offsetDeleteRequest, offsetDeleteResponse},
	{KeyDescribeClientQuotas, "DescribeClientQuotas", 0, 1, 1, BrokerListener, describeClientQuotasRequest, describeClientQuotasResponse},
	{KeyAlterClientQuotas, "AlterClientQuotas", 0, 1, 1, BrokerListener | ControllerListener, alterClientQuotasRequest, alterClientQuotasResponse},
	{KeyDescribeQuorum, "DescribeQuorum", 0, 2, 0, BrokerListener | ControllerListener, describeQuorumRequest, describeQuorumResponse},
	{KeyUpdateFeatures, "UpdateFeatures", 0, 2, 0, BrokerListener | ControllerListener, updateFeaturesRequest, updateFeaturesResponse},
	{KeyDescribeCluster, "DescribeCluster", 0, 2, 0, BrokerListener | ControllerListener, describeClusterRequest, describeClusterResponse},
	{KeyDescribeProducers, "DescribeProducers", 0, 0, 0, BrokerListener, describeProducersRequest, describeProducersResponse},
	{KeyUnregisterBroker, "UnregisterBroker", 0, 0, 0, BrokerListener | ControllerListener, unregisterBrokerRequest, unregisterBrokerResponse},
	{KeyConsumerGroupHeartbeat, "ConsumerGroupHeartbeat", 0, 1, 0, BrokerListener, consumerGroupHeartbeatRequest, consumerGroupHeartbeatResponse},
	{KeyConsumerGroupDescribe, "ConsumerGroupDescribe", 0, 1, 0, BrokerListener, consumerGroupDescribeRequest, consumerGroupDescribeResponse},
	{KeyListConfigResources, "ListConfigResources", 0, 1, 0, BrokerListener, listConfigResourcesRequest, listConfigResourcesResponse},
	{KeyDescribeTopicPartitions, "DescribeTopicPartitions", 0, 0, 0, BrokerListener, describeTopicPartitionsRequest, describeTopicPartitionsResponse},
}

// noFlexible stands for the first flexible version of an API that has none.
const noFlexible kafka.APIVersion = 1<<15 - 1

// The keys of the APIs that are built.
const (
	KeyProduce                     kafka.APIKey = 0
	KeyFetch                       kafka.APIKey = 1
	KeyListOffsets                 kafka.APIKey = 2
	KeyMetadata                    kafka.APIKey = 3
	KeyOffsetCommit                kafka.APIKey = 8
	KeyOffsetFetch                 kafka.APIKey = 9
	KeyFindCoordinator             kafka.APIKey = 10
	KeyJoinGroup                   kafka.APIKey = 11
	KeyHeartbeat                   kafka.APIKey = 12
	KeyLeaveGroup                  kafka.APIKey = 13
	KeySyncGroup                   kafka.APIKey = 14
	KeyDescribeGroups              kafka.APIKey = 15
	KeyListGroups                  kafka.APIKey = 16
	KeyAPIVersions                 kafka.APIKey = 18
	KeyCreateTopics                kafka.APIKey = 19
	KeyDeleteTopics                kafka.APIKey = 20
	KeyDeleteRecords               kafka.APIKey = 21
	KeyInitProducerID              kafka.APIKey = 22
	KeyOffsetForLeaderEpoch        kafka.APIKey = 23
	KeyDescribeACLs                kafka.APIKey = 29
	KeyCreateACLs                  kafka.APIKey = 30
	KeyDeleteACLs                  kafka.APIKey = 31
	KeyDescribeConfigs             kafka.APIKey = 32
	KeyAlterConfigs                kafka.APIKey = 33
	KeyAlterReplicaLogDirs         kafka.APIKey = 34
	KeyDescribeLogDirs             kafka.APIKey = 35
	KeyCreatePartitions            kafka.APIKey = 37
	KeyDeleteGroups                kafka.APIKey = 42
	KeyElectLeaders                kafka.APIKey = 43
	KeyIncrementalAlterConfigs     kafka.APIKey = 44
	KeyAlterPartitionReassignments kafka.APIKey = 45
	KeyListPartitionReassignments  kafka.APIKey = 46
	KeyOffsetDelete                kafka.APIKey = 47
	KeyDescribeClientQuotas        kafka.APIKey = 48
	KeyAlterClientQuotas           kafka.APIKey = 49
	KeyDescribeQuorum              kafka.APIKey = 55
	KeyUpdateFeatures              kafka.APIKey = 57
	KeyDescribeCluster             kafka.APIKey = 60
	KeyDescribeProducers           kafka.APIKey = 61
	KeyUnregisterBroker            kafka.APIKey = 64
	KeyConsumerGroupHeartbeat      kafka.APIKey = 68
	KeyConsumerGroupDescribe       kafka.APIKey = 69
	KeyListConfigResources         kafka.APIKey = 74
	KeyDescribeTopicPartitions     kafka.APIKey = 75
)

// APIs lists the version table in the order of its keys; the caller must not change it.
func APIs() []API { return apis }

// Lookup finds an API in the version table, or nil.
func Lookup(key kafka.APIKey) *API {
	for i := range apis {
		if apis[i].Key == key {
			return &apis[i]
		}
	}
	return nil
}

// Serves tells whether a version is in the table.
func (a *API) Serves(v kafka.APIVersion) bool { return a.Min <= v && v <= a.Max }

// AdvertisedMin is the least version that ApiVersions lists. Produce is advertised from 0 on,
// though v0 to v2 are refused: librdkafka's compressed produce fails otherwise (KAFKA-18659).
func (a *API) AdvertisedMin() kafka.APIVersion {
	if a.Key == KeyProduce {
		return 0
	}
	return a.Min
}
