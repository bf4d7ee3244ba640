package admin

import (
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestClusterIsDescribed(t *testing.T) {
	b := newMadeUp(t)
	wantLines(t, b, "cluster info",
		"CLUSTER      CONTROLLER  TOPICS  PARTITIONS  LEADERLESS  UNDER-REPLICATED",
		"cluster-one  1           2       3           1           1",
		"",
		"BROKER  ADDRESS      RACK",
		"1       broker:9092  -")
	wantLines(t, b, "cluster features", "FEATURE           SUPPORTED  FINALIZED", "metadata.version  7-30       30")
	wantLines(t, b, "cluster api-versions", "KEY  API          VERSIONS", "0    Produce      0-13", "3    Metadata     0-13", "18   ApiVersions  0-5")
	b.on(&kmsg.DescribeQuorumRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.DescribeQuorumResponse)
		p := kmsg.NewDescribeQuorumResponseTopicPartition()
		p.LeaderID, p.LeaderEpoch, p.HighWatermark = 1, 7, 40
		p.CurrentVoters = []kmsg.DescribeQuorumResponseTopicPartitionReplicaState{
			{ReplicaID: 1, LogEndOffset: 42, ReplicaDirectoryID: [16]byte{3}}, {ReplicaID: 2, LogEndOffset: 40},
		}
		p.Observers = []kmsg.DescribeQuorumResponseTopicPartitionReplicaState{{ReplicaID: 5, LogEndOffset: 30}}
		v.Topics = []kmsg.DescribeQuorumResponseTopic{{Topic: "__cluster_metadata", Partitions: []kmsg.DescribeQuorumResponseTopicPartition{p}}}
		return v
	})
	wantLines(t, b, "cluster quorum",
		"LEADER  EPOCH  HIGH-WATERMARK", "1       7      40", "",
		"NODE  ROLE      LOG-END-OFFSET  LAG  DIRECTORY",
		"1     leader    42              0    AwAAAAAAAAAAAAAAAAAAAA",
		"2     voter     40              2    -",
		"5     observer  30              12   -")
}

func TestFeaturesAreChangedAndBrokersForgotten(t *testing.T) {
	b := newMadeUp(t)
	b.on(&kmsg.UpdateFeaturesRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.UpdateFeaturesResponse)
		if r.(*kmsg.UpdateFeaturesRequest).FeatureUpdates[0].Feature == "unheard.of" {
			v.ErrorCode, v.ErrorMessage = 95, kmsg.StringPtr("no such feature")
		}
		return v
	})
	wantLines(t, b, "cluster upgrade group.version=0 --downgrade unsafe --validate-only", "group.version could be changed so")
	if sent := last[*kmsg.UpdateFeaturesRequest](b); !sent.ValidateOnly || sent.FeatureUpdates[0].UpgradeType != 3 {
		t.Errorf("sent was %+v", sent)
	}
	wantError(t, b, "cluster upgrade unheard.of=1", "INVALID_UPDATE_VERSION: no such feature")
	wantError(t, b, "cluster upgrade group.version=x", "allowed is a level")
	wantError(t, b, "cluster upgrade group.version=1 --downgrade maybe", "allowed is safe or unsafe")
	b.on(&kmsg.UnregisterBrokerRequest{}, func(r kmsg.Request) kmsg.Response { return r.ResponseKind() })
	wantLines(t, b, "cluster unregister 7", "broker 7 unregistered")
	wantError(t, b, "cluster unregister seven", `"seven" is no broker's id`)
}

// withLogs lets the broker tell offsets and sizes.
func withLogs(b *madeUp) {
	b.on(&kmsg.ListOffsetsRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.ListOffsetsResponse)
		for _, asked := range r.(*kmsg.ListOffsetsRequest).Topics {
			one := kmsg.NewListOffsetsResponseTopic()
			one.Topic = asked.Topic
			for _, p := range asked.Partitions {
				part := kmsg.NewListOffsetsResponseTopicPartition()
				if part.Partition, part.Offset = p.Partition, 10; p.Timestamp == -1 {
					part.Offset = 250
				}
				one.Partitions = append(one.Partitions, part)
			}
			v.Topics = append(v.Topics, one)
		}
		return v
	})
	b.on(&kmsg.DescribeLogDirsRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.DescribeLogDirsResponse)
		v.Dirs = []kmsg.DescribeLogDirsResponseDir{{
			Dir: "/data", TotalBytes: 3 << 30, UsableBytes: 1 << 30,
			Topics: []kmsg.DescribeLogDirsResponseDirTopic{{Topic: "orders", Partitions: []kmsg.DescribeLogDirsResponseDirTopicPartition{{Partition: 0, Size: 1536}}}},
		}, {Dir: "/lost", ErrorCode: 57, TotalBytes: -1, UsableBytes: -1}}
		return v
	})
}

