package record

import "momus/core/kafka"

// GroupMember is a member of a classic group.
//
//canon:gen
//kafka:struct versions=0-4 flexible=4
type GroupMember struct {
	MemberID        string  `kafka:"0+"`
	GroupInstanceID *string `kafka:"3+,nullable=3+,default=null"`
	ClientID        string  `kafka:"0+"`
	ClientHost      string  `kafka:"0+"`
	// RebalanceTimeout is as long as SessionTimeout where it is -1, in milliseconds.
	RebalanceTimeout int32  `kafka:"1+,default=-1"`
	SessionTimeout   int32  `kafka:"0+"`
	Subscription     []byte `kafka:"0+"`
	Assignment       []byte `kafka:"0+"`
}

// GroupMetadata is a classic group after a rebalance: its generation and who got what.
//
//canon:gen CanonGroup=3
//kafka:record union=Group key=2 versions=0-4 flexible=4
type GroupMetadata struct {
	Group        string  `kafka:"-"`
	ProtocolType string  `kafka:"0+"`
	Generation   int32   `kafka:"0+"`
	Protocol     *string `kafka:"0+,nullable=0+"`
	Leader       *string `kafka:"0+,nullable=0+"`
	// CurrentStateTimestamp is since when the group is in its state, or -1.
	CurrentStateTimestamp kafka.Wall    `kafka:"2+,default=-1"`
	Members               []GroupMember `kafka:"0+"`
}

func (v *GroupMetadata) appendKey(b []byte) []byte { return appendGroupKey(b, v.Group) }

func (v *GroupMetadata) readKey(r *reader) { v.Group = r.str(false) }
