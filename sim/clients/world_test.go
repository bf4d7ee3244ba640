package clients

import (
	"container/heap"
	"hash/fnv"
	"math/bits"
)

// world is a small Env: virtual time, one broker, connections that delay, cut and sometimes break.
type world struct {
	seed     uint64
	ordinals map[string]uint64
	draws    uint64
	now      int64
	events   int64
	queue    happenings
	pop      *Population
	broker   *broker
	wishes   map[int32]int64
	conns    map[int64]*conn
	lastConn int64
	// breaks is how many of 1000 deliveries break their connection instead, and crashes how many
	// times the broker crashes on the way; of both there is nothing any more once clients rest.
	breaks, crashes uint64
}

type conn struct {
	client int32
	in     []byte
	// toBroker and toClient are the latest deliveries either way: bytes keep their order.
	toBroker, toClient int64
	closed             bool
	dead               bool // the broker crashed: its last answers still arrive
}

// happening is one event of the world.
type happening struct {
	at  int64
	seq uint64
	do  func()
}

type happenings []happening

func (h happenings) Len() int { return len(h) }
func (h happenings) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].seq < h[j].seq
}
func (h happenings) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *happenings) Push(x any)   { *h = append(*h, x.(happening)) }
func (h *happenings) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

func newWorld(seed uint64, b *broker) *world {
	b.retention = retentionSet{}
	w := &world{seed: seed, ordinals: map[string]uint64{}, broker: b, wishes: map[int32]int64{}, conns: map[int64]*conn{}}
	w.pop = NewPopulation(w, Plan{Nodes: []int32{1}, Wall: 1_790_000_000_000, Deposes: seed%3 == 2, Groups: Groups{true, true, true, false}})
	b.world = w
	return w
}

func (w *world) Now() int64 { return w.now }

func (w *world) Draw(key string, bound uint64) uint64 {
	w.ordinals[key]++
	h := fnv.New64a()
	for _, x := range []uint64{w.seed, w.ordinals[key]} {
		for i := range 8 {
			h.Write([]byte{byte(x >> (8 * i))})
		}
	}
	h.Write([]byte(key))
	hi, _ := bits.Mul64(h.Sum64()*0x9e3779b97f4a7c15, bound)
	return hi
}

func (w *world) Event() int64 { w.events++; return w.events }

func (w *world) after(delay int64, do func()) {
	w.draws++
	heap.Push(&w.queue, happening{w.now + delay, w.draws, do})
}

func (w *world) Timer(client int32, at int64) {
	w.wishes[client] = at
	w.after(max(at-w.now, 0), func() {
		if w.wishes[client] == at {
			delete(w.wishes, client)
			w.pop.Clients()[client].Tick()
		}
	})
}

func (w *world) Dial(client int32, _ int32) int64 {
	w.lastConn++
	id := w.lastConn
	c := &conn{client: client}
	w.conns[id] = c
	w.after(int64(w.Draw("dial", 1000))*microsecond, func() {
		if !c.closed {
			w.pop.Clients()[client].Opened(id)
		}
	})
	return id
}

func (w *world) Close(id int64) {
	if c := w.conns[id]; c != nil {
		c.closed = true
		delete(w.conns, id)
	}
}

// lose closes a connection from the other side.
func (w *world) lose(id int64) {
	if c := w.conns[id]; c != nil {
		w.Close(id)
		w.after(0, func() { w.pop.Clients()[c.client].Closed(id) })
	}
}

// later is when bytes arrive that follow those that arrive at a time.
func (w *world) later(before *int64) int64 {
	*before = max(*before, w.now+int64(w.Draw("delay", 2000))*microsecond)
	return *before - w.now
}

func (w *world) broken() bool { return w.Draw("break", 1000) < w.breaks }

func (w *world) Send(id int64, b []byte) {
	c := w.conns[id]
	if c == nil {
		return
	}
	w.after(w.later(&c.toBroker), func() {
		if c.closed || c.dead {
			return
		}
		if w.broken() {
			w.lose(id)
			return
		}
		if _, is := w.pop.Clients()[c.client].(*vandal); is { // the made-up broker hangs up on whatever it sends
			w.lose(id)
			return
		}
		c.in = append(c.in, b...)
		for len(c.in) >= 4 {
			size := int(uint32(c.in[0])<<24 | uint32(c.in[1])<<16 | uint32(c.in[2])<<8 | uint32(c.in[3]))
			if len(c.in) < 4+size {
				return
			}
			frame := c.in[4 : 4+size]
			c.in = c.in[4+size:]
			w.broker.request(id, frame)
		}
	})
}

// reply brings an answer to the client, cut in two.
func (w *world) reply(id int64, b []byte) {
	c := w.conns[id]
	if c == nil {
		return
	}
	cut := int(w.Draw("cut", uint64(len(b))))
	for _, part := range [][]byte{b[:cut], b[cut:]} {
		w.after(w.later(&c.toClient), func() {
			switch {
			case c.closed || len(part) == 0:
			case w.broken():
				w.lose(id)
			default:
				w.pop.Clients()[c.client].Received(id, part)
			}
		})
	}
}

// crash ends the broker's process and begins another. What it had answered may still arrive.
func (w *world) crash() {
	power := w.Draw("power", 2) == 1
	w.pop.History().Crashes = append(w.pop.History().Crashes, w.broker.crash(power))
	w.broker.forgetWaiting()
	for id := range w.lastConn {
		if c := w.conns[id+1]; c != nil && !c.dead {
			c.dead = true
			w.after(w.later(&c.toClient), func() { w.lose(id + 1) })
		}
	}
}

// run lets things happen until a time, or until done says so, and tells whether it did.
func (w *world) run(until int64, done func() bool) bool {
	for len(w.queue) > 0 && !done() {
		h := heap.Pop(&w.queue).(happening)
		if h.at > until {
			heap.Push(&w.queue, h)
			break
		}
		w.now = h.at
		h.do()
	}
	return done()
}

// live runs the clients for five seconds, lets them come to rest, and reads everything.
func (w *world) live() (rested, read bool) {
	never := func() bool { return false }
	w.pop.Start()
	for range w.crashes {
		w.after(int64(w.Draw("crash", 5000))*millisecond, w.crash)
	}
	w.run(5*second, never)
	w.breaks = 0
	w.pop.Quiet(false)
	rested = w.run(w.now+20*second, w.pop.Idle)
	r := w.pop.NewReader()
	w.broker.astray = 2
	r.Start()
	return rested, w.run(w.now+20*second, r.Idle)
}
