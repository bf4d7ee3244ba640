package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

// groupState is what is known of a group: of either protocol, with what it has committed.
type groupState struct {
	groupRow
	// Assignor is the strategy that assigns partitions; Epoch is that of a group of the consumer protocol, or -1.
	Assignor   string           `json:"assignor"`
	Epoch      int32            `json:"epoch"`
	Lag        int64            `json:"lag"`
	Members    []groupMember    `json:"members"`
	Partitions []groupPartition `json:"partitions"`
}

// groupMember is a member with the partitions that it has, as TOPIC:0,2.
type groupMember struct {
	Member   string   `json:"member"`
	Instance string   `json:"instance,omitempty"`
	Client   string   `json:"client"`
	Host     string   `json:"host"`
	Epoch    int32    `json:"epoch"`
	Assigned []string `json:"assigned"`
	Target   []string `json:"target,omitempty"`

	has kadm.TopicsSet
}

// groupPartition is a partition that a group has committed for, or a member has. Offsets that are not known are
// -1, and so is the lag without a commit; what lies below the log start is gone and lags no more.
type groupPartition struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Committed int64  `json:"committed"`
	Start     int64  `json:"startOffset"`
	End       int64  `json:"endOffset"`
	Lag       int64  `json:"lag"`
	Member    string `json:"member,omitempty"`
	Metadata  string `json:"metadata,omitempty"`
}

func groupDescribe(s *session) *cobra.Command {
	var members bool
	cmd := &cobra.Command{
		Use:               "describe GROUP...",
		Short:             "Print how groups stand: committed offsets and lag of each partition, or members",
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: s.groupNames(0),
		RunE: s.run(func(ctx context.Context, args []string) error {
			all, tables := []groupState{}, []*table{}
			for _, name := range args {
				g, err := s.group(ctx, name)
				if err != nil {
					return err
				}
				if err := s.groupOffsets(ctx, g); err != nil {
					return err
				}
				all = append(all, *g)
				tables = append(tables, g.head())
				if members {
					tables = append(tables, g.memberTable())
				} else {
					tables = append(tables, g.partitionTable())
				}
			}
			return s.show(all, tables...)
		}),
	}
	cmd.Flags().BoolVar(&members, "members", false, "print members and what they are assigned")
	return cmd
}

func (g *groupState) head() *table {
	t := newTable("GROUP", "TYPE", "STATE", "ASSIGNOR", "EPOCH", "COORDINATOR", "MEMBERS", "LAG")
	epoch := ""
	if g.Epoch >= 0 {
		epoch = fmt.Sprint(g.Epoch)
	}
	t.add(g.Group, g.Type, g.State, g.Assignor, epoch, g.Coordinator, len(g.Members), g.Lag)
	return t
}

func (g *groupState) memberTable() *table {
	t := newTable("MEMBER", "INSTANCE", "CLIENT", "HOST", "EPOCH", "ASSIGNED", "TARGET")
	for i := range g.Members {
		m := &g.Members[i]
		epoch := ""
		if m.Epoch >= 0 {
			epoch = fmt.Sprint(m.Epoch)
		}
		t.add(m.Member, m.Instance, m.Client, m.Host, epoch, strings.Join(m.Assigned, " "), strings.Join(m.Target, " "))
	}
	return t
}

func (g *groupState) partitionTable() *table {
	t := newTable("TOPIC", "PARTITION", "COMMITTED", "START", "END", "LAG", "MEMBER")
	for i := range g.Partitions {
		p := &g.Partitions[i]
		t.add(p.Topic, p.Partition, known(p.Committed), known(p.Start), known(p.End), known(p.Lag), p.Member)
	}
	return t
}

