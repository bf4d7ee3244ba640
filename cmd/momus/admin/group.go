package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func groupCommand(s *session) *cobra.Command {
	cmd := &cobra.Command{Use: "group", Short: "Look at consumer groups, move their offsets, delete them"}
	cmd.AddCommand(groupList(s), groupDescribe(s), groupReset(s), groupDelete(s), groupDeleteOffsets(s))
	return cmd
}

// groupRow is a group in a list. Type is classic or consumer, Protocol what kind of client uses it.
type groupRow struct {
	Group       string `json:"group"`
	Type        string `json:"type"`
	State       string `json:"state"`
	Protocol    string `json:"protocolType"`
	Coordinator int32  `json:"coordinator"`
}

func groupList(s *session) *cobra.Command {
	var states, types []string
	cmd := &cobra.Command{
		Use:   "list [PREFIX]",
		Short: "List groups, or those whose names begin so",
		Example: `  momus group list
  momus group list --state Stable --type consumer`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: s.groupNames(1),
		RunE: s.run(func(ctx context.Context, args []string) error {
			listed, err := s.groups(ctx, states, types)
			if err != nil {
				return err
			}
			rows, t := []groupRow{}, newTable("GROUP", "TYPE", "STATE", "PROTOCOL", "COORDINATOR")
			for _, r := range listed {
				if len(args) > 0 && !strings.HasPrefix(r.Group, args[0]) {
					continue
				}
				rows = append(rows, r)
				t.add(r.Group, r.Type, r.State, r.Protocol, r.Coordinator)
			}
			return s.show(rows, t)
		}),
	}
	cmd.Flags().StringSliceVar(&states, "state", nil, "only those in these states: Stable, Empty, PreparingRebalance, CompletingRebalance, Assigning, Reconciling, Dead")
	cmd.Flags().StringSliceVar(&types, "type", nil, "only those of these types: classic, consumer, share, streams")
	return cmd
}

// groups are those that all brokers coordinate, by name.
func (s *session) groups(ctx context.Context, states, types []string) ([]groupRow, error) {
	req := kmsg.NewPtrListGroupsRequest()
	req.StatesFilter, req.TypesFilter = states, types
	all := []groupRow{}
	for _, shard := range s.cl.RequestSharded(ctx, req) {
		if shard.Err != nil {
			return nil, shard.Err
		}
		answer := shard.Resp.(*kmsg.ListGroupsResponse)
		if err := kerr.ErrorForCode(answer.ErrorCode); err != nil {
			return nil, refusal(fmt.Sprintf("broker %d", shard.Meta.NodeID), err, "")
		}
		for i := range answer.Groups {
			g := &answer.Groups[i]
			all = append(all, groupRow{g.Group, strings.ToLower(g.GroupType), g.GroupState, g.ProtocolType, shard.Meta.NodeID})
		}
	}
	slices.SortFunc(all, func(a, b groupRow) int { return strings.Compare(a.Group, b.Group) })
	return all, nil
}

// groupNames completes groups, as many as the command takes.
func (s *session) groupNames(most int) completer {
	return func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if most > 0 && len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []string
		s.ask(cmd, func(ctx context.Context) error {
			listed, err := s.groups(ctx, nil, nil)
			for _, r := range listed {
				names = append(names, r.Group)
			}
			return err
		})
		return starting(names, args, begun), cobra.ShellCompDirectiveNoFileComp
	}
}

func groupDelete(s *session) *cobra.Command {
	var ifExists bool
	cmd := &cobra.Command{
		Use:               "delete GROUP...",
		Short:             "Delete groups without members, with their offsets",
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: s.groupNames(0),
		RunE: s.run(func(ctx context.Context, args []string) error {
			answers, err := s.admin.DeleteGroups(ctx, args...)
			if len(answers) == 0 && err != nil {
				return err
			}
			o := outcomes{s: s}
			for _, name := range args {
				switch r := answers[name]; {
				case r.Err == nil:
					o.did(name, "deleted")
				case ifExists && errors.Is(r.Err, kerr.GroupIDNotFound):
					o.did(name, "is not there")
				default:
					o.failed(name, groupRefusal(name, r.Err))
				}
			}
			return o.end()
		}),
	}
	cmd.Flags().BoolVar(&ifExists, "if-exists", false, "a group that is not there is no error")
	return cmd
}

// groupRefusal says what to do about what a coordinator refuses often.
func groupRefusal(group string, err error) error {
	switch {
	case errors.Is(err, kerr.NonEmptyGroup):
		return refusal("group "+group, err, "it has members; stop them first, momus group describe "+group+" --members prints them")
	case errors.Is(err, kerr.GroupIDNotFound):
		return refusal("group "+group, err, "there is no such group; momus group list prints those that there are")
	case errors.Is(err, kerr.GroupSubscribedToTopic):
		return refusal("group "+group, err, "its members are subscribed to the topic; stop them first")
	}
	return refusal("group "+group, err, "")
}

func groupDeleteOffsets(s *session) *cobra.Command {
	return &cobra.Command{
		Use:               "delete-offsets GROUP TOPIC[:PARTITION,...]...",
		Short:             "Forget what a group has committed for topics or partitions",
		Example:           "  momus group delete-offsets billing orders:0,3",
		Args:              cobra.MinimumNArgs(2),
		ValidArgsFunction: s.groupThenTopics,
		RunE: s.run(func(ctx context.Context, args []string) error {
			group := args[0]
			committed, err := s.committed(ctx, group)
			if err != nil {
				return err
			}
			places, err := s.places(ctx, committed, args[1:])
			if err != nil {
				return err
			}
			set := map[string]map[int32]struct{}{}
			for _, p := range places {
				if set[p.topic] == nil {
					set[p.topic] = map[int32]struct{}{}
				}
				set[p.topic][p.partition] = struct{}{}
			}
			answers, err := s.admin.DeleteOffsets(ctx, group, set)
			if err != nil {
				return groupRefusal(group, err)
			}
			o := outcomes{s: s}
			for _, p := range places {
				switch err, ok := answers.Lookup(p.topic, p.partition); {
				case !ok:
					o.failed(p.String(), fmt.Errorf("%s: the coordinator did not tell what became of it", p))
				case err != nil:
					o.failed(p.String(), groupRefusal(group, err))
				default:
					o.did(p.String(), "has no committed offset")
				}
			}
			return o.end()
		}),
	}
}

// groupThenTopics completes a group, and topics behind it.
func (s *session) groupThenTopics(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return s.groupNames(1)(cmd, args, begun)
	}
	return s.topicNames(0)(cmd, args[1:], begun)
}
