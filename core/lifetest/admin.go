package lifetest

import "github.com/twmb/franz-go/pkg/kmsg"

// sendAdmin asks about the cluster, and for changes of it, most of which change nothing on one node.
func sendAdmin(l *Life, topic string) {
	l.Send(1, 2, kmsg.NewPtrDescribeClusterRequest())
	describe := kmsg.NewPtrDescribeTopicPartitionsRequest()
	describe.ResponsePartitionLimit = 2
	describe.Cursor = &kmsg.DescribeTopicPartitionsRequestCursor{Topic: topic, Partition: 1}
	l.Send(1, 0, describe)
	quorum := kmsg.NewPtrDescribeQuorumRequest()
	quorum.Topics = []kmsg.DescribeQuorumRequestTopic{{
		Topic: "__cluster_metadata", Partitions: []kmsg.DescribeQuorumRequestTopicPartition{{}},
	}}
	l.Send(1, 2, quorum)
	acls := kmsg.NewPtrDescribeACLsRequest()
	acls.ResourceType, acls.ResourcePatternType, acls.Operation, acls.PermissionType = 1, 1, 1, 1
	l.Send(1, 3, acls)
	l.Send(1, 3, kmsg.NewPtrCreateACLsRequest())
	l.Send(1, 3, kmsg.NewPtrDeleteACLsRequest())
	elect := kmsg.NewPtrElectLeadersRequest()
	elect.TimeoutMillis = 1000
	l.Send(1, 2, elect)
	move := kmsg.NewPtrAlterPartitionAssignmentsRequest()
	move.TimeoutMillis = 1000
	move.Topics = []kmsg.AlterPartitionAssignmentsRequestTopic{{
		Topic: topic, Partitions: []kmsg.AlterPartitionAssignmentsRequestTopicPartition{{Replicas: []int32{1}}, {Partition: 1}},
	}}
	l.Send(1, 1, move)
	l.Send(1, 0, kmsg.NewPtrListPartitionReassignmentsRequest())
	features := kmsg.NewPtrUpdateFeaturesRequest()
	features.FeatureUpdates = []kmsg.UpdateFeaturesRequestFeatureUpdate{{Feature: "metadata.version", MaxVersionLevel: 30, UpgradeType: 1}}
	l.Send(1, 2, features)
	unregister := kmsg.NewPtrUnregisterBrokerRequest()
	unregister.BrokerID = 7
	l.Send(1, 0, unregister)
}
