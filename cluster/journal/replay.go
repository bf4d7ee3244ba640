package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"momus/core"
	"momus/core/canon"
	"momus/core/kafka"

	"github.com/klauspost/crc32"
)

// Errors of blocks.
var (
	// ErrCut says that the journal ends in the middle of a record: the process was killed there.
	ErrCut     = errors.New("the journal ends in the middle of a record")
	errHead    = errors.New("the record is damaged: the checksum of its length does not match")
	errBody    = errors.New("the record is damaged: its checksum does not match")
	errEvent   = errors.New("the record is damaged: the event cannot be read")
	errSegment = errors.New("this is not a segment of a journal, or of another version")
)

// Difference is the first Step that came out otherwise than recorded, or a record that is damaged.
type Difference struct {
	// Step is the number of the Step since the process began, from 1.
	Step uint64
	Why  string
	// Event is the event as text, and Entries what it brought forth now, one a line; both are empty
	// of a record that cannot be read.
	Event   string
	Entries string
}

// Error makes a Difference an error.
func (d *Difference) Error() string {
	text := fmt.Sprintf("step %d: %s", d.Step, d.Why)
	if d.Event != "" {
		text += "\n  event: " + d.Event + "\n  entries now:\n" + d.Entries
	}
	return text
}

// Replayer computes the segments of a journal again, in order.
type Replayer struct {
	// Segments and Steps count what was replayed; Sum is the chain after the last Step.
	Segments int
	Steps    uint64
	Sum      uint64
	// Missing counts Steps between segments that were not recorded, as the writer was behind.
	Missing uint64
	// Step is the number of the Step under way or done last, from 1, and Event its event, nil
	// before it could be read.
	Step  uint64
	Event core.Event

	node *core.Node
}

// Replay computes the Steps of one segment again. The error is a *Difference, ErrCut, or says that
// the segment cannot be read from its beginning.
func (p *Replayer) Replay(segment []byte) error {
	b, ok := bytes.CutPrefix(segment, []byte(magic))
	if !ok {
		return errSegment
	}
	head, b, err := block(b)
	if err != nil {
		return fmt.Errorf("the state at its beginning: %w", err)
	}
	chain, err := p.begin(head)
	if err != nil {
		return fmt.Errorf("the state at its beginning: %w", err)
	}
	p.Segments++
	for len(b) > 0 {
		p.Step++
		p.Event = nil
		var body []byte
		body, b, err = block(b)
		switch {
		case errors.Is(err, ErrCut):
			return err
		case err != nil:
			return &Difference{Step: p.Step, Why: err.Error()}
		}
		if err := p.step(&chain, body); err != nil {
			return err
		}
		p.Steps++
		p.Sum = chain.Sum()
	}
	return nil
}

// begin takes the state that a segment begins with. Where the one before it ended there, the two
// states must be the same.
func (p *Replayer) begin(head []byte) (canon.Hash, error) {
	r := canon.NewReader(head)
	last := r.Uint(64)
	chain := canon.ReadHash(r)
	if r.Err != nil {
		return chain, r.Err
	}
	state := head[len(head)-r.Remaining():]
	follows := p.Segments > 0 && last == p.Step
	if p.Segments > 0 && last > p.Step {
		p.Missing += last - p.Step
	}
	if follows && (chain.Sum() != p.Sum || !bytes.Equal(p.node.AppendState(nil), state)) {
		return chain, &Difference{Step: p.Step, Why: "the state after it differs from the one recorded"}
	}
	p.node, p.Step = &core.Node{}, last
	if len(state) > 0 {
		if err := p.node.LoadState(state); err != nil {
			return chain, err
		}
	}
	return chain, nil
}

// block takes the next block off b.
func block(b []byte) (body, rest []byte, err error) {
	if len(b) < headSize {
		return nil, nil, ErrCut
	}
	if crc32.Checksum(b[:8], castagnoli) != binary.LittleEndian.Uint32(b[8:]) {
		return nil, nil, errHead
	}
	n := int64(binary.LittleEndian.Uint32(b))
	if int64(len(b)-headSize) < n {
		return nil, nil, ErrCut
	}
	body, rest = b[headSize:headSize+n], b[headSize+n:]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(b[4:]) {
		return nil, rest, errBody
	}
	return body, rest, nil
}

// step steps the node and compares the chain.
func (p *Replayer) step(chain *canon.Hash, body []byte) error {
	if len(body) < 8 {
		return &Difference{Step: p.Step, Why: errEvent.Error()}
	}
	want, event := binary.LittleEndian.Uint64(body), body[8:]
	r := canon.NewReader(event)
	now := kafka.Now{Mono: kafka.Mono(r.Int(64)), Wall: kafka.Wall(r.Int(64))}
	ev := core.ReadEvent(r)
	if r.End() != nil || ev == nil {
		return &Difference{Step: p.Step, Why: errEvent.Error()}
	}
	p.Event = ev
	mark := p.node.Mark()
	p.node.Step(now, ev)
	chain.Add(event)
	chain.Add(p.node.AppendEntries(nil, mark))
	if chain.Sum() != want {
		return &Difference{
			Step: p.Step, Why: "the entries differ from those recorded",
			Event: string(ev.AppendText(nil)), Entries: string(p.node.AppendEntriesText(nil, mark)),
		}
	}
	p.node.Recycle(p.node.Ready())
	return nil
}
