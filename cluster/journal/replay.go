package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"

	"momus/core"
	"momus/core/canon"
	"momus/core/kafka"
)

// ErrCut says that the journal ends in the middle of a record: the process was killed there.
var ErrCut = errors.New("the journal ends in the middle of a record")

// Difference is the first Step that came out otherwise than recorded, or a record that is damaged.
type Difference struct {
	// Step is the number of the Step since the process began, from 1.
	Step uint64
	// Event is the event as text, as far as it could be read.
	Event string
	// Entries are the entries that the Step brought forth now, one a line.
	Entries string
	Why     string
}

// Error makes a Difference an error.
func (d *Difference) Error() string {
	return fmt.Sprintf("step %d: %s\n  event: %s\n  entries now:\n%s", d.Step, d.Why, d.Event, d.Entries)
}

// Report counts what was replayed.
type Report struct {
	Segments int
	Steps    uint64
	Sum      uint64
	// Cut says that the last record was incomplete.
	Cut bool
}

// Replay computes the Steps of one segment again and adds them to the report. The error is a
// *Difference, ErrCut, or says that the segment is not readable at all.
func Replay(segment []byte, report *Report) error {
	rest, ok := strings.CutPrefix(string(segment[:min(len(segment), len(magic))]), magic)
	if !ok || rest != "" {
		return errors.New("this is not a segment of a journal, or of another version")
	}
	b := segment[len(magic):]
	head, b, err := block(b)
	if err != nil {
		return fmt.Errorf("the state at its beginning: %w", err)
	}
	r := canon.NewReader(head)
	step := r.Uint(64)
	chain := canon.ReadHash(r)
	if r.Err != nil {
		return fmt.Errorf("the state at its beginning: %w", r.Err)
	}
	node := &core.Node{}
	if state := head[len(head)-r.Remaining():]; len(state) > 0 {
		if err := node.LoadState(state); err != nil {
			return fmt.Errorf("the state at its beginning: %w", err)
		}
	}
	report.Segments++
	for len(b) > 0 {
		step++
		var body []byte
		body, b, err = block(b)
		if errors.Is(err, ErrCut) {
			report.Cut = true
			return err
		}
		if err != nil {
			return &Difference{Step: step, Why: err.Error()}
		}
		if diff := replayStep(node, &chain, body); diff != nil {
			diff.Step = step
			return diff
		}
		report.Steps++
	}
	report.Sum = chain.Sum()
	return nil
}

// block takes the next block off b.
func block(b []byte) (body, rest []byte, err error) {
	if len(b) < headSize {
		return nil, nil, ErrCut
	}
	n := int(binary.LittleEndian.Uint32(b))
	if n > blockMax {
		return nil, nil, errors.New("the record is damaged: its length is impossible")
	}
	if len(b)-headSize < n {
		return nil, nil, ErrCut
	}
	body = b[headSize : headSize+n]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(b[4:]) {
		return body, b[headSize+n:], errors.New("the record is damaged: its checksum does not match")
	}
	return body, b[headSize+n:], nil
}

// replayStep steps the node and compares the chain.
func replayStep(node *core.Node, chain *canon.Hash, body []byte) *Difference {
	if len(body) < 8 {
		return &Difference{Why: "the record is damaged: it is too short"}
	}
	want, event := binary.LittleEndian.Uint64(body), body[8:]
	r := canon.NewReader(event)
	now := kafka.Now{Mono: kafka.Mono(r.Int(64)), Wall: kafka.Wall(r.Int(64))}
	ev := core.ReadEvent(r)
	if r.Err != nil || ev == nil {
		return &Difference{Why: "the record is damaged: the event cannot be read"}
	}
	mark := node.Mark()
	node.Step(now, ev)
	chain.Add(event)
	chain.Add(node.AppendEntries(nil, mark))
	if chain.Sum() == want {
		node.Recycle(node.Ready())
		return nil
	}
	return &Difference{
		Why:     "the entries differ from those recorded",
		Event:   string(ev.AppendText(nil)),
		Entries: string(node.AppendEntriesText(nil, mark)),
	}
}
