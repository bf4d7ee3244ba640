package admin

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func clusterCommand(s *session) *cobra.Command {
	cmd := &cobra.Command{Use: "cluster", Short: "Look at and change the cluster as a whole"}
	cmd.AddCommand(clusterInfo(s), clusterQuorum(s), clusterFeatures(s), clusterUpgrade(s), clusterAPIs(s), clusterUnregister(s))
	return cmd
}

type brokerRow struct {
	ID   int32  `json:"id"`
	Host string `json:"host"`
	Port int32  `json:"port"`
	Rack string `json:"rack,omitempty"`
}

type info struct {
	ClusterID  string      `json:"clusterId"`
	Controller int32       `json:"controller"`
	Topics     int         `json:"topics"`
	Partitions int         `json:"partitions"`
	Leaderless int         `json:"leaderless"`
	Under      int         `json:"underReplicated"`
	Brokers    []brokerRow `json:"brokers"`
}

func clusterInfo(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "info", Short: "Print the cluster's id, its brokers, and whether all partitions are served", Args: cobra.NoArgs,
		RunE: s.run(func(ctx context.Context, _ []string) error {
			md, err := s.admin.Metadata(ctx)
			if err != nil {
				return err
			}
			i := info{ClusterID: md.Cluster, Controller: md.Controller, Topics: len(md.Topics), Brokers: []brokerRow{}}
			for _, topic := range md.Topics {
				for _, p := range topic.Partitions {
					i.Partitions++
					if p.Leader < 0 {
						i.Leaderless++
					}
					if len(p.ISR) < len(p.Replicas) {
						i.Under++
					}
				}
			}
			head := newTable("CLUSTER", "CONTROLLER", "TOPICS", "PARTITIONS", "LEADERLESS", "UNDER-REPLICATED")
			head.add(i.ClusterID, i.Controller, i.Topics, i.Partitions, i.Leaderless, i.Under)
			t := newTable("BROKER", "ADDRESS", "RACK")
			for _, b := range md.Brokers {
				row := brokerRow{ID: b.NodeID, Host: b.Host, Port: b.Port, Rack: message(b.Rack)}
				i.Brokers = append(i.Brokers, row)
				t.add(row.ID, row.Host+":"+strconv.Itoa(int(row.Port)), row.Rack)
			}
			return s.show(i, head, t)
		}),
	}
}

type voterRow struct {
	ID           int32  `json:"id"`
	Role         string `json:"role"`
	LogEndOffset int64  `json:"logEndOffset"`
	Lag          int64  `json:"lag"`
	Directory    string `json:"directoryId"`
}

type quorum struct {
	Leader        int32      `json:"leader"`
	Epoch         int32      `json:"epoch"`
	HighWatermark int64      `json:"highWatermark"`
	Replicas      []voterRow `json:"replicas"`
}

func clusterQuorum(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "quorum", Short: "Print the metadata quorum: who leads, and how far each replica is", Args: cobra.NoArgs,
		RunE: s.run(func(ctx context.Context, _ []string) error {
			req := kmsg.NewPtrDescribeQuorumRequest()
			req.Topics = []kmsg.DescribeQuorumRequestTopic{{
				Topic: "__cluster_metadata", Partitions: []kmsg.DescribeQuorumRequestTopicPartition{{}},
			}}
			r, err := req.RequestWith(ctx, s.cl)
			if err != nil {
				return err
			}
			if err := kerr.ErrorForCode(r.ErrorCode); err != nil {
				return refusal("the quorum", err, message(r.ErrorMessage))
			}
			if len(r.Topics) != 1 || len(r.Topics[0].Partitions) != 1 {
				return fmt.Errorf("the broker describes %d quorums", len(r.Topics))
			}
			p := r.Topics[0].Partitions[0]
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return refusal("the quorum", err, message(p.ErrorMessage))
			}
			q := quorum{Leader: p.LeaderID, Epoch: p.LeaderEpoch, HighWatermark: p.HighWatermark}
			var leaderEnd int64
			for _, v := range p.CurrentVoters {
				if v.ReplicaID == p.LeaderID {
					leaderEnd = v.LogEndOffset
				}
			}
			t := newTable("NODE", "ROLE", "LOG-END-OFFSET", "LAG", "DIRECTORY")
			add := func(role string, states []kmsg.DescribeQuorumResponseTopicPartitionReplicaState) {
				for _, v := range states {
					row := voterRow{v.ReplicaID, role, v.LogEndOffset, leaderEnd - v.LogEndOffset, uuid(v.ReplicaDirectoryID)}
					if v.ReplicaID == p.LeaderID {
						row.Role = "leader"
					}
					q.Replicas = append(q.Replicas, row)
					t.add(row.ID, row.Role, row.LogEndOffset, row.Lag, row.Directory)
				}
			}
			add("voter", p.CurrentVoters)
			add("observer", p.Observers)
			head := newTable("LEADER", "EPOCH", "HIGH-WATERMARK")
			head.add(q.Leader, q.Epoch, q.HighWatermark)
			return s.show(q, head, t)
		}),
	}
}

type featureRow struct {
	Name      string `json:"name"`
	Min       int16  `json:"supportedMin"`
	Max       int16  `json:"supportedMax"`
	Finalized int16  `json:"finalized"`
}

