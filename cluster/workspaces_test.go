package cluster

import (
	"testing"

	"momus/core/port"
)

// held is a lock that knows whether it is taken.
type held struct{ taken bool }

func (h *held) Lock()   { h.taken = true }
func (h *held) Unlock() { h.taken = false }

func TestAWorkspaceIsOneConnectionsUntilItComesBack(t *testing.T) {
	var locks []*held
	w := NewWorkspaces(3, func() Locker { locks = append(locks, &held{}); return locks[len(locks)-1] })
	for id := range port.ConnID(6) {
		place := w.Borrow(id)
		for i, lock := range locks {
			if lock.taken != (i == int(id)%3) || lock.taken != (place == &w.places[i].Workspace) {
				t.Fatalf("connection %d has %v, lock %d: %v", id, place, i, lock.taken)
			}
		}
		w.Return(id)
	}
	for i, lock := range locks {
		if lock.taken {
			t.Errorf("place %d did not come back", i)
		}
	}
}
