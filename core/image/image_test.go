package image

import (
	"bytes"
	"slices"
	"testing"

	"momus/core/canon"
	"momus/core/canon/canontest"
	"momus/core/config"
	"momus/core/kafka"
	"momus/core/record"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestEncodingRoundTrips(t *testing.T) {
	canontest.RoundTrip(t, []canontest.Value{new(Image), new(Topic), new(Partition), new(Broker), new(Feature), new(ConfigResource), new(Kept), new(Picture), new(Quota), new(QuotaEntity), new(EntityName), new(QuotaValue)},
		canontest.Union(record.CanonMetadataMembers()))
}

func TestImageEqualsReadingAllRecordsAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, w, a := New(), twin{}, newAuthor()
		d := &Delta{}
		for i := range rapid.IntRange(1, 40).Draw(t, "records") {
			offset := kafka.Offset(i)
			rec := a.draw(t, offset)
			w = append(w, rec)
			before, kept := m.AppendCanon(nil), m.Clone()
			m.Apply(d, offset, rec)
			if !bytes.Equal(kept.AppendCanon(nil), before) {
				t.Fatal("a clone changed with its original")
			}
			m.Check()
			if diff := cmp.Diff(w.visible().lines(), linesOf(&m)); diff != "" {
				t.Fatalf("after %s (-records +image):\n%s", rec.AppendText(nil), diff)
			}
		}
		var back Image
		r := canon.NewReader(m.AppendCanon(nil))
		back.ReadCanon(r)
		if r.End() != nil || !bytes.Equal(back.AppendCanon(nil), m.AppendCanon(nil)) {
			t.Fatal("the image does not survive its encoding")
		}
	})
}

func TestDeltaNamesEveryTopicAndPartitionThatDiffers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, a, d := New(), newAuthor(), &Delta{}
		offset := kafka.Offset(0)
		step := func(n int) {
			for range n {
				m.Apply(d, offset, a.draw(t, offset))
				offset++
			}
		}
		step(rapid.IntRange(0, 20).Draw(t, "before"))
		old := m.Clone()
		d.Reset()
		step(rapid.IntRange(0, 20).Draw(t, "after"))
		created, deleted := []kafka.TopicID{}, []kafka.TopicID{}
		changed := map[kafka.TopicPartition]bool{}
		for b := range a.made + 1 {
			id := kafka.TopicID{b}
			was, is := old.Topic(id), m.Topic(id)
			if was == nil && is != nil {
				created = append(created, id)
			}
			if was != nil && is == nil {
				deleted = append(deleted, id)
			}
			for p := 0; is != nil && p < len(is.Partitions); p++ {
				if was == nil || p >= len(was.Partitions) || was.Partitions[p].PartitionEpoch != is.Partitions[p].PartitionEpoch {
					changed[kafka.TopicPartition{Topic: id, Partition: kafka.PartitionID(p)}] = true
				}
			}
		}
		gotDeleted := []kafka.TopicID{}
		for _, x := range d.TopicsDeleted {
			gotDeleted = append(gotDeleted, x.ID)
		}
		gotChanged := map[kafka.TopicPartition]bool{}
		for _, p := range d.PartitionsChanged {
			if gotChanged[p] {
				t.Fatalf("%s is named twice", p)
			}
			gotChanged[p] = true
		}
		gotCreated := slices.Clone(d.TopicsCreated)
		for _, ids := range [][]kafka.TopicID{created, deleted, gotCreated, gotDeleted} {
			slices.SortFunc(ids, kafka.TopicID.Compare)
		}
		if !slices.Equal(created, gotCreated) || !slices.Equal(deleted, gotDeleted) || !cmp.Equal(changed, gotChanged) {
			t.Fatalf("created %v got %v, deleted %v got %v, changed %v got %v", created, gotCreated, deleted, gotDeleted, changed, gotChanged)
		}
	})
}

func TestAbortedTransactionLeavesNoTrace(t *testing.T) {
	m, d := New(), &Delta{}
	m.Apply(d, 0, &record.BeginTransactionRecord{})
	m.Apply(d, 1, &record.TopicRecord{Name: "a", TopicID: kafka.TopicID{1}})
	if m.TopicNamed("a") != nil {
		t.Error("a record shows before its transaction ended")
	}
	m.Apply(d, 2, &record.AbortTransactionRecord{})
	m.Apply(d, 3, &record.NoOpRecord{})
	want := New()
	want.Offset = 3
	if diff := cmp.Diff(string(want.AppendText(nil)), string(m.AppendText(nil))); diff != "" || !d.Empty() {
		t.Errorf("%s %+v", diff, d)
	}
}

