// Package kafka is the vocabulary of the protocol as typed numbers: offsets, epochs, ids, clocks
// and error codes. Everything above speaks these types, so that two int64 arguments cannot be
// swapped. It holds no behaviour beyond what a number or a name itself can do, but a table of logs, and imports nothing of ours.
// kafka.go has the numbers, errors.go Kafka's error codes and their
// names, topic_name.go what a topic may be called, group.go which partition keeps a group, ip.go reads addresses,
// bylog.go finds what belongs to a log.
package kafka
