package run

import (
	"sync"

	"momus/core"
)

// events lends the hot events, so that posting one allocates nothing.
type events struct {
	requests, logs, reads sync.Pool
}

func (e *events) request() *core.Request {
	if ev, ok := e.requests.Get().(*core.Request); ok {
		return ev
	}
	return &core.Request{}
}

func (e *events) logDone() *core.LogDone {
	if ev, ok := e.logs.Get().(*core.LogDone); ok {
		return ev
	}
	return &core.LogDone{}
}

func (e *events) readDone() *core.ReadDone {
	if ev, ok := e.reads.Get().(*core.ReadDone); ok {
		return ev
	}
	return &core.ReadDone{}
}

// takeBack returns the events of a drained batch; Step keeps nothing of them.
func (e *events) takeBack(batch []core.Event) {
	for _, ev := range batch {
		switch ev := ev.(type) {
		case *core.Request:
			*ev = core.Request{}
			e.requests.Put(ev)
		case *core.LogDone:
			*ev = core.LogDone{}
			e.logs.Put(ev)
		case *core.ReadDone:
			*ev = core.ReadDone{}
			e.reads.Put(ev)
		}
	}
}