func TestRecordThatContradictsTheImagePanics(t *testing.T) {
	for _, rec := range []record.Metadata{
		&record.RemoveTopicRecord{TopicID: kafka.TopicID{9}},
		&record.PartitionRecord{TopicID: kafka.TopicID{9}},
		&record.PartitionChangeRecord{TopicID: kafka.TopicID{1}, PartitionID: 5},
		&record.TopicRecord{Name: "a", TopicID: kafka.TopicID{2}},
		&record.BrokerRegistrationChangeRecord{BrokerID: 7},
		&record.UnregisterBrokerRecord{BrokerID: 7},
		&record.ClearElrRecord{TopicName: "nope"},
	} {
		m, d := New(), &Delta{}
		m.Apply(d, 0, &record.TopicRecord{Name: "a", TopicID: kafka.TopicID{1}})
		if !panics(func() { m.Apply(d, 1, rec) }) {
			t.Errorf("%s is taken", rec.AppendText(nil))
		}
		if !panics(func() { m.Apply(d, 0, &record.NoOpRecord{}) }) {
			t.Error("an offset is applied twice")
		}
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

func TestTopicConfigurationFollowsKafkasPrecedence(t *testing.T) {
	m, d := New(), &Delta{}
	set := func(typ record.ConfigResourceType, resource, name, value string) {
		m.Apply(d, m.Offset+1, &record.ConfigRecord{ResourceType: typ, ResourceName: resource, Name: name, Value: &value})
	}
	m.Apply(d, 0, &record.TopicRecord{Name: "a", TopicID: kafka.TopicID{1}})
	static := config.DefaultBroker()
	static.Topic.MinInsyncReplicas = 2
	for _, step := range []struct {
		do   func()
		want int32
	}{
		{func() {}, 2},
		{func() { set(record.ConfigBroker, "", "min.insync.replicas", "3") }, 3},
		{func() { set(record.ConfigBroker, "1", "min.insync.replicas", "4") }, 4},
		{func() { set(record.ConfigBroker, "2", "min.insync.replicas", "9") }, 4},
		{func() { set(record.ConfigTopic, "a", "min.insync.replicas", "5") }, 5},
		{func() { m.Apply(d, m.Offset+1, &record.RemoveTopicRecord{TopicID: kafka.TopicID{1}}) }, 4},
	} {
		step.do()
		if got := m.TopicConfig(static, "a").MinInsyncReplicas; got != step.want {
			t.Errorf("min.insync.replicas is %d, want %d", got, step.want)
		}
	}
	if len(m.Config(record.ConfigTopic, "a")) != 0 {
		t.Error("a removed topic keeps its configuration")
	}
}

func TestReplicasThatMoveKeepTheirDirectories(t *testing.T) {
	m, d := New(), &Delta{}
	dir := func(b byte) kafka.DirID { return kafka.DirID{b} }
	log := kafka.TopicPartition{Topic: kafka.TopicID{1}}
	m.Apply(d, 0, &record.TopicRecord{Name: "a", TopicID: log.Topic})
	m.Apply(d, 1, &record.PartitionRecord{TopicID: log.Topic, Replicas: []kafka.NodeID{1, 2}, ISR: []kafka.NodeID{1}, Leader: 1,
		Directories: []kafka.DirID{dir(1), dir(2)}, LastKnownELR: []kafka.NodeID{2}})
	m.Apply(d, 2, &record.PartitionChangeRecord{TopicID: log.Topic, Replicas: []kafka.NodeID{3, 2}, ISR: []kafka.NodeID{2}, Leader: 2, LeaderRecoveryState: record.RecoveryUnchanged})
	p := m.Partition(log)
	if diff := cmp.Diff([]kafka.DirID{DirUnassigned, dir(2)}, p.Dirs); diff != "" {
		t.Error(diff)
	}
	m.Apply(d, 3, &record.ClearElrRecord{})
	if p.LastKnownELR != nil || p.PartitionEpoch != 2 || p.LeaderEpoch != 1 {
		t.Errorf("%s", p.AppendText(nil))
	}
}