// known is an offset, or nothing.
func known(n int64) string {
	if n < 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// coordinatorRetry is how long is waited before a coordinator is asked again that is being found or loads.
const coordinatorRetry = 100 * time.Millisecond

// coordinated asks a coordinator until there is one that answers, or time is up: the first question of all
// makes the topic that coordinators keep their state in.
func coordinated(ctx context.Context, ask func() error) error {
	for {
		err := ask()
		var k *kerr.Error
		if !errors.As(err, &k) || k != kerr.CoordinatorNotAvailable && k != kerr.CoordinatorLoadInProgress && k != kerr.NotCoordinator {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(coordinatorRetry):
		}
	}
}

// group describes a group of either protocol.
func (s *session) group(ctx context.Context, name string) (g *groupState, err error) {
	err = coordinated(ctx, func() error {
		g, err = s.groupNow(ctx, name)
		return err
	})
	return g, err
}

// groupNow asks once. A broker that knows the consumer protocol is asked for that first.
func (s *session) groupNow(ctx context.Context, name string) (*groupState, error) {
	answers, err := s.admin.DescribeConsumerGroups(ctx, name)
	if d, ok := answers[name]; ok && d.Err == nil {
		return consumerState(&d), nil
	} else if ok && !tooOld(d.Err) && !errors.Is(d.Err, kerr.GroupIDNotFound) && !errors.Is(d.Err, kerr.UnsupportedVersion) {
		return nil, groupRefusal(name, d.Err)
	} else if !ok && err != nil && !tooOld(err) {
		return nil, err
	}
	classic, err := s.admin.DescribeGroups(ctx, name)
	d, ok := classic[name]
	switch {
	case !ok && err != nil:
		return nil, err
	case d.Err != nil:
		return nil, groupRefusal(name, d.Err)
	case !ok || d.State == "Dead":
		return nil, groupRefusal(name, kerr.GroupIDNotFound)
	}
	return classicState(&d), nil
}

func consumerState(d *kadm.DescribedConsumerGroup) *groupState {
	g := &groupState{
		groupRow: groupRow{d.Group, "consumer", d.State, "consumer", d.Coordinator.NodeID},
		Assignor: d.AssignorName, Epoch: d.Epoch, Members: []groupMember{}, Partitions: []groupPartition{},
	}
	for i := range d.Members {
		m := &d.Members[i]
		g.Members = append(g.Members, groupMember{
			Member: m.MemberID, Instance: deref(m.InstanceID), Client: m.ClientID, Host: m.ClientHost, Epoch: m.MemberEpoch,
			Assigned: spelled(m.Assignment), Target: spelled(m.TargetAssignment), has: m.Assignment,
		})
	}
	return g
}

func classicState(d *kadm.DescribedGroup) *groupState {
	g := &groupState{
		groupRow: groupRow{d.Group, "classic", d.State, d.ProtocolType, d.Coordinator.NodeID},
		Assignor: d.Protocol, Epoch: -1, Members: []groupMember{}, Partitions: []groupPartition{},
	}
	for i := range d.Members {
		m := &d.Members[i]
		has := kadm.TopicsSet{}
		if a, ok := m.Assigned.AsConsumer(); ok {
			for _, t := range a.Topics {
				has.Add(t.Topic, t.Partitions...)
			}
		}
		g.Members = append(g.Members, groupMember{
			Member: m.MemberID, Instance: deref(m.InstanceID), Client: m.ClientID, Host: m.ClientHost, Epoch: -1, Assigned: spelled(has), has: has,
		})
	}
	return g
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// spelled is a set of partitions as TOPIC:0,2, by topic.
func spelled(set kadm.TopicsSet) []string {
	all := []string{}
	for _, t := range set.Sorted() {
		all = append(all, t.Topic+":"+list(t.Partitions))
	}
	return all
}

// groupOffsets adds what the group has committed and how far it is behind.
func (s *session) groupOffsets(ctx context.Context, g *groupState) error {
	committed, err := s.committed(ctx, g.Group)
	if err != nil {
		return err
	}
	owners := map[place]string{}
	for i := range g.Members {
		for _, t := range g.Members[i].has.Sorted() {
			for _, p := range t.Partitions {
				at := place{t.Topic, p}
				owners[at] = g.Members[i].Member
				if _, ok := committed[at]; !ok {
					committed[at] = kadm.Offset{Topic: at.topic, Partition: at.partition, At: -1}
				}
			}
		}
	}
	places := sorted(committed)
	bounds, err := s.bounds(ctx, places)
	if err != nil {
		return err
	}
	for _, at := range places {
		p := groupPartition{
			Topic: at.topic, Partition: at.partition, Committed: committed[at].At, Start: -1, End: -1, Lag: -1,
			Member: owners[at], Metadata: committed[at].Metadata,
		}
		if in, ok := bounds[at]; ok {
			p.Start, p.End = in.start, in.end
			if p.Committed >= 0 {
				p.Lag = max(in.end-max(p.Committed, in.start), 0)
				g.Lag += p.Lag
			}
		}
		g.Partitions = append(g.Partitions, p)
	}
	return nil
}

// place is a partition of a topic.
type place struct {
	topic     string
	partition int32
}

func (p place) String() string { return fmt.Sprintf("%s:%d", p.topic, p.partition) }

// sorted are the places of a map, by topic and partition.
func sorted[V any](m map[place]V) []place {
	all := make([]place, 0, len(m))
	for p := range m {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b place) int {
		if c := strings.Compare(a.topic, b.topic); c != 0 {
			return c
		}
		return int(a.partition - b.partition)
	})
	return all
}

// committed is what a group has committed; a group that there is not has committed nothing.
func (s *session) committed(ctx context.Context, group string) (map[place]kadm.Offset, error) {
	var answers kadm.OffsetResponses
	err := coordinated(ctx, func() (err error) {
		answers, err = s.admin.FetchOffsets(ctx, group)
		return err
	})
	if err != nil {
		return nil, groupRefusal(group, err)
	}
	all := map[place]kadm.Offset{}
	for _, o := range answers.Sorted() {
		if o.Err != nil {
			return nil, refusal(fmt.Sprintf("group %s, %s:%d", group, o.Topic, o.Partition), o.Err, "")
		}
		if o.At >= 0 {
			all[place{o.Topic, o.Partition}] = o.Offset
		}
	}
	return all, nil
}

// bounds are the log starts and ends of partitions; of one that is gone or has no leader there are none.
func (s *session) bounds(ctx context.Context, places []place) (map[place]span, error) {
	var topics []string
	for _, p := range places {
		if len(topics) == 0 || topics[len(topics)-1] != p.topic {
			topics = append(topics, p.topic)
		}
	}
	all := map[place]span{}
	if len(topics) == 0 {
		return all, nil
	}
	starts, err := s.admin.ListStartOffsets(ctx, topics...)
	if err != nil && len(starts) == 0 {
		return nil, err
	}
	ends, err := s.admin.ListEndOffsets(ctx, topics...)
	if err != nil && len(ends) == 0 {
		return nil, err
	}
	for _, p := range places {
		start, ok := starts.Lookup(p.topic, p.partition)
		end, also := ends.Lookup(p.topic, p.partition)
		if ok && also && start.Err == nil && end.Err == nil {
			all[p] = span{start.Offset, end.Offset}
		}
	}
	return all, nil
}
