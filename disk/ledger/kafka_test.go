package ledger

import (
	"encoding/binary"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// The files in testdata were written by Apache Kafka 4.3.1: storage format --standalone with two
// log directories, a topic bar, a clean stop; quorum-state-0 by a node with a static quorum.

func golden(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func uuid(t testing.TB, s string) kafka.UUID {
	t.Helper()
	id, ok := kafka.ParseUUID(s)
	if !ok {
		t.Fatalf("%q is no id", s)
	}
	return id
}

// parsed fails unless parse reads text as want.
func parsed[T any](t *testing.T, parse func(string) (T, error), text string, want T) {
	t.Helper()
	got, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(meta{}, offsetLine{}, boot{})); diff != "" {
		t.Fatal(diff)
	}
}

// same fails unless we write what Kafka wrote.
func same[B string | []byte](t *testing.T, got []byte, want B) {
	t.Helper()
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Fatal(diff)
	}
}

func TestMetaPropertiesIsKafkas(t *testing.T) {
	want := meta{"7cYcCFeKQfOcCaIcoMAK9g", 1, uuid(t, "xeb_sj4iTeaJ0t-hA9lcLQ")}
	parsed(t, parseMeta, golden(t, metaProperties), want)
	parsed(t, parseMeta, string(appendMeta(nil, want)), want)
}

func TestQuorumStateIsKafkas(t *testing.T) {
	want := port.QuorumState{LeaderID: 1, LeaderEpoch: 1, VotedID: kafka.NoNode}
	parsed(t, parseQuorum, golden(t, "quorum-state-0"), want)
	parsed(t, parseQuorum, golden(t, "quorum-state-1"), want)
	same(t, appendQuorum(nil, want), golden(t, "quorum-state-1"))
}

func TestCleanShutdownIsKafkas(t *testing.T) {
	text := golden(t, "kafka_cleanshutdown")
	parsed(t, parseClean, text, kafka.BrokerEpoch(14))
	same(t, appendClean(nil, 14), text)
	parsed(t, parseClean, "", kafka.NoBrokerEpoch)
}

func TestOffsetCheckpointsAreKafkas(t *testing.T) {
	want := []offsetLine{{"bar", 0, 0}, {"bar", 1, 0}}
	parsed(t, parseCheckpoint, golden(t, recoveryFile), want)
	parsed(t, parseCheckpoint, golden(t, highWatermarkFile), want)
	same(t, appendCheckpoint(nil, want), golden(t, highWatermarkFile))
	parsed(t, parseCheckpoint, golden(t, logStartFile), nil)
	same(t, appendCheckpoint(nil, nil), golden(t, logStartFile))
	parsed(t, parseCheckpoint, "", nil)
}

func TestPartitionMetadataIsKafkas(t *testing.T) {
	parsed(t, parsePartitionMetadata, golden(t, partitionMetadata), uuid(t, "xl9XiahzShe6-Xj1xDcGtA"))
}

// walls are the times at which Kafka made the batches of a snapshot, one each.
func walls(t *testing.T, text string) (at []kafka.Wall) {
	for rest := []byte(text); len(rest) > 0; {
		h, _, more, err := record.Split(rest)
		if err != nil {
			t.Fatal(err)
		}
		at, rest = append(at, h.BaseTimestamp), more
	}
	return at
}

// features are what Kafka 4.3 begins a cluster with.
var features = []record.FeatureLevelRecord{
	{Name: "metadata.version", FeatureLevel: 30},
	{Name: "eligible.leader.replicas.version", FeatureLevel: 1},
	{Name: "group.version", FeatureLevel: 1},
	{Name: "share.version", FeatureLevel: 1},
	{Name: "streams.version", FeatureLevel: 1},
	{Name: "transaction.version", FeatureLevel: 2},
}

func TestBootstrapSnapshotIsKafkas(t *testing.T) {
	text := golden(t, bootstrapFile)
	at := walls(t, text)
	b := appendHead(nil, at[0], 0)
	b = appendFeatures(b, 1, at[1], features)
	b = appendFoot(b, 7, at[2])
	same(t, b, text)
	one := bootstrapSnapshot(at[0], features)
	if got := walls(t, string(one)); len(one) != len(text) || !slices.Equal(got, []kafka.Wall{at[0], at[0], at[0]}) {
		t.Fatalf("bootstrapSnapshot makes batches of %v, %d bytes", got, len(one))
	}
}

func TestVotersSnapshotIsKafkas(t *testing.T) {
	text := golden(t, "voters.checkpoint")
	found, err := parseHead([]byte(text))
	must(t, err)
	want := []record.Voter{{
		VoterID: 1, VoterDirectoryID: uuid(t, "xeb_sj4iTeaJ0t-hA9lcLQ"),
		Endpoints:           []record.VoterEndpoint{{Name: "CONTROLLER", Host: "127.0.0.1", Port: 25097}},
		KRaftVersionFeature: record.KRaftVersionFeature{MinSupportedVersion: 0, MaxSupportedVersion: 1},
	}}
	if diff := cmp.Diff(want, found.voters); diff != "" {
		t.Fatal(diff)
	}
	at := walls(t, text)
	// The header says when the log's last record was made: a fixed place behind its key and version.
	lastContained := kafka.Wall(binary.BigEndian.Uint64([]byte(text)[record.HeaderSize+12:]))
	if found.contained != lastContained {
		t.Fatalf("the last record is of %d, and not of %d", found.contained, lastContained)
	}
	b := appendHead(nil, at[0], lastContained, &record.KRaftVersionRecord{KRaftVersion: 1}, &record.VotersRecord{Voters: want})
	same(t, appendFoot(b, 3, at[1]), text)
}
