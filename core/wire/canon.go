package wire

import (
	"bytes"
	"encoding/binary"
	"strconv"

	"momus/core/canon"
	"momus/core/kafka"
	"momus/core/port"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// AppendCanon appends the request in canonical form: its own fields, key and version of the body,
// and the body as it lies on the wire; that of Produce by its fields, its records as Spans are.
func (r *Request) AppendCanon(b []byte) []byte {
	b = canon.AppendInt(b, int64(r.Conn))
	b = canon.AppendInt(b, int64(r.Seq))
	b = canon.AppendInt(b, int64(r.Version))
	b = canon.AppendString(b, r.ClientID)
	b = canon.AppendInt(b, r.Policies)
	b = canon.AppendInt(b, int64(r.Bytes))
	b = canon.AppendInt(b, r.Nanos)
	if r.Body == nil {
		return canon.AppendBool(b, false)
	}
	b = canon.AppendInt(canon.AppendBool(b, true), int64(r.Body.Key()))
	if p, ok := r.Body.(*ProduceRequest); ok {
		return p.AppendCanon(b)
	}
	b = canon.AppendInt(b, int64(r.Body.GetVersion()))
	return appendSized(b, r.Body)
}

// ReadCanon reads what AppendCanon appended; a failure is in c.Err.
func (r *Request) ReadCanon(c *canon.Reader) {
	r.Conn = port.ConnID(c.Int(64))
	r.Seq = port.RequestSeq(c.Int(64))
	r.Version = kafka.APIVersion(c.Int(16))
	r.ClientID = c.Str()
	r.Policies = c.Int(64)
	r.Bytes = int32(c.Int(32))
	r.Nanos = c.Int(64)
	r.Body = nil
	if !c.Bool() {
		return
	}
	key := kafka.APIKey(c.Int(16))
	if key == KeyProduce {
		p := &ProduceRequest{}
		p.ReadCanon(c)
		r.Body = p
		return
	}
	v := kafka.APIVersion(c.Int(16))
	a := readAPI(c, key, v)
	if a == nil {
		return
	}
	body := kmsg.RequestForKey(int16(key))
	body.SetVersion(int16(v))
	readSized(c, a.request, v, a.flexible(v), body)
	r.Body = body
}

// AppendText appends the request for a human reader.
func (r *Request) AppendText(b []byte) []byte {
	b = strconv.AppendInt(append(b, "Request{Conn:"...), int64(r.Conn), 10)
	b = strconv.AppendInt(append(b, " Seq:"...), int64(r.Seq), 10)
	b = strconv.AppendInt(append(b, " Version:"...), int64(r.Version), 10)
	b = canon.AppendQuoted(append(b, " ClientID:"...), r.ClientID)
	b = strconv.AppendInt(append(b, " Policies:"...), r.Policies, 10)
	b = strconv.AppendInt(append(b, " Bytes:"...), int64(r.Bytes), 10)
	if r.Nanos != 0 {
		b = strconv.AppendInt(append(b, " Nanos:"...), r.Nanos, 10)
	}
	b = append(b, " Body:"...)
	switch body := r.Body.(type) {
	case nil:
		b = append(b, "nil"...)
	case *ProduceRequest:
		b = body.AppendText(b)
	default:
		a := mustLookup(body.Key())
		b = appendMessage(append(b, a.Name...), a.request, kafka.APIVersion(body.GetVersion()), a, body)
	}
	return append(b, '}')
}

// AppendCanon appends the reply in the form of Request.AppendCanon, without a body for none.
func (r *Reply) AppendCanon(b []byte) []byte {
	b = canon.AppendInt(b, int64(r.Conn))
	b = canon.AppendInt(b, int64(r.Seq))
	b = canon.AppendBool(b, r.Mute)
	b = canon.AppendInt(b, int64(r.Started))
	b = canon.AppendInt(b, int64(r.Answered))
	b = canon.AppendInt(b, int64(r.Throttle))
	if r.Body == nil {
		return canon.AppendBool(b, false)
	}
	b = canon.AppendInt(canon.AppendBool(b, true), int64(r.Body.Key()))
	switch body := r.Body.(type) {
	case *ProduceResponse:
		return body.AppendCanon(b)
	case *FetchResponse:
		return body.AppendCanon(b)
	}
	body := r.Body.(kmsg.Response)
	b = canon.AppendInt(b, int64(body.GetVersion()))
	return appendSized(b, body)
}

// ReadCanon reads what AppendCanon appended; a failure is in c.Err.
func (r *Reply) ReadCanon(c *canon.Reader) {
	r.Conn = port.ConnID(c.Int(64))
	r.Seq = port.RequestSeq(c.Int(64))
	r.Mute = c.Bool()
	r.Started, r.Answered, r.Throttle = kafka.Mono(c.Int(64)), kafka.Mono(c.Int(64)), kafka.Millis(c.Int(64))
	r.Body = nil
	if !c.Bool() {
		return
	}
	key := kafka.APIKey(c.Int(16))
	switch key {
	case KeyProduce:
		p := &ProduceResponse{}
		p.ReadCanon(c)
		r.Body = p
		return
	case KeyFetch:
		f := &FetchResponse{}
		f.ReadCanon(c)
		r.Body = f
		return
	}
	v := kafka.APIVersion(c.Int(16))
	a := readAPI(c, key, v)
	if a == nil {
		return
	}
	body := kmsg.ResponseForKey(int16(key))
	body.SetVersion(int16(v))
	readSized(c, a.response, v, a.flexible(v), body)
	r.Body = body
}

// AppendText appends the reply for a human reader, who sees the times of Steps beside it.
func (r *Reply) AppendText(b []byte) []byte {
	b = strconv.AppendInt(append(b, "Reply{Conn:"...), int64(r.Conn), 10)
	b = strconv.AppendInt(append(b, " Seq:"...), int64(r.Seq), 10)
	if r.Mute {
		b = append(b, " Mute:true"...)
	}
	b = append(b, " Body:"...)
	switch body := r.Body.(type) {
	case nil:
		b = append(b, "nil"...)
	case *ProduceResponse:
		b = body.AppendText(b)
	case *FetchResponse:
		b = body.AppendText(b)
	default:
		a := mustLookup(body.Key())
		b = appendMessage(append(b, a.Name...), a.response, responseVersion(body), a, body.(kmsg.Response))
	}
	return append(b, '}')
}

// message is what kmsg's requests and responses have in common.
type message interface {
	AppendTo([]byte) []byte
	ReadFrom([]byte) error
}

func mustLookup(key int16) *API {
	a := Lookup(kafka.APIKey(key))
	if a == nil {
		panic("BUG: a message of an API that is not in the version table")
	}
	return a
}

// readAPI finds the row for a body read back; without one the reader fails.
func readAPI(c *canon.Reader, key kafka.APIKey, v kafka.APIVersion) *API {
	a := Lookup(key)
	if a == nil || !a.Serves(v) {
		c.Fail(canon.ErrTag)
		return nil
	}
	return a
}

// appendSized appends the size of the encoded message, then the message.
func appendSized(b []byte, m message) []byte {
	start := len(b)
	b = m.AppendTo(b)
	n := len(b) - start
	var size [binary.MaxVarintLen64]byte
	k := binary.PutUvarint(size[:], uint64(n))
	b = append(b, size[:k]...)
	copy(b[start+k:], b[start:start+n])
	copy(b[start:], size[:k])
	return b
}

// readSized reads what appendSized appended into m. Anything that m would encode otherwise is
// refused, since kmsg reads more forms than it writes.
func readSized(c *canon.Reader, s *schema, v kafka.APIVersion, flexible bool, m message) {
	own := append([]byte(nil), c.Raw(c.Count())...)
	if c.Err != nil {
		return
	}
	if rest, err := walkBody(s, v, flexible, own); err != nil || len(rest) > 0 {
		c.Fail(canon.ErrShort)
		return
	}
	if m.ReadFrom(own) != nil {
		c.Fail(canon.ErrShort)
		return
	}
	if !bytes.Equal(m.AppendTo(nil), own) {
		c.Fail(canon.ErrNotCanon)
	}
}

// appendMessage appends version and fields of a message.
func appendMessage(b []byte, s *schema, v kafka.APIVersion, a *API, m message) []byte {
	b = strconv.AppendInt(append(b, " v"...), int64(v), 10)
	return appendBody(b, s, v, a.flexible(v), m.AppendTo(nil))
}
