package session

import (
	"momus/core/kafka"
	"momus/core/wire"
)

// api is an API's entry here: which versions its handler knows, and the handler. A test joins the
// entries with the version table of core/wire. start returns false if the request must wait before
// it is started; nothing has happened then.
type api struct {
	key      kafka.APIKey
	min, max kafka.APIVersion
	start    func(s *Session, now kafka.Now, c *conn, req *wire.Request, v View) bool
}

// handler finds the API of a request.
func handler(key kafka.APIKey) *api {
	switch key {
	case wire.KeyProduce:
		return &produceAPI
	case wire.KeyFetch:
		return &fetchAPI
	case wire.KeyListOffsets:
		return &listOffsetsAPI
	case wire.KeyMetadata:
		return &metadataAPI
	case wire.KeyAPIVersions:
		return &apiVersionsAPI
	case wire.KeyCreateTopics:
		return &createTopicsAPI
	case wire.KeyCreatePartitions:
		return &createPartitionsAPI
	case wire.KeyDeleteTopics:
		return &deleteTopicsAPI
	case wire.KeyDeleteRecords:
		return &deleteRecordsAPI
	case wire.KeyInitProducerID:
		return &initProducerIDAPI
	case wire.KeyOffsetForLeaderEpoch:
		return &offsetForLeaderEpochAPI
	case wire.KeyDescribeACLs:
		return &describeACLsAPI
	case wire.KeyCreateACLs:
		return &createACLsAPI
	case wire.KeyDeleteACLs:
		return &deleteACLsAPI
	case wire.KeyElectLeaders:
		return &electLeadersAPI
	case wire.KeyAlterPartitionReassignments:
		return &alterReassignmentsAPI
	case wire.KeyListPartitionReassignments:
		return &listReassignmentsAPI
	case wire.KeyUpdateFeatures:
		return &updateFeaturesAPI
	case wire.KeyUnregisterBroker:
		return &unregisterBrokerAPI
	case wire.KeyDescribeQuorum:
		return &describeQuorumAPI
	case wire.KeyDescribeCluster:
		return &describeClusterAPI
	case wire.KeyDescribeTopicPartitions:
		return &describeTopicPartitionsAPI
	case wire.KeyDescribeConfigs:
		return &describeConfigsAPI
	case wire.KeyDescribeProducers:
		return &describeProducersAPI
	case wire.KeyAlterReplicaLogDirs:
		return &alterReplicaLogDirsAPI
	case wire.KeyDescribeLogDirs:
		return &describeLogDirsAPI
	case wire.KeyAlterConfigs:
		return &alterConfigsAPI
	case wire.KeyIncrementalAlterConfigs:
		return &incrementalAlterConfigsAPI
	case wire.KeyDescribeClientQuotas:
		return &describeClientQuotasAPI
	case wire.KeyAlterClientQuotas:
		return &alterClientQuotasAPI
	case wire.KeyListConfigResources:
		return &listConfigResourcesAPI
	}
	return groupHandler(key)
}

// groupHandler finds those that group coordinators answer.
func groupHandler(key kafka.APIKey) *api {
	switch key {
	case wire.KeyOffsetCommit:
		return &offsetCommitAPI
	case wire.KeyOffsetFetch:
		return &offsetFetchAPI
	case wire.KeyFindCoordinator:
		return &findCoordinatorAPI
	case wire.KeyOffsetDelete:
		return &offsetDeleteAPI
	case wire.KeyJoinGroup:
		return &joinGroupAPI
	case wire.KeyHeartbeat:
		return &heartbeatAPI
	case wire.KeyLeaveGroup:
		return &leaveGroupAPI
	case wire.KeySyncGroup:
		return &syncGroupAPI
	case wire.KeyDescribeGroups:
		return &describeGroupsAPI
	case wire.KeyListGroups:
		return &listGroupsAPI
	case wire.KeyConsumerGroupHeartbeat:
		return &consumerGroupHeartbeatAPI
	case wire.KeyConsumerGroupDescribe:
		return &consumerGroupDescribeAPI
	case wire.KeyDeleteGroups:
		return &deleteGroupsAPI
	}
	return nil
}

// start starts a request, or returns false if it must wait.
func (s *Session) start(now kafka.Now, c *conn, req *wire.Request, v View) bool {
	a := handler(req.Key())
	if a == nil {
		panic("BUG: a request of an API that is not served was decoded")
	}
	if s.mustWait(c, req.ClientID, v) {
		return false
	}
	c.starting = usage{key: a.key, client: req.ClientID, bytes: req.Bytes, nanos: req.Nanos, started: now.Mono}
	return a.start(s, now, c, req, v)
}
