// Package config is the typed configuration that the core works with, and the rules of Kafka's
// topic configuration keys: names, types, defaults, ranges. It reads no file and no environment
// (cluster/config does); it is pure.
//
// Invariant: a Topic is always computed by Resolve from the broker's values and a topic's
// overrides, so that there is one order of precedence.
package config
