package wire

// The fields of messages to group coordinators; see schemas.go.
var (
	findCoordinatorRequest  = mustSchema(`CoordinatorKey:str@-3 CoordinatorType:i8@1+ CoordinatorKeys:[str]@4+`)
	findCoordinatorResponse = mustSchema(`ThrottleMillis:i32@1+ ErrorCode:i16@-3 ErrorMessage:str?@1-3 NodeID:i32@-3 Host:str@-3 Port:i32@-3
		Coordinators:[{Key:str NodeID:i32 Host:str Port:i32 ErrorCode:i16 ErrorMessage:str?}]@4+`)

	offsetCommitRequest = mustSchema(`Group:str Generation:i32 MemberID:str InstanceID:str?@7+ RetentionTimeMillis:i64@-4
		Topics:[{Topic:str@-9 TopicID:uuid@10+ Partitions:[{Partition:i32 Offset:i64 LeaderEpoch:i32@6+ Metadata:str?}]}]`)
	offsetCommitResponse = mustSchema(`ThrottleMillis:i32@3+ Topics:[{Topic:str@-9 TopicID:uuid@10+ Partitions:[{Partition:i32 ErrorCode:i16}]}]`)

	offsetFetchRequest = mustSchema(`Group:str@-7 Topics:[{Topic:str Partitions:[i32]}]?2+@-7
		Groups:[{Group:str MemberID:str?@9+ MemberEpoch:i32@9+ Topics:[{Topic:str@-9 TopicID:uuid@10+ Partitions:[i32]}]?}]@8+ RequireStable:bool@7+`)
	offsetFetchResponse = mustSchema(`ThrottleMillis:i32@3+
		Topics:[{Topic:str Partitions:[{Partition:i32 Offset:i64 LeaderEpoch:i32@5+ Metadata:str? ErrorCode:i16}]}]@-7 ErrorCode:i16@2-7
		Groups:[{Group:str Topics:[{Topic:str@-9 TopicID:uuid@10+
			Partitions:[{Partition:i32 Offset:i64 LeaderEpoch:i32 Metadata:str? ErrorCode:i16}]}] ErrorCode:i16}]@8+`)

	offsetDeleteRequest  = mustSchema(`Group:str Topics:[{Topic:str Partitions:[{Partition:i32}]}]`)
	offsetDeleteResponse = mustSchema(`ErrorCode:i16 ThrottleMillis:i32 Topics:[{Topic:str Partitions:[{Partition:i32 ErrorCode:i16}]}]`)
)
