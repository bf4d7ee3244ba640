package image

import (
	"fmt"
	"slices"

	"momus/core/kafka"
	"momus/core/record"

	"pgregory.net/rapid"
)

// author draws records that a controller could write: it knows only what is there, by a list.
type author struct {
	topics  []kafka.TopicID
	names   map[kafka.TopicID]string
	sizes   map[kafka.TopicID]int
	brokers []*record.RegisterBrokerRecord
	open    bool
	made    byte
}

func newAuthor() *author {
	return &author{names: map[kafka.TopicID]string{}, sizes: map[kafka.TopicID]int{}}
}

func (a *author) draw(t *rapid.T, offset kafka.Offset) record.Metadata {
	for {
		if rec := a.try(t, offset, rapid.IntRange(0, 11).Draw(t, "kind")); rec != nil {
			return rec
		}
	}
}

func (a *author) try(t *rapid.T, offset kafka.Offset, kind int) record.Metadata {
	nodes := func(label string) []kafka.NodeID {
		return rapid.SliceOfNDistinct(rapid.Map(rapid.Int32Range(1, 4), func(n int32) kafka.NodeID { return kafka.NodeID(n) }), 1, 3, rapid.ID[kafka.NodeID]).Draw(t, label)
	}
	var id kafka.TopicID
	if kind >= 1 && kind <= 3 {
		if len(a.topics) == 0 {
			return nil
		}
		id = rapid.SampledFrom(a.topics).Draw(t, "topic")
	}
	switch kind {
	case 0:
		a.made++
		id = kafka.TopicID{a.made}
		name := rapid.SampledFrom([]string{"a", "b", "c.d", "z"}).Draw(t, "name")
		for _, there := range a.topics {
			if a.names[there] == name {
				return nil
			}
		}
		a.topics, a.names[id] = append(a.topics, id), name
		return &record.TopicRecord{Name: name, TopicID: id}
	case 1:
		a.topics = slices.DeleteFunc(a.topics, func(x kafka.TopicID) bool { return x == id })
		return &record.RemoveTopicRecord{TopicID: id}
	case 2:
		replicas := nodes("replicas")
		a.sizes[id]++
		return &record.PartitionRecord{
			PartitionID: kafka.PartitionID(a.sizes[id] - 1), TopicID: id, Replicas: replicas, ISR: replicas,
			Leader: replicas[0], Directories: make([]kafka.DirID, len(replicas)),
		}
	case 3:
		if a.sizes[id] == 0 {
			return nil
		}
		rec := &record.PartitionChangeRecord{
			TopicID: id, PartitionID: kafka.PartitionID(rapid.IntRange(0, a.sizes[id]-1).Draw(t, "partition")),
			Leader: record.LeaderUnchanged, LeaderRecoveryState: record.RecoveryUnchanged,
		}
		if rapid.Bool().Draw(t, "elect") {
			rec.Leader = kafka.NoNode
		}
		return rec
	case 4:
		rec := &record.RegisterBrokerRecord{BrokerID: nodes("broker")[0], BrokerEpoch: kafka.BrokerEpoch(offset), Fenced: true}
		a.brokers = append(slices.DeleteFunc(a.brokers, func(b *record.RegisterBrokerRecord) bool { return b.BrokerID == rec.BrokerID }), rec)
		return rec
	case 5:
		if len(a.brokers) == 0 {
			return nil
		}
		b := rapid.SampledFrom(a.brokers).Draw(t, "registered")
		return &record.BrokerRegistrationChangeRecord{BrokerID: b.BrokerID, BrokerEpoch: b.BrokerEpoch,
			Fenced: rapid.SampledFrom([]record.FencingChange{record.Fenced, record.Unfenced, record.FencingAsItWas}).Draw(t, "fenced")}
	case 6:
		rec := &record.ConfigRecord{ResourceType: record.ConfigBroker, Name: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "key")}
		if len(a.topics) > 0 && rapid.Bool().Draw(t, "of a topic") {
			rec.ResourceType, rec.ResourceName = record.ConfigTopic, a.names[rapid.SampledFrom(a.topics).Draw(t, "topic")]
		}
		if rapid.Bool().Draw(t, "set") {
			v := rapid.SampledFrom([]string{"1", "2"}).Draw(t, "value")
			rec.Value = &v
		}
		return rec
	case 7:
		return &record.FeatureLevelRecord{Name: rapid.SampledFrom([]string{"f", "g"}).Draw(t, "feature"),
			FeatureLevel: record.FeatureLevel(rapid.IntRange(0, 2).Draw(t, "level"))}
	case 10, 11:
		return drawKept(t)
	case 8:
		return &record.ProducerIDsRecord{NextProducerID: kafka.ProducerID(offset) * 1000}
	}
	if a.open = !a.open; a.open {
		return &record.BeginTransactionRecord{}
	}
	return &record.EndTransactionRecord{}
}

// twin answers every question by reading all records again.
type twin []record.Metadata

