package quota

import (
	"cmp"
	"fmt"

	"momus/core/canon"
	"momus/core/image"
	"momus/core/kafka"
)

// Meters are those of one machine.
//
//canon:gen
type Meters struct {
	// windows are quota.window.num, window is quota.window.size.seconds.
	windows int32
	window  kafka.Millis
	max     int32

	places map[name]int32
	list   []meter
	free   []int32
	// newest and oldest are the ends of the list by last use: places plus one.
	newest, oldest int32
}

// name is whose meter it is.
//
//canon:gen
type name struct {
	Kind  Kind
	Scope image.QuotaEntity
}

// Compare orders names.
func (n name) Compare(o name) int {
	return cmp.Or(cmp.Compare(n.Kind, o.Kind), n.Scope.Compare(o.Scope))
}

// meter is what was used of one limit: samples of a rate, or tokens of a bucket.
type meter struct {
	name name
	used kafka.Millis
	// newer and older are its neighbours by last use: places plus one.
	newer, older int32

	samples []sample
	current int32
	// tokens are millionths; refilled is when they were last added to.
	tokens   int64
	refilled kafka.Millis
}

// idleMax is how long a meter is kept that nobody uses (Kafka: INACTIVE_SENSOR_EXPIRATION_TIME_SECONDS).
const idleMax = kafka.Millis(3600_000)

// NewMeters makes none yet; there will be at most max.
func NewMeters(windows, windowSeconds, max int32) *Meters {
	return &Meters{windows: windows, window: kafka.Millis(windowSeconds) * 1000, max: max, places: map[name]int32{}}
}

// Len counts the meters.
func (m *Meters) Len() int { return len(m.places) }

// use finds the meter of a limit, or makes it, and drops up to two that nobody used for long.
func (m *Meters) use(now kafka.Millis, l *Limit) (e *meter, known bool) {
	for range 2 {
		if m.oldest != 0 && m.list[m.oldest-1].used+idleMax <= now {
			m.drop(m.oldest - 1)
		}
	}
	n := name{l.Kind, l.Scope}
	at, known := m.places[n]
	if known {
		m.unlink(at)
	} else {
		if len(m.places) >= int(m.max) {
			m.drop(m.oldest - 1)
		}
		at = m.place()
		m.list[at] = meter{name: n, samples: m.list[at].samples[:0]}
		m.places[n] = at
	}
	m.link(at)
	m.list[at].used = now
	return &m.list[at], known
}

func (m *Meters) place() int32 {
	if last := len(m.free) - 1; last >= 0 {
		at := m.free[last]
		m.free = m.free[:last]
		return at
	}
	m.list = append(m.list, meter{})
	return int32(len(m.list) - 1)
}

func (m *Meters) drop(at int32) {
	m.unlink(at)
	delete(m.places, m.list[at].name)
	m.list[at] = meter{samples: m.list[at].samples[:0]}
	m.free = append(m.free, at)
}

// link puts a meter at the newest end.
func (m *Meters) link(at int32) {
	m.list[at].newer, m.list[at].older = 0, m.newest
	if m.newest != 0 {
		m.list[m.newest-1].newer = at + 1
	} else {
		m.oldest = at + 1
	}
	m.newest = at + 1
}

func (m *Meters) unlink(at int32) {
	newer, older := m.list[at].newer, m.list[at].older
	if newer != 0 {
		m.list[newer-1].older = older
	} else {
		m.newest = older
	}
	if older != 0 {
		m.list[older-1].newer = newer
	} else {
		m.oldest = newer
	}
}

// Check panics unless the meters are in order.
func (m *Meters) Check() {
	n, used := 0, kafka.Millis(0)
	for at := m.oldest; at != 0; at = m.list[at-1].newer {
		e := &m.list[at-1]
		if e.used < used || m.places[e.name] != at-1 {
			panic(fmt.Sprintf("BUG: the meter of %v is out of order", e.name))
		}
		n, used = n+1, e.used
	}
	if n != len(m.places) || n > int(m.max) || n+len(m.free) != len(m.list) {
		panic(fmt.Sprintf("BUG: of %d meters in %d places %d are found, at most %d may be", n, len(m.list), len(m.places), m.max))
	}
	for _, key := range canon.SortedKeysFunc(m.places, name.Compare) {
		if m.list[m.places[key]].name != key {
			panic(fmt.Sprintf("BUG: the meter of %v is another's", key))
		}
	}
}
