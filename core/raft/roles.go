package raft

import (
	"strconv"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

// Role is what a node is in the quorum.
type Role uint8

// The roles (KIP-595). Follower is for quorums of more than one.
const (
	Unattached Role = iota + 1
	Candidate
	Leader
	Follower
	Resigned
)

var roleNames = [...]string{Unattached: "unattached", Candidate: "candidate", Leader: "leader", Follower: "follower", Resigned: "resigned"}

// String names the role.
func (r Role) String() string {
	if int(r) < len(roleNames) && roleNames[r] != "" {
		return roleNames[r]
	}
	return "role " + strconv.Itoa(int(r))
}

// becomeCandidate votes for itself in the next epoch. The vote counts once it is saved: a node
// that votes, forgets it in a crash and votes again would let two lead one epoch.
func (m *Raft) becomeCandidate() {
	if m.role != Unattached {
		panic("BUG: a " + m.role.String() + " became candidate")
	}
	m.role = Candidate
	m.epoch++
	m.vote = m.saveQuorum(port.QuorumState{
		LeaderID: kafka.NoNode, LeaderEpoch: m.epoch, VotedID: m.cfg.NodeID, VotedDir: m.dir,
	})
}

// becomeLeader begins the epoch with the leader change record, in a control batch of its own.
func (m *Raft) becomeLeader(now kafka.Now) {
	if m.role != Candidate {
		panic("BUG: a " + m.role.String() + " became leader")
	}
	m.role = Leader
	m.vote = 0
	m.saveQuorum(port.QuorumState{LeaderID: m.cfg.NodeID, LeaderEpoch: m.epoch, VotedID: m.cfg.NodeID, VotedDir: m.dir})
	m.epochStart = m.assigned
	m.Out.Roles = append(m.Out.Roles, msg.QuorumRole{Epoch: m.epoch, Leader: m.cfg.NodeID})

	change := &record.LeaderChangeMessage{LeaderID: m.cfg.NodeID}
	for _, v := range m.voters {
		change.Voters = append(change.Voters, record.QuorumVoter{VoterID: v.id})
	}
	change.GrantingVoters = []record.QuorumVoter{{VoterID: m.cfg.NodeID}}
	m.appendBatch(controlBatch(m.assigned, m.epoch, now.Wall, change), 1, nil, now.Wall)
}

// becomeActive says that the controller may decide: invariant 3 holds and all before is delivered.
func (m *Raft) becomeActive() {
	m.active = true
	m.Out.Roles = append(m.Out.Roles, msg.QuorumRole{Epoch: m.epoch, Leader: m.cfg.NodeID, Active: true})
}

// becomeResigned gives up the leadership without a successor.
func (m *Raft) becomeResigned() {
	led := m.role == Leader
	m.role, m.active, m.vote = Resigned, false, 0
	if led {
		m.Out.Roles = append(m.Out.Roles, msg.QuorumRole{Epoch: m.epoch, Leader: kafka.NoNode})
	}
}

func (m *Raft) saveQuorum(q port.QuorumState) (seq int64) {
	m.lastSave++
	m.Out.Saves = append(m.Out.Saves, port.Save{Kind: port.SaveQuorum, Seq: m.lastSave, Dir: m.dir, Quorum: q})
	return m.lastSave
}
