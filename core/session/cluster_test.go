package session

import (
	"testing"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestGoldenDescribeCluster(t *testing.T) {
	golden(t, "describe_cluster", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		b.s.ConnOpened(b.now, 2, "CONTROLLER", "10.0.0.1:1", b.view())
		b.s.cfg.Listeners[1].Port = 9093
		ask := func(conn, version int16, title string, kind int8, fenced bool) {
			r := kmsg.NewPtrDescribeClusterRequest()
			r.EndpointType, r.IncludeFencedBrokers, r.IncludeClusterAuthorizedOperations = kind, fenced, kind != brokerEndpoint
			b.send(1, version, r)
			step(title, b)
		}
		ask(1, 0, "v0: those that live", brokerEndpoint, false)
		ask(1, 2, "v2: and those that are fenced", brokerEndpoint, true)
		ask(1, 1, "a controller's endpoint is meant", controllerEndpoint, false)
		ask(1, 0, "v0 knows no kinds", controllerEndpoint, false)
		ask(1, 1, "an endpoint of no kind", 7, false)
		r := kmsg.NewPtrDescribeClusterRequest()
		r.EndpointType = controllerEndpoint
		b.send(2, 1, r)
		step("at the controller's listener", b)
	})
}

func TestGoldenDescribeTopicPartitions(t *testing.T) {
	golden(t, "describe_topic_partitions", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		b.s.cfg.DescribedPartitionsMax = 3
		b.apply(&record.PartitionChangeRecord{
			TopicID: topicT, PartitionID: 1, Leader: kafka.NoNode, LeaderRecoveryState: record.RecoveryUnchanged, ISR: []kafka.NodeID{},
			EligibleLeaderReplicas: []kafka.NodeID{1}, LastKnownELR: []kafka.NodeID{1},
		})
		ask := func(title string, limit int32, cursor *kmsg.DescribeTopicPartitionsRequestCursor, names ...string) {
			r := kmsg.NewPtrDescribeTopicPartitionsRequest()
			r.ResponsePartitionLimit, r.Cursor = limit, cursor
			for _, name := range names {
				r.Topics = append(r.Topics, kmsg.DescribeTopicPartitionsRequestTopic{Topic: name})
			}
			b.send(1, 0, r)
			step(title, b)
		}
		at := func(topic string, partition int32) *kmsg.DescribeTopicPartitionsRequestCursor {
			return &kmsg.DescribeTopicPartitionsRequestCursor{Topic: topic, Partition: partition}
		}
		ask("sorted, each once; what is not there, and what is no name", 2000, nil, "u", "t", "t", "s", "a b", "__consumer_offsets")
		ask("all, so many at a time as the broker allows", 2000, nil)
		ask("from there on", 2000, at("u", 0))
		ask("two at a time", 2, nil, "t", "u")
		ask("none at a time is one", 0, at("t", 1), "t", "u")
		ask("beyond the last partition", 5, at("t", 9), "t", "u")
		ask("a topic that is gone meanwhile", 5, at("o", 3))
		ask("a topic that was not asked for", 5, at("o", 3), "t")
		ask("a partition that there can't be", 5, at("t", -1), "t")
	})
}

func TestGoldenDescribeQuorum(t *testing.T) {
	golden(t, "describe_quorum", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		ask := func(version int16, title, topic string, partitions ...int32) {
			r := kmsg.NewPtrDescribeQuorumRequest()
			q := kmsg.NewDescribeQuorumRequestTopic()
			q.Topic = topic
			for _, p := range partitions {
				q.Partitions = append(q.Partitions, kmsg.DescribeQuorumRequestTopicPartition{Partition: p})
			}
			r.Topics = append(r.Topics, q)
			b.send(1, version, r)
			step(title, b)
		}
		ask(2, "nobody leads", kafka.MetadataTopic, 0)
		b.quorum = msg.QuorumState{Leads: true, Epoch: 3, HighWatermark: 40, Voters: []msg.QuorumVoter{{ID: 1, Dir: kafka.DirID{1}, End: 42}}}
		ask(0, "v0", kafka.MetadataTopic, 0)
		ask(2, "v2: times, directories, listeners", kafka.MetadataTopic, 0)
		ask(1, "another topic", "t", 0)
		ask(2, "more than there is", kafka.MetadataTopic, 0, 1)
	})
}

