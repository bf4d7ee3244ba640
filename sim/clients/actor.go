package clients

import (
	"strconv"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// role is what makes an actor a producer, a consumer and so on. Its methods run with the actor's
// links in order; they may send.
type role interface {
	// step starts whatever is due now, and says with actor.at when it wants to be called again.
	step(now int64)
	answered(l *link, c call, r kmsg.Response)
	lost(c call)
}

// actor is what all clients share.
type actor struct {
	*shared
	id          int32
	role        role
	links       []link
	speaks      versions
	formatter   *kmsg.RequestFormatter
	correlation int32
	timeout     int64 // of requests and of connection attempts
	wake        int64 // when the next Tick comes, 0 if none is wished for
	soon        int64 // the earliest time that step asked for, or 0
	quiet       bool
	patient     bool // sends nothing while it is throttled
	keys        [drawKinds]string
	seen        metadata
}

// drawKind names the streams of a client's choices; their keys are made once.
type drawKind uint8

const (
	drawGap drawKind = iota
	drawBackoff
	drawSize
	drawCount
	drawWhere
	drawNode
	drawTime
	drawRare
	drawLimit
	drawWait
	drawReset
	drawSpoil
	drawRepeat
	drawDeaf
	drawIdle
	drawZombie
	drawAsk
	drawSession
	drawKeyless
	drawSpecial
	drawPolicy
	drawSkip
	drawAddress
	drawHaste
	drawEmpty
	drawGroup
	drawGroupPause
	drawLife
	drawCommit
	drawMetadata
	drawKinds
)

var drawNames = [drawKinds]string{"gap", "backoff", "size", "count", "where", "node", "time", "rare", "limit", "wait", "reset", "spoil",
	"repeat", "deaf", "idle", "zombie", "ask", "session", "keyless", "special", "policy", "skip", "address", "haste", "empty",
	"group", "grouppause", "life", "commit", "metadata"}

func (a *actor) init(s *shared, id int32, r role) {
	a.shared, a.id, a.role = s, id, r
	prefix := "client/" + strconv.Itoa(int(id)) + "/"
	for i, name := range drawNames {
		a.keys[i] = prefix + name
	}
	plan := "plan/client" + strconv.Itoa(int(id))
	a.speaks = drawVersions(s.env, plan+"/versions")
	a.timeout = []int64{second, 2 * second, 300 * millisecond, 100 * millisecond}[s.env.Draw(plan+"/timeout", 4)]
	a.formatter = kmsg.NewRequestFormatter(kmsg.FormatterClientID(clientID(id)))
	a.patient = s.env.Draw(plan+"/patient", 2) == 0
	a.links = make([]link, len(s.plan.Nodes))
	for i := range a.links {
		a.links[i] = link{actor: a, node: s.plan.Nodes[i]}
	}
	a.seen.init(s.topics)
}

// draw takes the next choice of one of the client's streams.
func (a *actor) draw(k drawKind, bound uint64) uint64 { return a.env.Draw(a.keys[k], bound) }

// skips tells whether an override leaves away the operation that is due. No seed does.
func (a *actor) skips() bool { return a.draw(drawSkip, 0) != 0 }

// Start begins.
func (a *actor) Start() { a.run(nil) }

// Tick looks at what is due.
func (a *actor) Tick() {
	a.wake = 0
	a.run(nil)
}

// Quiet ends new operations.
func (a *actor) Quiet() {
	a.quiet = true
	a.run(nil)
}

// Opened tells of a connection that is there.
func (a *actor) Opened(conn int64) { a.run(a.link(conn), (*link).opened) }

// Closed tells of a connection that is gone.
func (a *actor) Closed(conn int64) { a.run(a.link(conn), (*link).closed) }

// Received brings bytes.
func (a *actor) Received(conn int64, b []byte) {
	if l := a.link(conn); l != nil {
		l.received(b)
		a.run(nil)
	}
}

// link finds the link of a connection; news of one that was given up finds none.
func (a *actor) link(conn int64) *link {
	for i := range a.links {
		if l := &a.links[i]; l.state != linkDown && l.conn == conn {
			return l
		}
	}
	return nil
}

// run lets something happen to a link, then does what is due and sets the timer.
func (a *actor) run(l *link, happen ...func(*link)) {
	if l != nil {
		for _, f := range happen {
			f(l)
		}
	}
	now := a.env.Now()
	for i := range a.links {
		a.links[i].expire(now)
	}
	if a.plan.Until > 0 && now >= a.plan.Until {
		a.quiet, a.resting = true, true
	}
	a.soon = 0
	a.role.step(now)
	a.arm()
}

// at asks for another step at a time.
func (a *actor) at(t int64) {
	if a.soon == 0 || t < a.soon {
		a.soon = t
	}
}

// arm wishes for the next Tick, if it is not wished for already.
func (a *actor) arm() {
	at := a.soon
	for i := range a.links {
		if t := a.links[i].next(); t > 0 && (at == 0 || t < at) {
			at = t
		}
	}
	if at > 0 && at != a.wake {
		a.wake = at
		a.env.Timer(a.id, at)
	}
}

// linkTo is the link to a node, or nil for one that the plan does not know.
func (a *actor) linkTo(node int32) *link {
	for i := range a.links {
		if a.links[i].node == node {
			return &a.links[i]
		}
	}
	return nil
}

// anyLink draws a node to ask.
func (a *actor) anyLink() *link { return &a.links[a.draw(drawNode, uint64(len(a.links)))] }

// clientID is what a client calls itself.
func clientID(id int32) string { return "client" + strconv.Itoa(int(id)) }
