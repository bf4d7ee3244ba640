package cluster

import (
	"slices"
	"strings"
	"testing"

	"momus/core"
	"momus/core/kafka"
	"momus/core/lifetest"
	"momus/core/port"
	"momus/core/wire"
)

func TestTheLossOfADirectoryIsTheLossOfItsPartitionsOnly(t *testing.T) {
	m := newMachine(t)
	m.create("t", 2)
	id := m.wants("t", 1, 1)
	if !m.holds("/data", "t-0") || !m.holds("/data1", "t-1") {
		t.Fatal("two partitions are not in two directories")
	}
	m.wantsProduced(id, 0, 0, kafka.None, 0)
	m.wantsProduced(id, 1, 0, kafka.None, 0)

	m.fs.Break("/data1")
	m.wantsProduced(id, 1, 1, kafka.ErrKafkaStorageError, kafka.NoOffset)
	m.wantsProduced(id, 0, 1, kafka.None, 2)
	m.wants("t", 1, -1)
	m.create("u", 2)
	m.wantsProduced(m.wants("u", 1, 1), 1, 0, kafka.None, 0)
	if m.stop() {
		t.Fatal("without one of its directories it stopped cleanly")
	}
	if !m.holds("/data", ".kafka_cleanshutdown") || m.holds("/data1", ".kafka_cleanshutdown") {
		t.Fatal("the marker of a clean stop is not in the directory that is well, alone")
	}

	m.start() // the directory is still broken: its partitions wait
	m.wants("t", 1, -1)
	m.wantsProduced(id, 1, 1, kafka.ErrKafkaStorageError, kafka.NoOffset)
	m.stop()

	m.fs.Mend("/data1")
	m.start()
	m.wants("t", 1, 1)
	m.wantsProduced(id, 1, 1, kafka.None, 2)
	m.wantsProduced(id, 0, 2, kafka.None, 4)
	if !m.stop() {
		t.Fatal("it did not stop cleanly")
	}
}

// In Kafka the partition comes back empty; see docs/differences.md.
func TestAPartitionWhoseDirectoryWasReplacedIsNotBegunAnew(t *testing.T) {
	m := newMachine(t)
	m.create("t", 2)
	id := m.wants("t", 1, 1)
	m.wantsProduced(id, 1, 0, kafka.None, 0)
	m.stop()

	drive := m.fs.Detach("/data1")
	m.start()
	m.wants("t", 1, -1)
	m.wantsProduced(id, 1, 1, kafka.ErrKafkaStorageError, kafka.NoOffset)
	m.create("u", 2)
	m.wants("u", 1, 1)
	if m.holds("/data", "t-1") || m.holds("/data1", "t-1") {
		t.Fatal("the log was made anew")
	}
	if !m.stop() {
		t.Fatal("it did not stop cleanly")
	}

	m.fs.Detach("/data1")
	m.fs.Attach("/data1", drive)
	m.start()
	m.wants("t", 1, 1)
	m.wantsProduced(id, 1, 1, kafka.None, 2)
	_, leaders := m.leaders("u") // one of them was in the directory that is gone now
	slices.Sort(leaders)
	if !slices.Equal(leaders, []int32{-1, 1}) {
		t.Errorf("the leaders of u are %v", leaders)
	}
	m.stop()
}

func TestALostDirectoryThatIsAcceptedMakesRoomForAnEmptyLog(t *testing.T) {
	m := newMachine(t)
	m.create("t", 2)
	id := m.wants("t", 1, 1)
	m.wantsProduced(id, 1, 0, kafka.None, 0)
	m.stop()
	drive := m.fs.Detach("/data1")
	m.start()
	m.wants("t", 1, -1)
	lost, ok := kafka.DirID{}, false
	for _, n := range m.notes {
		if text, found := strings.CutPrefix(n.Text, "its log directory "); found {
			lost, ok = kafka.ParseUUID(strings.TrimSuffix(text, " is not here"))
		}
	}
	if !ok {
		t.Fatal("nobody was told which directory is lost")
	}
	accepted := port.AcceptedLoss{Topic: "t", Partition: 1, Lost: lost}
	if _, err := AcceptLostDirectory(m.fs, port.DefaultLimits(), "/data", accepted); err == nil {
		t.Fatal("a loss was accepted under the broker's feet")
	}
	m.stop()
	other := port.AcceptedLoss{Topic: "t", Partition: 1, Lost: kafka.DirID{5}}
	for _, a := range []port.AcceptedLoss{other, accepted, accepted} {
		if loss, err := AcceptLostDirectory(m.fs, port.DefaultLimits(), "/data", a); err != nil || !loss.Empty {
			t.Fatalf("%+v, %v", loss, err)
		}
	}
	m.start()
	m.wants("t", 1, 1)
	m.wantsProduced(id, 1, 0, kafka.None, 0)
	m.stop()

	// What comes back too late is put out of the way.
	m.fs.Detach("/data1")
	m.fs.Attach("/data1", drive)
	m.start()
	m.wants("t", 1, 1)
	m.wantsProduced(id, 1, 1, kafka.None, 2)
	if m.holds("/data1", "t-1") {
		t.Error("the old log lies beside the new one")
	}
	m.stop()
}

