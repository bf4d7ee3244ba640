package clients

// Env is what a client sees of the world. A method never calls back into a client.
type Env interface {
	// Now is virtual time in nanoseconds.
	Now() int64
	// Draw chooses a value below bound; 0 is the benign one.
	Draw(key string, bound uint64) uint64
	// Dial starts a connection to a node and returns its id, which is never 0. Opened or Closed
	// follows.
	Dial(client int32, node int32) int64
	// Send queues bytes, which the Env may keep. Sending on a connection that is gone does nothing.
	Send(conn int64, b []byte)
	// Close ends a connection; whether Closed follows does not matter.
	Close(conn int64)
	// Timer wishes for a Tick at a time; the latest wish replaces the one before. A time that has
	// passed means at once, but not before the current call has returned.
	Timer(client int32, at int64)
	// Event is the number of the event that is happening. It rises with each call.
	Event() int64
}

// Client is what the world sees of a client.
type Client interface {
	Start()
	Opened(conn int64)
	// Received brings bytes, in order, cut anywhere; they are the caller's again afterwards.
	Received(conn int64, b []byte)
	Closed(conn int64)
	Tick()
	// Quiet asks the client to start no more operations, and to finish or give up what is open.
	Quiet()
	// Idle tells that nothing is open any more.
	Idle() bool
	// Waiting says what a client that is not idle waits for, in words.
	Waiting() string
}

// Virtual time, in nanoseconds.
const (
	microsecond int64 = 1_000
	millisecond int64 = 1_000_000
	second      int64 = 1_000_000_000
)
