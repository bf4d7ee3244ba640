package wire

import (
	"momus/core/config"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// Workspace is what decompressing and compressing a request's batches takes; the zero value is
// ready. It is for one request at a time.
type Workspace struct {
	codecs        record.Codecs
	plain, packed []byte
	// left is what the rest of the request may decompress to.
	left int
}

// workspaceKept bounds each buffer that a Workspace keeps from one request to the next.
const workspaceKept = 2 << 20

// Begin is called before the batches of a request; limit bounds what they decompress to, together.
func (w *Workspace) Begin(limit int) {
	w.left = limit
	if cap(w.plain) > workspaceKept {
		w.plain = nil
	}
	if cap(w.packed) > workspaceKept {
		w.packed = nil
	}
}

// Validator checks the records of batches against their topics' rules, and stores the batches as
// those want them. It is a value made for one request.
type Validator struct {
	Now    kafka.Wall
	Limits *port.Limits
	// Pool lends the buffer of a batch that is compressed anew; the batch's old one is given back.
	Pool port.Pool
	// Work is needed for batches of which NeedsWork says so.
	Work *Workspace
}

// NeedsWork tells whether Validate decompresses or compresses.
func (p *ProducePartition) NeedsWork(rules *config.Validation) bool {
	return p.Err == kafka.None &&
		(p.Head.Attributes.Compression() != record.Uncompressed || target(p, rules) != record.Uncompressed)
}

// target is the codec that the batch is to be stored in.
func target(p *ProducePartition, rules *config.Validation) record.Compression {
	if rules.Compression == config.CompressionProducer {
		return p.Head.Attributes.Compression()
	}
	return record.Compression(rules.Compression)
}

// Validate demands of a batch that CheckBatch let through, whose span is owned by now, what Kafka's
// LogValidator does: records that are what the header says, keys where the topic is compacted,
// timestamps within bounds. Then it puts the greatest timestamp right or stamps the broker's, and
// compresses anew if the topic's compression.type is another than the batch's. A batch that is
// refused is released. The batch must not be shared: it is changed in place.
//
// It may be called again for a batch that it let through, with the rules of a later policy. What
// was compressed anew under the old ones then keeps that codec if the new ones say "producer".
func (v *Validator) Validate(topic string, p *ProducePartition, rules *config.Validation) {
	source, codec := p.Head.Attributes.Compression(), target(p, rules)
	if codec != source && p.Head.Size > rules.MessageBytesMax {
		p.refuse(kafka.ErrMessageTooLarge)
		return
	}
	body := p.Head.Body(p.Span.Bytes())
	if source != record.Uncompressed {
		plain, err := v.Work.codecs.Decompress(v.Work.plain[:0], source, body, v.Work.left)
		if err == record.ErrTooLarge {
			// Clients take a batch apart and send it again in pieces at this answer.
			p.refuse(kafka.ErrMessageTooLarge)
			return
		} else if err != nil {
			p.refuse(kafka.ErrInvalidRecord)
			return
		}
		body, v.Work.plain = plain, plain
		v.Work.left -= len(plain)
	}
	most, ok := v.walk(topic, p, rules, body, codec != source)
	if !ok {
		return
	}
	stamp, at := record.CreateTime, most
	if rules.LogAppendTime {
		if stamp, at = record.LogAppendTime, v.Now; p.Stamped {
			at = p.Head.MaxTimestamp
		}
	}
	p.Stamped = rules.LogAppendTime
	switch {
	case codec != source:
		v.rewrite(p, rules, codec, body, stamp, at)
	case p.Head.Attributes.TimestampType() != stamp || p.Head.MaxTimestamp != at:
		record.SetTimestamps(p.Span.Bytes(), &p.Head, stamp, at)
	}
}

// refuse gives up the batch.
func (p *ProducePartition) refuse(err kafka.ErrorCode) {
	p.Span.Release()
	p.Err, p.Head, p.Span, p.Stamped = err, record.Header{}, port.Span{}, false
}

// walk reads all records and returns the greatest timestamp, or refuses the batch.
func (v *Validator) walk(topic string, p *ProducePartition, rules *config.Validation, body []byte, anew bool) (most kafka.Wall, ok bool) {
	// The records' own timestamps count here, also if the client claims LogAppendTime.
	h := p.Head
	claims := h.Attributes.TimestampType() == record.LogAppendTime && !p.Stamped
	h.Attributes &^= record.AttributeLogAppendTime
	// The earliest and the latest say whether any is out of bounds; -1 is no time, and never is.
	most, least, keyless := kafka.Wall(-1), v.Now, false
	it := record.Records(h, body)
	for it.Next() {
		at := it.Record.Timestamp
		most = max(most, at)
		if at != noTimestamp {
			least = min(least, at)
		}
		keyless = keyless || it.Record.Key == nil
	}
	if it.Err() != nil {
		p.refuse(kafka.ErrInvalidRecord)
		return 0, false
	}
	wrongType := claims && (rules.LogAppendTime || p.Head.MaxTimestamp == noTimestamp)
	outside := !rules.LogAppendTime && (v.outside(rules, least) || most != noTimestamp && v.outside(rules, most))
	if wrongType || outside || keyless && rules.KeysRequired {
		v.refuseRecords(topic, p, rules, body, anew)
		return 0, false
	}
	return most, true
}

// rewrite puts another batch in the place of the one that was sent.
func (v *Validator) rewrite(p *ProducePartition, rules *config.Validation, codec record.Compression, body []byte, stamp record.TimestampType, at kafka.Wall) {
	h := p.Head
	h.MaxTimestamp = at
	h.Attributes &^= record.AttributeLogAppendTime
	if stamp == record.LogAppendTime {
		h.Attributes |= record.AttributeLogAppendTime
	}
	packed, h := v.Work.codecs.Rewrite(v.Work.packed[:0], h, body, codec, record.Level(rules.Level))
	v.Work.packed = packed
	if h.Size > rules.MessageBytesMax {
		p.refuse(kafka.ErrMessageTooLarge)
		return
	}
	buf := v.Pool.Take(len(packed))
	copy(buf.B, packed)
	p.Span.Release()
	p.Head, p.Span = h, port.MemSpan(buf.B, buf)
}
