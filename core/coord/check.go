package coord

import "fmt"

// Check panics unless all that the package promises of a Log holds.
func (l *Log) Check() {
	if l.phase == Idle && (len(l.waiting) > 0 || l.epoch != 0 || l.read != 0) {
		panic("BUG: something is left of a leadership that is over")
	}
	if l.phase != Active && len(l.waiting) > 0 {
		panic("BUG: somebody waits for a coordinator that doesn't serve")
	}
	if l.phase == Active && (l.read != 0 || l.retryAt != 0) {
		panic("BUG: a coordinator serves that is still loading")
	}
	for i := range l.waiting {
		w := &l.waiting[i]
		if w.end <= l.high || w.end > l.end || i > 0 && (w.end < l.waiting[i-1].end || w.due < l.waiting[i-1].due) {
			panic(fmt.Sprintf("BUG: a wait for %d, committed %d, end %d, is out of order", w.end, l.high, l.end))
		}
	}
}
