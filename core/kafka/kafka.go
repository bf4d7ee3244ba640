package kafka

import (
	"encoding/base64"
	"strconv"
)

// Offset is a position in a partition's log, counted in records.
type Offset int64

// NoOffset is what an error answer carries instead of an offset: never a plausible number.
const NoOffset Offset = -1

// LeaderEpoch numbers the leaderships of a partition (or of the metadata quorum), rising.
type LeaderEpoch int32

// NoLeaderEpoch stands for "unknown" in requests and answers (KIP-320).
const NoLeaderEpoch LeaderEpoch = -1

// PartitionEpoch counts the changes of a partition's registration in the controller.
type PartitionEpoch int32

// ProducerID identifies one idempotent producer session (KIP-98).
type ProducerID int64

// NoProducerID marks a batch of a producer that is not idempotent.
const NoProducerID ProducerID = -1

// ProducerEpoch fences older incarnations of one ProducerID.
type ProducerEpoch int16

// NoProducerEpoch accompanies NoProducerID.
const NoProducerEpoch ProducerEpoch = -1

// Sequence numbers the records of one producer in one partition; it wraps to 0 after MaxInt32.
type Sequence int32

// NoSequence accompanies NoProducerID.
const NoSequence Sequence = -1

// Add returns the sequence n records later, wrapped at 2^31 as Kafka does (KAFKA-5283).
func (s Sequence) Add(n int32) Sequence {
	return Sequence((int64(s) + int64(n)) & 0x7fffffff)
}

// NodeID identifies a broker or controller.
type NodeID int32

// NoNode means "no leader".
const NoNode NodeID = -1

// BrokerEpoch is the offset of the record that registered this broker's incarnation.
type BrokerEpoch int64

// NoBrokerEpoch is what a broker that has no clean past sends as its previous epoch.
const NoBrokerEpoch BrokerEpoch = -1

// PartitionID is a partition's index in its topic.
type PartitionID int32

// Mono is a point on the monotonic clock of one process, in nanoseconds; it never goes back.
type Mono int64

// Nanos is a span of monotonic time in nanoseconds.
type Nanos int64

// Millisecond and Second are spans in Nanos.
const (
	Microsecond Nanos = 1_000
	Millisecond Nanos = 1_000_000
	Second      Nanos = 1_000_000_000
)

// Add returns the point d later.
func (m Mono) Add(d Nanos) Mono { return m + Mono(d) }

// Wall is a point of civil time in milliseconds since 1970; it may jump. It never decides safety.
type Wall int64

// Millis is a span of civil time, and the unit of most configuration values.
type Millis int64

// Nanos converts.
func (m Millis) Nanos() Nanos { return Nanos(m) * Millisecond }

// delayMax bounds what is added to a clock: a century, in milliseconds.
const delayMax Millis = 100 * 365 * 24 * 60 * 60 * 1000

// Delay converts a configured delay, which may be so long that it means never, to one that can be
// added to a clock.
func (m Millis) Delay() Nanos { return min(m, delayMax).Nanos() }

// Now is the pair of clocks that a Step gets.
type Now struct {
	Mono Mono
	Wall Wall
}

// UUID is Kafka's 128-bit id, printed as 22 characters of URL-safe base64.
type UUID [16]byte

// String prints the id as Kafka does.
func (u UUID) String() string { return base64.RawURLEncoding.EncodeToString(u[:]) }

// IsZero tells the "no id" value.
func (u UUID) IsZero() bool { return u == UUID{} }

// Compare orders ids by their bytes.
func (u UUID) Compare(o UUID) int {
	for i := range u {
		if u[i] != o[i] {
			if u[i] < o[i] {
				return -1
			}
			return 1
		}
	}
	return 0
}

// ParseUUID reads the form that String prints.
func ParseUUID(s string) (UUID, bool) {
	var u UUID
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != len(u) {
		return u, false
	}
	copy(u[:], b)
	return u, true
}

// TopicID identifies one incarnation of a topic; a topic recreated under its name has another.
type TopicID = UUID

// DirID identifies a log directory (meta.properties' directory.id).
type DirID = UUID

// MetadataTopic is the name of the metadata quorum's log, and MetadataTopicID its reserved id.
const MetadataTopic = "__cluster_metadata"

// MetadataTopicID is the reserved id 1.
var MetadataTopicID = TopicID{15: 1}

// TopicPartition names a log: by topic id, never by name.
type TopicPartition struct {
	Topic     TopicID
	Partition PartitionID
}

// MetadataLog is the metadata quorum's only partition.
var MetadataLog = TopicPartition{Topic: MetadataTopicID}

// String prints id-partition.
func (tp TopicPartition) String() string {
	return tp.Topic.String() + "-" + strconv.Itoa(int(tp.Partition))
}

// Compare orders by topic id, then partition.
func (tp TopicPartition) Compare(o TopicPartition) int {
	if c := tp.Topic.Compare(o.Topic); c != 0 {
		return c
	}
	return int(tp.Partition) - int(o.Partition)
}

// APIKey is a request type's number in the protocol.
type APIKey int16

// APIVersion is a request's version.
type APIVersion int16

// GroupMetadataTopic is where group coordinators write what they decide.
const GroupMetadataTopic = "__consumer_offsets"
