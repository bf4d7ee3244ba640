package cluster

import "momus/core/kafka"

// Alarm decides when the one timer of a node is set. A later wish leaves it as it is, since most
// deadlines are answered before they pass: it then fires early, and looks again.
type Alarm struct {
	at   kafka.Mono // when the timer fires; 0: it is not set
	want kafka.Mono // the core's latest wish; 0: none
}

// Wish takes the core's latest deadline, or 0 for none, and returns when the timer is to fire; 0
// leaves it as it is.
func (a *Alarm) Wish(wake kafka.Mono) (set kafka.Mono) {
	a.want = wake
	if wake == 0 || a.at != 0 && a.at <= wake {
		return 0
	}
	a.at = wake
	return wake
}

// Fired tells whether a deadline has passed now that the timer fired, or else when it is to fire
// again; 0 is never. Only the next wish sets it after a deadline.
func (a *Alarm) Fired(now kafka.Mono) (due bool, set kafka.Mono) {
	a.at = 0
	if a.want != 0 && a.want <= now {
		return true, 0
	}
	return false, a.Wish(a.want)
}
