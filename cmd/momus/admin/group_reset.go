package admin

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

// resetting is where offsets are to go. At most one of the ways is asked for.
type resetting struct {
	to    string
	shift int64
	file  string
	dry   bool

	// shifts says that shift was given; after is to as a time in milliseconds, or -1; offset is to as an offset, or -1.
	shifts        bool
	after, offset int64
}

// resetRow is a partition of which the offset changes. Offsets that there were none of are -1.
type resetRow struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Before    int64  `json:"before"`
	After     int64  `json:"after"`
	Error     string `json:"error,omitempty"`
}

func groupReset(s *session) *cobra.Command {
	var r resetting
	cmd := &cobra.Command{
		Use:   "reset-offsets GROUP [TOPIC[:PARTITION,...]...]",
		Short: "Move the committed offsets of a group that has no members",
		Long: `Move the committed offsets of a group that has no members. Without topics, those of all partitions for which it
has committed move. Offsets go no further than where a partition begins and ends. A file has a line
TOPIC,PARTITION,OFFSET for each partition, and says alone which. The offsets before and after are printed.`,
		Example: `  momus group reset-offsets billing orders --to earliest --dry-run
  momus group reset-offsets billing orders:0,3 --to 2026-01-31T10:00:00Z
  momus group reset-offsets billing --shift -100
  momus group reset-offsets billing --from-file offsets.csv`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: s.groupThenTopics,
		RunE: func(cmd *cobra.Command, args []string) error {
			r.shifts = cmd.Flags().Changed("shift")
			if err := r.begin(args[1:]); err != nil {
				return err
			}
			return s.run(func(ctx context.Context, args []string) error { return s.reset(ctx, args[0], args[1:], &r) })(cmd, args)
		},
	}
	cmd.Flags().StringVar(&r.to, "to", "", "earliest, latest, an offset, or a time as 2026-01-31T10:00:00Z: the first record that is not older")
	cmd.Flags().Int64Var(&r.shift, "shift", 0, "so many records on, or back if it is negative")
	cmd.Flags().StringVar(&r.file, "from-file", "", "a file of lines TOPIC,PARTITION,OFFSET; - is standard input")
	cmd.Flags().BoolVar(&r.dry, "dry-run", false, "change nothing, only print")
	return cmd
}

// begin checks what was asked for.
func (r *resetting) begin(topics []string) error {
	ways := 0
	for _, given := range []bool{r.to != "", r.shifts, r.file != ""} {
		if given {
			ways++
		}
	}
	switch {
	case ways != 1:
		return usagef("say where to: one of --to, --shift and --from-file")
	case r.file != "" && len(topics) > 0:
		return usagef("--from-file says which partitions; leave the topics out")
	}
	r.after, r.offset = -1, -1
	if r.to == "" || r.to == "earliest" || r.to == "latest" {
		return nil
	}
	if n, err := strconv.ParseInt(r.to, 10, 64); err == nil && n >= 0 {
		r.offset = n
		return nil
	}
	if at, err := time.Parse(time.RFC3339, r.to); err == nil && at.UnixMilli() >= 0 {
		r.after = at.UnixMilli()
		return nil
	}
	return usagef("--to %s: allowed is earliest, latest, an offset, or a time as 2026-01-31T10:00:00Z", r.to)
}

// reset moves offsets, and prints them as they were and as they are.
func (s *session) reset(ctx context.Context, group string, topics []string, r *resetting) error {
	// A group that there is not gets offsets all the same, as with Kafka's tool: so a consumer that comes begins there.
	g, err := s.group(ctx, group)
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
		return err
	}
	if g != nil && len(g.Members) > 0 && !r.dry {
		return groupRefusal(group, kerr.NonEmptyGroup)
	}
	committed, err := s.committed(ctx, group)
	if err != nil {
		return err
	}
	wanted, err := s.wanted(ctx, committed, topics, r)
	if err != nil {
		return err
	}
	places := sorted(wanted)
	if len(places) == 0 {
		return fmt.Errorf("group %s has committed no offsets; say which topics", group)
	}
	rows, offsets := make([]resetRow, 0, len(places)), kadm.Offsets{}
	for _, p := range places {
		row := resetRow{Topic: p.topic, Partition: p.partition, Before: -1, After: wanted[p]}
		if o, ok := committed[p]; ok {
			row.Before = o.At
		}
		rows = append(rows, row)
		offsets.AddOffset(p.topic, p.partition, wanted[p], -1)
	}
	refused := 0
	if !r.dry {
		answers, err := s.admin.CommitOffsets(ctx, group, offsets)
		if err != nil {
			return groupRefusal(group, err)
		}
		for i := range rows {
			o, ok := answers.Lookup(rows[i].Topic, rows[i].Partition)
			if ok && o.Err == nil {
				continue
			}
			refused++
			err := fmt.Errorf("%s:%d: the coordinator did not tell what became of it", rows[i].Topic, rows[i].Partition)
			if ok {
				err = groupRefusal(group, o.Err)
			}
			rows[i].Error, rows[i].After = err.Error(), rows[i].Before
			s.failed(err)
		}
	}
	t := newTable("TOPIC", "PARTITION", "BEFORE", "AFTER")
	for _, row := range rows {
		t.add(row.Topic, row.Partition, known(row.Before), known(row.After))
	}
	if err := s.show(rows, t); err != nil {
		return err
	}
	if refused > 0 {
		return errSaid
	}
	return nil
}

