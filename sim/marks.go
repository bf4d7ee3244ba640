package sim

import (
	"math/bits"
	"strconv"
	"strings"

	"momus/core"
	"momus/core/port"
)

// reached counts the rare branches of a turn, and empties the set.
func (n *node) reached(set *port.Marks) {
	for i := range set {
		for word := set[i]; word != 0; word &= word - 1 {
			n.marks[i*64+bits.TrailingZeros64(word)]++
		}
		set[i] = 0
	}
}

// countMarks adds what a node reached to the report: the marks of rare branches, and what it noted, by the
// names of the notes.
func (r *Report) countMarks(n *node) {
	for m := range port.MarkCount {
		r.mark(port.Mark(m).String(), n.marks[m])
	}
	for kind := 1; kind < core.NoteKinds; kind++ {
		r.mark("note/"+strings.ReplaceAll(core.NoteKind(kind).String(), " ", "-"), n.notes[kind])
	}
}

// outOfReach are the marks that no seed is to reach, each with the reason.
var outOfReach = map[string]string{
	"produce/while-log-is-handed-over": "a request waits while there is no room in a log, which a log has not that is handed over; " +
		"between that look and the append only another part of the same request comes",
	"metadata/snapshot-gone-before-it-was-read": "somebody else would have to remove the file after it was listed",
	"recovery/directory-of-another-topic":       "strays are renamed before logs are opened: only a hand leaves one under another's name",
	"recovery/flushed-log-is-empty":             "the disk loses unsynced names, or a directory with its checkpoints, not the files of one log beside them",
	"recovery/producer-snapshot-above-a-clean-end": "a clean stop syncs the log before its snapshot; only rot of the marker itself, or a hand, " +
		"makes them differ",
	"recovery/loss-accepted":        "nobody runs accept-loss in a world; cluster/loss_test.go does",
	"recovery/trash-went-meanwhile": "the purge of the life before would have to end between the listing and the removal of a start",
}

// addMarks sums up what was reached. A run that panicked tells of none.
func (t *Total) addMarks(r *Report) {
	if t.marks == nil {
		t.marks = append(t.marks, r.Marks...)
		return
	}
	for i := range r.Marks {
		t.marks[i].N += r.Marks[i].N
	}
}

// Unreached lists the marks that no seed reached, and that there is no reason for.
func (t *Total) Unreached() (names []string) {
	for _, m := range t.marks {
		if m.N == 0 && outOfReach[m.Name] == "" {
			names = append(names, m.Name)
		}
	}
	return names
}

// Marks lists all marks with how often they were reached, in lines.
func (t *Total) Marks() string {
	text := ""
	for _, m := range t.marks {
		text += "mark " + m.Name + " = " + strconv.FormatUint(m.N, 10)
		if why := outOfReach[m.Name]; why != "" {
			text += " (" + why + ")"
		}
		text += "\n"
	}
	return text
}

// MarksFigure is the line that sums them up for whoever keeps figures.
func (t *Total) MarksFigure() string {
	unreached := t.Unreached()
	reached := 0
	for _, m := range t.marks {
		if m.N > 0 {
			reached++
		}
	}
	text := "FIGURE marks: " + strconv.Itoa(reached) + " of " + strconv.Itoa(len(t.marks)) + " rare branches and notes reached; " +
		strconv.Itoa(len(outOfReach)) + " are out of reach"
	if len(unreached) > 0 {
		text += "; not " + strings.Join(unreached, ", ")
	}
	return text
}
