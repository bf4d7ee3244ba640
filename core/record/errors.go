package record

// Error is what is wrong with bytes that should be a batch or a record. The values are comparable
// and allocate nothing; callers map them to the protocol's error codes.
type Error uint8

// What can be wrong.
const (
	// ErrShort: the bytes end before the value does.
	ErrShort Error = iota + 1
	// ErrMagic: the batch is of format v0 or v1, which Kafka 4 no longer takes (KIP-724), or of
	// one that does not exist.
	ErrMagic
	// ErrLength: a length that contradicts the bytes around it.
	ErrLength
	// ErrCRC: the checksum does not match.
	ErrCRC
	// ErrCount: the number of records contradicts the header's offsets or what is there.
	ErrCount
	// ErrOffset: an offset is negative, beyond the batch's last, or not above its predecessor.
	ErrOffset
	// ErrSequence: a producer id without an epoch or without a sequence.
	ErrSequence
	// ErrControl: a control batch where only a client's records may be.
	ErrControl
	// ErrCompression: the codec is unknown, or the compressed data is damaged.
	ErrCompression
	// ErrTooLarge: the data would decompress to more than the limit.
	ErrTooLarge
	// ErrVarint: a number of variable length is longer than its type.
	ErrVarint
	// ErrNull: a null where Kafka's schema has none.
	ErrNull
	// ErrTrailing: bytes follow the value.
	ErrTrailing
	// ErrVersion: the record's version is not known to us.
	ErrVersion
	// ErrKey: the record's type is not known to us.
	ErrKey
	// ErrFrame: the frame around a metadata record is not version 1.
	ErrFrame
)

var errorTexts = [...]string{
	ErrShort: "ends early", ErrMagic: "unsupported batch format", ErrLength: "wrong length",
	ErrCRC: "checksum mismatch", ErrCount: "wrong record count", ErrOffset: "wrong offset",
	ErrSequence: "wrong producer epoch or sequence", ErrControl: "control batch of a client",
	ErrCompression: "not decompressible", ErrTooLarge: "decompresses to too much",
	ErrVarint: "overlong number", ErrNull: "unexpected null", ErrTrailing: "trailing bytes",
	ErrVersion: "unknown record version", ErrKey: "unknown record type", ErrFrame: "unknown frame version",
}

// Error says it in words.
func (e Error) Error() string {
	if int(e) < len(errorTexts) && errorTexts[e] != "" {
		return "record: " + errorTexts[e]
	}
	return "record: no error"
}
