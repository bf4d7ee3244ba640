package core

import (
	"strconv"

	"momus/core/controller"
	"momus/core/kafka"
	"momus/core/lifecycle"
	"momus/core/msg"
	"momus/core/raft"
	"momus/core/replica"
	"momus/core/session"
)

// settle carries messages between the machines until none is left.
func (n *Node) settle(now kafka.Now) {
	for {
		moved := n.carryReplicas(now)
		moved = n.carryRaft(now) || moved
		moved = n.carryController(now) || moved
		moved = n.carryAssignments(now) || moved
		moved = n.carrySnapshot(now) || moved
		moved = n.carryLifecycle(now) || moved
		moved = n.carryGroups(now) || moved
		moved = n.carrySession(now) || moved
		moved = n.advanceStop(now) || moved
		if !moved {
			return
		}
	}
}

// carryReplicas empties the outboxes of the replicas that were touched.
func (n *Node) carryReplicas(now kafka.Now) bool {
	if len(n.touched) == 0 {
		return false
	}
	for i := 0; i < len(n.touched); i++ {
		n.carryReplica(now, n.touched[i])
	}
	n.checked = append(n.checked, n.touched...)
	clear(n.touched)
	n.touched = n.touched[:0]
	return true
}

func (n *Node) carryReplica(now kafka.Now, r *replica.Replica) {
	if out := r.Out; out != nil {
		r.Out = nil
		n.carryOut(now, r, out)
	}
	n.resumeMove(now, r)
	n.timers.set(r, r.NextDeadline())
	if r.Role() != replica.RoleOpening && r.Role() != replica.RoleNew {
		n.logOpened(now, r.Log())
	}
	if n.closing[r.Log()] && (r.Role() == replica.RoleClosed || r.Role() == replica.RoleDeleted) {
		delete(n.closing, r.Log())
		if !r.Clean() && r.Role() != replica.RoleDeleted {
			n.notClean(r.Dir())
		}
	}
	if r.Role() == replica.RoleDeleted {
		n.timers.set(r, 0)
		delete(n.replicas, r.Log())
		n.byLog.Set(r.Log(), nil)
		n.removeLater(now, r.Log())
		n.logGone(now, place{r.Topic(), r.Log().Partition})
	}
}

// carryOut carries on what r wants done. What follows from it at once fills another outbox.
func (n *Node) carryOut(now kafka.Now, r *replica.Replica, out *replica.Out) {
	n.ready.LogOps = append(n.ready.LogOps, out.Ops...)
	n.ready.Drops = append(n.ready.Drops, out.Drops...)
	n.ready.Marks.Take(&out.Marks)
	for i := range out.Notes {
		n.note(now, r, &out.Notes[i])
	}
	for i := range out.Produced {
		n.session.Produced(now, &out.Produced[i], n.view())
	}
	for i := range out.Advanced {
		n.session.Advanced(now, out.Advanced[i], n.view())
	}
	if r.Topic() == kafka.GroupMetadataTopic {
		n.followGroups(now, r)
	}
	for i := range out.Trimmed {
		n.session.DeletedRecords(&out.Trimmed[i])
	}
	if out.SaveStart {
		n.saveStart(r.Log())
	}
	if out.Compacted && n.nextCompaction != 0 {
		n.nextCompaction = now.Mono // there is room for another
	}
	n.carryMove(now, r, out)
	if len(n.spareOuts) < outsKept {
		out.Reset()
		n.spareOuts = append(n.spareOuts, out)
	}
}

func (n *Node) carryRaft(now kafka.Now) bool {
	out := n.raft.Out
	if len(out.Ops)+len(out.Reads)+len(out.Saves)+len(out.Loaded)+len(out.Committed)+len(out.Notes)+len(out.Roles) == 0 && out.Fatal == "" {
		return false
	}
	n.raft.Out = raft.Out{Closed: out.Closed}
	n.ready.LogOps = append(n.ready.LogOps, out.Ops...)
	for _, r := range out.Reads {
		r.ID = r.ID<<readOwnerBits | readByRaft
		n.ready.Reads = append(n.ready.Reads, r)
	}
	n.ready.Saves = append(n.ready.Saves, out.Saves...)
	for i := range out.Loaded {
		n.loaded(&out.Loaded[i])
	}
	for i := range out.Notes {
		n.quorumNote(&out.Notes[i])
	}
	for i := range out.Committed {
		n.committed(now, &out.Committed[i])
	}
	for i := range out.Roles {
		n.quorumRole(now, out.Roles[i])
	}
	if out.Fatal != "" {
		n.fail(out.Fatal)
	}
	return true
}