// A directory was copied to a new disk, and has another id there.
func TestALogThatWasCopiedFromALostDirectoryIsAccepted(t *testing.T) {
	m := newMachine(t)
	m.create("t", 2)
	id := m.wants("t", 1, 1)
	m.wantsProduced(id, 1, 0, kafka.None, 0)
	m.stop()
	_, text, _ := strings.Cut(string(m.fs.Peek("/data1/meta.properties")), "directory.id=")
	lost, _ := kafka.ParseUUID(strings.TrimSpace(text))
	if err := m.fs.Remove("/data1/meta.properties"); err != nil {
		t.Fatal(err)
	}
	for _, e := range []string{"t-1", "recovery-point-offset-checkpoint"} {
		if err := m.fs.Rename("/data1/"+e, "/aside-"+e); err != nil {
			t.Fatal(err)
		}
	}
	m.start() // formats the directory anew
	m.wants("t", 1, -1)
	m.stop()
	if err := m.fs.Rename("/aside-t-1", "/data1/t-1"); err != nil {
		t.Fatal(err)
	}
	m.start() // nobody said that this is the log
	m.wants("t", 1, -1)
	m.stop()
	loss, err := AcceptLostDirectory(m.fs, port.DefaultLimits(), "/data1", port.AcceptedLoss{Topic: "t", Partition: 1, Lost: lost})
	if err != nil || loss.Empty || loss.End != 2 {
		t.Fatalf("%+v, %v", loss, err)
	}
	m.start()
	m.wants("t", 1, 1)
	m.wantsProduced(id, 1, 1, kafka.None, 2)
	m.stop()
}

// As Kafka's operators do when a disk is full.
func TestALogThatWasMovedWhileTheBrokerWasStoppedIsFound(t *testing.T) {
	m := newMachine(t)
	m.create("t", 2)
	id := m.wants("t", 1, 1)
	m.wantsProduced(id, 1, 0, kafka.None, 0)
	m.stop()
	if err := m.fs.Rename("/data1/t-1", "/data/t-1"); err != nil {
		t.Fatal(err)
	}
	for nth := range kafka.Sequence(2) {
		m.start()
		m.wants("t", 1, 1)
		m.wantsProduced(id, 1, 1+nth, kafka.None, 2*kafka.Offset(1+nth))
		m.stop()
	}
	if m.holds("/data1", "t-1") {
		t.Error("it is in two directories")
	}
}

func TestACopyThatTheMetadataDoesNotNameIsPutOutOfTheWay(t *testing.T) {
	m := newMachine(t)
	m.create("t", 2)
	id := m.wants("t", 1, 1)
	m.wantsProduced(id, 1, 0, kafka.None, 0)
	m.stop()
	for _, dir := range []string{"/data/t-1", "/data1/spare"} {
		if err := m.fs.MkdirAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	f, err := m.fs.Create("/data/t-1/partition.metadata")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.WriteAt(m.fs.Peek("/data1/t-1/partition.metadata"), 0); err != nil {
		t.Fatal(err)
	}
	m.start()
	m.wantsProduced(id, 1, 1, kafka.None, 2)
	if m.holds("/data", "t-1") || !slices.ContainsFunc(m.notes, func(n core.Note) bool { return n.Kind == core.NoteStray && strings.HasPrefix(n.Topic, "t") }) {
		t.Error("the copy is still there")
	}
	m.stop()
}

func TestWithoutItsMetadataDirectoryANodeEnds(t *testing.T) {
	m := newMachine(t)
	m.create("t", 2)
	id, _ := m.leaders("t")
	m.fs.Break("/data")
	m.event(&core.Request{Request: wire.Request{
		Conn: 1, Seq: m.seq, Version: 13, Body: lifetest.Produce(id, -1, 0, 0), Bytes: 100, Policies: m.policies,
	}})
	m.pass(10_000)
	if m.exit == nil || m.exit.Clean || !strings.Contains(m.exit.Reason, "/data failed") {
		t.Errorf("it ended with %+v", m.exit)
	}
}
