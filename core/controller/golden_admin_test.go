package controller

import (
	"strconv"
	"strings"

	"momus/core/goldentest"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// atoi reads a number of a golden command.
func (b *bench) atoi(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// electRequest reads elect-leaders topic:partition ... unclean=yes all=yes.
func (b *bench) electRequest(c goldentest.Command) *msg.ElectLeaders {
	r := &msg.ElectLeaders{Op: 3, Unclean: c.Args["unclean"] != "", All: c.Args["all"] != ""}
	for _, w := range c.Words {
		if name, partition, ok := strings.Cut(w, ":"); ok {
			r.Topics = append(r.Topics, msg.TopicPartitions{Name: name, Partitions: []kafka.PartitionID{kafka.PartitionID(b.atoi(partition))}})
		}
	}
	return r
}

// reassignRequest reads reassign topic:partition:1,2 topic:partition:cancel ... factor=fixed.
func (b *bench) reassignRequest(c goldentest.Command) *msg.AlterPartitionReassignments {
	r := &msg.AlterPartitionReassignments{Op: 2, FactorMayChange: c.Args["factor"] != "fixed"}
	for _, w := range c.Words {
		parts := strings.Split(w, ":")
		if len(parts) != 3 {
			continue
		}
		one := msg.Reassignment{Partition: kafka.PartitionID(b.atoi(parts[1])), Cancel: parts[2] == "cancel"}
		for replica := range strings.SplitSeq(parts[2], ",") {
			if !one.Cancel && replica != "" {
				one.Replicas = append(one.Replicas, kafka.NodeID(b.atoi(replica)))
			}
		}
		r.Topics = append(r.Topics, msg.TopicReassignments{Name: parts[0], Partitions: []msg.Reassignment{one}})
	}
	return r
}

// updateRequest reads update feature:level:type ... validate=yes kraft=1.
func (b *bench) updateRequest(c goldentest.Command) *msg.UpdateFeatures {
	r := &msg.UpdateFeatures{Op: 1, ValidateOnly: c.Args["validate"] != "", KRaftVersion: record.FeatureLevel(number(b.t, c, "kraft", 1))}
	for _, w := range c.Words {
		if parts := strings.Split(w, ":"); len(parts) == 3 {
			r.Updates = append(r.Updates, msg.FeatureUpdate{
				Name: parts[0], Level: record.FeatureLevel(b.atoi(parts[1])), Type: msg.UpgradeType(b.atoi(parts[2])),
			})
		}
	}
	return r
}