func TestPartitionsAreDescribedWithTheirLogs(t *testing.T) {
	b := newMadeUp(t)
	withLogs(b)
	wantLines(t, b, "partition describe orders:0",
		"TOPIC   PARTITION  LEADER  EPOCH  REPLICAS  ISR  START  END  SIZE     DIRECTORY  ERROR",
		"orders  0          1       4      1         1    10     250  1.5 KiB  /data      -")
	wantError(t, b, "partition describe orders:0,7", "topic orders has no partition 7; it has 0 to 1")
	wantError(t, b, "partition describe orders:x", "allowed is TOPIC, or TOPIC:0,2")
	wantLines(t, b, "log dirs",
		"BROKER  DIRECTORY  LOGS  LOG-SIZE  FREE     OF       STATE",
		"1       /data      1     1.5 KiB   1.0 GiB  3.0 GiB  online",
		"1       /lost      0     0 B       -        -        LOG_DIR_NOT_FOUND: The user-specified log directory is not found in the broker config.")
	wantLines(t, b, "log dirs --logs",
		"BROKER  DIRECTORY  TOPIC   PARTITION  SIZE     LAG  FUTURE",
		"1       /data      orders  0          1.5 KiB  0    false")
}

func TestRecordsAreDeletedAndLeadersElected(t *testing.T) {
	b := newMadeUp(t)
	b.on(&kmsg.DeleteRecordsRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.DeleteRecordsResponse)
		for _, p := range r.(*kmsg.DeleteRecordsRequest).Topics[0].Partitions {
			part := kmsg.NewDeleteRecordsResponseTopicPartition()
			if part.Partition, part.LowWatermark = p.Partition, p.Offset; p.Offset > 250 {
				part.ErrorCode, part.LowWatermark = 1, -1
			}
			v.Topics = []kmsg.DeleteRecordsResponseTopic{{Topic: "orders", Partitions: []kmsg.DeleteRecordsResponseTopicPartition{part}}}
		}
		return v
	})
	wantLines(t, b, "partition delete-records orders 0=20", "orders:0 begins at offset 20")
	wantError(t, b, "partition delete-records orders 0=251", "orders:0: OFFSET_OUT_OF_RANGE")
	wantError(t, b, "partition delete-records orders 0=all", "allowed is an offset, or end")
	wantError(t, b, "partition delete-records orders 5", "allowed is PARTITION=OFFSET")
	b.on(&kmsg.ElectLeadersRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.ElectLeadersResponse)
		v.Topics = []kmsg.ElectLeadersResponseTopic{{Topic: "orders", Partitions: []kmsg.ElectLeadersResponseTopicPartition{
			{Partition: 0, ErrorCode: 84}, {Partition: 1},
		}}}
		return v
	})
	wantLines(t, b, "partition elect orders --unclean", "orders:0 needs no election", "orders:1 has a new leader")
	if sent := last[*kmsg.ElectLeadersRequest](b); sent.ElectionType != 1 || len(sent.Topics[0].Partitions) != 2 {
		t.Errorf("sent was %+v", sent)
	}
}