// apiVersions asks for the APIs and features of a broker.
func (s *session) apiVersions(ctx context.Context) (*kmsg.ApiVersionsResponse, error) {
	req := kmsg.NewPtrApiVersionsRequest()
	req.ClientSoftwareName, req.ClientSoftwareVersion = "momus", "admin"
	r, err := req.RequestWith(ctx, s.cl)
	if err == nil {
		if kerr := kerr.ErrorForCode(r.ErrorCode); kerr != nil {
			err = refusal("ApiVersions", kerr, "")
		}
	}
	return r, err
}

func clusterFeatures(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "features", Short: "Print the levels of features: what the broker supports, what the cluster has", Args: cobra.NoArgs,
		RunE: s.run(func(ctx context.Context, _ []string) error {
			r, err := s.apiVersions(ctx)
			if err != nil {
				return err
			}
			rows, t := []featureRow{}, newTable("FEATURE", "SUPPORTED", "FINALIZED")
			for _, f := range r.SupportedFeatures {
				row := featureRow{Name: f.Name, Min: f.MinVersion, Max: f.MaxVersion}
				for _, have := range r.FinalizedFeatures {
					if have.Name == f.Name {
						row.Finalized = have.MaxVersionLevel
					}
				}
				rows = append(rows, row)
			}
			slices.SortFunc(rows, func(a, b featureRow) int { return strings.Compare(a.Name, b.Name) })
			for _, row := range rows {
				t.add(row.Name, fmt.Sprintf("%d-%d", row.Min, row.Max), row.Finalized)
			}
			return s.show(rows, t)
		}),
	}
}

func clusterUpgrade(s *session) *cobra.Command {
	var down string
	var dry bool
	cmd := &cobra.Command{
		Use: "upgrade FEATURE=LEVEL...", Short: "Change the levels of features", Args: cobra.MinimumNArgs(1),
		Example: "  momus cluster upgrade metadata.version=30\n  momus cluster upgrade group.version=0 --downgrade safe",
		RunE: s.run(func(ctx context.Context, args []string) error {
			kind, ok := map[string]int8{"": 1, "safe": 2, "unsafe": 3}[down]
			if !ok {
				return usagef("--downgrade %s: allowed is safe or unsafe", down)
			}
			set, err := pairs(args)
			if err != nil {
				return err
			}
			req := kmsg.NewPtrUpdateFeaturesRequest()
			req.TimeoutMillis, req.ValidateOnly = int32(s.timeout.Milliseconds()), dry
			for _, f := range set {
				level, err := strconv.ParseInt(f[1], 10, 16)
				if err != nil || level < 0 {
					return usagef("%s=%s: allowed is a level, a number", f[0], f[1])
				}
				u := kmsg.NewUpdateFeaturesRequestFeatureUpdate()
				u.Feature, u.MaxVersionLevel, u.UpgradeType, u.AllowDowngrade = f[0], int16(level), kind, kind > 1
				req.FeatureUpdates = append(req.FeatureUpdates, u)
			}
			r, err := req.RequestWith(ctx, s.cl)
			if err != nil {
				return err
			}
			if err := kerr.ErrorForCode(r.ErrorCode); err != nil {
				return refusal("features", err, message(r.ErrorMessage))
			}
			o := &outcomes{s: s}
			for _, f := range set {
				o.did(f[0], changed(dry))
			}
			for _, f := range r.Results {
				if err := kerr.ErrorForCode(f.ErrorCode); err != nil {
					o.failed(f.Feature, refusal("feature "+f.Feature, err, message(f.ErrorMessage)))
				}
			}
			return o.end()
		}),
	}
	cmd.Flags().StringVar(&down, "downgrade", "", "safe or unsafe: allow a lower level, unsafe even if metadata is lost")
	cmd.Flags().BoolVar(&dry, "validate-only", false, "only tell whether it could be done")
	return cmd
}

type apiRow struct {
	Key  int16  `json:"key"`
	Name string `json:"name"`
	Min  int16  `json:"min"`
	Max  int16  `json:"max"`
}

func clusterAPIs(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "api-versions", Short: "Print the APIs that a broker serves", Args: cobra.NoArgs,
		RunE: s.run(func(ctx context.Context, _ []string) error {
			r, err := s.apiVersions(ctx)
			if err != nil {
				return err
			}
			rows, t := []apiRow{}, newTable("KEY", "API", "VERSIONS")
			for _, k := range r.ApiKeys {
				rows = append(rows, apiRow{k.ApiKey, kmsg.NameForKey(k.ApiKey), k.MinVersion, k.MaxVersion})
				t.add(k.ApiKey, kmsg.NameForKey(k.ApiKey), fmt.Sprintf("%d-%d", k.MinVersion, k.MaxVersion))
			}
			return s.show(rows, t)
		}),
	}
}

func clusterUnregister(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "unregister BROKER", Short: "Forget a broker that is gone for good", Args: cobra.ExactArgs(1),
		RunE: s.run(func(ctx context.Context, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 32)
			if err != nil || id < 0 {
				return usagef("%q is no broker's id", args[0])
			}
			req := kmsg.NewPtrUnregisterBrokerRequest()
			req.BrokerID = int32(id)
			r, err := req.RequestWith(ctx, s.cl)
			if err != nil {
				return err
			}
			if err := kerr.ErrorForCode(r.ErrorCode); err != nil {
				return refusal("broker "+args[0], err, message(r.ErrorMessage))
			}
			o := &outcomes{s: s}
			o.did("broker "+args[0], "unregistered")
			return o.end()
		}),
	}
}
