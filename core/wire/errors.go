package wire

// Error is what is wrong with a frame. A connection that sent such a frame is closed, as Kafka
// does; the values are comparable and allocate nothing.
type Error uint8

// What can be wrong.
const (
	// ErrShort: the frame ends before its message does.
	ErrShort Error = iota + 1
	// ErrVarint: a varint of more than 32 bits.
	ErrVarint
	// ErrNull: a null where the message has none.
	ErrNull
	// ErrAPI: the API is unknown, or not served on this listener.
	ErrAPI
	// ErrVersion: the API is not served in this version.
	ErrVersion
)

var errorTexts = [...]string{
	ErrShort: "request ends early", ErrVarint: "overlong number in request",
	ErrNull: "unexpected null in request", ErrAPI: "unsupported API", ErrVersion: "unsupported version",
}

// Error says it in words.
func (e Error) Error() string {
	if int(e) < len(errorTexts) && errorTexts[e] != "" {
		return errorTexts[e]
	}
	return "no error"
}
