package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func configCommand(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Look at and change the configuration of topics, brokers, groups, quotas",
		Long: `Look at and change the configuration of topics, brokers, groups, client metrics, and quotas: what a
running cluster keeps, and what applies without a restart. Whose it is, a flag says.`,
		Example: `  momus config describe --topic orders
  momus config set --topic orders retention.ms=86400000 cleanup.policy=delete
  momus config set --broker-default log.retention.ms=604800000
  momus config set --client-id loader producer_byte_rate=1048576
  momus config unset --topic orders retention.ms`,
	}
	cmd.AddCommand(configGet(s), configSet(s), configUnset(s), configDescribe(s), configList(s))
	return cmd
}

// entityCommand makes a command that works on one entity.
func entityCommand(s *session, cmd *cobra.Command, complete string, do func(context.Context, *entity, []string) error) *cobra.Command {
	var f entityFlags
	f.add(s, cmd)
	run := s.run(func(ctx context.Context, args []string) error {
		e, err := f.entity()
		if err != nil {
			return err
		}
		return do(ctx, e, args)
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := f.entity(); err != nil {
			return err // before anybody is connected to
		}
		return run(cmd, args)
	}
	if complete != "none" {
		cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
			e, err := f.entity()
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return s.configNames(e, complete)(cmd, args, begun)
		}
	}
	return cmd
}

func configGet(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get KEY...", Short: "Print values alone, a line each", Args: cobra.MinimumNArgs(1),
		Example: "  momus config get --topic orders retention.ms",
	}
	return entityCommand(s, cmd, "", func(ctx context.Context, e *entity, args []string) error {
		keys, err := s.keys(ctx, e)
		if err != nil {
			return err
		}
		var found []key
		for _, name := range args {
			at := slices.IndexFunc(keys, func(k key) bool { return k.Key == name })
			if at < 0 {
				return fmt.Errorf("%s has no key %s%s", e, name, near(keys, name))
			}
			found = append(found, keys[at])
		}
		if s.output == "json" {
			return s.show(found)
		}
		for _, k := range found {
			if _, err := fmt.Fprintln(s.out, k.text()); err != nil {
				return err
			}
		}
		return nil
	})
}

// text is the value for people.
func (k *key) text() string {
	switch {
	case k.Sensitive:
		return "(sensitive)"
	case k.Value == nil:
		return "(null)"
	}
	return *k.Value
}

// near names keys that somebody may have meant.
func near(keys []key, name string) string {
	var like []string
	for _, holds := range []func(a, b string) bool{strings.HasPrefix, strings.Contains} { // the nearer ones first
		for _, k := range keys {
			if (holds(k.Key, name) || holds(name, k.Key)) && !slices.Contains(like, k.Key) {
				like = append(like, k.Key)
			}
		}
	}
	if len(like) == 0 {
		return ""
	}
	return "; there is " + strings.Join(like[:min(3, len(like))], ", ")
}

func configDescribe(s *session) *cobra.Command {
	var all, docs bool
	cmd := &cobra.Command{
		Use: "describe [PREFIX]", Short: "Print what is set, or with --all every key", Args: cobra.MaximumNArgs(1),
	}
	cmd.Flags().BoolVarP(&all, "all", "a", false, "print every key, also those that nobody set")
	cmd.Flags().BoolVarP(&docs, "docs", "d", false, "print what each key means")
	return entityCommand(s, cmd, "", func(ctx context.Context, e *entity, args []string) error {
		keys, err := s.keys(ctx, e)
		if err != nil {
			return err
		}
		keys = slices.DeleteFunc(keys, func(k key) bool {
			return !k.Set && !all && len(args) == 0 || len(args) > 0 && !strings.HasPrefix(k.Key, args[0])
		})
		slices.SortFunc(keys, func(a, b key) int { return strings.Compare(a.Key, b.Key) })
		heads := []string{"KEY", "VALUE", "SOURCE"}
		if docs {
			heads = append(heads, "MEANING")
		}
		t := newTable(heads...)
		for _, k := range keys {
			row := []any{k.Key, k.text(), k.Source}
			if docs {
				row = append(row, k.Doc)
			}
			t.add(row...)
		}
		return s.show(append([]key{}, keys...), t)
	})
}

func configSet(s *session) *cobra.Command {
	var dry bool
	var appended, subtracted []string
	cmd := &cobra.Command{Use: "set KEY=VALUE...", Short: "Set keys"}
	cmd.Flags().BoolVar(&dry, "validate-only", false, "only tell whether it could be done")
	cmd.Flags().StringArrayVar(&appended, "append", nil, "key=value: add to a list what it has not yet")
	cmd.Flags().StringArrayVar(&subtracted, "subtract", nil, "key=value: take out of a list")
	return entityCommand(s, cmd, "=", func(ctx context.Context, e *entity, args []string) error {
		var changes []change
		for _, c := range []struct {
			texts []string
			op    kmsg.IncrementalAlterConfigOp
		}{
			{args, kmsg.IncrementalAlterConfigOpSet}, {appended, kmsg.IncrementalAlterConfigOpAppend},
			{subtracted, kmsg.IncrementalAlterConfigOpSubtract},
		} {
			set, err := pairs(c.texts)
			if err != nil {
				return err
			}
			for _, p := range set {
				changes = append(changes, change{key: p[0], value: &p[1], op: c.op})
			}
		}
		if len(changes) == 0 {
			return usagef("config set: say what, KEY=VALUE")
		}
		return s.change(ctx, e, changes, dry)
	})
}

