// Package controller is the active controller of KRaft: it answers requests to change the cluster
// by deciding on metadata records. It works on an image of its own, to which it applies its
// records as soon as they are appended; nobody else sees that image before they are committed.
//
// Inputs: the role, requests, what became of appends, the high watermark of the metadata log, and
// deadlines. Outputs, in Out: batches to append, and replies.
//
//	controller.go    the state, its outbox, and becoming active
//	decide.go        decide, then apply: from a request to a reply that may be given
//	brokers.go       registration and heartbeats: fencing, unfencing, controlled shutdown
//	sessions.go      who was heard from, and when
//	elections.go     what fencing means for the partitions
//	directories.go   in which directory a replica is
//	create.go        CreateTopics, and what is wrong with a topic to create
//	partitions.go    CreatePartitions
//	reassign.go      AlterPartitionReassignments
//	elect.go         ElectLeaders
//	features.go      UpdateFeatures
//	placement.go     replicas and directories for new partitions
//	delete.go        DeleteTopics
//	configs.go       AlterConfigs and IncrementalAlterConfigs
//	quotas.go        AlterClientQuotas; permits.go the quota of what clients change (KIP-599)
//	producers.go     blocks of producer ids
//	refuse.go        answers of a controller that is not active
//
// Invariants:
//
//  1. Decide, then apply: a decision only reads state and makes records; only applying the records
//     writes it, and the same records from the log give the same image.
//  2. At most one decision is waiting for its append: the next one must see it applied.
//  3. A reply is given once everything that its decision read or wrote is committed.
//  4. Times of heartbeats are no records. A controller that takes over gives every unfenced broker
//     a whole session from that moment on, and takes none for alive that it has not heard from.
//  5. A broker's epoch is the offset of the record that registered it.
package controller

//go:generate go run momus/core/internal/gen
