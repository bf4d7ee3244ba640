// Package metahash hashes what a group knows of the topics that it subscribes to, as Kafka does since
// 4.1: a group keeps one number in its record instead of a copy of the metadata, and a number that
// differs means that the topics changed and the group needs a new assignment (KIP-1101).
//
// Topic hashes one topic, Group joins the hashes of all topics of a group (hash.go). xxh3.go is XXH3 with 64
// bits, seed 0 and the default secret, which is the function that Kafka uses; it is written out here,
// since it is short and its vectors are known.
//
// Invariants:
//
//  1. Equal metadata hash equally in Kafka and here, so that a group that comes from a Kafka's log does
//     not rebalance for nothing.
package metahash