// wanted are the offsets as they are to be.
func (s *session) wanted(ctx context.Context, committed map[place]kadm.Offset, topics []string, r *resetting) (map[place]int64, error) {
	asked := map[place]int64{}
	if r.file != "" {
		var err error
		if asked, err = readOffsets(r.file); err != nil {
			return nil, err
		}
	} else {
		places, err := s.places(ctx, committed, topics)
		if err != nil {
			return nil, err
		}
		for _, p := range places {
			asked[p] = -1
		}
	}
	places := sorted(asked)
	bounds, err := s.bounds(ctx, places)
	if err != nil {
		return nil, err
	}
	var later map[place]int64
	if r.after >= 0 {
		if later, err = s.offsetsAfter(ctx, places, r.after); err != nil {
			return nil, err
		}
	}
	for _, p := range places {
		in, ok := bounds[p]
		if !ok {
			return nil, fmt.Errorf("%s: nobody tells where it begins and ends; is there such a partition, with a leader?", p)
		}
		to, err := r.target(p, in, committed, later, asked[p])
		if err != nil {
			return nil, err
		}
		asked[p] = min(max(to, in.start), in.end)
	}
	return asked, nil
}

// target is where the offset of one partition goes, before it is kept within the partition.
func (r *resetting) target(p place, in span, committed map[place]kadm.Offset, later map[place]int64, said int64) (int64, error) {
	switch {
	case r.file != "":
		return said, nil
	case r.shifts:
		o, ok := committed[p]
		if !ok {
			return 0, fmt.Errorf("%s: the group has committed nothing that could be shifted; --to says where to begin", p)
		}
		return o.At + r.shift, nil
	case r.to == "earliest":
		return in.start, nil
	case r.to == "latest":
		return in.end, nil
	case r.after >= 0:
		return later[p], nil
	}
	return r.offset, nil
}

// offsetsAfter are the offsets of the first records that are not older than a time, the end where there is none.
func (s *session) offsetsAfter(ctx context.Context, places []place, millis int64) (map[place]int64, error) {
	all := map[place]int64{}
	for _, p := range places {
		if _, ok := all[p]; ok {
			continue
		}
		listed, err := s.admin.ListOffsetsAfterMilli(ctx, millis, p.topic)
		if err != nil && len(listed) == 0 {
			return nil, err
		}
		for _, o := range listed[p.topic] {
			if o.Err == nil {
				all[place{o.Topic, o.Partition}] = o.Offset
			}
		}
		if _, ok := all[p]; !ok {
			return nil, fmt.Errorf("%s: the broker does not tell what there is since then", p)
		}
	}
	return all, nil
}

// places reads TOPIC[:PARTITION,...] arguments; without any they are those of what was committed.
func (s *session) places(ctx context.Context, committed map[place]kadm.Offset, args []string) ([]place, error) {
	set := map[place]bool{}
	for _, arg := range args {
		topic, partitions, err := some(arg)
		if err != nil {
			return nil, err
		}
		details, err := s.topics(ctx, []string{topic})
		if err != nil {
			return nil, err
		}
		if err := has(details[topic], partitions); err != nil {
			return nil, err
		}
		if len(partitions) == 0 {
			for p := range details[topic].Partitions {
				partitions = append(partitions, p)
			}
		}
		for _, p := range partitions {
			set[place{topic, p}] = true
		}
	}
	if len(args) == 0 {
		return sorted(committed), nil
	}
	return sorted(set), nil
}

// readOffsets reads lines TOPIC,PARTITION,OFFSET; empty ones are passed over.
func readOffsets(path string) (all map[place]int64, err error) {
	in := os.Stdin
	if path != "-" {
		if in, err = os.Open(path); err != nil {
			return nil, usagef("--from-file %s: %v", path, errors.Unwrap(err))
		}
		defer func() { err = errors.Join(err, in.Close()) }()
	}
	all = map[place]int64{}
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		p, offset, ok := readOffset(line)
		if !ok {
			return nil, usagef("%s, line %d: allowed is TOPIC,PARTITION,OFFSET", path, n)
		}
		if _, twice := all[p]; twice {
			return nil, usagef("%s, line %d: %s was there before", path, n, p)
		}
		all[p] = offset
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(all) == 0 {
		return nil, usagef("%s holds no lines TOPIC,PARTITION,OFFSET", path)
	}
	return all, nil
}

func readOffset(line string) (p place, offset int64, ok bool) {
	fields := strings.Split(line, ",")
	if len(fields) != 3 || fields[0] == "" {
		return place{}, 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(fields[1]), 10, 32)
	at, also := strconv.ParseInt(strings.TrimSpace(fields[2]), 10, 64)
	if err != nil || also != nil || n < 0 || at < 0 {
		return place{}, 0, false
	}
	return place{strings.Trim(fields[0], `"`), int32(n)}, at, true
}
