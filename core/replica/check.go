package replica

import (
	"fmt"

	"momus/core/kafka"
	"momus/core/port"
)

// CheckTouched panics unless the ends are in order; it is cheap.
func (r *Replica) CheckTouched() {
	switch r.role {
	case RoleStandby, RoleLeader, RoleClosing:
	default:
		return
	}
	if r.startSaved > r.startOnDisk || r.startOnDisk > r.start || r.start > r.high || r.high > r.written || r.written > r.assigned || r.flushed > r.written {
		panic(fmt.Sprintf("BUG: ends of %v are out of order: start %d high %d written %d assigned %d flushed %d",
			r.log, r.start, r.high, r.written, r.assigned, r.flushed))
	}
}

// Check panics unless all that the package promises of its state holds.
func (r *Replica) Check() {
	r.CheckTouched()
	r.fold.CheckInvariants()
	checkWaiters(r.local, r.selfEnd())
	checkWaiters(r.all, r.high)
	for i := range r.trims {
		if start := r.trims[i].start; start <= r.startSaved || start > r.start || i > 0 && start < r.trims[i-1].start {
			panic("BUG: a DeleteRecords was not answered, or waits for what nobody asked for")
		}
	}
	for i := range r.marks {
		if i > 0 && (r.marks[i].end <= r.marks[i-1].end || r.marks[i].bytes <= r.marks[i-1].bytes) {
			panic("BUG: marks out of order")
		}
	}
	for i := 1; i < len(r.arrivals); i++ {
		if a, before := r.arrivals[i], r.arrivals[i-1]; a.base <= before.base || a.at < before.at || len(r.arrivals) > port.ArrivalsMax {
			panic("BUG: arrivals out of order, or too many")
		}
	}
	for i := 1; i < len(r.epochs); i++ {
		if r.epochs[i].Epoch <= r.epochs[i-1].Epoch || r.epochs[i].Start < r.epochs[i-1].Start {
			panic("BUG: leader epochs out of order")
		}
	}
	switch r.role {
	case RoleOffline, RoleClosed, RoleDeleting, RoleDeleted:
		if len(r.local)+len(r.all)+len(r.trims) > 0 {
			panic("BUG: somebody waits for a log that is " + r.role.String())
		}
	case RoleLeader:
		if !r.leads {
			panic("BUG: a leader without a leadership")
		}
	}
}

// checkWaiters finds those who should have been answered, or stand in the wrong order.
func checkWaiters(list []waiter, end kafka.Offset) {
	for i := range list {
		if list[i].last < end {
			panic("BUG: a waiter was not answered")
		}
		if i > 0 && list[i].last < list[i-1].last {
			panic("BUG: waiters out of order")
		}
	}
}
