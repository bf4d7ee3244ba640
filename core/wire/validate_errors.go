package wire

import (
	"strconv"

	"momus/core/config"
	"momus/core/kafka"
	"momus/core/record"
)

// noTimestamp is the time of a record without one.
const noTimestamp kafka.Wall = -1

// outside tells whether a record's time lies beyond what the topic allows. The differences wrap
// around as Java's do.
func (v *Validator) outside(rules *config.Validation, at kafka.Wall) bool {
	ago := int64(v.Now) - int64(at)
	return ago > int64(rules.TimestampBefore) || -ago > int64(rules.TimestampAfter)
}

// shownInText is how many records the batch's own text names.
const shownInText = 3

// refuseRecords refuses a batch for the sake of single records, with Kafka's words for each of
// them (KIP-467), up to Limits.RecordErrors. One wrong time makes it INVALID_TIMESTAMP.
func (v *Validator) refuseRecords(topic string, p *ProducePartition, rules *config.Validation, body []byte, anew bool) {
	claims := p.Head.Attributes.TimestampType() == record.LogAppendTime && !p.Stamped
	partial := !anew && p.Head.Attributes.Compression() != record.Uncompressed
	h := p.Head
	if !claims {
		h.Attributes &^= record.AttributeLogAppendTime
	}
	var list []RecordError
	count, code := 0, kafka.ErrInvalidRecord
	it := record.Records(h, body)
	for it.Next() {
		r, text := &it.Record, ""
		wrongTime := !rules.LogAppendTime && r.Timestamp != noTimestamp
		switch {
		case rules.KeysRequired && r.Key == nil:
			text = "Compacted topic cannot accept message without key in topic partition " +
				topic + "-" + strconv.Itoa(int(p.Partition))
		case wrongTime && v.outside(rules, r.Timestamp):
			code, text = kafka.ErrInvalidTimestamp, "Timestamp "+decimal(r.Timestamp)+" of message with offset "+
				decimal(r.Offset)+" is out of range. The timestamp should be within ["+
				decimal(int64(v.Now)-int64(rules.TimestampBefore))+", "+decimal(int64(v.Now)+int64(rules.TimestampAfter))+"]"
		case !wrongTime && claims:
			code, text = kafka.ErrInvalidTimestamp, "Invalid timestamp type in message "+recordText(r, partial)+
				". Producer should not set timestamp type to LogAppendTime."
		default:
			continue
		}
		if count++; len(list) < int(v.Limits.RecordErrors) {
			list = append(list, RecordError{Index: int32(r.Offset), Text: text})
		}
	}
	p.refuse(code)
	p.RecordErrors, p.ErrText = list, "One or more records have been rejected due to invalid timestamp"
	if code == kafka.ErrInvalidRecord {
		p.ErrText = manyText(count, list)
	}
}

// manyText is Kafka's text for count records, of which list holds the first.
func manyText(count int, list []RecordError) string {
	text := "One or more records have been rejected due to " + strconv.Itoa(count) +
		" record errors in total, and only showing the first three errors at most: ["
	for i := range list[:min(len(list), shownInText)] {
		if i > 0 {
			text += ", "
		}
		text += "RecordError(batchIndex=" + strconv.Itoa(int(list[i].Index)) + ", message='" + list[i].Text + "')"
	}
	return text + "]"
}

// recordText is how Kafka prints a record: one whose key and value it skipped is partial, and then a
// key that is not there has -1 bytes.
func recordText(r *record.Record, partial bool) string {
	name, key := "DefaultRecord", len(r.Key)
	if partial {
		name = "PartialDefaultRecord"
		if r.Key == nil {
			key = -1
		}
	}
	return name + "(offset=" + decimal(r.Offset) + ", timestamp=" + decimal(r.Timestamp) + ", key=" +
		strconv.Itoa(key) + " bytes, value=" + strconv.Itoa(len(r.Value)) + " bytes)"
}

func decimal[N ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }
