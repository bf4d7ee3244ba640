package run

import (
	"sync"

	"momus/core"
)

// events lends the hot events, so that posting one allocates nothing.
type events struct {
	requests lender[core.Request]
	logs     lender[core.LogDone]
	reads    lender[core.ReadDone]
}

// takeBack returns the events of a drained batch; Step keeps nothing of them.
func (e *events) takeBack(batch []core.Event) {
	for _, ev := range batch {
		switch ev := ev.(type) {
		case *core.Request:
			e.requests.put(ev)
		case *core.LogDone:
			e.logs.put(ev)
		case *core.ReadDone:
			e.reads.put(ev)
		}
	}
}

// lender lends zeroed values of one type.
type lender[T any] struct{ pool sync.Pool }

func (l *lender[T]) get() *T {
	if v, ok := l.pool.Get().(*T); ok {
		return v
	}
	return new(T)
}

func (l *lender[T]) put(v *T) {
	var zero T
	*v = zero
	l.pool.Put(v)
}
