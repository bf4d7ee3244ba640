package group

import (
	"slices"
	"strings"

	"momus/core/goldentest"
	"momus/core/kafka"
	"momus/core/msg"
)

func init() {
	// join: session and rebalance in milliseconds, protocols as name:metadata; old is a client that needs no
	// member id before it joins, skip one that knows of SkipAssignment.
	commands["join"] = func(w *world, c goldentest.Command) {
		r := &msg.JoinGroup{
			Op: w.nextOp(), Group: c.Args["group"], Member: w.long(c.Args["member"]), Instance: w.optional(c, "instance"),
			ClientID: c.Args["client"], ClientHost: "/127.0.0.1", ProtocolType: "consumer",
			SessionTimeout: kafka.Millis(w.number(c, "session", 10_000)), RebalanceTimeout: kafka.Millis(w.number(c, "rebalance", 60_000)),
			NeedsMemberID: !slices.Contains(c.Words, "old"), KnowsSkip: slices.Contains(c.Words, "skip"),
		}
		if t, given := c.Args["type"]; given {
			r.ProtocolType = t
		}
		protocols := w.list(c, "protocols")
		if protocols == nil {
			protocols = []string{"range:x"}
		}
		for _, p := range protocols {
			name, metadata, _ := strings.Cut(p, ":")
			r.Protocols = append(r.Protocols, msg.GroupProtocol{Name: name, Metadata: []byte(metadata)})
		}
		w.ask(r)
	}
	// sync: assign is member:assignment.
	commands["sync"] = func(w *world, c goldentest.Command) {
		r := &msg.SyncGroup{
			Op: w.nextOp(), Group: c.Args["group"], Generation: kafka.GenerationID(w.number(c, "gen", 1)), Member: w.long(c.Args["member"]),
			Instance: w.optional(c, "instance"), ProtocolType: w.optional(c, "type"), Protocol: w.optional(c, "protocol"),
		}
		for _, a := range w.list(c, "assign") {
			member, assignment, _ := strings.Cut(a, ":")
			r.Assignments = append(r.Assignments, msg.GroupAssignment{Member: member, Assignment: []byte(assignment)})
		}
		w.ask(r)
	}
	commands["beat"] = func(w *world, c goldentest.Command) {
		w.ask(&msg.GroupHeartbeat{
			Op: w.nextOp(), Group: c.Args["group"], Generation: kafka.GenerationID(w.number(c, "gen", 1)), Member: w.long(c.Args["member"]),
			Instance: w.optional(c, "instance"),
		})
	}
	commands["leave"] = func(w *world, c goldentest.Command) {
		r := &msg.LeaveGroup{Op: w.nextOp(), Group: c.Args["group"]}
		for _, m := range w.list(c, "members") {
			r.Members = append(r.Members, msg.LeavingMember{Member: m})
		}
		for _, i := range w.list(c, "instances") {
			r.Members = append(r.Members, msg.LeavingMember{Instance: &i})
		}
		w.ask(r)
	}
	commands["describe"] = func(w *world, c goldentest.Command) {
		w.ask(&msg.DescribeGroup{Op: w.nextOp(), Group: c.Args["group"]})
	}
	commands["list"] = func(w *world, c goldentest.Command) {
		blanks := func(words []string) []string {
			for i := range words {
				words[i] = strings.ReplaceAll(words[i], "_", " ")
			}
			return words
		}
		w.ask(&msg.ListGroups{Op: w.nextOp(), States: blanks(w.list(c, "states")), Types: blanks(w.list(c, "types"))})
	}
	commands["delete"] = func(w *world, c goldentest.Command) {
		w.ask(&msg.DeleteGroup{Op: w.nextOp(), Group: c.Args["group"]})
	}
	// offset commits an offset of t-0.
	commands["offset"] = func(w *world, c goldentest.Command) {
		w.ask(&msg.OffsetCommit{
			Op: w.nextOp(), Group: c.Args["group"], Member: w.long(c.Args["member"]), Instance: w.optional(c, "instance"),
			Generation: int32(w.number(c, "gen", -1)), Retention: -1, KnowsGroupNotFound: true, KnowsStaleEpoch: true,
			Topics: []msg.CommitTopic{{Name: "t", ID: kafka.TopicID{1}, Partitions: []msg.CommitPartition{
				{Offset: kafka.Offset(w.number(c, "at", 5)), LeaderEpoch: kafka.NoLeaderEpoch},
			}}},
		})
	}
}
