package record

import (
	"encoding/binary"

	"momus/core/kafka"
)

// ControlType is the type of a control record.
type ControlType int16

// The control record types, by org.apache.kafka.common.record.ControlRecordType.
const (
	ControlAbort          ControlType = 0
	ControlCommit         ControlType = 1
	ControlLeaderChange   ControlType = 2
	ControlSnapshotHeader ControlType = 3
	ControlSnapshotFooter ControlType = 4
	ControlKRaftVersion   ControlType = 5
	ControlKRaftVoters    ControlType = 6
)

// controlKeySize is that of a control record's key: an int16 version and an int16 type.
const controlKeySize = 4

// AppendControlKey appends the key of a control record.
func AppendControlKey(b []byte, t ControlType) []byte {
	return binary.BigEndian.AppendUint16(append(b, 0, 0), uint16(t))
}

// ReadControlKey reads the key of a control record. As in Kafka, keys of later versions may be
// longer, and types that are not known are for the caller to pass over.
func ReadControlKey(key []byte) (ControlType, error) {
	if len(key) < controlKeySize {
		return 0, ErrShort
	}
	if int16(binary.BigEndian.Uint16(key)) < 0 {
		return 0, ErrVersion
	}
	return ControlType(binary.BigEndian.Uint16(key[2:])), nil
}

// Control is a control record: of the metadata quorum (KIP-595, KIP-630, KIP-853), or the marker
// of a transaction (KIP-98).
//
//canon:union name=CanonControl
type Control interface {
	isControl()
	AppendText(b []byte) []byte
	Versions() (first, last int16)
	AppendVersion(b []byte, version int16) []byte
	ReadVersion(b []byte, version int16) error
	// ControlType is what the record's key says.
	ControlType() ControlType
}

// QuorumVoter is a voter as LeaderChangeMessage names it.
//
//canon:gen
//kafka:struct versions=0-1 flexible=0
type QuorumVoter struct {
	VoterID          kafka.NodeID `kafka:"0+"`
	VoterDirectoryID kafka.DirID  `kafka:"1+"`
}

// LeaderChangeMessage is the first record of every leader of the quorum; its batch is what makes
// earlier epochs' records committed. Kafka 4.3 writes version 0 and cannot read another, whatever
// the schema says.
//
//canon:gen CanonControl=1
//kafka:record versions=0-1 flexible=0
type LeaderChangeMessage struct {
	Version        int16         `kafka:"0+"`
	LeaderID       kafka.NodeID  `kafka:"0+"`
	Voters         []QuorumVoter `kafka:"0+"`
	GrantingVoters []QuorumVoter `kafka:"0+"`
}

// SnapshotHeaderRecord begins a snapshot.
//
//canon:gen CanonControl=2
//kafka:record versions=0 flexible=0
type SnapshotHeaderRecord struct {
	Version                   int16      `kafka:"0+"`
	LastContainedLogTimestamp kafka.Wall `kafka:"0+"`
}

// SnapshotFooterRecord ends a snapshot; one without it is not whole.
//
//canon:gen CanonControl=3
//kafka:record versions=0 flexible=0
type SnapshotFooterRecord struct {
	Version int16 `kafka:"0+"`
}

// KRaftVersionRecord sets the level of the quorum's protocol: from 1 on, voters are in the log.
//
//canon:gen CanonControl=4
//kafka:record versions=0 flexible=0
type KRaftVersionRecord struct {
	Version      int16        `kafka:"0+"`
	KRaftVersion FeatureLevel `kafka:"0+"`
}

// VoterEndpoint is a listener of a voter.
//
//canon:gen
//kafka:struct versions=0 flexible=0
type VoterEndpoint struct {
	Name string `kafka:"0+"`
	Host string `kafka:"0+"`
	Port uint16 `kafka:"0+"`
}

