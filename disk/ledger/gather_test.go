package ledger

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

func wantFacts(t *testing.T, got, want port.BootFacts) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
}

// put writes a file as it is.
func put(t *testing.T, fs disk.FS, path, text string) {
	t.Helper()
	f, err := fs.Create(path)
	must(t, err)
	must(t, f.WriteAt([]byte(text), 0))
	must(t, f.Close())
}

func TestLogsAreNamedByTopicPartitionAndID(t *testing.T) {
	b := newBench(t)
	must(t, Format(b, options()))
	id := kafka.TopicID{7}
	for _, name := range []string{
		"foo-10", "foo-9", "a-b-0", "foo-0.3f-delete", "foo-0.3f-stray", "foo-0.3f-future", "-1", "foo-", "foo-01",
		"foo-+1", "remote-log-index-cache", "foo-99999999999",
	} {
		must(t, b.MkdirAll("/data/two/"+name))
	}
	put(t, b, "/data/two/foo-9/"+partitionMetadata, "version: 0\ntopic_id: "+id.String())
	put(t, b, "/data/two/file-1", "not a directory")
	facts, err := Gather(b, layout())
	must(t, err)
	want := []port.LogName{{Topic: "a-b"}, {Topic: "foo", Partition: 9, TopicID: id}, {Topic: "foo", Partition: 10}}
	if diff := cmp.Diff(want, facts.Dirs[1].Logs); diff != "" {
		t.Fatal(diff)
	}
}

func TestWhatWasCompactedIsKnown(t *testing.T) {
	b := newBench(t)
	must(t, Format(b, options()))
	put(t, b, "/data/two/"+cleanerFile, "0\n2\nfoo 3 17\nbar 0 5\n")
	facts, err := Gather(b, layout())
	must(t, err)
	line := func(topic string, partition kafka.PartitionID, clean kafka.Offset) port.Checkpoint {
		return port.Checkpoint{
			Topic: topic, Partition: partition, Clean: clean,
			RecoveryPoint: kafka.NoOffset, LogStart: kafka.NoOffset, HighWatermark: kafka.NoOffset,
		}
	}
	want := []port.Checkpoint{line("bar", 0, 5), line("foo", 3, 17)}
	if diff := cmp.Diff(want, facts.Dirs[1].Checkpoints); diff != "" {
		t.Fatal(diff)
	}
	for name, want := range map[string]bool{"bar-0": true, "foo-3": true, "foo-4": false, "baz-0": false} {
		topic, partition := name[:3], kafka.PartitionID(name[4]-'0')
		if facts.Dirs[1].WasCleaned(topic, partition) != want {
			t.Error(name)
		}
	}
}

func TestGatherSaysWhatIsWrong(t *testing.T) {
	const one, two = "/data/one/", "/data/two/"
	for _, c := range []struct{ path, text, want string }{
		{two + metaProperties, "", `meta.properties: version is ""`},
		{two + metaProperties, "version=0\nbroker.id=1", `version is "0", and only version 1`},
		{two + metaProperties, "version=1\nnode.id=3\ndirectory.id=x", "cluster.id is missing"},
		{two + metaProperties, "version=1\ncluster.id=c\nnode.id=3", "directory.id is missing"},
		{two + metaProperties, "version=1\ncluster.id=c\nnode.id=3\ndirectory.id=x", `directory.id "x" is not an id`},
		{two + metaProperties, "version=1\ncluster.id=c\nnode.id=x\ndirectory.id=x", `node.id "x"`},
		{two + metaProperties, "version=1\nversion=1", "line 2: version is given twice"},
		{two + metaProperties, "version", "line 1:"},
		{two + metaProperties, "version=1\ncluster.id=c\nnode.id=4\ndirectory.id=" + idTwo.String(), "node.id is 4, and the configuration says 3"},
		{two + metaProperties, "version=1\ncluster.id=c\nnode.id=3\ndirectory.id=" + idTwo.String(), "cluster.id is c, and it should be 7cYc"},
		{two + metaProperties, string(appendMeta(nil, meta{"7cYcCFeKQfOcCaIcoMAK9g", 3, idOne})), "have the same directory.id"},
		{two + cleanShutdown, "{", ".kafka_cleanshutdown: not a JSON object"},
		{two + cleanShutdown, `{"version":1,"brokerEpoch":3}`, "version 1 is not known"},
		{two + bootFile, `{"version":0,"brokerEpoch":3}`, "bootId is missing"},
		{two + recoveryFile, "1\n0\n", `line 1: version "1" is not known`},
		{two + recoveryFile, "0\n", "line 2: the count is missing"},
		{two + recoveryFile, "0\n2\nfoo 0 0\n", "line 2: it counts 2 lines, and there are 1"},
		{two + logStartFile, "0\n2\nfoo 0 0\nfoo x 0\n", `line 4: "foo x 0"`},
		{two + logStartFile, "0\n1\nfoo 0 -1\n", "line 3:"},
		{two + highWatermarkFile, "0\n2\nfoo 0 0\nfoo 0 1\n", "foo-0 is listed twice"},
		{one + metadataLogDir + "/" + quorumState, "{}", "data_version is missing"},
		{one + metadataLogDir + "/" + quorumState, `{"data_version":2}`, "data_version 2 is not known"},
		{one + metadataLogDir + "/" + quorumState, `{"data_version":1,"leaderId":1,"votedId":1,"leaderEpoch":9999999999}`, "leaderEpoch"},
		{one + metadataLogDir + "/" + quorumState, `{"data_version":1,"leaderId":1,"votedId":1,"leaderEpoch":9}`, "votedDirectoryId"},
		{one + metadataLogDir + "/" + firstSnapshot, "short", "0000000000.checkpoint:"},
	} {
		b := newBench(t)
		must(t, Format(b, options()))
		must(t, b.MkdirAll("/data/two/foo-0"))
		put(t, b, c.path, c.text)
		if _, err := Gather(b, layout()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s = %q: got %v, want an error that says %q", c.path, c.text, err, c.want)
		}
	}
}

func TestGatherSaysEverythingThatIsWrong(t *testing.T) {
	b := newBench(t)
	must(t, Format(b, options()))
	must(t, b.Remove("/data/two/"+metaProperties))
	put(t, b, "/data/one/"+recoveryFile, "x")
	_, err := Gather(b, layout())
	if err == nil || !strings.Contains(err.Error(), "/data/two is not formatted") || !strings.Contains(err.Error(), recoveryFile) {
		t.Fatalf("got %v", err)
	}
}

func TestGatherRefusesAnotherClusterThanConfigured(t *testing.T) {
	b := newBench(t)
	must(t, Format(b, options()))
	l := layout()
	l.ClusterID = "other"
	if _, err := Gather(b, l); err == nil || !strings.Contains(err.Error(), "it should be other") {
		t.Fatalf("got %v", err)
	}
	l = layout()
	l.MetadataDir = "/data/three"
	if _, err := Gather(b, l); err == nil || !strings.Contains(err.Error(), "none of log.dirs") {
		t.Fatalf("got %v", err)
	}
}

func TestGatherPassesOnReadErrors(t *testing.T) {
	for _, op := range []string{"open", "read", "size", "readdir", "bootid", "close"} {
		b := newBench(t)
		must(t, Format(b, options()))
		b.FailNext(op, 0, disk.ErrIO)
		if _, err := Gather(b, layout()); err == nil {
			t.Errorf("a failed %s went unnoticed", op)
		}
	}
}
