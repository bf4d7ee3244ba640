package wire

import (
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Request is a decoded request as it enters the core. Body is a kmsg request, or *ProduceRequest
// for Produce; its version is set. All of its bytes are the core's own, but for Spans.
//
//canon:manual
type Request struct {
	Conn     port.ConnID
	Seq      port.RequestSeq
	Version  kafka.APIVersion
	ClientID string
	Body     kmsg.Request
	// Policies is the version of the published topic policies that Body was validated against.
	Policies int64
	// Bytes is the frame's size, for quotas and limits.
	Bytes int32
	// Nanos is the time that turns of its connection took since its last request, for quotas.
	Nanos int64
}

// Key is the request's API key.
func (r *Request) Key() kafka.APIKey { return kafka.APIKey(r.Body.Key()) }

// Response is the body of a reply: a kmsg response, *ProduceResponse or *FetchResponse, its
// version set.
type Response interface {
	Key() int16
}

// Reply is the answer to the request Seq of Conn. A nil Body means that nothing is sent
// (Produce with acks=0); it still completes the request. After one with Mute nothing is read, and
// nothing else sent, until the core ends that (KIP-219).
//
//canon:manual
type Reply struct {
	Conn port.ConnID
	Seq  port.RequestSeq
	Mute bool
	// Started and Answered are when the core began the request and answered it, Throttle is what the answer says
	// of throttling: metrics are made of them.
	Started, Answered kafka.Mono
	Throttle          kafka.Millis
	Body              Response
}

// ProduceRequest is Produce, v3 to v13, with the record batches as Spans.
//
//canon:gen
type ProduceRequest struct {
	Version         int16
	TransactionalID *string
	Acks            int16
	TimeoutMillis   int32
	Topics          []ProduceTopic
}

// ProduceTopic names its topic by name (to v12) or by id (from v13).
//
//canon:gen
type ProduceTopic struct {
	Name       string
	ID         kafka.TopicID
	Partitions []ProducePartition
}

// RecordError is what is wrong with one record of a refused batch (KIP-467): the record by its
// place in the batch, and the reason in words.
//
//canon:gen
type RecordError struct {
	Index int32
	Text  string
}

// ProducePartition carries one record batch. Head is its parsed header; if Err is set the batch
// was refused at the edge (CheckBatch, Validate) and Span is empty.
//
//canon:gen
type ProducePartition struct {
	Partition kafka.PartitionID
	Err       kafka.ErrorCode
	ErrText   string
	// Early tells that Kafka finds Err before it looks for the log, so that the answer has no log start.
	Early bool
	// RecordErrors says which records were the reason, if single ones were.
	RecordErrors []RecordError
	Head         record.Header
	Span         port.Span
	// Stamped says that the edge wrote the broker's time into the batch, should it be validated
	// once more because the topic's policy changed before the append.
	Stamped bool
}

// ProduceResponse answers Produce. Throttle is in milliseconds.
//
//canon:gen
type ProduceResponse struct {
	Version  int16
	Topics   []ProducedTopic
	Throttle int32
	// Nodes names the endpoints of the leaders given in CurrentLeader (KIP-951, from v10).
	Nodes []NodeEndpoint
}

// ProducedTopic answers for one topic.
//
//canon:gen
type ProducedTopic struct {
	Name       string
	ID         kafka.TopicID
	Partitions []ProducedPartition
}

// ProducedPartition answers for one partition. AppendTime is -1 unless the topic stamps it.
//
//canon:gen
type ProducedPartition struct {
	Partition    kafka.PartitionID
	Err          kafka.ErrorCode
	Base         kafka.Offset
	AppendTime   kafka.Wall
	LogStart     kafka.Offset
	ErrText      string
	RecordErrors []RecordError
	Leader       LeaderHint
}

// LeaderHint is the CurrentLeader field of KIP-951; Set tells that it is to be sent.
//
//canon:gen
type LeaderHint struct {
	Set   bool
	Node  kafka.NodeID
	Epoch kafka.LeaderEpoch
}

// NodeEndpoint tells where a broker is reached.
//
//canon:gen
type NodeEndpoint struct {
	Node kafka.NodeID
	Host string
	Port int32
	Rack string
}

// FetchResponse answers Fetch, v4 to v18, with the records as Spans.
//
//canon:gen
type FetchResponse struct {
	Version   int16
	Throttle  int32
	Err       kafka.ErrorCode
	SessionID int32
	Topics    []FetchedTopic
	Nodes     []NodeEndpoint
}

// FetchedTopic answers for one topic.
//
//canon:gen
type FetchedTopic struct {
	Name       string
	ID         kafka.TopicID
	Partitions []FetchedPartition
}

// FetchedPartition answers for one partition. Aborted is nil unless read_committed asked for it.
//
//canon:gen
type FetchedPartition struct {
	Partition        kafka.PartitionID
	Err              kafka.ErrorCode
	HighWatermark    kafka.Offset
	LastStable       kafka.Offset
	LogStart         kafka.Offset
	HasDiverging     bool
	DivergingEpoch   kafka.LeaderEpoch
	DivergingEnd     kafka.Offset
	Leader           LeaderHint
	Aborted          []AbortedTxn
	PreferredReplica kafka.NodeID
	Records          port.Span
}

// AbortedTxn is one aborted transaction in a fetched range.
//
//canon:gen
type AbortedTxn struct {
	Producer kafka.ProducerID
	First    kafka.Offset
}
