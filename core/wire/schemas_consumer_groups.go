package wire

// The fields of the messages of consumer groups (KIP-848); see schemas.go.
var (
	consumerGroupHeartbeatRequest = mustSchema(`Group:str MemberID:str MemberEpoch:i32 InstanceID:str? RackID:str? RebalanceTimeoutMillis:i32
		SubscribedTopicNames:[str]? SubscribedTopicRegex:str?@1+ ServerAssignor:str? Topics:[{TopicID:uuid Partitions:[i32]}]?`)
	consumerGroupHeartbeatResponse = mustSchema(`ThrottleMillis:i32 ErrorCode:i16 ErrorMessage:str? MemberID:str? MemberEpoch:i32
		HeartbeatIntervalMillis:i32 Assignment:{Topics:[{TopicID:uuid Partitions:[i32]}]}?`)

	consumerGroupDescribeRequest  = mustSchema(`Groups:[str] IncludeAuthorizedOperations:bool`)
	consumerGroupDescribeResponse = mustSchema(`ThrottleMillis:i32 Groups:[{ErrorCode:i16 ErrorMessage:str? Group:str State:str Epoch:i32
		AssignmentEpoch:i32 AssignorName:str Members:[{MemberID:str InstanceID:str? RackID:str? MemberEpoch:i32 ClientID:str ClientHost:str
			SubscribedTopics:[str] SubscribedTopicRegex:str? Assignment:{TopicPartitions:[{TopicID:uuid Topic:str Partitions:[i32]}]}
			TargetAssignment:{TopicPartitions:[{TopicID:uuid Topic:str Partitions:[i32]}]} MemberType:i8@1+}] AuthorizedOperations:i32}]`)
)
