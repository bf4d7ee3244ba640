package cluster

import (
	"testing"

	"pgregory.net/rapid"

	"momus/core/kafka"
)

// No wish is missed: while there is one, the timer is set to fire no later than it.
func TestNoDeadlineIsMissed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a Alarm
		var now, want, timer kafka.Mono = 1, 0, 0
		set := func(at kafka.Mono) {
			if at != 0 {
				timer = at
			}
		}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			now += kafka.Mono(rapid.Int64Range(0, 5).Draw(t, "passed"))
			if timer != 0 && timer <= now {
				timer = 0
				due, at := a.Fired(now)
				if due != (want != 0 && want <= now) {
					t.Fatalf("at %d, with %d wished: due is %v", now, want, due)
				}
				set(at)
				if due {
					want = 0 // the core's next wish comes with the answer to the deadline
					set(a.Wish(0))
				}
			}
			if rapid.Bool().Draw(t, "wish") {
				want = now + kafka.Mono(rapid.Int64Range(0, 9).Draw(t, "in"))
				set(a.Wish(want))
			}
			if want != 0 && (timer == 0 || timer > max(want, now)) {
				t.Fatalf("at %d the timer is set to %d, the wish is %d", now, timer, want)
			}
		}
	})
}
