// Package config turns a node's configuration sources into typed configuration: the text of
// server.properties, the process environment and --override flags, under Kafka's names, units
// and defaults. It does no I/O: callers hand in strings, and how to read a file. The keys themselves,
// their types, defaults and ranges, are in core/config.
//
// Inputs: Sources. Outputs: a Node with everything resolved, or an error of one line per bad key.
//
//	node.go        what comes of it: Load and Node
//	source.go      the sources, and their precedence
//	properties.go  the format of server.properties
//	values.go      the settings in force, and getters that remember what was asked for
//	listeners.go   listeners, their protocols, what is advertised
//	groups.go      the group coordinator's keys; consumer_groups.go those of the consumer protocol
//	topic.go       the broker-wide defaults of topic keys
//
// Invariants:
//
//  1. Precedence is the order file, environment, override; the later wins. Below all of them lies
//     the key's default, and without any file the embedded settings that let a node start with
//     nothing configured.
//  2. A value is checked against its key's type and range before anything is made of it, so that
//     the typed getters cannot fail.
//  3. Nothing that an operator set is dropped in silence: a key that is unknown, or known and
//     without effect in this build, becomes a warning, and a class that would have judged what
//     clients ask for is refused.
//  4. A password is never part of an error or a warning.
//
// Where this departs from Kafka: advertised.listeners left out with a wildcard address advertises
// localhost (Kafka looks up the machine's name, which this package could not); a node that is
// broker and controller and names no quorum is a quorum of its own; bytes of the file above 0x7f
// are kept as they are (Java reads ISO 8859-1), so that paths in UTF-8 work.
package config