func TestGoldenACLs(t *testing.T) {
	golden(t, "acls", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		describe := kmsg.NewPtrDescribeACLsRequest()
		describe.ResourceType, describe.ResourcePatternType, describe.Operation, describe.PermissionType = 2, 3, 3, 3
		b.send(1, 3, describe)
		step("described", b)
		create := kmsg.NewPtrCreateACLsRequest()
		create.Creations = make([]kmsg.CreateACLsRequestCreation, 2)
		for i := range create.Creations {
			a := &create.Creations[i]
			a.ResourceType, a.ResourcePatternType, a.Operation, a.PermissionType = 2, 3, 3, 3
		}
		b.send(1, 1, create)
		step("created", b)
		remove := kmsg.NewPtrDeleteACLsRequest()
		remove.Filters = []kmsg.DeleteACLsRequestFilter{{ResourceType: 2, ResourcePatternType: 3, Operation: 3, PermissionType: 3}}
		b.send(1, 2, remove)
		step("deleted", b)
		unknown := *describe
		unknown.Operation = 0
		b.send(1, 3, &unknown)
		step("an element that is unknown", b)
	})
}

func TestGoldenElectLeaders(t *testing.T) {
	golden(t, "elect_leaders", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		ask := func(version int16, title string, kind int8, timeout int32, topics ...kmsg.ElectLeadersRequestTopic) {
			r := kmsg.NewPtrElectLeadersRequest()
			r.ElectionType, r.TimeoutMillis, r.Topics = kind, timeout, topics
			b.send(1, version, r)
			step(title, b)
		}
		some := kmsg.ElectLeadersRequestTopic{Topic: "t", Partitions: []int32{0, 1}}
		ask(2, "unclean ones", uncleanElection, 100, some)
		b.s.ControllerReply(b.now, &msg.ElectedLeaders{Op: b.lastOp, Topics: []msg.TopicPartitionResults{{Name: "t", Partitions: []msg.PartitionResult{
			{Partition: 0}, {Partition: 1, Err: kafka.ErrElectionNotNeeded, ErrText: "why"},
		}}}}, b.view())
		step("answered", b)
		ask(0, "v0 has no types, and null is all", 7, 100)
		b.s.ControllerReply(b.now, &msg.ElectedLeaders{Op: b.lastOp, Err: kafka.ErrNotController, ErrText: "why"}, b.view())
		step("refused", b)
		ask(1, "no such type", 7, 100, some)
		ask(2, "no time", preferredElection, 0, some)
		ask(0, "no time in v0", preferredElection, 0, some)
		ask(2, "some time", preferredElection, 50, some)
		b.wait(50)
		step("after it", b)
	})
}

