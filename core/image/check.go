package image

import (
	"fmt"
	"slices"

	"momus/core/canon"
	"momus/core/kafka"
	"momus/core/record"
)

func (m *Image) sortedConfigs() []ConfigResource {
	return canon.SortedKeysFunc(m.Configs, ConfigResource.Compare)
}

// Check panics if the image contradicts itself. It walks everything.
func (m *Image) Check() {
	if !slices.IsSorted(m.Names) || len(m.Names) != len(m.ByName) || len(m.Names) != len(m.Topics) {
		panic(fmt.Sprintf("BUG: the image has %d names, %d of them findable, of %d topics", len(m.Names), len(m.ByName), len(m.Topics)))
	}
	for _, name := range m.Names {
		t := m.TopicNamed(name)
		if t == nil || t.Name != name || m.Topics[t.ID] != t {
			panic(fmt.Sprintf("BUG: topic %q is not found under its name", name))
		}
		for i := range t.Partitions {
			t.Partitions[i].check(kafka.TopicPartition{Topic: t.ID, Partition: kafka.PartitionID(i)})
		}
	}
	if !slices.IsSortedFunc(m.Brokers, func(a, b Broker) int { return int(a.ID) - int(b.ID) }) {
		panic("BUG: the image's brokers are not sorted")
	}
	if !slices.IsSortedFunc(m.others, ConfigResource.Compare) {
		panic("BUG: the image's other resources are not sorted")
	}
	others := 0
	for _, r := range m.sortedConfigs() {
		if r.Type != record.ConfigTopic {
			others++
		}
		if r.Type == record.ConfigTopic && m.TopicNamed(r.Name) == nil {
			panic(fmt.Sprintf("BUG: configuration of topic %q, which is not there", r.Name))
		}
	}
	if others != len(m.others) {
		panic(fmt.Sprintf("BUG: the image lists %d other resources with a configuration, of %d", len(m.others), others))
	}
	if !slices.IsSortedFunc(m.Quotas, func(a, b Quota) int { return a.Entity.Compare(b.Entity) }) {
		panic("BUG: the image's quotas are not sorted")
	}
	for i := range m.Quotas {
		if len(m.Quotas[i].Values) == 0 {
			panic("BUG: the image has a quota without a value")
		}
	}
	if !m.open && len(m.pending) > 0 {
		panic("BUG: pending records without a transaction")
	}
}

func (p *Partition) check(log kafka.TopicPartition) {
	switch {
	case len(p.Replicas) == 0:
		panic(fmt.Sprintf("BUG: partition %s has no replicas", log))
	case len(p.Dirs) != len(p.Replicas):
		panic(fmt.Sprintf("BUG: partition %s has %d directories for %d replicas", log, len(p.Dirs), len(p.Replicas)))
	case p.Leader != kafka.NoNode && !slices.Contains(p.ISR, p.Leader):
		panic(fmt.Sprintf("BUG: partition %s is led by %d, which is not in sync (%v)", log, p.Leader, p.ISR))
	}
	for _, r := range p.ISR {
		if !slices.Contains(p.Replicas, r) {
			panic(fmt.Sprintf("BUG: partition %s has %d in sync, which is no replica (%v)", log, r, p.Replicas))
		}
	}
}
