package record

import "momus/core/kafka"

// AccessControlEntryRecord adds an ACL.
//
//canon:gen CanonMetadata=19
//kafka:record union=Metadata key=18 versions=0 flexible=0
type AccessControlEntryRecord struct {
	ID             kafka.UUID `kafka:"0+"`
	ResourceType   int8       `kafka:"0+"`
	ResourceName   string     `kafka:"0+"`
	PatternType    int8       `kafka:"0+"`
	Principal      string     `kafka:"0+"`
	Host           string     `kafka:"0+"`
	Operation      int8       `kafka:"0+"`
	PermissionType int8       `kafka:"0+"`
}

// RemoveAccessControlEntryRecord removes an ACL.
//
//canon:gen CanonMetadata=20
//kafka:record union=Metadata key=19 versions=0 flexible=0
type RemoveAccessControlEntryRecord struct {
	ID kafka.UUID `kafka:"0+"`
}

// UserScramCredentialRecord sets a SCRAM credential (KIP-900).
//
//canon:gen CanonMetadata=12
//kafka:record union=Metadata key=11 versions=0 flexible=0
type UserScramCredentialRecord struct {
	Name       string `kafka:"0+"`
	Mechanism  int8   `kafka:"0+"`
	Salt       []byte `kafka:"0+"`
	StoredKey  []byte `kafka:"0+"`
	ServerKey  []byte `kafka:"0+"`
	Iterations int32  `kafka:"0+"`
}

// RemoveUserScramCredentialRecord removes a SCRAM credential.
//
//canon:gen CanonMetadata=23
//kafka:record union=Metadata key=22 versions=0 flexible=0
type RemoveUserScramCredentialRecord struct {
	Name      string `kafka:"0+"`
	Mechanism int8   `kafka:"0+"`
}

// DelegationTokenRecord sets a delegation token (KIP-900).
//
//canon:gen CanonMetadata=11
//kafka:record union=Metadata key=10 versions=0 flexible=0
type DelegationTokenRecord struct {
	Owner               string     `kafka:"0+"`
	Requester           string     `kafka:"0+"`
	Renewers            []string   `kafka:"0+"`
	IssueTimestamp      kafka.Wall `kafka:"0+"`
	MaxTimestamp        kafka.Wall `kafka:"0+"`
	ExpirationTimestamp kafka.Wall `kafka:"0+"`
	TokenID             string     `kafka:"0+"`
}

// RemoveDelegationTokenRecord removes a delegation token.
//
//canon:gen CanonMetadata=27
//kafka:record union=Metadata key=26 versions=0 flexible=0
type RemoveDelegationTokenRecord struct {
	TokenID string `kafka:"0+"`
}
