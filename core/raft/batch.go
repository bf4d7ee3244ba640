package raft

import (
	"errors"
	"fmt"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

var errNothingRead = errors.New("no batch where one must be")

// dataBatch makes the batch of some records, uncompressed as Kafka writes this log.
func dataBatch(base kafka.Offset, epoch kafka.LeaderEpoch, at kafka.Wall, recs []record.Metadata) []byte {
	b := record.NewBuilder(base, epoch)
	for _, rec := range recs {
		b.Add(at, nil, record.AppendMetadata(nil, rec, version(rec)))
	}
	return b.Append(nil)
}

func controlBatch(base kafka.Offset, epoch kafka.LeaderEpoch, at kafka.Wall, c record.Control) []byte {
	b := record.NewBuilder(base, epoch)
	b.Batch.Attributes |= record.AttributeControl
	b.AddControl(at, c, 0)
	return b.Append(nil)
}

// version is the version in which Kafka writes a record at metadata.version 30: for records that
// change something the lowest that can carry the change, for others the level's own.
func version(rec record.Metadata) int16 {
	switch r := rec.(type) {
	case *record.RegisterBrokerRecord:
		return 4
	case *record.BrokerRegistrationChangeRecord:
		switch {
		case r.CordonedLogDirs != nil:
			return 3
		case len(r.LogDirs) > 0:
			return 2
		case r.InControlledShutdown != record.ShutdownAsItWas:
			return 1
		}
		return 0
	case *record.PartitionRecord:
		return elrVersion(r.EligibleLeaderReplicas, r.LastKnownELR)
	case *record.PartitionChangeRecord:
		return elrVersion(r.EligibleLeaderReplicas, r.LastKnownELR)
	}
	first, _ := rec.Versions()
	return first
}

// elrVersion is 2 if eligible leader replicas are named (KIP-966), else 1, with directories.
func elrVersion(elr, lastKnown []kafka.NodeID) int16 {
	if elr != nil || lastKnown != nil {
		return 2
	}
	return 1
}

// decode reads whole batches, the first of which begins at from, and the control records in them.
func decode(b []byte, from kafka.Offset) (all []msg.Committed, controls []record.Control, err error) {
	codecs := &record.Codecs{}
	for len(b) > 0 {
		h, batch, rest, err := record.Split(b)
		if err != nil {
			return nil, nil, err
		}
		if err := record.CheckStored(batch, h); err != nil {
			return nil, nil, fmt.Errorf("batch at %d: %w", h.BaseOffset, err)
		}
		if h.BaseOffset != from {
			return nil, nil, fmt.Errorf("batch at %d where %d must follow", h.BaseOffset, from)
		}
		c := msg.Committed{
			Base: h.BaseOffset, Last: h.Last(), Epoch: h.LeaderEpoch, AppendTime: h.MaxTimestamp, Bytes: int64(len(batch)),
		}
		var more []record.Control
		if h.Attributes.IsControl() {
			more, err = decodeControls(h, batch)
		} else {
			c.Records, err = decodeRecords(codecs, h, batch)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("batch at %d: %w", h.BaseOffset, err)
		}
		all, controls = append(all, c), append(controls, more...)
		b, from = rest, h.End()
	}
	return all, controls, nil
}

// decodeControls reads the records of a control batch; those of a type that is not known are passed
// over, as by Kafka.
func decodeControls(h record.Header, batch []byte) (controls []record.Control, err error) {
	it := record.Records(h, h.Body(batch))
	for it.Next() {
		c, err := record.ReadControl(it.Record.Key, it.Record.Value)
		if err != nil {
			return nil, fmt.Errorf("record at %d: %w", it.Record.Offset, err)
		}
		if c != nil {
			controls = append(controls, c)
		}
	}
	return controls, it.Err()
}

// recordsBytesMax bounds what one compressed batch may unpack to; Kafka's batches have at most 8 MiB.
const recordsBytesMax = 64 << 20

func decodeRecords(codecs *record.Codecs, h record.Header, batch []byte) ([]record.Metadata, error) {
	body := h.Body(batch)
	if codec := h.Attributes.Compression(); codec != record.Uncompressed {
		var err error
		if body, err = codecs.Decompress(nil, codec, body, recordsBytesMax); err != nil {
			return nil, err
		}
	}
	recs := make([]record.Metadata, 0, h.Count)
	it := record.Records(h, body)
	for it.Next() {
		rec, _, err := record.ReadMetadata(it.Record.Value)
		if err != nil {
			return nil, fmt.Errorf("record at %d: %w", it.Record.Offset, err)
		}
		recs = append(recs, rec)
	}
	if err := it.Err(); err != nil {
		return nil, err
	}
	if len(recs) != int(h.LastOffsetDelta)+1 {
		return nil, record.ErrCount
	}
	return recs, nil
}
