package cluster

import (
	"momus/core/port"
	"momus/core/wire"
	"momus/disk/seglog"
)

// Workspaces lends a fixed number of workspaces to connections, each to one at a time: they hold
// megabytes of encoders, and what a batch decompresses to.
type Workspaces struct{ places []workspace }

type workspace struct {
	lock Locker
	wire.Workspace
}

// Locker is what a mutex does; where one thread runs everything it does nothing.
type Locker = seglog.Locker

// NewWorkspaces makes n of them. Where connections have goroutines, locker makes a mutex.
func NewWorkspaces(n int32, locker func() Locker) *Workspaces {
	w := &Workspaces{places: make([]workspace, n)}
	for i := range w.places {
		w.places[i].lock = locker()
	}
	return w
}

func (w *Workspaces) of(id port.ConnID) *workspace { return &w.places[int(id)%len(w.places)] }

// Borrow implements frame.Workspaces: each connection has its place, and waits for it.
func (w *Workspaces) Borrow(id port.ConnID) *wire.Workspace {
	place := w.of(id)
	place.lock.Lock()
	return &place.Workspace
}

// Return implements frame.Workspaces.
func (w *Workspaces) Return(id port.ConnID) { w.of(id).lock.Unlock() }
