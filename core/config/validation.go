package config

import "momus/core/kafka"

// CompressionType is compression.type: in which codec a topic's batches are stored. Beside
// CompressionProducer the numbers are those of the codecs.
type CompressionType int8

// The compression types.
const (
	// CompressionProducer leaves each batch as its producer compressed it.
	CompressionProducer CompressionType = iota - 1
	CompressionNone
	CompressionGzip
	CompressionSnappy
	CompressionLZ4
	CompressionZstd
)

var compressionTypes = [...]string{"producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"}

// String gives the name that compression.type takes.
func (c CompressionType) String() string {
	if c < CompressionProducer || c > CompressionZstd {
		return "unknown"
	}
	return compressionTypes[c-CompressionProducer]
}

// ParseCompressionType finds the type of a name.
func ParseCompressionType(name string) (CompressionType, bool) {
	for i, known := range compressionTypes {
		if name == known {
			return CompressionType(i) + CompressionProducer, true
		}
	}
	return CompressionProducer, false
}

// Validation is what a topic's configuration demands of the batches that clients produce to it, and
// how they are stored. Two are equal if they demand the same.
//
//canon:gen
type Validation struct {
	// LogAppendTime has the broker's time stamped into the batch.
	LogAppendTime bool
	// KeysRequired refuses records without a key: the topic is compacted.
	KeysRequired bool
	// Compression is the codec to store batches in, and Level that codec's.
	Compression CompressionType
	Level       int32
	// MessageBytesMax bounds a batch as it was sent, if it is compressed anew; as it is stored, the
	// partition's leader bounds it.
	MessageBytesMax int32
	// TimestampBefore and TimestampAfter bound the records' times around the broker's.
	TimestampBefore kafka.Millis
	TimestampAfter  kafka.Millis
}

// Validation is the topic's.
func (t *Topic) Validation() Validation {
	v := Validation{
		LogAppendTime: t.LogAppendTime, KeysRequired: t.Compact, Compression: t.CompressionType,
		MessageBytesMax: t.MessageBytesMax, TimestampBefore: t.TimestampBefore, TimestampAfter: t.TimestampAfter,
	}
	switch t.CompressionType {
	case CompressionGzip:
		v.Level = t.GzipLevel
	case CompressionLZ4:
		v.Level = t.LZ4Level
	case CompressionZstd:
		v.Level = t.ZstdLevel
	}
	return v
}