func (w twin) visible() twin {
	var all, held twin
	open := false
	for _, rec := range w {
		switch rec.(type) {
		case *record.BeginTransactionRecord:
			open = true
		case *record.EndTransactionRecord:
			all, held, open = append(all, held...), nil, false
		default:
			if open {
				held = append(held, rec)
			} else {
				all = append(all, rec)
			}
		}
	}
	return all
}

func (w twin) lines() []string {
	lines := []string{}
	removed := map[kafka.TopicID]bool{}
	for _, rec := range w {
		if r, ok := rec.(*record.RemoveTopicRecord); ok {
			removed[r.TopicID] = true
		}
	}
	for i, rec := range w {
		switch r := rec.(type) {
		case *record.TopicRecord:
			if !removed[r.TopicID] {
				lines = append(lines, fmt.Sprintf("topic %s %s", r.Name, r.TopicID))
			}
		case *record.PartitionRecord:
			if !removed[r.TopicID] {
				leader, epoch, changes := w.changes(r)
				lines = append(lines, fmt.Sprintf("partition %s %d %v leader %d epoch %d changes %d", r.TopicID, r.PartitionID, r.Replicas, leader, epoch, changes))
			}
		case *record.RegisterBrokerRecord:
			if fenced, last := w.fenced(i, r); last {
				lines = append(lines, fmt.Sprintf("broker %d epoch %d fenced %v", r.BrokerID, r.BrokerEpoch, fenced))
			}
		case *record.ConfigRecord:
			if r.Value != nil && w.lastConfig(i, r) {
				lines = append(lines, fmt.Sprintf("config %d/%s %s=%s", r.ResourceType, r.ResourceName, r.Name, *r.Value))
			}
		case *record.FeatureLevelRecord:
			last := !slices.ContainsFunc(w[i+1:], func(x record.Metadata) bool {
				f, ok := x.(*record.FeatureLevelRecord)
				return ok && f.Name == r.Name
			})
			if last && r.FeatureLevel != 0 {
				lines = append(lines, fmt.Sprintf("feature %s %d", r.Name, r.FeatureLevel))
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func (w twin) changes(p *record.PartitionRecord) (leader kafka.NodeID, epoch, changes int) {
	leader = p.Leader
	for _, rec := range w {
		if c, ok := rec.(*record.PartitionChangeRecord); ok && c.TopicID == p.TopicID && c.PartitionID == p.PartitionID {
			changes++
			if c.Leader != record.LeaderUnchanged {
				leader, epoch = c.Leader, epoch+1
			}
		}
	}
	return leader, epoch, changes
}

func (w twin) fenced(at int, b *record.RegisterBrokerRecord) (fenced, last bool) {
	fenced = b.Fenced
	for _, rec := range w[at+1:] {
		switch r := rec.(type) {
		case *record.RegisterBrokerRecord:
			if r.BrokerID == b.BrokerID {
				return false, false
			}
		case *record.BrokerRegistrationChangeRecord:
			if r.BrokerID == b.BrokerID && r.Fenced != record.FencingAsItWas {
				fenced = r.Fenced == record.Fenced
			}
		}
	}
	return fenced, true
}

// lastConfig tells whether no later record overrides this one, or removes the topic it belongs to.
func (w twin) lastConfig(at int, c *record.ConfigRecord) bool {
	named := map[kafka.TopicID]string{}
	for i, rec := range w {
		switch r := rec.(type) {
		case *record.TopicRecord:
			named[r.TopicID] = r.Name
		case *record.ConfigRecord:
			if i > at && r.ResourceType == c.ResourceType && r.ResourceName == c.ResourceName && r.Name == c.Name {
				return false
			}
		case *record.RemoveTopicRecord:
			if i > at && c.ResourceType == record.ConfigTopic && named[r.TopicID] == c.ResourceName {
				return false
			}
		}
	}
	return true
}

func linesOf(m *Image) []string {
	lines := []string{}
	for _, name := range m.Names {
		topic := m.TopicNamed(name)
		lines = append(lines, fmt.Sprintf("topic %s %s", topic.Name, topic.ID))
		for i, p := range topic.Partitions {
			lines = append(lines, fmt.Sprintf("partition %s %d %v leader %d epoch %d changes %d", topic.ID, i, p.Replicas, p.Leader, p.LeaderEpoch, p.PartitionEpoch))
		}
	}
	for _, b := range m.Brokers {
		lines = append(lines, fmt.Sprintf("broker %d epoch %d fenced %v", b.ID, b.Epoch, b.Fenced))
	}
	for _, r := range m.sortedConfigs() {
		for _, o := range m.Configs[r] {
			lines = append(lines, fmt.Sprintf("config %d/%s %s=%s", r.Type, r.Name, o.Name, o.Value))
		}
	}
	for _, f := range m.Features {
		lines = append(lines, fmt.Sprintf("feature %s %d", f.Name, f.Level))
	}
	slices.Sort(lines)
	return lines
}
