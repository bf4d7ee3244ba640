// Package topicregex matches the names of topics against the regular expressions of subscriptions (KIP-848). Their
// language is RE2's, which Go's package regexp speaks as Kafka's re2j does: no expression takes longer than
// linear in the name. An expression must match a whole name.
//
// Check is asked within a turn of the core, before an expression is taken; Resolve goes over all topics and
// belongs outside of it.
//
// Invariants:
//
//  1. What is matched depends on the arguments alone.
package topicregex
