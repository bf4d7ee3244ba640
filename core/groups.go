package core

import (
	"momus/core/group"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
	"momus/core/replica"
)

// groupView is what the group coordinator may look at and use during one call.
func (n *Node) groupView() group.View {
	return group.View{Image: &n.image, Log: (*coordinatorLogs)(n)}
}

// followGroups tells the group coordinator how a replica of __consumer_offsets stands, whatever happened to it.
func (n *Node) followGroups(now kafka.Now, r *replica.Replica) {
	p := r.Coordinated()
	n.groups.Follow(now, &p, n.groupView())
}

// carryGroups passes on what the group coordinator wants done.
func (n *Node) carryGroups(now kafka.Now) bool {
	if n.groups.Out.Empty() {
		return false
	}
	out := n.groups.Out
	n.groups.Out = group.Out{}
	for _, r := range out.Reads {
		r.ID = r.ID<<readOwnerBits | readByGroups
		n.ready.Reads = append(n.ready.Reads, r)
	}
	n.ready.Work = append(n.ready.Work, out.Work...)
	for _, reply := range out.Replies {
		n.session.GroupReply(now, reply, n.view())
	}
	for i := range out.Notes {
		fact := &out.Notes[i]
		note := Note{Kind: groupNoteKinds[fact.Kind], Log: fact.Log, Topic: kafka.GroupMetadataTopic, To: fact.Offset, Text: fact.Text}
		if fact.Kind == group.NoteExpired {
			note.Topic, note.Group, note.Partition = fact.Topic, fact.Group, fact.Partition
		}
		n.ready.Notes = append(n.ready.Notes, note)
	}
	return true
}

// groupNoteKinds is the node's word for the coordinator's.
var groupNoteKinds = [...]NoteKind{
	group.NoteLoaded: NoteGroupsLoaded, group.NoteUnloaded: NoteGroupsUnloaded, group.NoteBroken: NoteGroupsBroken,
	group.NoteSkipped: NoteGroupsSkipped, group.NoteExpired: NoteOffsetsExpired,
}

// coordinatorLogs is how coordinators write their partitions.
type coordinatorLogs Node

// AppendAs implements msg.CoordinatorLog.
func (c *coordinatorLogs) AppendAs(now kafka.Now, log kafka.TopicPartition, epoch kafka.LeaderEpoch,
	head record.Header, span port.Span) (kafka.Offset, kafka.ErrorCode) {
	n := (*Node)(c)
	r := n.replicas[log]
	if r == nil {
		n.ready.Drops = append(n.ready.Drops, span)
		return kafka.NoOffset, kafka.ErrNotLeaderOrFollower
	}
	base, err := r.AppendAs(now, epoch, &msg.Produce{Log: log, Acks: -1, Head: head, Span: span, Internal: true})
	n.touch(r)
	return base, err
}