func (n *Node) quorumRole(now kafka.Now, role msg.QuorumRole) {
	n.lifecycle.QuorumRole(now, role)
	if !role.Active {
		n.controller.Resign(now)
		n.carryController(now)
		return
	}
	n.controller.BecomeActive(now, n.image.Clone(), role.Epoch)
	n.carryController(now)
	n.caughtUp(now)
}

// ask gives the controller a request; its decision goes into the metadata log at once.
func (n *Node) ask(now kafka.Now, request msg.ControllerRequest) {
	n.controller.Request(now, request)
	n.carryController(now)
}

// carryController appends what the controller decided, which applies it to the controller's own
// image, and passes its replies on.
func (n *Node) carryController(now kafka.Now) bool {
	moved := false
	for len(n.controller.Out.Appends)+len(n.controller.Out.Replies) > 0 {
		moved = true
		out := n.controller.Out
		n.controller.Out = controller.Out{}
		for i := range out.Appends {
			records := out.Appends[i].Records
			if base, ok := n.raft.Append(now, records); ok {
				n.controller.Appended(now, base, len(records))
			} else {
				n.controller.Resign(now)
			}
		}
		for i := range out.Replies {
			n.controllerReply(now, out.Replies[i])
		}
	}
	return moved
}

func (n *Node) controllerReply(now kafka.Now, reply msg.ControllerReply) {
	if reply.ReplyOp() == msg.OpLifecycle {
		n.lifecycle.Reply(now, reply)
		return
	}
	n.session.ControllerReply(now, reply, n.view())
}

func (n *Node) carryLifecycle(now kafka.Now) bool {
	moved := false
	for !n.lifecycle.Out.Empty() {
		moved = true
		out := n.lifecycle.Out
		n.lifecycle.Out = lifecycle.Out{}
		n.lifecycleSaves(out.Saves)
		for _, dir := range out.FailedDirs {
			n.dirFailed(now, n.dirIndex(dir))
		}
		if out.OpenLogs {
			n.openQuorum(now)
		}
		for i := range out.Requests {
			n.ask(now, out.Requests[i])
		}
		for _, id := range out.ProducerIDs {
			n.session.ProducerID(now, id.Op, id.ID, id.Err)
		}
		if out.Registered {
			text := "broker epoch " + strconv.FormatInt(int64(n.lifecycle.Epoch()), 10)
			n.ready.Notes = append(n.ready.Notes, Note{Kind: NoteRegistered, Text: text})
		}
		if out.Ready && !n.published.Ready {
			n.published.Ready = true
			n.publish(nil)
			n.ready.Notes = append(n.ready.Notes, Note{Kind: NoteReady})
		}
		if out.CloseLogs {
			n.closeLogs(now)
		}
		if out.Done {
			reason := "stopped"
			if !out.Clean {
				reason = "stopped before every log was recovered, flushed and closed"
			}
			n.end(Exit{Clean: out.Clean, Reason: reason})
		}
		if out.Fatal != "" {
			n.fail(out.Fatal)
		}
	}
	return moved
}

// carrySession takes the session's outbox away before it acts on it: answers that come back at once
// fill the next one.
func (n *Node) carrySession(now kafka.Now) bool {
	if n.session.Out.Empty() {
		return false
	}
	n.session.Charge(now, n.view())
	out := n.session.Out
	n.session.Out, n.sessionOut = n.sessionOut, session.Out{}
	for i := range out.Produces {
		n.produce(now, &out.Produces[i])
	}
	for i := range out.Trims {
		n.deleteRecords(now, &out.Trims[i])
	}
	for i := range out.Moves {
		n.moveLog(&out.Moves[i])
	}
	for i := range out.Controller {
		n.ask(now, out.Controller[i])
	}
	for i := range out.Groups {
		n.groups.Request(now, out.Groups[i], n.groupView())
	}
	for _, r := range out.Reads {
		r.ID <<= readOwnerBits // and the session's number, which is 0
		n.ready.Reads = append(n.ready.Reads, r)
	}
	for _, op := range out.WantProducerIDs {
		n.lifecycle.ProducerID(now, op)
	}
	n.ready.Replies = append(n.ready.Replies, out.Replies...)
	for i := range out.Closes {
		n.ready.ConnOps = append(n.ready.ConnOps, ConnOp{Kind: CloseConn, Conn: out.Closes[i].Conn, Reason: out.Closes[i].Reason})
	}
	for _, id := range out.Unmutes {
		n.ready.ConnOps = append(n.ready.ConnOps, ConnOp{Kind: Unmute, Conn: id})
	}
	for _, c := range out.IdleChecks {
		n.ready.ConnOps = append(n.ready.ConnOps, ConnOp{Kind: CloseIdle, Conn: c.Conn, Idle: c.Idle})
	}
	for _, text := range out.Refusals {
		n.ready.Notes = append(n.ready.Notes, Note{Kind: NoteConnRefused, Text: text})
	}
	for _, text := range out.Uncreated {
		n.ready.Notes = append(n.ready.Notes, Note{Kind: NoteTopicNotCreated, Text: text})
	}
	for i := range out.Stale {
		n.ready.ConnOps = append(n.ready.ConnOps, ConnOp{Kind: Revalidate, Conn: out.Stale[i].Conn, Request: out.Stale[i]})
	}
	n.ready.Drops = append(n.ready.Drops, out.Drops...)
	out.Reset()
	n.sessionOut = out
	return true
}