func configUnset(s *session) *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use: "unset KEY...", Short: "Take keys back to what they are by default", Args: cobra.MinimumNArgs(1),
	}
	cmd.Flags().BoolVar(&dry, "validate-only", false, "only tell whether it could be done")
	return entityCommand(s, cmd, "", func(ctx context.Context, e *entity, args []string) error {
		changes, err := changesOf(nil, args)
		if err != nil {
			return err
		}
		return s.change(ctx, e, changes, dry)
	})
}

// change is what becomes of one key.
type change struct {
	key   string
	value *string // nil deletes it
	op    kmsg.IncrementalAlterConfigOp
}

// changesOf are the changes that set and delete keys.
func changesOf(set, unset []string) (changes []change, err error) {
	keys, err := pairs(set)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		changes = append(changes, change{k[0], &k[1], kmsg.IncrementalAlterConfigOpSet})
	}
	for _, name := range unset {
		if strings.Contains(name, "=") {
			return nil, usagef("%q: allowed is a key, without a value", name)
		}
		changes = append(changes, change{key: name, op: kmsg.IncrementalAlterConfigOpDelete})
	}
	return changes, nil
}

// change alters an entity and says so.
func (s *session) change(ctx context.Context, e *entity, changes []change, dry bool) error {
	if err := s.alter(ctx, e, changes, dry); err != nil {
		return err
	}
	o := &outcomes{s: s}
	o.did(e.String(), changed(dry))
	return o.end()
}

// alter sends changes of one entity, which are made all or not at all.
func (s *session) alter(ctx context.Context, e *entity, changes []change, dry bool) error {
	if e.isQuota() {
		return s.alterQuota(ctx, e, changes, dry)
	}
	req := kmsg.NewPtrIncrementalAlterConfigsRequest()
	req.ValidateOnly = dry
	res := kmsg.IncrementalAlterConfigsRequestResource{ResourceType: e.kind, ResourceName: e.name}
	for _, c := range changes {
		res.Configs = append(res.Configs, kmsg.IncrementalAlterConfigsRequestResourceConfig{Name: c.key, Value: c.value, Op: c.op})
	}
	req.Resources = append(req.Resources, res)
	r, err := req.RequestWith(ctx, s.cl)
	if err != nil {
		return err
	}
	for _, got := range r.Resources {
		if err := kerr.ErrorForCode(got.ErrorCode); err != nil {
			return refusal(e.String(), err, message(got.ErrorMessage))
		}
	}
	return nil
}

// listedRow is an entity that has a configuration of its own.
type listedRow struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

// listTypes are what can be listed.
var listTypes = []string{"topic", "broker", "broker-logger", "client-metrics", "group", "quota"}

func configList(s *session) *cobra.Command {
	var kind string
	cmd := &cobra.Command{
		Use: "list", Short: "List what can have a configuration: topics, brokers, groups, client metrics, and quotas that are set", Args: cobra.NoArgs,
		RunE: s.run(func(ctx context.Context, _ []string) error {
			if kind != "" && !slices.Contains(listTypes, kind) {
				return usagef("--type %s: allowed is %s", kind, strings.Join(listTypes, ", "))
			}
			rows, err := s.resources(ctx, kind)
			if err != nil {
				return err
			}
			if kind == "" || kind == "quota" {
				quotas, err := s.quotaEntities(ctx)
				if err != nil && (kind != "" || !tooOld(err)) {
					return err
				}
				rows = append(rows, quotas...)
			}
			t := newTable("TYPE", "NAME")
			for _, r := range rows {
				t.add(r.Type, r.Name)
			}
			return s.show(rows, t)
		}),
	}
	cmd.Flags().StringVar(&kind, "type", "", "only "+strings.Join(listTypes, ", "))
	if err := cmd.RegisterFlagCompletionFunc("type", cobra.FixedCompletions(listTypes, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic("BUG: " + err.Error())
	}
	return cmd
}

// resources lists resources of a kind, or of all.
func (s *session) resources(ctx context.Context, kind string) ([]listedRow, error) {
	rows := []listedRow{}
	var kinds []kmsg.ConfigResourceType
	for t, name := range resourceNames {
		if kind == "" || kind == name {
			kinds = append(kinds, t)
		}
	}
	if len(kinds) == 0 {
		return rows, nil
	}
	slices.Sort(kinds)
	listed, err := s.admin.ListConfigResources(ctx, kinds...)
	if err == nil && listed.Err != nil {
		err = refusal("listing", listed.Err, "")
	}
	for _, r := range listed.Sorted() {
		rows = append(rows, listedRow{resourceNames[r.Type], r.Name})
	}
	return rows, err
}
