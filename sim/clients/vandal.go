package clients

import (
	"encoding/binary"
	"strconv"
)

// vandal opens connections and sends what no client may: frames that cannot be understood, and large ones that
// it announces and never finishes. The broker must hang up, or wait without harm to the others. It records
// nothing; that others are served as if it were not there is judged by them.
type vandal struct {
	env   Env
	id    int32
	node  int32
	key   string
	conn  int64
	until int64 // when it hangs up itself
	next  int64
	quiet bool
}

// vandalPatience is how long the vandal stays on a connection, nanoseconds.
const vandalPatience = 300 * millisecond

func newVandal(s *shared, id int32) *vandal {
	return &vandal{env: s.env, id: id, node: s.plan.Nodes[0], key: "client/" + strconv.Itoa(int(id)) + "/vandal"}
}

// Start implements Client.
func (v *vandal) Start() { v.Tick() }

// Tick implements Client.
func (v *vandal) Tick() {
	now := v.env.Now()
	switch {
	case v.conn != 0 && (v.quiet || now >= v.until):
		v.env.Close(v.conn)
		v.gone()
	case v.conn == 0 && !v.quiet && now >= v.next:
		v.conn, v.until = v.env.Dial(v.id, v.node), now+vandalPatience
		v.env.Timer(v.id, v.until)
	case v.conn == 0 && !v.quiet:
		v.env.Timer(v.id, v.next)
	}
}

// gone ends a visit.
func (v *vandal) gone() {
	v.conn = 0
	v.next = v.env.Now() + 50*millisecond + int64(v.env.Draw(v.key, 300))*millisecond
	if !v.quiet {
		v.env.Timer(v.id, v.next)
	}
}

// Opened implements Client.
func (v *vandal) Opened(conn int64) {
	if conn == v.conn {
		v.env.Send(conn, v.frame())
	}
}

// frame is something that cannot be understood, or that is not all there.
func (v *vandal) frame() []byte {
	size := func(n uint32, rest ...byte) []byte { return append(binary.BigEndian.AppendUint32(nil, n), rest...) }
	switch v.env.Draw(v.key, 7) {
	case 1: // negative
		return size(1<<32 - 1)
	case 2: // longer than any may be
		return size(1<<31 - 1)
	case 3: // too short for a header
		return size(2, 0, 18)
	case 4: // an API that there is not
		return size(10, 0x7f, 0xff, 0, 0, 0, 0, 0, 1, 0xff, 0xff)
	case 5: // Metadata of a version that there is, without its body
		return size(10, 0, 3, 0, 5, 0, 0, 0, 1, 0xff, 0xff)
	case 6: // a client id longer than the frame
		return size(10, 0, 3, 0, 5, 0, 0, 0, 1, 0x7f, 0xff)
	}
	// A large frame of which no more comes than that it is large.
	n := 33<<10 + int(v.env.Draw(v.key, 20<<10))
	return append(size(uint32(n)), make([]byte, v.env.Draw(v.key, uint64(n)))...)
}

// Received implements Client: whatever it is told does not matter.
func (v *vandal) Received(int64, []byte) {}

// Closed implements Client.
func (v *vandal) Closed(conn int64) {
	if conn == v.conn {
		v.gone()
	}
}

// Quiet implements Client.
func (v *vandal) Quiet() {
	v.quiet = true
	v.Tick()
}

// Idle implements Client.
func (v *vandal) Idle() bool { return v.quiet && v.conn == 0 }

// Waiting implements Client.
func (v *vandal) Waiting() string { return "an end of its connection" }