func TestGoldenReassignments(t *testing.T) {
	golden(t, "reassignments", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		alter := func(version int16, title string, timeout int32, topics ...kmsg.AlterPartitionAssignmentsRequestTopic) {
			r := kmsg.NewPtrAlterPartitionAssignmentsRequest()
			r.TimeoutMillis, r.Topics = timeout, topics
			b.send(1, version, r)
			step(title, b)
		}
		move := kmsg.AlterPartitionAssignmentsRequestTopic{Topic: "t", Partitions: []kmsg.AlterPartitionAssignmentsRequestTopicPartition{
			{Partition: 0, Replicas: []int32{2, 1}}, {Partition: 1},
		}}
		alter(1, "moved, and taken back", 100, move)
		b.s.ControllerReply(b.now, &msg.AlteredReassignments{Op: b.lastOp, Topics: []msg.TopicPartitionResults{{Name: "t", Partitions: []msg.PartitionResult{
			{Partition: 0, Err: kafka.ErrInvalidReplicaAssignment, ErrText: "why"}, {Partition: 1, Err: kafka.ErrNoReassignmentInProgress},
		}}}}, b.view())
		step("answered", b)
		alter(0, "nothing", 0)
		alter(0, "no time", 0, move)
		alter(1, "some time", 50, move)
		b.s.ControllerReply(b.now, &msg.AlteredReassignments{Op: b.lastOp, Err: kafka.ErrNotController, ErrText: "why"}, b.view())
		step("refused", b)
		list := func(title string, topics ...kmsg.ListPartitionReassignmentsRequestTopic) {
			r := kmsg.NewPtrListPartitionReassignmentsRequest()
			r.Topics = topics
			b.send(1, 0, r)
			step(title, b)
		}
		list("nothing moves")
		b.apply(&record.PartitionChangeRecord{
			TopicID: topicT, PartitionID: 1, Leader: record.LeaderUnchanged, LeaderRecoveryState: record.RecoveryUnchanged,
			Replicas: []kafka.NodeID{1, 2}, AddingReplicas: []kafka.NodeID{1}, RemovingReplicas: []kafka.NodeID{2},
			Directories: []kafka.DirID{image.DirUnassigned, image.DirUnassigned},
		})
		list("all that moves")
		list("of those that are named", kmsg.ListPartitionReassignmentsRequestTopic{Topic: "t", Partitions: []int32{0, 7}},
			kmsg.ListPartitionReassignmentsRequestTopic{Topic: "t", Partitions: []int32{1}}, kmsg.ListPartitionReassignmentsRequestTopic{Topic: "x"})
	})
}

func TestGoldenUpdateFeatures(t *testing.T) {
	golden(t, "update_features", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		ask := func(version int16, title string, updates ...kmsg.UpdateFeaturesRequestFeatureUpdate) {
			r := kmsg.NewPtrUpdateFeaturesRequest()
			r.FeatureUpdates, r.ValidateOnly = updates, version > 0
			b.send(1, version, r)
			step(title, b)
		}
		answer := func(title string, err kafka.ErrorCode, text string) {
			b.s.ControllerReply(b.now, &msg.UpdatedFeatures{Op: b.lastOp, Err: err, ErrText: text}, b.view())
			step(title, b)
		}
		up := kmsg.UpdateFeaturesRequestFeatureUpdate{Feature: "metadata.version", MaxVersionLevel: 30, UpgradeType: 3}
		b.quorum.KRaftVersion = 1
		ask(0, "v0 has no types", up)
		answer("done", kafka.None, "")
		ask(1, "v1", up, up)
		answer("done, each listed", kafka.None, "")
		ask(2, "v2", up)
		answer("done, none listed", kafka.None, "")
		ask(1, "again", up)
		answer("wrong", kafka.ErrInvalidUpdateVersion, "Why.")
		ask(2, "again", up)
		answer("refused", kafka.ErrNotController, "why")

		b.send(1, 0, kmsg.NewPtrUnregisterBrokerRequest())
		step("UnregisterBroker", b)
		b.s.ControllerReply(b.now, &msg.UnregisteredBroker{Op: b.lastOp, Err: kafka.ErrBrokerIDNotRegistered, ErrText: "why"}, b.view())
		step("it is not there", b)
	})
}

// The level of kraft.version is in no record of the image: the quorum keeps it.
func TestTheLevelThatTheQuorumKeepsIsTold(t *testing.T) {
	b := newBench()
	b.open(1)
	for level, want := range map[record.FeatureLevel]int{0: 1, 1: 2, 2: 1} { // 2 is not built
		b.quorum.KRaftVersion = level
		body := kmsg.NewPtrApiVersionsRequest()
		body.ClientSoftwareName, body.ClientSoftwareVersion = "test", "1"
		b.send(1, 4, body)
		r := b.take().Replies[0].Body.(*kmsg.ApiVersionsResponse)
		if n := len(r.FinalizedFeatures); n != want || n == 2 && (r.FinalizedFeatures[0].Name != record.KRaftVersion || r.FinalizedFeatures[0].MaxVersionLevel != 1) {
			t.Errorf("kraft.version %d: told %+v", level, r.FinalizedFeatures)
		}
	}
}