// produce gives a batch to its replica; if there is none, the batch is refused and dropped.
func (n *Node) produce(now kafka.Now, p *msg.Produce) {
	r := n.byLog.Get(p.Log)
	if r == nil {
		n.ready.Drops = append(n.ready.Drops, p.Span)
		n.session.Produced(now, &msg.Produced{
			Op: p.Op, Slot: p.Slot, Err: kafka.ErrNotLeaderOrFollower,
			Base: kafka.NoOffset, LogStart: kafka.NoOffset, AppendTime: -1,
		}, n.view())
		return
	}
	n.lend(r)
	r.Produce(now, p)
	n.touch(r)
}

// deleteRecords gives a request to its replica, or refuses it if there is none.
func (n *Node) deleteRecords(now kafka.Now, m *msg.DeleteRecords) {
	r := n.byLog.Get(m.Log)
	if r == nil {
		n.session.DeletedRecords(&msg.DeletedRecords{
			Op: m.Op, Slot: m.Slot, Err: kafka.ErrNotLeaderOrFollower, LowWatermark: kafka.NoOffset,
		})
		return
	}
	r.DeleteRecords(m)
	n.touch(r)
}

// replicas is the read side of this node's replicas.
type replicas Node

// FetchState implements msg.Replicas.
func (n *replicas) FetchState(q msg.FetchQuery) msg.FetchState {
	r := n.byLog.Get(q.Log)
	if r == nil {
		return msg.FetchState{Err: kafka.ErrNotLeaderOrFollower, HighWatermark: kafka.NoOffset, LastStable: kafka.NoOffset, LogStart: kafka.NoOffset}
	}
	return r.FetchState(q)
}

// OffsetState implements msg.Replicas.
func (n *replicas) OffsetState(log kafka.TopicPartition, current kafka.LeaderEpoch) msg.OffsetState {
	r := n.byLog.Get(log)
	if r == nil {
		return msg.OffsetState{Err: kafka.ErrNotLeaderOrFollower}
	}
	return r.OffsetState(current)
}

// EpochEnd implements msg.Replicas.
func (n *replicas) EpochEnd(log kafka.TopicPartition, asked kafka.LeaderEpoch) (kafka.LeaderEpoch, kafka.Offset) {
	r := n.byLog.Get(log)
	if r == nil {
		return kafka.NoLeaderEpoch, kafka.NoOffset
	}
	return r.EpochEnd(asked)
}

// EpochAt implements msg.Replicas.
func (n *replicas) EpochAt(log kafka.TopicPartition, at kafka.Offset) kafka.LeaderEpoch {
	r := n.byLog.Get(log)
	if r == nil {
		return kafka.NoLeaderEpoch
	}
	return r.EpochAt(at)
}

// Producers implements msg.Replicas.
func (n *replicas) Producers(log kafka.TopicPartition) ([]msg.ProducerState, kafka.ErrorCode) {
	r := n.byLog.Get(log)
	if r == nil {
		return nil, kafka.ErrNotLeaderOrFollower
	}
	return r.Producers()
}

// AppendRoom implements msg.Replicas. A log that is not here has room: the batch is then refused.
func (n *replicas) AppendRoom(log kafka.TopicPartition) bool {
	r := n.byLog.Get(log)
	return r == nil || r.AppendRoom()
}