func TestReplicasAreMovedAndAwaited(t *testing.T) {
	b := newMadeUp(t)
	withLogs(b)
	b.on(&kmsg.AlterPartitionAssignmentsRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.AlterPartitionAssignmentsResponse)
		for _, p := range r.(*kmsg.AlterPartitionAssignmentsRequest).Topics[0].Partitions {
			part := kmsg.NewAlterPartitionAssignmentsResponseTopicPartition()
			if part.Partition = p.Partition; p.Replicas != nil && p.Replicas[0] == 9 {
				part.ErrorCode, part.ErrorMessage = 39, kmsg.StringPtr("no broker 9")
			}
			v.Topics = []kmsg.AlterPartitionAssignmentsResponseTopic{{Topic: "orders", Partitions: []kmsg.AlterPartitionAssignmentsResponseTopicPartition{part}}}
		}
		return v
	})
	looks := 0
	b.on(&kmsg.ListPartitionReassignmentsRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.ListPartitionReassignmentsResponse)
		if looks++; looks == 1 {
			v.Topics = []kmsg.ListPartitionReassignmentsResponseTopic{{Topic: "orders", Partitions: []kmsg.ListPartitionReassignmentsResponseTopicPartition{
				{Partition: 0, Replicas: []int32{1, 2}, AddingReplicas: []int32{2}},
			}}}
		}
		return v
	})
	wantLines(t, b, "partition reassign --list", "TOPIC   PARTITION  REPLICAS  ADDING  REMOVING", "orders  0          1,2       2       -")
	looks = 0
	wantLines(t, b, "partition reassign orders 0=2 --wait", "orders:0 moved")
	if looks != 2 {
		t.Errorf("looked %d times while it was moved", looks)
	}
	wantLines(t, b, "partition reassign orders 0 --cancel", "orders:0 stays")
	if sent := last[*kmsg.AlterPartitionAssignmentsRequest](b); sent.Topics[0].Partitions[0].Replicas != nil {
		t.Errorf("sent was %+v", sent)
	}
	wantError(t, b, "partition reassign orders 0=9", "orders:0: INVALID_REPLICA_ASSIGNMENT: no broker 9")
	wantError(t, b, "partition reassign orders", "say TOPIC PARTITION=BROKER")
	b.on(&kmsg.AlterReplicaLogDirsRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.AlterReplicaLogDirsResponse)
		dir := r.(*kmsg.AlterReplicaLogDirsRequest).Dirs[0]
		part := kmsg.AlterReplicaLogDirsResponseTopicPartition{Partition: dir.Topics[0].Partitions[0]}
		if dir.Dir != "/data" {
			part.ErrorCode = 57
		}
		v.Topics = []kmsg.AlterReplicaLogDirsResponseTopic{{Topic: "orders", Partitions: []kmsg.AlterReplicaLogDirsResponseTopicPartition{part}}}
		return v
	})
	wantLines(t, b, "partition move-dir orders 0 /data --wait", "orders:0 moved to /data")
	wantLines(t, b, "partition move-dir orders 0 /data", "orders:0 is being moved to /data")
	wantError(t, b, "partition move-dir orders 0 /elsewhere", "orders:0: LOG_DIR_NOT_FOUND")
	wantError(t, b, "partition move-dir orders 1 /data", "has no leader; --broker says whose")
}

func TestProducersArePrinted(t *testing.T) {
	b := newMadeUp(t)
	b.on(&kmsg.DescribeProducersRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.DescribeProducersResponse)
		for _, p := range r.(*kmsg.DescribeProducersRequest).Topics[0].Partitions {
			part := kmsg.NewDescribeProducersResponseTopicPartition()
			part.Partition = p
			part.ActiveProducers = []kmsg.DescribeProducersResponseTopicPartitionActiveProducer{
				{ProducerID: 5, ProducerEpoch: 1, LastSequence: 99, LastTimestamp: 1000, CurrentTxnStartOffset: -1},
			}
			v.Topics = []kmsg.DescribeProducersResponseTopic{{Topic: "orders", Partitions: []kmsg.DescribeProducersResponseTopicPartition{part}}}
		}
		return v
	})
	wantLines(t, b, "partition producers orders:0",
		"PARTITION  PRODUCER  EPOCH  LAST-SEQUENCE  LAST-TIMESTAMP            TRANSACTION-START",
		"0          5         1      99             1970-01-01T00:00:01.000Z  -1")
}

func TestRecordsOfATail(t *testing.T) {
	for text, good := range map[string]bool{"start": true, "end": true, "15": true, "": true, "2026-01-31T10:00:00Z": true, "-3": false, "yesterday": false} {
		if _, err := (&tailing{from: text, most: 10}).begin(); (err == nil) != good {
			t.Errorf("--from %q: %v", text, err)
		}
	}
	s, out := &session{output: "table"}, &strings.Builder{}
	s.out = out
	line, raw := "a\nb", []byte{0xff}
	if err := s.showRecords([]recordRow{{Topic: "t", Partition: 1, Offset: 2, Timestamp: 1000, Value: &line}, {Topic: "t", Offset: 3, KeyBase64: raw}}); err != nil {
		t.Fatal(err)
	}
	s.output = "json"
	if err := s.showRecords([]recordRow{{Topic: "t", Offset: 3, KeyBase64: raw}}); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), `t:1 offset 2 1970-01-01T00:00:01.000Z null "a\nb"`+"\n"+`t:0 offset 3 1970-01-01T00:00:00.000Z "\xff" null`+"\n"+
		`{"topic":"t","partition":0,"offset":3,"timestamp":0,"key":null,"keyBase64":"/w==","value":null}`+"\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
