package ledger

import (
	"errors"
	"fmt"
	"strings"

	"momus/core/kafka"
	"momus/core/record"
	"momus/disk"
)

// appendHead appends the batch that begins a snapshot: its header and what quorum records follow it.
func appendHead(b []byte, at, lastContained kafka.Wall, more ...record.Control) []byte {
	batch := controlBatch(0)
	batch.AddControl(at, &record.SnapshotHeaderRecord{LastContainedLogTimestamp: lastContained}, 0)
	for _, c := range more {
		batch.AddControl(at, c, 0)
	}
	return batch.Append(b)
}

// appendFoot appends the batch that ends a snapshot.
func appendFoot(b []byte, base kafka.Offset, at kafka.Wall) []byte {
	batch := controlBatch(base)
	batch.AddControl(at, &record.SnapshotFooterRecord{}, 0)
	return batch.Append(b)
}

func controlBatch(base kafka.Offset) *record.Builder {
	batch := record.NewBuilder(base, 0)
	batch.Batch.Attributes |= record.AttributeControl
	return batch
}

// appendFeatures appends the batch of the feature levels that a new cluster begins with.
func appendFeatures(b []byte, base kafka.Offset, at kafka.Wall, features []record.FeatureLevelRecord) []byte {
	if len(features) == 0 {
		return b
	}
	batch := record.NewBuilder(base, 0)
	for i := range features {
		batch.Add(at, nil, record.AppendMetadata(nil, &features[i], 0))
	}
	return batch.Append(b)
}

// bootstrapSnapshot is bootstrap.checkpoint: what the first controller writes into a new log.
func bootstrapSnapshot(at kafka.Wall, features []record.FeatureLevelRecord) []byte {
	b := appendHead(nil, at, 0)
	b = appendFeatures(b, 1, at, features)
	return appendFoot(b, kafka.Offset(1+len(features)), at)
}

// kraftVersion is the level of the quorum's protocol with which voters live in the log (KIP-853).
const kraftVersion = 1

// votersSnapshot is the metadata log's snapshot 0-0 of a standalone format: it names the voters.
func votersSnapshot(at kafka.Wall, voters []record.Voter) []byte {
	b := appendHead(nil, at, at,
		&record.KRaftVersionRecord{KRaftVersion: kraftVersion}, &record.VotersRecord{Voters: voters})
	return appendFoot(b, 3, at)
}

// headBytesMax bounds the first batch of a snapshot: thousands of voters fit.
const headBytesMax = 1 << 20

// readVoters finds the voters in the newest snapshot of the metadata log: nil if there is no
// snapshot, or if it names none since its quorum is set by configuration (kraft.version 0).
func readVoters(fs disk.FS, dir string) ([]record.Voter, error) {
	dir += "/" + metadataLogDir
	entries, err := fs.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	newest := ""
	for _, e := range entries {
		if strings.HasSuffix(e.Name, snapshotSuffix) {
			newest = dir + "/" + e.Name
		}
	}
	if newest == "" {
		return nil, nil
	}
	head, err := readHead(fs, newest, headBytesMax)
	if err != nil {
		return nil, err
	}
	voters, err := parseVoters(head)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", newest, err)
	}
	return voters, nil
}

// parseVoters reads the batch of control records that begins a snapshot.
func parseVoters(head []byte) (voters []record.Voter, err error) {
	h, batch, _, err := record.Split(head)
	if err == nil {
		err = record.CheckStored(batch, h)
	}
	if err != nil {
		return nil, err
	}
	if !h.Attributes.IsControl() {
		return nil, errors.New("it does not begin with a control batch")
	}
	it := record.Records(h, h.Body(batch))
	for it.Next() {
		c, err := record.ReadControl(it.Record.Key, it.Record.Value)
		if err != nil {
			return nil, err
		}
		if v, ok := c.(*record.VotersRecord); ok {
			voters = v.Voters
		}
	}
	return voters, it.Err()
}
