package wire

// The fields of the messages in the version table, as schema.go reads them. Names are kmsg's.
// A test lets kmsg write random messages of each version and demands that the walk by these texts
// ends exactly where the message does.
var (
	fetchRequest = mustSchema(`ReplicaID:i32@-14 MaxWaitMillis:i32 MinBytes:i32 MaxBytes:i32 IsolationLevel:i8
		SessionID:i32@7+ SessionEpoch:i32@7+
		Topics:[{Topic:str@-12 TopicID:uuid@13+ Partitions:[{Partition:i32 CurrentLeaderEpoch:i32@9+ FetchOffset:i64
			LastFetchedEpoch:i32@12+ LogStartOffset:i64@5+ PartitionMaxBytes:i32
			ReplicaDirectoryID:uuid#0@12+ HighWatermark:i64#1@12+}]}]
		ForgottenTopics:[{Topic:str@-12 TopicID:uuid@13+ Partitions:[i32]}]@7+
		Rack:str@11+ ClusterID:str?#0@12+ ReplicaState:{ID:i32 Epoch:i64}#1@12+`)

	listOffsetsRequest = mustSchema(`ReplicaID:i32 IsolationLevel:i8@2+
		Topics:[{Topic:str Partitions:[{Partition:i32 CurrentLeaderEpoch:i32@4+ Timestamp:i64}]}] TimeoutMillis:i32@10+`)
	listOffsetsResponse = mustSchema(`ThrottleMillis:i32@2+
		Topics:[{Topic:str Partitions:[{Partition:i32 ErrorCode:i16 Timestamp:i64 Offset:i64 LeaderEpoch:i32@4+}]}]`)

	metadataRequest = mustSchema(`Topics:[{TopicID:uuid@10+ Topic:str?10+}]?1+ AllowAutoTopicCreation:bool@4+
		IncludeClusterAuthorizedOperations:bool@8-10 IncludeTopicAuthorizedOperations:bool@8+`)
	metadataResponse = mustSchema(`ThrottleMillis:i32@3+ Brokers:[{NodeID:i32 Host:str Port:i32 Rack:str?@1+}]
		ClusterID:str?@2+ ControllerID:i32@1+
		Topics:[{ErrorCode:i16 Topic:str?12+ TopicID:uuid@10+ IsInternal:bool@1+
			Partitions:[{ErrorCode:i16 Partition:i32 Leader:i32 LeaderEpoch:i32@7+ Replicas:[i32] ISR:[i32] OfflineReplicas:[i32]@5+}]
			AuthorizedOperations:i32@8+}]
		AuthorizedOperations:i32@8-10 ErrorCode:i16@13+`)

	apiVersionsRequest  = mustSchema(`ClientSoftwareName:str@3+ ClientSoftwareVersion:str@3+`)
	apiVersionsResponse = mustSchema(`ErrorCode:i16 ApiKeys:[{ApiKey:i16 MinVersion:i16 MaxVersion:i16}] ThrottleMillis:i32@1+
		SupportedFeatures:[{Name:str MinVersion:i16 MaxVersion:i16}]#0@3+ FinalizedFeaturesEpoch:i64#1@3+
		FinalizedFeatures:[{Name:str MaxVersionLevel:i16 MinVersionLevel:i16}]#2@3+ ZkMigrationReady:bool#3@3+`)

	createTopicsRequest = mustSchema(`Topics:[{Topic:str NumPartitions:i32 ReplicationFactor:i16
		ReplicaAssignment:[{Partition:i32 Replicas:[i32]}] Configs:[{Name:str Value:str?}]}] TimeoutMillis:i32 ValidateOnly:bool`)
	createTopicsResponse = mustSchema(`ThrottleMillis:i32 Topics:[{Topic:str TopicID:uuid@7+ ErrorCode:i16 ErrorMessage:str?
		NumPartitions:i32@5+ ReplicationFactor:i16@5+
		Configs:[{Name:str Value:str? ReadOnly:bool Source:i8 IsSensitive:bool}]?@5+ ConfigErrorCode:i16#0@5+}]`)

	deleteTopicsRequest  = mustSchema(`TopicNames:[str]@-5 Topics:[{Topic:str? TopicID:uuid}]@6+ TimeoutMillis:i32`)
	deleteTopicsResponse = mustSchema(`ThrottleMillis:i32 Topics:[{Topic:str?6+ TopicID:uuid@6+ ErrorCode:i16 ErrorMessage:str?@5+}]`)

	deleteRecordsRequest  = mustSchema(`Topics:[{Topic:str Partitions:[{Partition:i32 Offset:i64}]}] TimeoutMillis:i32`)
	deleteRecordsResponse = mustSchema(`ThrottleMillis:i32 Topics:[{Topic:str Partitions:[{Partition:i32 LowWatermark:i64 ErrorCode:i16}]}]`)

	initProducerIDRequest  = mustSchema(`TransactionalID:str? TransactionTimeoutMillis:i32 ProducerID:i64@3+ ProducerEpoch:i16@3+`)
	initProducerIDResponse = mustSchema(`ThrottleMillis:i32 ErrorCode:i16 ProducerID:i64 ProducerEpoch:i16`)

	offsetForLeaderEpochRequest = mustSchema(`ReplicaID:i32@3+
		Topics:[{Topic:str Partitions:[{Partition:i32 CurrentLeaderEpoch:i32 LeaderEpoch:i32}]}]`)
	offsetForLeaderEpochResponse = mustSchema(`ThrottleMillis:i32
		Topics:[{Topic:str Partitions:[{ErrorCode:i16 Partition:i32 LeaderEpoch:i32 EndOffset:i64}]}]`)

	describeProducersRequest  = mustSchema(`Topics:[{Topic:str Partitions:[i32]}]`)
	describeProducersResponse = mustSchema(`ThrottleMillis:i32 Topics:[{Topic:str Partitions:[{Partition:i32 ErrorCode:i16 ErrorMessage:str?
		ActiveProducers:[{ProducerID:i64 ProducerEpoch:i32 LastSequence:i32 LastTimestamp:i64 CoordinatorEpoch:i32 CurrentTxnStartOffset:i64}]}]}]`)

	describeConfigsRequest = mustSchema(`Resources:[{ResourceType:i8 ResourceName:str ConfigNames:[str]?}]
		IncludeSynonyms:bool IncludeDocumentation:bool@3+`)
	describeConfigsResponse = mustSchema(`ThrottleMillis:i32 Resources:[{ErrorCode:i16 ErrorMessage:str? ResourceType:i8 ResourceName:str
		Configs:[{Name:str Value:str? ReadOnly:bool Source:i8 IsSensitive:bool ConfigSynonyms:[{Name:str Value:str? Source:i8}]
			ConfigType:i8@3+ Documentation:str?@3+}]}]`)

	alterConfigsRequest = mustSchema(`Resources:[{ResourceType:i8 ResourceName:str Configs:[{Name:str Value:str?}]}] ValidateOnly:bool`)
	// alterConfigsResponse is that of IncrementalAlterConfigs too.
	alterConfigsResponse           = mustSchema(`ThrottleMillis:i32 Resources:[{ErrorCode:i16 ErrorMessage:str? ResourceType:i8 ResourceName:str}]`)
	incrementalAlterConfigsRequest = mustSchema(`Resources:[{ResourceType:i8 ResourceName:str Configs:[{Name:str Op:i8 Value:str?}]}] ValidateOnly:bool`)

	alterReplicaLogDirsRequest  = mustSchema(`Dirs:[{Dir:str Topics:[{Topic:str Partitions:[i32]}]}]`)
	alterReplicaLogDirsResponse = mustSchema(`ThrottleMillis:i32 Topics:[{Topic:str Partitions:[{Partition:i32 ErrorCode:i16}]}]`)

	describeLogDirsRequest  = mustSchema(`Topics:[{Topic:str Partitions:[i32]}]?`)
	describeLogDirsResponse = mustSchema(`ThrottleMillis:i32 ErrorCode:i16@3+ Dirs:[{ErrorCode:i16 Dir:str
		Topics:[{Topic:str Partitions:[{Partition:i32 Size:i64 OffsetLag:i64 IsFuture:bool}]}]
		TotalBytes:i64@4+ UsableBytes:i64@4+ IsCordoned:bool@5+}]`)

	describeClientQuotasRequest  = mustSchema(`Components:[{EntityType:str MatchType:i8 Match:str?}] Strict:bool`)
	describeClientQuotasResponse = mustSchema(`ThrottleMillis:i32 ErrorCode:i16 ErrorMessage:str?
		Entries:[{Entity:[{Type:str Name:str?}] Values:[{Key:str Value:f64}]}]?`)
	alterClientQuotasRequest  = mustSchema(`Entries:[{Entity:[{Type:str Name:str?}] Ops:[{Key:str Value:f64 Remove:bool}]}] ValidateOnly:bool`)
	alterClientQuotasResponse = mustSchema(`ThrottleMillis:i32 Entries:[{ErrorCode:i16 ErrorMessage:str? Entity:[{Type:str Name:str?}]}]`)

	listConfigResourcesRequest  = mustSchema(`ResourceTypes:[i8]@1+`)
	listConfigResourcesResponse = mustSchema(`ThrottleMillis:i32 ErrorCode:i16 ConfigResources:[{Name:str Type:i8@1+}]`)
)
