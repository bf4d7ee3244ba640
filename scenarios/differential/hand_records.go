package main

import (
	"encoding/binary"
	"hash/crc32"

	"momus/core/kafka"
	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// with makes a request of another one by changing it.
func with[R kmsg.Request](m maker, change func(R)) maker {
	return func(s *side, v int16, n int) kmsg.Request {
		r := m(s, v, n)
		change(r.(R))
		return r
	}
}

func handProduce() []handmade {
	type R = *kmsg.ProduceRequest
	to := func(batch []byte) maker { return produce("", 2, batch) }
	// by is a batch of a producer that no other version has.
	by := func(epoch kafka.ProducerEpoch, first kafka.Sequence) maker {
		return func(s *side, v int16, n int) kmsg.Request {
			return to(batchOf(1, idempotent(kafka.ProducerID(10000+n), epoch, first)))(s, v, n)
		}
	}
	good := to(batchOf(1))
	damaged := func(at int, to byte) []byte { b := batchOf(2); b[at] = to; return b }
	// sealed is a batch of two with bytes changed and a checksum that fits.
	sealed := func(change func(b []byte)) []byte {
		b := batchOf(2)
		change(b)
		binary.BigEndian.PutUint32(b[17:], crc32.Checksum(b[21:], crc32.MakeTable(crc32.Castagnoli)))
		return b
	}
	inTransaction := func(s *side, v int16, n int) kmsg.Request {
		return to(batchOf(1, idempotent(kafka.ProducerID(10000+n), 0, 0), func(b *record.Builder) {
			b.Batch.Attributes |= record.AttributeTransactional
		}))(s, v, n)
	}
	return []handmade{
		{"with acks=1", with(good, func(r R) { r.Acks = 1 }), 3},
		{"with acks=0", with(good, func(r R) { r.Acks = 0 }), 3},
		{"with acks=0 to no partition", with(produce("", 9, batchOf(1)), func(r R) { r.Acks = 0 }), 3},
		{"with acks=2", with(good, func(r R) { r.Acks = 2 }), 3},
		{"with a transactional id", with(good, func(r R) { r.TransactionID = kmsg.StringPtr("x") }), 3},
		{"to a partition below 0", produce("", -1, batchOf(1)), 3},
		{"to a partition that is not", produce("", 3, batchOf(1)), 3},
		{"to a topic that is not", produce("no-such-thing", 0, batchOf(1)), 3},
		{"to a topic that was deleted", produce(topicGone, 0, batchOf(1)), 3},
		{"to a topic that is stamped", produce(topicStamped, 0, batchOf(2)), 3},
		{"to two partitions, one of them not there", with(good, func(r R) {
			p := r.Topics[0].Partitions[0]
			p.Partition = 7
			r.Topics[0].Partitions = append(r.Topics[0].Partitions, p)
		}), 3},
		{"of two batches", to(append(batchOf(1), batchOf(1)...)), 3},
		{"of a batch with a wrong checksum", to(damaged(18, 0x55)), 3},
		{"of a batch of format 1", to(damaged(16, 1)), 3},
		{"of a batch of format 9", to(damaged(16, 9)), 3},
		{"of a batch with a base offset", to(batchOf(1, func(b *record.Builder) { b.Batch.BaseOffset = 77 })), 3},
		{"of a batch that counts three", to(sealed(func(b []byte) { b[60] = 3 })), 3},
		{"of a batch whose last delta is 5", to(sealed(func(b []byte) { b[26] = 5 })), 3},
		{"of a control batch", to(sealed(func(b []byte) { b[22] = 0x20 })), 3},
		{"of a batch of a transaction without its id", inTransaction, 3},
		{"of a batch of codec 7", to(sealed(func(b []byte) { b[22] = 7 })), 3},
		{"of a batch of a transaction", with(inTransaction, func(r R) { r.TransactionID = kmsg.StringPtr("x") }), 3},
		{"of a batch that is cut", to(batchOf(3)[:80]), 3},
		{"of a batch from 1970", to(sealed(func(b []byte) { copy(b[27:], make([]byte, 16)) })), 3},
		{"of a batch from the future", to(sealed(func(b []byte) { b[27], b[28], b[35], b[36] = 0, 9, 0, 9 })), 3},
		{"of a producer's first batch", by(0, 0), 3},
		{"of a producer out of order", produce(topicRecords, 0, batchOf(1, idempotent(901, 4, 50))), 3},
		{"of a producer again", produce(topicRecords, 0, batchOf(1, idempotent(901, 4, 0))), 3},
		{"of a producer of an old epoch", produce(topicRecords, 0, batchOf(1, idempotent(901, 3, 1))), 3},
		{"of a producer of a new epoch out of order", produce(topicRecords, 0, batchOf(1, idempotent(901, 5, 9))), 3},
		{"of a producer without epoch", by(-1, 0), 3},
		{"of a producer without sequence", by(0, -1), 3},
		{"of a producer that begins late", by(0, 7), 3},
	}
}

func handFetch() []handmade {
	type R = *kmsg.FetchRequest
	good := fetch(topicRecords, 0)
	part := func(change func(p *kmsg.FetchRequestTopicPartition)) maker {
		return with(good, func(r R) { change(&r.Topics[0].Partitions[0]) })
	}
	return []handmade{
		{"from the second batch", fetch(topicRecords, 3), 4},
		{"from the end", part(func(p *kmsg.FetchRequestTopicPartition) { p.FetchOffset = 6 }), 4},
		{"from beyond the end", fetch(topicRecords, 7), 4},
		{"from below the start", fetch(topicTrimmed, 1), 4},
		{"from the start", fetch(topicTrimmed, 2), 4},
		{"of a topic that was deleted", fetch(topicGone, 0), 4},
		{"of committed records", with(good, func(r R) { r.IsolationLevel = 1 }), 4},
		{"of one byte", with(good, func(r R) { r.MaxBytes = 1 }), 4},
		{"of one byte a partition", part(func(p *kmsg.FetchRequestTopicPartition) { p.PartitionMaxBytes = 1 }), 4},
		{"of a newer leader epoch", part(func(p *kmsg.FetchRequestTopicPartition) { p.CurrentLeaderEpoch = 5 }), 9},
		{"of the leader epoch", part(func(p *kmsg.FetchRequestTopicPartition) { p.CurrentLeaderEpoch = 0 }), 9},
		{"with a last fetched epoch", part(func(p *kmsg.FetchRequestTopicPartition) { p.LastFetchedEpoch, p.FetchOffset = 0, 3 }), 12},
		{"with a last fetched epoch that is not", part(func(p *kmsg.FetchRequestTopicPartition) { p.LastFetchedEpoch, p.FetchOffset = 3, 3 }), 12},
		{"of a session that is not", with(good, func(r R) { r.SessionID, r.SessionEpoch = 1234567, 3 }), 7},
		{"of a session that ends", with(good, func(r R) { r.SessionID, r.SessionEpoch = 1234567, -1 }), 7},
		{"with a new session", with(good, func(r R) { r.SessionID, r.SessionEpoch = 0, 0 }), 7},
		{"without topics", with(good, func(r R) { r.Topics = nil }), 4},
		{"as a replica that is not", with(good, func(r R) { r.ReplicaID, r.ReplicaState.ID = 55, 55 }), 4},
		{"of a partition twice", with(good, func(r R) {
			r.Topics[0].Partitions = append(r.Topics[0].Partitions, r.Topics[0].Partitions[0])
		}), 4},
		{"of three partitions", with(good, func(r R) {
			for p := range int32(2) {
				another := r.Topics[0].Partitions[0]
				another.Partition = p + 1
				r.Topics[0].Partitions = append(r.Topics[0].Partitions, another)
			}
		}), 4},
	}
}

func handListOffsets() []handmade {
	type R = *kmsg.ListOffsetsRequest
	list := []handmade{
		{"at a time", listOffsets(topicRecords, 0, began+1000), 1},
		{"at a time before all", listOffsets(topicRecords, 0, 1), 1},
		{"at a time after all", listOffsets(topicRecords, 0, began+1e9), 1},
		{"of committed records", with(listOffsets(topicRecords, 0, -1), func(r R) { r.IsolationLevel = 1 }), 2},
		{"of a newer leader epoch", with(listOffsets(topicRecords, 0, -1), func(r R) { r.Topics[0].Partitions[0].CurrentLeaderEpoch = 7 }), 4},
		{"of a topic that was deleted", listOffsets(topicGone, 0, -1), 1},
		{"as a replica", with(listOffsets(topicRecords, 0, -1), func(r R) { r.ReplicaID = 1 }), 1},
		{"to debug", with(listOffsets(topicRecords, 0, -1), func(r R) { r.ReplicaID = -2 }), 1},
		{"of a partition twice, at two times", with(listOffsets(topicRecords, 0, -1), func(r R) {
			p := r.Topics[0].Partitions[0]
			p.Timestamp = -2
			r.Topics[0].Partitions = append(r.Topics[0].Partitions, p)
		}), 1},
	}
	for at := int64(-7); at < -1; at++ {
		list = append(list,
			handmade{"at " + itoa(int(at)), listOffsets(topicRecords, 0, at), 1},
			handmade{"at " + itoa(int(at)) + " of a topic that begins later", listOffsets(topicTrimmed, 0, at), 1},
			handmade{"at " + itoa(int(at)) + " of an empty partition of a topic with configuration", listOffsets(topicSet, 0, at), 1},
		)
	}
	return list
}

func handDeleteRecords() []handmade {
	return []handmade{
		{"to the end", func(s *side, v int16, n int) kmsg.Request { return deleteRecords(own(n), 0, -1)(s, v, n) }, 0},
		{"below the start", deleteRecords(topicTrimmed, 0, 1), 0},
		{"to the start", deleteRecords(topicTrimmed, 0, 2), 0},
		{"beyond the end", deleteRecords(topicTrimmed, 0, 99), 0},
		{"below -1", deleteRecords(topicTrimmed, 0, -5), 0},
		{"of a topic that is not", deleteRecords("no-such-thing", 0, 0), 0},
		{"of a partition that is not", deleteRecords(topicTrimmed, 4, 0), 0},
		{"of a partition below 0", deleteRecords(topicTrimmed, -4, 0), 0},
	}
}

func handInitProducerID() []handmade {
	type R = *kmsg.InitProducerIDRequest
	return []handmade{
		{"with an id and an epoch", with(initProducerID, func(r R) { r.ProducerID, r.ProducerEpoch = 900, 0 }), 3},
		{"with an id alone", with(initProducerID, func(r R) { r.ProducerID = 900 }), 3},
		{"with an epoch alone", with(initProducerID, func(r R) { r.ProducerEpoch = 1 }), 3},
		{"with an empty transactional id", with(initProducerID, func(r R) { r.TransactionalID = kmsg.StringPtr("") }), 0},
	}
}

func handOffsetForLeaderEpoch() []handmade {
	type R = *kmsg.OffsetForLeaderEpochRequest
	return []handmade{
		{"of an epoch to come", offsetForLeaderEpoch(topicRecords, 0, 8), 2},
		{"of no epoch", offsetForLeaderEpoch(topicRecords, 0, -1), 2},
		{"of an empty partition", offsetForLeaderEpoch(topicSet, 0, 0), 2},
		{"of a topic that is not", offsetForLeaderEpoch("no-such-thing", 0, 0), 2},
		{"of a topic that was deleted", offsetForLeaderEpoch(topicGone, 0, 0), 2},
		{"of a newer leader epoch", with(offsetForLeaderEpoch(topicRecords, 0, 0), func(r R) { r.Topics[0].Partitions[0].CurrentLeaderEpoch = 4 }), 2},
		{"of the leader epoch", with(offsetForLeaderEpoch(topicRecords, 0, 0), func(r R) { r.Topics[0].Partitions[0].CurrentLeaderEpoch = 0 }), 2},
	}
}

func handDescribeProducers() []handmade {
	return []handmade{
		{"of a partition without producers", describeProducers(topicRecords, 1), 0},
		{"of a partition that is not", describeProducers(topicRecords, 0, 5), 0},
		{"of a topic that is not", describeProducers("no-such-thing", 0), 0},
		{"of a topic that was deleted", describeProducers(topicGone, 0), 0},
		{"of a partition below 0", describeProducers(topicRecords, -1), 0},
		{"of a name that no topic may have", describeProducers("not a name!", 0), 0},
	}
}
