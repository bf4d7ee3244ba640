package raft

import (
	"momus/core/kafka"
)

// NoteKind names a fact about the metadata log.
type NoteKind uint8

// The notes. To is the end of the snapshot, or the new log start.
const (
	NoteSnapshotTaken NoteKind = iota + 1
	NoteSnapshotLoaded
	// NoteSnapshotDamaged: one could not be loaded; an older one, or the log, says the same.
	NoteSnapshotDamaged
	// NoteTrimmed: the log below To is gone, which a snapshot holds.
	NoteTrimmed
)

// Note is one fact.
type Note struct {
	Kind     NoteKind
	From, To kafka.Offset
	Text     string
}

func (m *Raft) note(n Note) { m.Out.Notes = append(m.Out.Notes, n) }
