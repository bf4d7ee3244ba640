package simnet

import "strconv"

// Env is what the world gives the network.
type Env interface {
	// Draw is a choice of the named stream, below bound; 0 is the benign one.
	Draw(stream string, bound uint64) uint64
	// Now is virtual time in nanoseconds; it never goes back.
	Now() int64
}

// Faults are the rates of the faults that the network draws by itself: one in so many. 0 is off
// and draws nothing; 1 is off as well, since a draw below 1 is always the benign one.
type Faults struct {
	// ShortWrite accepts a part of a write, ShortRead gives a part of what is there; Chop sends an
	// accepted write in two to five segments.
	ShortWrite, ShortRead, Chop uint64
	// Late makes a segment take up to LateNanos longer; those behind it wait for it.
	Late, LateNanos uint64
	// Reset breaks the connection after a write, for both ends.
	Reset uint64
}

// Bites counts the faults that changed something.
type Bites struct {
	ShortWrites, ShortReads, Chops, Late uint64
	// Resets are connections that broke between their ends, by a draw or by the world; an end that
	// resets is no fault. LostBytes were accepted, and were lost to a reset or on the way to a
	// machine that is gone.
	Resets, LostBytes uint64
	// Held are segments that waited for a partition to end.
	Held uint64
}

// Way names one direction of one connection: a number that fits an event of the world's heap.
type Way int64

// Due says that Deliver is to be called for a way at a time. One that turns out to be stale does
// no harm.
type Due struct {
	At  int64
	Way Way
}

// Woken says what became of an end.
type Woken struct {
	End *End
	// Opened is the first thing that the serving end sees; a world where nobody listens answers
	// with Reset.
	Opened bool
	// Readable and Writable say that TryRead and TryWrite have something new to say.
	Readable, Writable bool
}

// Net is the network of one world.
type Net struct {
	env    Env
	faults Faults
	bites  Bites
	conns  map[int64]*conn
	last   int64
	due    []Due
	// taken is what TakeDue gave last; its memory comes next.
	taken []Due
	woken []Woken
}

// conn is a connection: the dialling end and the serving end.
type conn struct {
	net  *Net
	id   int64
	ways [2]way
	ends [2]End
}

// New makes a network without connections.
func New(env Env) *Net { return &Net{env: env, conns: map[int64]*conn{}} }

// SetFaults changes the rates, as fault plans do when they begin and heal.
func (n *Net) SetFaults(f Faults) { n.faults = f }

// Bites returns the counters since the network was made.
func (n *Net) Bites() Bites { return n.bites }

// Dial opens a connection whose choices are drawn from streams that begin with name. The window
// bounds each direction, in bytes. The client's end can be used at once; the server's is announced
// by a Deliver with Opened.
func (n *Net) Dial(name string, window int) (client, server *End) {
	if window < 1 {
		panic("BUG: a connection without a window")
	}
	n.last++
	c := &conn{net: n, id: n.last}
	name += "/" + strconv.FormatInt(c.id, 10)
	for i, direction := range [2]string{"/up", "/down"} {
		c.ways[i] = way{conn: c, number: Way(c.id<<1 | int64(i)), window: window, keys: keys{way: name + direction}}
		c.ends[i] = End{conn: c, side: i}
	}
	n.conns[c.id] = c
	up := &c.ways[0]
	up.add(mark{kind: markOpen, at: up.arrival()})
	return &c.ends[0], &c.ends[1]
}

// TakeDue returns what became due since the last call, in the order of the causes.
// The result is valid until the next call.
func (n *Net) TakeDue() []Due {
	due := n.due
	n.due, n.taken = n.taken[:0], due
	return due
}

// Deliver lets everything happen that is due on the way. The result is valid until the next call.
func (n *Net) Deliver(w Way) []Woken {
	n.woken = n.woken[:0]
	if c, ok := n.conns[int64(w>>1)]; ok {
		c.ways[w&1].deliver()
	}
	return n.woken
}

// wake adds to what Deliver returns, one entry to an end.
func (n *Net) wake(w Woken) {
	for i := range n.woken {
		if old := &n.woken[i]; old.End == w.End {
			old.Opened = old.Opened || w.Opened
			old.Readable = old.Readable || w.Readable
			old.Writable = old.Writable || w.Writable
			return
		}
	}
	n.woken = append(n.woken, w)
}

// forget drops a connection that nobody holds any more.
func (c *conn) forget() {
	if c.ends[0].closed && c.ends[1].closed && !c.ends[0].gone && !c.ends[1].gone {
		delete(c.net.conns, c.id)
	}
}

// strikes tells whether a fault of that rate happens.
func (n *Net) strikes(key string, oneIn uint64) bool {
	return oneIn > 1 && n.env.Draw(key, oneIn) == oneIn-1
}

// choice says which stream of a direction is drawn from.
type choice uint8

const (
	ofDelay choice = iota
	ofLate
	ofLateBy
	ofChop
	ofCut
	ofAccept
	ofAcceptCut
	ofRead
	ofReadCut
	ofReset
	ofLose
	choices
)

var choiceNames = [choices]string{
	"/delay", "/late", "/lateby", "/chop", "/cut", "/accept", "/acceptcut", "/read", "/readcut", "/reset", "/lose",
}

// keys are the names of one direction's streams, made when they are first drawn from.
type keys struct {
	way  string
	made [choices]string
}

func (k *keys) of(c choice) string {
	if k.made[c] == "" {
		k.made[c] = k.way + choiceNames[c]
	}
	return k.made[c]
}
