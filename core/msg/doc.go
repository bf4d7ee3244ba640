// Package msg is what session and machines say to one another: typed, without wire types or
// message versions. A file per machine. Machines never call one another; core.Node carries these.
//
// Invariants:
//
//  1. A message that asks names an Op; exactly one answer names it back, unless the asker is gone.
//  2. Nothing in a message is shared: its slices belong to the receiver.
package msg
