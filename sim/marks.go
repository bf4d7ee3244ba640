package sim

import (
	"strings"

	"momus/core"
)

// countMarks adds what a node reached to the report: what it noted, by the names of the notes.
func (r *Report) countMarks(n *node) {
	for kind := 1; kind < core.NoteKinds; kind++ {
		r.mark("note/"+strings.ReplaceAll(core.NoteKind(kind).String(), " ", "-"), n.notes[kind])
	}
}
