package raft

import (
	"bytes"
	"os"
	"testing"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/record"
)

// TestLogOfKafkaIsReadAndWrittenByteForByte reads the beginning of a metadata log that a Kafka
// 4.3.1 node wrote on its first start, and writes the same batches.
func TestLogOfKafkaIsReadAndWrittenByteForByte(t *testing.T) {
	theirs, err := os.ReadFile("testdata/kafka-4.3.1.log")
	if err != nil {
		t.Fatal(err)
	}
	all, _, err := decode(theirs, 0)
	if err != nil {
		t.Fatal(err)
	}
	img, delta := image.New(), &image.Delta{}
	rest := theirs
	for _, c := range all {
		h, batch, after, err := record.Split(rest)
		if err != nil {
			t.Fatal(err)
		}
		rest = after
		var ours []byte
		if h.Attributes.IsControl() {
			voters := []record.QuorumVoter{{VoterID: 1}}
			ours = controlBatch(c.Base, c.Epoch, c.AppendTime, &record.LeaderChangeMessage{LeaderID: 1, Voters: voters, GrantingVoters: voters})
		} else {
			ours = dataBatch(c.Base, c.Epoch, c.AppendTime, c.Records)
		}
		if !bytes.Equal(batch, ours) {
			t.Errorf("batch at %d\nKafka %x\nours  %x", c.Base, batch, ours)
		}
		for i, rec := range c.Records {
			img.Apply(delta, c.Base+kafka.Offset(i), rec)
		}
		img.Advance(c.Last, c.Epoch)
	}
	img.Check()
	b := img.Broker(1)
	if img.Offset != 14 || img.Feature("metadata.version") != 30 || b == nil || b.Epoch != 12 || b.Fenced || len(b.Dirs) != 1 {
		t.Errorf("%s", img.AppendText(nil))
	}
}
