// Package config is the typed configuration that the core works with, and Kafka's configuration
// keys, of brokers, topics, groups and client metrics: names, types, defaults, ranges, and what
// clients are shown of them. It reads no file and no environment (cluster/config does); it is pure.
//
//	broker.go      the typed configuration of a node and of a topic
//	validation.go  what of it concerns the batches that clients send
//	default.go     what a node without any configuration runs with
//	key.go         what is known of a key; keys_broker.go keys_topic.go the tables of keys
//	rule.go        the words in which a table says what is allowed
//	bindings.go    which field of Topic a topic key sets
//	value.go       parsing and checking one value, with Kafka's words for what is wrong
//	ratio.go       keys that are fractions, without floats
//	cleaner.go     the keys of the cleaner that hold at once
//	connections.go limits of connections, those of single listeners too
//	groups.go      what the group coordinator's keys say; consumer_groups.go of groups of the consumer protocol
//	alter.go       checking what is to be set for brokers, groups and client metrics
//	resolve.go     from the broker's values and a topic's overrides to what holds
//	layers.go      what is set for the broker's keys, and the chain of synonyms
//	describe.go    the answers of DescribeConfigs and CreateTopics
//
// Invariants:
//
//  1. A Topic is always computed by Resolve from the broker's values and a topic's overrides, so
//     that there is one order of precedence.
//  2. Every key of a table has a default that its own rule accepts.
//  3. What ValidateTopics accepts, Resolve takes over; what it refuses, Resolve ignores.
package config

//go:generate go run momus/core/internal/gen
