package metrics

import (
	"momus/core"
	"momus/core/kafka"
	"momus/core/wire"
)

// Phase is a part of what a request takes.
type Phase uint8

// The phases, as Kafka tells them apart.
const (
	// Queue: from the moment when the request was decoded until the core began it: the wait for the core's turn, and
	// for earlier requests of the connection, room in a log, or the end of throttling, if it had to.
	Queue Phase = iota
	// Remote: from there until it was answered: the wait for the disk, other records, or a deadline.
	Remote
	// Local: the Step in which it was answered, with those that were done together with it.
	Local
	// ResponseQueue: from there until its connection took the answer.
	ResponseQueue
	// Send: from there until the socket has taken the last byte of it.
	Send
	// Throttle: for how long the answer says that the client is throttled.
	Throttle
	phases
)

var phaseNames = [phases]string{"queue", "remote", "local", "response_queue", "send", "throttle"}

// bounds are the upper bounds of a histogram's buckets; the last bucket has none.
var bounds = [...]kafka.Nanos{
	100 * kafka.Microsecond, 250 * kafka.Microsecond, 500 * kafka.Microsecond,
	kafka.Millisecond, 2500 * kafka.Microsecond, 5 * kafka.Millisecond,
	10 * kafka.Millisecond, 25 * kafka.Millisecond, 50 * kafka.Millisecond,
	100 * kafka.Millisecond, 250 * kafka.Millisecond, 500 * kafka.Millisecond,
	kafka.Second, 2500 * kafka.Millisecond, 5 * kafka.Second, 10 * kafka.Second, 30 * kafka.Second,
}

// histogram counts durations by bucket.
type histogram struct {
	counts [len(bounds) + 1]int64
	sum    kafka.Nanos
}

func (h *histogram) add(d kafka.Nanos) {
	i := 0
	for i < len(bounds) && d > bounds[i] {
		i++
	}
	h.counts[i]++
	h.sum += d
}

// keysMax is beyond the greatest key of an API.
const keysMax = 128

// Locker guards a Meter: a mutex, or nothing in a world that runs one turn at a time.
type Locker interface {
	Lock()
	Unlock()
}

// Meter counts what the connections of a node do, and its notes.
type Meter struct {
	// Lock is held for a few additions at a time.
	Lock Locker

	apis           [keysMax]*[phases]histogram
	received, sent int64
	opened, closed int64
	notes          [noteKinds]int64
}

// noteKinds is beyond the last kind of note.
const noteKinds = 64

// Timing is how long the phases of a request took: Send if Sent, else all others.
type Timing struct {
	Key  kafka.APIKey
	Sent bool
	Took [phases]kafka.Nanos
}

// Add takes what a turn of a connection measured: requests' phases, bytes received and sent.
func (m *Meter) Add(timings []Timing, received, sent int) {
	m.Lock.Lock()
	defer m.Lock.Unlock()
	for i := range timings {
		t := &timings[i]
		if t.Key < 0 || t.Key >= keysMax {
			panic("BUG: an answer to an API with an unheard-of key")
		}
		if m.apis[t.Key] == nil {
			m.apis[t.Key] = new([phases]histogram)
		}
		for p := range phases {
			if (p == Send) == t.Sent {
				if t.Took[p] < 0 {
					panic("BUG: a phase of a request ended before it began")
				}
				m.apis[t.Key][p].add(t.Took[p])
			}
		}
	}
	m.received += int64(received)
	m.sent += int64(sent)
}

// Opened and Closed count connections.
func (m *Meter) Opened() { m.count(&m.opened) }

// Closed counts one that is gone.
func (m *Meter) Closed() { m.count(&m.closed) }

// Note counts a fact of the core.
func (m *Meter) Note(k core.NoteKind) { m.count(&m.notes[k]) }

func (m *Meter) count(what *int64) {
	m.Lock.Lock()
	*what++
	m.Lock.Unlock()
}

// copied is the counters of one moment.
func (m *Meter) copied() Meter {
	m.Lock.Lock()
	defer m.Lock.Unlock()
	c := *m
	for i, a := range c.apis {
		if a != nil {
			own := *a
			c.apis[i] = &own
		}
	}
	return c
}

// Requests is how many requests of an API were answered.
func (m *Meter) Requests(key kafka.APIKey) (n int64) {
	m.Lock.Lock()
	defer m.Lock.Unlock()
	if m.apis[key] == nil {
		return 0
	}
	for _, c := range m.apis[key][Local].counts {
		n += c
	}
	return n
}

// nameOf is the name of an API.
func nameOf(key int) string {
	if a := wire.Lookup(kafka.APIKey(key)); a != nil {
		return a.Name
	}
	return "unknown"
}
