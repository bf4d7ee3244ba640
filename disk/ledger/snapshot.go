package ledger

import (
	"errors"
	"fmt"
	"strings"

	"momus/core/kafka"
	"momus/core/port"
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

// gatherSnapshots lists the snapshots of the metadata log and what is left of unfinished ones, and
// takes the voters from the newest whose beginning can be read: none if that names none, since its
// quorum is set by configuration (kraft.version 0). What else of a snapshot can be read is seen when
// it is loaded. It is an error if there are snapshots and none begins well.
func gatherSnapshots(fs disk.FS, dir string, facts *port.BootFacts) error {
	dir += "/" + metadataLogDir
	entries, err := fs.ReadDir(dir)
	if err != nil {
		return err
	}
	begins, unread := false, error(nil)
	for _, e := range entries {
		if strings.HasSuffix(e.Name, snapshotSuffix+partSuffix) {
			facts.Leftovers = append(facts.Leftovers, e.Name)
			continue
		}
		id, ok := port.ParseSnapshotID(strings.TrimSuffix(e.Name, snapshotSuffix))
		if !ok || !strings.HasSuffix(e.Name, snapshotSuffix) {
			continue
		}
		bytes, err := readHead(fs, dir+"/"+e.Name, headBytesMax)
		if err != nil {
			return err
		}
		found := port.SnapshotFile{ID: id, Size: e.Size, Contained: -1}
		h, err := parseHead(bytes)
		if err == nil {
			begins, found.Contained = true, h.contained
			facts.Voters = nil
			for _, v := range h.voters {
				facts.Voters = append(facts.Voters, v.VoterID)
			}
		} else {
			unread = fmt.Errorf("%s/%s: %w", dir, e.Name, err)
		}
		facts.Snapshots = append(facts.Snapshots, found)
	}
	if !begins {
		return unread
	}
	return nil
}

// head is what the first batch of a snapshot says.
type head struct {
	contained kafka.Wall
	voters    []record.Voter
}

// parseHead reads the batch of control records that begins a snapshot.
func parseHead(bytes []byte) (out head, err error) {
	h, batch, _, err := record.Split(bytes)
	if err == nil {
		err = record.CheckStored(batch, h)
	}
	if err != nil {
		return out, err
	}
	if !h.Attributes.IsControl() {
		return out, errNoHead
	}
	begun := false
	it := record.Records(h, h.Body(batch))
	for it.Next() {
		c, err := record.ReadControl(it.Record.Key, it.Record.Value)
		if err != nil {
			return out, err
		}
		switch c := c.(type) {
		case *record.SnapshotHeaderRecord:
			begun, out.contained = true, c.LastContainedLogTimestamp
		case *record.VotersRecord:
			out.voters = c.Voters
		}
	}
	if err := it.Err(); err != nil {
		return out, err
	}
	if !begun {
		return out, errNoHead
	}
	return out, nil
}

var errNoHead = errors.New("it does not begin as a snapshot does")
