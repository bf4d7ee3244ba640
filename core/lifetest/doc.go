// Package lifetest is a life for one core.Node: what boot found, clients with a script, and storage
// as simple as can be. Tests of the core's state, of the journal and of replay drive nodes with it.
// Only tests import it.
//
// Input: a Step, which gives one event to the node or nodes under test and returns what the first of
// them wants. Output: the events, in an order that Choose draws among those that may come next.
//
//	life.go     the life: events, choices, what is held to be true
//	script.go   what the clients do, admin.go what an operator does, groups.go what groups are asked; storage.go what the
//	            disk does
//
// Invariants:
//
//  1. Operations of one log complete in order, as do saves; all else comes in the order drawn.
//  2. The same choices make the same life.
package lifetest
