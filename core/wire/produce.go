package wire

import (
	"momus/core/kafka"
	"momus/core/port"

	"github.com/twmb/franz-go/pkg/kmsg"
)

var _ kmsg.Request = (*ProduceRequest)(nil)

// Key is Produce's.
func (r *ProduceRequest) Key() int16 { return int16(KeyProduce) }

// MaxVersion is the table's.
func (r *ProduceRequest) MaxVersion() int16 { return int16(Lookup(KeyProduce).Max) }

// SetVersion sets the version.
func (r *ProduceRequest) SetVersion(v int16) { r.Version = v }

// GetVersion returns the version.
func (r *ProduceRequest) GetVersion() int16 { return r.Version }

// IsFlexible tells the versions with compact lengths and tagged fields.
func (r *ProduceRequest) IsFlexible() bool { return r.Version >= produceFlexible }

// ResponseKind is kmsg's struct for the answer; we answer with ProduceResponse.
func (r *ProduceRequest) ResponseKind() kmsg.Response {
	return &kmsg.ProduceResponse{Version: r.Version}
}

// ReadFrom decodes a body; the Spans alias src and are owned by nobody yet.
func (r *ProduceRequest) ReadFrom(src []byte) error {
	var names Names
	d, err := DecodeProduce(kafka.APIVersion(r.Version), src, &names)
	if err != nil {
		return err
	}
	*r = *d
	return nil
}

// The first versions of what changes the encoding of Produce.
const (
	produceFlexible  = 9
	produceByTopicID = 13
)

// onePartition is a request with one topic and one partition, as most are: one allocation.
type onePartition struct {
	request    ProduceRequest
	topics     [1]ProduceTopic
	partitions [1]ProducePartition
}

// DecodeProduce reads the body of Produce. Each Span aliases body and is owned by nobody: the
// caller validates it and gives it an owner. A partition without records has an empty Span.
// Names is where topic names are looked up first. It fails with an Error.
func DecodeProduce(v kafka.APIVersion, body []byte, names *Names) (*ProduceRequest, error) {
	c := cursor{b: body, flexible: v >= produceFlexible}
	one := &onePartition{}
	r := &one.request
	r.Version = int16(v)
	if n := c.size(true); n >= 0 {
		id := string(c.take(n))
		r.TransactionalID = &id
	}
	r.Acks, r.TimeoutMillis = c.int16(), c.int32()
	n := c.length(false)
	r.Topics = one.topics[:0]
	for i := 0; i < n && c.err == nil; i++ {
		var t ProduceTopic
		if v >= produceByTopicID {
			t.ID = c.uuid()
		} else {
			t.Name = names.Get(c.take(c.length(true)))
		}
		if n == 1 {
			t.Partitions = one.partitions[:0]
		}
		t.Partitions = readPartitions(&c, t.Partitions)
		c.skipTags()
		r.Topics = append(r.Topics, t)
	}
	c.skipTags()
	if c.err != nil {
		return nil, c.err
	}
	return r, nil
}

// partitionSizeMin is the least size of a partition on the wire: its number and two lengths.
const partitionSizeMin = 6

func readPartitions(c *cursor, list []ProducePartition) []ProducePartition {
	n := c.length(false)
	if n > len(c.b)/partitionSizeMin {
		c.fail(ErrShort)
		return nil
	}
	if n > cap(list) {
		list = make([]ProducePartition, 0, n)
	}
	for i := 0; i < n && c.err == nil; i++ {
		p := ProducePartition{Partition: kafka.PartitionID(c.int32())}
		if n := c.size(false); n > 0 {
			p.Span = port.MemSpan(c.take(n), nil)
		}
		c.skipTags()
		list = append(list, p)
	}
	return list
}

// AppendTo encodes the body with its records, which must be in memory.
func (r *ProduceRequest) AppendTo(b []byte) []byte {
	e := encoder{b: b, flexible: r.IsFlexible()}
	e.nullableString(r.TransactionalID)
	e.int16(r.Acks)
	e.int32(r.TimeoutMillis)
	e.array(len(r.Topics))
	for i := range r.Topics {
		t := &r.Topics[i]
		if r.Version >= produceByTopicID {
			e.b = append(e.b, t.ID[:]...)
		} else {
			e.str(t.Name)
		}
		e.array(len(t.Partitions))
		for j := range t.Partitions {
			p := &t.Partitions[j]
			e.int32(int32(p.Partition))
			e.bytesLength(p.Span.Len())
			if p.Span.Len() > 0 {
				e.b = append(e.b, p.Span.Bytes()...)
			}
			e.noTags()
		}
		e.noTags()
	}
	e.noTags()
	return e.b
}
