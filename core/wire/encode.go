package wire

import (
	"encoding/binary"
	"math"
	"math/bits"

	"momus/core/kafka"
	"momus/core/port"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Key is Produce's.
func (r *ProduceResponse) Key() int16 { return int16(KeyProduce) }

// Key is Fetch's.
func (r *FetchResponse) Key() int16 { return int16(KeyFetch) }

// Cut says that Span belongs before the byte At of the encoded bytes, which leave it out. With no
// records in between, the parts of a response are written to a socket as they lie, uncopied.
type Cut struct {
	At   int
	Span port.Span
}

// AppendReply appends body as a whole frame, length and response header included, and the spans to
// be put into it to cuts. Cuts are in order; the spans are those of body, handed over.
func AppendReply(b []byte, cuts []Cut, correlation int32, body Response) ([]byte, []Cut) {
	start, first := len(b), len(cuts)
	b = append(b, 0, 0, 0, 0)
	b = AppendResponseHeader(b, kafka.APIKey(body.Key()), responseVersion(body), correlation)
	switch r := body.(type) {
	case *ProduceResponse:
		b = r.AppendTo(b)
	case *FetchResponse:
		b, cuts = r.AppendTo(b, cuts)
	case kmsg.Response:
		b = r.AppendTo(b)
	}
	size := len(b) - start - 4
	for _, c := range cuts[first:] {
		size += c.Span.Len()
	}
	if size > math.MaxInt32 {
		panic("BUG: a reply of more than 2 GiB")
	}
	binary.BigEndian.PutUint32(b[start:], uint32(size))
	return b, cuts
}

// AppendResponseHeader appends the response header that a version of an API has: the correlation
// id, and in flexible versions an empty list of tagged fields. A client cannot know yet which
// header to expect of ApiVersions, so there it is always the first form (KIP-511).
func AppendResponseHeader(b []byte, key kafka.APIKey, v kafka.APIVersion, correlation int32) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(correlation))
	if a := Lookup(key); a != nil && a.flexible(v) && key != KeyAPIVersions {
		b = append(b, 0)
	}
	return b
}

// responseVersion is the version that a body is encoded in.
func responseVersion(body Response) kafka.APIVersion {
	switch r := body.(type) {
	case *ProduceResponse:
		return kafka.APIVersion(r.Version)
	case *FetchResponse:
		return kafka.APIVersion(r.Version)
	case kmsg.Response:
		return kafka.APIVersion(r.GetVersion())
	}
	panic("BUG: a reply of a type that wire does not encode")
}

// encoder appends Kafka's primitives, compact if flexible.
type encoder struct {
	b        []byte
	flexible bool
}

func (e *encoder) int16(v int16) { e.b = binary.BigEndian.AppendUint16(e.b, uint16(v)) }
func (e *encoder) int32(v int32) { e.b = binary.BigEndian.AppendUint32(e.b, uint32(v)) }
func (e *encoder) int64(v int64) { e.b = binary.BigEndian.AppendUint64(e.b, uint64(v)) }

// array begins n elements.
func (e *encoder) array(n int) {
	if e.flexible {
		e.b = binary.AppendUvarint(e.b, uint64(n)+1)
	} else {
		e.int32(int32(n))
	}
}

// bytesLength begins n bytes.
func (e *encoder) bytesLength(n int) { e.array(n) }

// nullArray is a null array.
func (e *encoder) nullArray() {
	if e.flexible {
		e.b = append(e.b, 0)
	} else {
		e.int32(-1)
	}
}

func (e *encoder) str(s string) {
	if e.flexible {
		e.b = binary.AppendUvarint(e.b, uint64(len(s))+1)
	} else {
		if len(s) > math.MaxInt16 {
			panic("BUG: a string is too long for its format")
		}
		e.int16(int16(len(s)))
	}
	e.b = append(e.b, s...)
}

func (e *encoder) nullString() {
	if e.flexible {
		e.b = append(e.b, 0)
	} else {
		e.int16(-1)
	}
}

func (e *encoder) nullableString(s *string) {
	if s == nil {
		e.nullString()
	} else {
		e.str(*s)
	}
}

// text is a nullable string of which the empty one stands for null.
func (e *encoder) text(s string) {
	if s == "" {
		e.nullString()
	} else {
		e.str(s)
	}
}

// noTags ends a struct that has no tagged fields.
func (e *encoder) noTags() {
	if e.flexible {
		e.b = append(e.b, 0)
	}
}

// leader appends LeaderHint as a tagged field: its two numbers and no tags.
func (e *encoder) leader(tag byte, l LeaderHint) {
	e.b = append(e.b, tag, 4+4+1)
	e.int32(int32(l.Node))
	e.int32(int32(l.Epoch))
	e.noTags()
}

// nodes ends the response: with NodeEndpoints in tag 0 if there are any (KIP-951).
func (e *encoder) nodes(nodes []NodeEndpoint) {
	if len(nodes) == 0 {
		e.noTags()
		return
	}
	size := uvarintSize(len(nodes) + 1)
	for i := range nodes {
		n := &nodes[i]
		size += 4 + uvarintSize(len(n.Host)+1) + len(n.Host) + 4 + uvarintSize(len(n.Rack)+1) + len(n.Rack) + 1
	}
	e.b = append(e.b, 1, 0)
	e.b = binary.AppendUvarint(e.b, uint64(size))
	e.array(len(nodes))
	for i := range nodes {
		n := &nodes[i]
		e.int32(int32(n.Node))
		e.str(n.Host)
		e.int32(n.Port)
		e.text(n.Rack)
		e.noTags()
	}
}

// uvarintSize is how many bytes a varint takes.
func uvarintSize(n int) int { return (bits.Len(uint(n)|1) + 6) / 7 }

// produceNodes is the first version of ProduceResponse with CurrentLeader and NodeEndpoints.
const produceNodes = 10

// AppendTo encodes the body. LogStart is in it from v5 on, ErrText from v8, KIP-951's from v10.
func (r *ProduceResponse) AppendTo(b []byte) []byte {
	e := encoder{b: b, flexible: r.Version >= produceFlexible}
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
			r.appendPartition(&e, &t.Partitions[j])
		}
		e.noTags()
	}
	e.int32(r.Throttle)
	if r.Version >= produceNodes {
		e.nodes(r.Nodes)
	} else {
		e.noTags()
	}
	return e.b
}

func (r *ProduceResponse) appendPartition(e *encoder, p *ProducedPartition) {
	e.int32(int32(p.Partition))
	e.int16(int16(p.Err))
	e.int64(int64(p.Base))
	e.int64(int64(p.AppendTime))
	if r.Version >= 5 {
		e.int64(int64(p.LogStart))
	}
	if r.Version >= 8 {
		e.array(len(p.RecordErrors))
		for i := range p.RecordErrors {
			e.int32(p.RecordErrors[i].Index)
			e.text(p.RecordErrors[i].Text)
			e.noTags()
		}
		e.text(p.ErrText)
	}
	if r.Version >= produceNodes && p.Leader.Set {
		e.b = append(e.b, 1)
		e.leader(0, p.Leader)
	} else {
		e.noTags()
	}
}
