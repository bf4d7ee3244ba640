package replica

import (
	"slices"
	"sort"

	"momus/core/kafka"
	"momus/core/port"
)

// How exactly it is remembered when records came: what came within arrivalApart may share an arrival, and what came
// within an arrivalShare-th of the time that has passed since.
const (
	arrivalApart = kafka.Second
	arrivalShare = 4
)

// arrival says when the log ended at base: what lies behind it, up to the next arrival, came at that time or later.
type arrival struct {
	base kafka.Offset
	at   kafka.Mono
}

// arrive remembers that the record at base comes now, unless others came not long ago.
func (r *Replica) arrive(now kafka.Now, base kafka.Offset) {
	if len(r.arrivals) > 0 && now.Mono < r.arrived.Add(arrivalApart) {
		return
	}
	r.arrived = now.Mono
	r.arrivedAt(now, arrival{base, now.Mono})
}

// arrivedAt adds an arrival behind the others; when there is no more place, some of the older ones go.
func (r *Replica) arrivedAt(now kafka.Now, a arrival) {
	if n := len(r.arrivals); n > 0 {
		last := &r.arrivals[n-1]
		a.at = max(a.at, last.at)
		if a.base <= last.base {
			last.at = a.at
			return
		}
	}
	if len(r.arrivals) >= port.ArrivalsMax {
		r.thinArrivals(now)
	}
	r.arrivals = append(r.arrivals, a)
}

// thinArrivals forgets those below the log start, and those that others stand for well enough: age may then tell a
// record older than it is, by less than arrivalApart or an arrivalShare-th of the truth. Traffic that never rests
// so needs some six arrivals each time that its age grows by the factor e, and fits into the limit for months; of
// what is older still the oldest stand for all.
func (r *Replica) thinArrivals(now kafka.Now) {
	list := r.arrivals
	first := max(sort.Search(len(list), func(i int) bool { return list[i].base > r.start })-1, 0)
	kept := list[:1]
	kept[0] = list[first]
	for i := first + 1; i < len(list); i++ {
		if i+1 < len(list) {
			gap, age := kafka.Nanos(list[i+1].at-kept[len(kept)-1].at), kafka.Nanos(now.Mono-list[i+1].at)
			if gap <= max(arrivalApart, age/arrivalShare) {
				continue
			}
		}
		kept = append(kept, list[i])
	}
	if len(kept) >= port.ArrivalsMax {
		kept = slices.Delete(kept, 1, 2)
	}
	r.arrivals = kept
}

// openedArrivals takes over what timestamps tell of records that came before the log was opened. They are
// producers' words, mostly: one beyond the clock is taken for now.
func (r *Replica) openedArrivals(now kafka.Now, o *port.Opened) {
	r.arrivals, r.arrived = nil, 0
	top := kafka.Wall(-1)
	add := func(base kafka.Offset, at kafka.Wall) {
		if top = max(top, at); top >= 0 {
			age := max(now.Wall-top, 0)
			r.arrivedAt(now, arrival{base, now.Mono.Add(-kafka.Millis(age).Delay())})
		}
	}
	for i := range o.Segments {
		s := &o.Segments[i]
		switch last := i+1 == len(o.Segments); {
		case last:
			add(s.Base, s.FirstTimestamp)
		case i == 0:
			add(s.Base, s.MaxTimestamp) // nothing tells how much older its first records are
		default:
			add(s.Base, top)
		}
		top = max(top, s.MaxTimestamp)
	}
	top = -1
	for _, t := range o.Times {
		if t.Offset <= o.End { // as in an index that is whole
			add(t.Offset, t.Timestamp)
		}
	}
}

// Age is for how long the record at an offset has been in the log, 0 if it isn't there yet. It is never less than the
// truth, and more by a second or a quarter at most. What came before the log was opened is as old as timestamps say,
// of the batches before it; ok is false if they say nothing. Then, too, the oldest segment is told younger than it is.
func (r *Replica) Age(now kafka.Now, at kafka.Offset) (age kafka.Nanos, ok bool) {
	if at >= r.assigned {
		return 0, true
	}
	if len(r.arrivals) == 0 {
		return 0, false
	}
	i := sort.Search(len(r.arrivals), func(i int) bool { return r.arrivals[i].base > at })
	return max(kafka.Nanos(now.Mono-r.arrivals[max(i-1, 0)].at), 0), true
}
