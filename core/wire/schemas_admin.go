package wire

// The fields of messages about the cluster, its topics and its quorum; see schemas.go.
var (
	createPartitionsRequest  = mustSchema(`Topics:[{Topic:str Count:i32 Assignment:[{Replicas:[i32]}]?}] TimeoutMillis:i32 ValidateOnly:bool`)
	createPartitionsResponse = mustSchema(`ThrottleMillis:i32 Topics:[{Topic:str ErrorCode:i16 ErrorMessage:str?}]`)

	electLeadersRequest  = mustSchema(`ElectionType:i8@1+ Topics:[{Topic:str Partitions:[i32]}]? TimeoutMillis:i32`)
	electLeadersResponse = mustSchema(`ThrottleMillis:i32 ErrorCode:i16@1+
		Topics:[{Topic:str Partitions:[{Partition:i32 ErrorCode:i16 ErrorMessage:str?}]}]`)

	alterReassignmentsRequest = mustSchema(`TimeoutMillis:i32 AllowReplicationFactorChange:bool@1+
		Topics:[{Topic:str Partitions:[{Partition:i32 Replicas:[i32]?}]}]`)
	alterReassignmentsResponse = mustSchema(`ThrottleMillis:i32 AllowReplicationFactorChange:bool@1+ ErrorCode:i16 ErrorMessage:str?
		Topics:[{Topic:str Partitions:[{Partition:i32 ErrorCode:i16 ErrorMessage:str?}]}]`)
	listReassignmentsRequest  = mustSchema(`TimeoutMillis:i32 Topics:[{Topic:str Partitions:[i32]}]?`)
	listReassignmentsResponse = mustSchema(`ThrottleMillis:i32 ErrorCode:i16 ErrorMessage:str?
		Topics:[{Topic:str Partitions:[{Partition:i32 Replicas:[i32] AddingReplicas:[i32] RemovingReplicas:[i32]}]}]`)

	updateFeaturesRequest = mustSchema(`TimeoutMillis:i32
		FeatureUpdates:[{Feature:str MaxVersionLevel:i16 AllowDowngrade:bool@-0 UpgradeType:i8@1+}] ValidateOnly:bool@1+`)
	updateFeaturesResponse = mustSchema(`ThrottleMillis:i32 ErrorCode:i16 ErrorMessage:str?
		Results:[{Feature:str ErrorCode:i16 ErrorMessage:str?}]@-1`)

	unregisterBrokerRequest  = mustSchema(`BrokerID:i32`)
	unregisterBrokerResponse = mustSchema(`ThrottleMillis:i32 ErrorCode:i16 ErrorMessage:str?`)

	describeClusterRequest  = mustSchema(`IncludeClusterAuthorizedOperations:bool EndpointType:i8@1+ IncludeFencedBrokers:bool@2+`)
	describeClusterResponse = mustSchema(`ThrottleMillis:i32 ErrorCode:i16 ErrorMessage:str? EndpointType:i8@1+ ClusterID:str ControllerID:i32
		Brokers:[{NodeID:i32 Host:str Port:i32 Rack:str? IsFenced:bool@2+}] ClusterAuthorizedOperations:i32`)

	describeQuorumRequest  = mustSchema(`Topics:[{Topic:str Partitions:[{Partition:i32}]}]`)
	describeQuorumResponse = mustSchema(`ErrorCode:i16 ErrorMessage:str?@2+ Topics:[{Topic:str Partitions:[{Partition:i32 ErrorCode:i16 ErrorMessage:str?@2+
			LeaderID:i32 LeaderEpoch:i32 HighWatermark:i64
			CurrentVoters:[{ReplicaID:i32 ReplicaDirectoryID:uuid@2+ LogEndOffset:i64 LastFetchTimestamp:i64@1+ LastCaughtUpTimestamp:i64@1+}]
			Observers:[{ReplicaID:i32 ReplicaDirectoryID:uuid@2+ LogEndOffset:i64 LastFetchTimestamp:i64@1+ LastCaughtUpTimestamp:i64@1+}]}]}]
		Nodes:[{NodeID:i32 Listeners:[{Name:str Host:str Port:i16}]}]@2+`)

	describeTopicPartitionsRequest  = mustSchema(`Topics:[{Topic:str}] ResponsePartitionLimit:i32 Cursor:{Topic:str Partition:i32}?`)
	describeTopicPartitionsResponse = mustSchema(`ThrottleMillis:i32 Topics:[{ErrorCode:i16 Topic:str? TopicID:uuid IsInternal:bool
		Partitions:[{ErrorCode:i16 Partition:i32 LeaderID:i32 LeaderEpoch:i32 Replicas:[i32] ISR:[i32]
			EligibleLeaderReplicas:[i32]? LastKnownELR:[i32]? OfflineReplicas:[i32]}] AuthorizedOperations:i32}]
		NextCursor:{Topic:str Partition:i32}?`)

	describeACLsRequest  = mustSchema(`ResourceType:i8 ResourceName:str? ResourcePatternType:i8@1+ Principal:str? Host:str? Operation:i8 PermissionType:i8`)
	describeACLsResponse = mustSchema(`ThrottleMillis:i32 ErrorCode:i16 ErrorMessage:str?
		Resources:[{ResourceType:i8 ResourceName:str ResourcePatternType:i8@1+ ACLs:[{Principal:str Host:str Operation:i8 PermissionType:i8}]}]`)
	createACLsRequest = mustSchema(`Creations:[{ResourceType:i8 ResourceName:str ResourcePatternType:i8@1+
		Principal:str Host:str Operation:i8 PermissionType:i8}]`)
	createACLsResponse = mustSchema(`ThrottleMillis:i32 Results:[{ErrorCode:i16 ErrorMessage:str?}]`)
	deleteACLsRequest  = mustSchema(`Filters:[{ResourceType:i8 ResourceName:str? ResourcePatternType:i8@1+
		Principal:str? Host:str? Operation:i8 PermissionType:i8}]`)
	deleteACLsResponse = mustSchema(`ThrottleMillis:i32 Results:[{ErrorCode:i16 ErrorMessage:str? MatchingACLs:[{ErrorCode:i16 ErrorMessage:str?
		ResourceType:i8 ResourceName:str ResourcePatternType:i8@1+ Principal:str Host:str Operation:i8 PermissionType:i8}]}]`)
)
