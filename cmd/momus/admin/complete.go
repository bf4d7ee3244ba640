package admin

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
)

// completeMax bounds how long a shell waits for names.
const completeMax = 2 * time.Second

// completer gives the words that an argument may be.
type completer = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective)

// topicNames completes topics, as many as the command takes. A broker that does not answer offers none.
func (s *session) topicNames(most int) completer {
	return func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if most > 0 && len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []string
		s.ask(cmd, func(ctx context.Context) error {
			listed, err := s.admin.ListTopicsWithInternal(ctx)
			names = listed.Names()
			return err
		})
		return starting(names, args, begun), cobra.ShellCompDirectiveNoFileComp
	}
}

// topicFlag completes the topic of a flag.
func (s *session) topicFlag(cmd *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	return s.topicNames(0)(cmd, nil, begun)
}

// configNames completes the keys of an entity, from what the broker describes.
func (s *session) configNames(e *entity, suffix string) completer {
	return func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		var names []string
		s.ask(cmd, func(ctx context.Context) error {
			keys, err := s.keys(ctx, e)
			for _, k := range keys {
				names = append(names, k.Key+suffix)
			}
			return err
		})
		directive := cobra.ShellCompDirectiveNoFileComp
		if suffix != "" {
			directive |= cobra.ShellCompDirectiveNoSpace
		}
		return starting(names, args, begun), directive
	}
}

// ask runs a question whose failure only means that nothing is offered: a shell has no place for errors.
func (s *session) ask(cmd *cobra.Command, question func(context.Context) error) {
	s.timeout = completeMax
	if s.connect() != nil {
		return
	}
	defer s.cl.Close()
	ctx, cancel := context.WithTimeout(cmd.Context(), completeMax)
	defer cancel()
	if err := question(ctx); err != nil {
		cobra.CompDebugln(err.Error(), false)
	}
}

// starting are the names that begin so, and are not among the arguments yet.
func starting(names, args []string, begun string) []string {
	var left []string
	for _, name := range names {
		if strings.HasPrefix(name, begun) && !contains(args, name) {
			left = append(left, name)
		}
	}
	return left
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

// ofTopics is the set of some partitions of a topic, all of them if none is named.
func ofTopics(md kadm.Metadata, topic string, partitions []int32) kadm.TopicsSet {
	set := kadm.TopicsSet{}
	if len(partitions) > 0 {
		set.Add(topic, partitions...)
		return set
	}
	for p := range md.Topics[topic].Partitions {
		set.Add(topic, p)
	}
	return set
}
