package clients

import (
	"strconv"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// inspector is an operator who looks at the cluster now and then: its brokers, its quorum, its topics page by
// page, and asks for what changes nothing on one node: elections, moves of replicas to where they are, the
// level that is finalised already. At times it unregisters a broker that runs, which must come back. One
// request is open at a time.
type inspector struct {
	actor
	gap    int64
	nextAt int64
	busy   bool
	began  checker.Event
	node   int32
	// cursor is where the list of topics goes on, or nil.
	cursor *kmsg.DescribeTopicPartitionsResponseNextCursor
	// cluster is the cluster's id as it was told first.
	cluster string
}

func newInspector(s *shared, id int32) *inspector {
	p := &inspector{}
	p.actor.init(s, id, p)
	p.gap = []int64{300, 1000, 100, 2000}[s.env.Draw("plan/client"+strconv.Itoa(int(id))+"/gap", 4)] * millisecond
	s.growing = true // whether or not anybody does
	return p
}

// Idle implements Client.
func (p *inspector) Idle() bool { return p.quiet && !p.busy }

// Waiting implements Client.
func (p *inspector) Waiting() string { return p.waiting() }

func (p *inspector) step(now int64) {
	if p.busy || p.quiet {
		return
	}
	if p.nextAt == 0 {
		p.nextAt = now + p.pause(p.gap)
	}
	if now < p.nextAt {
		p.at(p.nextAt)
		return
	}
	if p.skips() {
		p.nextAt = now + p.pause(p.gap)
		p.at(p.nextAt)
		return
	}
	l := p.anyLink()
	if !l.room(1) {
		p.nextAt = now + metadataPause
		p.at(p.nextAt)
		return
	}
	p.busy, p.began, p.node = true, p.event(), l.node
	l.send(p.request(), call{kind: callInspect})
}

func (p *inspector) request() kmsg.Request {
	if p.cursor != nil {
		return p.describeTopics()
	}
	switch p.draw(drawCount, 8) {
	case 1, 2:
		return p.describeTopics()
	case 3:
		r := kmsg.NewPtrDescribeClusterRequest()
		r.Version, r.EndpointType = p.speaks.cluster, 1
		return r
	case 4:
		r := kmsg.NewPtrElectLeadersRequest()
		r.Version, r.TimeoutMillis = p.speaks.elect, adminTimeout
		if p.speaks.elect > 0 {
			r.ElectionType = int8(p.draw(drawLimit, 2))
		}
		return r
	case 5:
		return p.move()
	case 6:
		if p.draw(drawRare, 2) == 0 {
			return kmsg.NewPtrListPartitionReassignmentsRequest()
		}
		r := kmsg.NewPtrUpdateFeaturesRequest()
		r.Version = p.speaks.features
		f := kmsg.NewUpdateFeaturesRequestFeatureUpdate()
		f.Feature, f.MaxVersionLevel, f.UpgradeType = "metadata.version", 30, 1
		r.FeatureUpdates = append(r.FeatureUpdates, f)
		return r
	case 7:
		if p.draw(drawRare, 4) == 1 {
			r := kmsg.NewPtrUnregisterBrokerRequest()
			r.BrokerID = p.node
			return r
		}
	}
	r := kmsg.NewPtrDescribeQuorumRequest()
	r.Version = p.speaks.quorum
	r.Topics = []kmsg.DescribeQuorumRequestTopic{{
		Topic: kafka.MetadataTopic, Partitions: []kmsg.DescribeQuorumRequestTopicPartition{{}},
	}}
	return r
}

// describeTopics asks for all topics, so many partitions at a time.
func (p *inspector) describeTopics() kmsg.Request {
	r := kmsg.NewPtrDescribeTopicPartitionsRequest()
	r.ResponsePartitionLimit = []int32{2000, 1, 2, 3}[p.draw(drawLimit, 4)]
	if c := p.cursor; c != nil {
		r.Cursor = &kmsg.DescribeTopicPartitionsRequestCursor{Topic: c.Topic, Partition: c.Partition}
	}
	return r
}

// move asks for a replica where it is, or for the end of a move that nobody began.
func (p *inspector) move() kmsg.Request {
	r := kmsg.NewPtrAlterPartitionAssignmentsRequest()
	r.Version, r.TimeoutMillis = p.speaks.reassign, adminTimeout
	t := kmsg.NewAlterPartitionAssignmentsRequestTopic()
	t.Topic = p.topics[p.draw(drawWhere, uint64(len(p.topics)))].name
	one := kmsg.NewAlterPartitionAssignmentsRequestTopicPartition()
	if p.draw(drawRare, 2) == 0 {
		one.Replicas = []int32{p.node}
	}
	t.Partitions = append(t.Partitions, one)
	r.Topics = append(r.Topics, t)
	return r
}

func (p *inspector) answered(_ *link, _ call, r kmsg.Response) {
	switch r := r.(type) {
	case *kmsg.DescribeClusterResponse:
		p.clusterTold(r)
	case *kmsg.DescribeQuorumResponse:
		p.quorumTold(r)
	case *kmsg.DescribeTopicPartitionsResponse:
		p.topicsTold(r)
	case *kmsg.AlterPartitionAssignmentsResponse:
		p.moveTold(r)
	case *kmsg.ListPartitionReassignmentsResponse:
		if r.ErrorCode != 0 || len(r.Topics) > 0 {
			p.odd(p.id, "replicas are on their way in a cluster of one node")
		}
	case *kmsg.UpdateFeaturesResponse:
		switch kafka.ErrorCode(r.ErrorCode) {
		case kafka.None, kafka.ErrNotController:
		default:
			p.odd(p.id, "the level that is finalised is refused: error "+strconv.Itoa(int(r.ErrorCode)))
		}
	}
	p.rest()
}

func (p *inspector) lost(call) {
	p.cursor = nil
	p.rest()
}

func (p *inspector) rest() {
	p.busy = false
	if p.nextAt = p.env.Now() + p.pause(p.gap); p.cursor != nil {
		p.nextAt = p.env.Now() + metadataPause
	}
}

// clusterTold wants one id for all of the run.
func (p *inspector) clusterTold(r *kmsg.DescribeClusterResponse) {
	if p.cluster == "" {
		p.cluster = r.ClusterID
	}
	if r.ErrorCode != 0 || r.ClusterID == "" || r.ClusterID != p.cluster || len(r.Brokers) > len(p.plan.Nodes) {
		p.odd(p.id, "DescribeCluster tells of another cluster than before")
	}
}

func (p *inspector) quorumTold(r *kmsg.DescribeQuorumResponse) {
	if r.ErrorCode != 0 || len(r.Topics) != 1 || len(r.Topics[0].Partitions) != 1 {
		p.odd(p.id, "a DescribeQuorum answer of another shape than was asked for")
		return
	}
	q := &r.Topics[0].Partitions[0]
	if q.ErrorCode != 0 {
		return // nobody leads
	}
	told := checker.QuorumTold{
		Client: p.id, Node: p.node, Start: p.began, End: p.event(),
		Epoch: kafka.LeaderEpoch(q.LeaderEpoch), HighWatermark: kafka.Offset(q.HighWatermark),
	}
	for i := range q.CurrentVoters {
		told.Ends = append(told.Ends, kafka.Offset(q.CurrentVoters[i].LogEndOffset))
	}
	p.history.Quorums = append(p.history.Quorums, told)
}

// topicsTold notes the sizes of those topics of which the page holds the last partition.
func (p *inspector) topicsTold(r *kmsg.DescribeTopicPartitionsResponse) {
	p.cursor = r.NextCursor
	for i := range r.Topics {
		t := &r.Topics[i]
		n := len(t.Partitions)
		if t.ErrorCode != 0 || t.Topic == nil {
			p.odd(p.id, "DescribeTopicPartitions of all topics names one that is not there")
			return
		}
		if n == 0 || p.cursor != nil && p.cursor.Topic == *t.Topic {
			continue
		}
		p.history.Counted = append(p.history.Counted, checker.CountSeen{
			Client: p.id, Topic: *t.Topic, ID: t.TopicID, Partitions: t.Partitions[n-1].Partition + 1, Start: p.began, End: p.event(),
		})
	}
}

// moveTold wants an answer that says that nothing is to be done.
func (p *inspector) moveTold(r *kmsg.AlterPartitionAssignmentsResponse) {
	if len(r.Topics) != 1 || len(r.Topics[0].Partitions) != 1 {
		p.odd(p.id, "an AlterPartitionReassignments answer of another shape than was asked for")
		return
	}
	switch one := &r.Topics[0].Partitions[0]; kafka.ErrorCode(one.ErrorCode) {
	case kafka.None, kafka.ErrNoReassignmentInProgress, kafka.ErrUnknownTopicOrPartition, kafka.ErrNotController, kafka.ErrRequestTimedOut:
	case kafka.ErrInvalidReplicaAssignment: // the broker was unregistered just then
	default:
		p.odd(p.id, "a replica that stays where it is is refused: error "+strconv.Itoa(int(one.ErrorCode)))
	}
}
