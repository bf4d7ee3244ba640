package group

import (
	"testing"

	"pgregory.net/rapid"

	"momus/core/kafka"
)

// What next remembers is what a look at all timers finds, whatever is set, put off, cleared or gone off between.
func TestTheNextTimerIsTheFirstOfAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var timers timers
		timers.rebuild()
		now := kafka.Mono(1)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			key := timerKey{group: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "group"), kind: rapid.SampledFrom([]timerKind{timerJoin, timerSession}).Draw(t, "kind")}
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0, 1:
				timers.set(key, now+kafka.Mono(rapid.IntRange(1, 20).Draw(t, "in")))
			case 2:
				timers.clear(key)
			case 3:
				now += kafka.Mono(rapid.IntRange(0, 10).Draw(t, "later"))
				for {
					if _, due := timers.due(now); !due {
						break
					}
				}
			case 4:
				timers.rebuild()
			}
			var first kafka.Mono
			for _, at := range timers.at {
				if first == 0 || at < first {
					first = at
				}
			}
			if got := timers.next(); got != first {
				t.Fatalf("the next timer goes off at %d, not at %d", got, first)
			}
		}
	})
}