// KRaftVersionFeature is the range of quorum protocol levels that a voter supports.
//
//canon:gen
//kafka:struct versions=0 flexible=0
type KRaftVersionFeature struct {
	MinSupportedVersion FeatureLevel `kafka:"0+"`
	MaxSupportedVersion FeatureLevel `kafka:"0+"`
}

// Voter is a voter of the quorum.
//
//canon:gen
//kafka:struct versions=0 flexible=0
type Voter struct {
	VoterID             kafka.NodeID        `kafka:"0+"`
	VoterDirectoryID    kafka.DirID         `kafka:"0+"`
	Endpoints           []VoterEndpoint     `kafka:"0+"`
	KRaftVersionFeature KRaftVersionFeature `kafka:"0+"`
}

// VotersRecord sets the voters of the quorum.
//
//canon:gen CanonControl=5
//kafka:record versions=0 flexible=0
type VotersRecord struct {
	Version int16   `kafka:"0+"`
	Voters  []Voter `kafka:"0+"`
}

// EndTxnMarker ends a transaction in one partition. Its format has no flexible versions.
//
//canon:gen CanonControl=6
//kafka:record versions=0 flexible=none
type EndTxnMarker struct {
	CoordinatorEpoch int32 `kafka:"0+"`
	// Commit tells the marker of a commit from that of an abort. The key says it, not the value.
	Commit bool `kafka:"-"`
}

// ControlType is LEADER_CHANGE.
func (*LeaderChangeMessage) ControlType() ControlType { return ControlLeaderChange }

// ControlType is SNAPSHOT_HEADER.
func (*SnapshotHeaderRecord) ControlType() ControlType { return ControlSnapshotHeader }

// ControlType is SNAPSHOT_FOOTER.
func (*SnapshotFooterRecord) ControlType() ControlType { return ControlSnapshotFooter }

// ControlType is KRAFT_VERSION.
func (*KRaftVersionRecord) ControlType() ControlType { return ControlKRaftVersion }

// ControlType is KRAFT_VOTERS.
func (*VotersRecord) ControlType() ControlType { return ControlKRaftVoters }

// ControlType is COMMIT or ABORT.
func (m *EndTxnMarker) ControlType() ControlType {
	if m.Commit {
		return ControlCommit
	}
	return ControlAbort
}

// AppendControl appends the value of a control record: an int16 version, then the fields. The
// schemas of the quorum's records begin with a field Version of their own, which is that version;
// the marker's does not.
func AppendControl(b []byte, c Control, version int16) []byte {
	if _, ok := c.(*EndTxnMarker); ok {
		b = binary.BigEndian.AppendUint16(b, uint16(version))
	}
	return c.AppendVersion(b, version)
}

// ReadControl reads a control record by its key and value. The record is nil, without an error, if
// its type is not known: readers pass over those.
func ReadControl(key, value []byte) (Control, error) {
	t, err := ReadControlKey(key)
	if err != nil {
		return nil, err
	}
	var c Control
	switch t {
	case ControlAbort, ControlCommit:
		c = &EndTxnMarker{}
	case ControlLeaderChange:
		c = &LeaderChangeMessage{}
	case ControlSnapshotHeader:
		c = &SnapshotHeaderRecord{}
	case ControlSnapshotFooter:
		c = &SnapshotFooterRecord{}
	case ControlKRaftVersion:
		c = &KRaftVersionRecord{}
	case ControlKRaftVoters:
		c = &VotersRecord{}
	default:
		return nil, nil
	}
	if len(value) < 2 {
		return nil, ErrShort
	}
	version := int16(binary.BigEndian.Uint16(value))
	if m, ok := c.(*EndTxnMarker); ok {
		if err := m.ReadVersion(value[2:], version); err != nil {
			return nil, err
		}
		m.Commit = t == ControlCommit
		return m, nil
	}
	if err := c.ReadVersion(value, version); err != nil {
		return nil, err
	}
	return c, nil
}
