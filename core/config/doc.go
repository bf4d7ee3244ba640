// Package config is the typed configuration that the core works with, and the rules of Kafka's
// topic configuration keys: names, types, defaults, ranges. It reads no file and no environment
// (cluster/config does); it is pure.
//
//	broker.go      the typed configuration of a node and of a topic
//	validation.go  what of it concerns the batches that clients send
//	default.go     what a node without any configuration runs with
//	keys.go        the table of topic keys
//	value.go       parsing and checking one value, with Kafka's words for what is wrong
//	ratio.go       the one key that is a fraction, without floats
//	resolve.go     from the broker's values and a topic's overrides to what holds
//
// Invariants:
//
//  1. A Topic is always computed by Resolve from the broker's values and a topic's overrides, so
//     that there is one order of precedence.
//  2. Every key of the table has a default that its own rule accepts.
//  3. What ValidateTopics accepts, Resolve takes over; what it refuses, Resolve ignores.
package config

//go:generate go run momus/core/internal/gen
