package wire

// The fields of the messages of the classic group protocol.
var (
	joinGroupRequest = mustSchema(`Group:str SessionTimeoutMillis:i32 RebalanceTimeoutMillis:i32@1+ MemberID:str InstanceID:str?@5+
		ProtocolType:str Protocols:[{Name:str Metadata:bytes}] Reason:str?@8+`)
	joinGroupResponse = mustSchema(`ThrottleMillis:i32@2+ ErrorCode:i16 Generation:i32 ProtocolType:str?@7+ Protocol:str?7+ LeaderID:str
		SkipAssignment:bool@9+ MemberID:str Members:[{MemberID:str InstanceID:str?@5+ ProtocolMetadata:bytes}]`)

	syncGroupRequest = mustSchema(`Group:str Generation:i32 MemberID:str InstanceID:str?@3+ ProtocolType:str?@5+ Protocol:str?@5+
		GroupAssignment:[{MemberID:str MemberAssignment:bytes}]`)
	syncGroupResponse = mustSchema(`ThrottleMillis:i32@1+ ErrorCode:i16 ProtocolType:str?@5+ Protocol:str?@5+ MemberAssignment:bytes`)

	heartbeatRequest  = mustSchema(`Group:str Generation:i32 MemberID:str InstanceID:str?@3+`)
	heartbeatResponse = mustSchema(`ThrottleMillis:i32@1+ ErrorCode:i16`)

	leaveGroupRequest  = mustSchema(`Group:str MemberID:str@-2 Members:[{MemberID:str InstanceID:str? Reason:str?@5+}]@3+`)
	leaveGroupResponse = mustSchema(`ThrottleMillis:i32@1+ ErrorCode:i16 Members:[{MemberID:str InstanceID:str? ErrorCode:i16}]@3+`)

	describeGroupsRequest  = mustSchema(`Groups:[str] IncludeAuthorizedOperations:bool@3+`)
	describeGroupsResponse = mustSchema(`ThrottleMillis:i32@1+ Groups:[{ErrorCode:i16 ErrorMessage:str?@6+ Group:str State:str ProtocolType:str
		Protocol:str Members:[{MemberID:str InstanceID:str?@4+ ClientID:str ClientHost:str ProtocolMetadata:bytes MemberAssignment:bytes}]
		AuthorizedOperations:i32@3+}]`)

	listGroupsRequest  = mustSchema(`StatesFilter:[str]@4+ TypesFilter:[str]@5+`)
	listGroupsResponse = mustSchema(`ThrottleMillis:i32@1+ ErrorCode:i16 Groups:[{Group:str ProtocolType:str GroupState:str@4+ GroupType:str@5+}]`)

	deleteGroupsRequest  = mustSchema(`Groups:[str]`)
	deleteGroupsResponse = mustSchema(`ThrottleMillis:i32 Groups:[{Group:str ErrorCode:i16}]`)
)
