package raft

import (
	"errors"
	"fmt"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

// loading is a snapshot that is being read, the last of Raft.snapshots. What is loaded of it counts
// once its footer was seen at the end of the file: until then an older one may take its place.
type loading struct {
	// seq is the number of the save that reads the next part, pos where in the file that begins.
	seq int64
	pos int64
	// rest is the beginning of a batch of which not all was read.
	rest []byte
	// next is the offset, within the snapshot, of the batch to come.
	next kafka.Offset
	// first says that nothing of it was handed on, begun that its header was seen, ended its footer.
	first, begun, ended bool
	kraftVersion        record.FeatureLevel
	voters              []record.Voter
}

// What can be wrong with a snapshot.
var (
	errEndsEarly = errors.New("it ends early")
	errNoHeader  = errors.New("it does not begin with a header")
	errBehindEnd = errors.New("something follows its footer")
	errMisplaced = errors.New("a batch is not where it must be")
	errGone      = errors.New("it is not there any more")
)

// loadNewest begins with the newest snapshot, or goes on without one.
func (m *Raft) loadNewest(now kafka.Now) {
	n := len(m.snapshots)
	switch {
	case n > 0 && m.snapshots[n-1].ID.End >= m.start:
		m.loading = &loading{first: true}
		m.loadPart()
	case m.start > 0:
		m.fail(m.uncovered())
	default:
		if len(m.damaged) > 0 {
			m.Marks.Hit(port.MarkReplayedInstead)
			m.Out.Loaded = append(m.Out.Loaded, msg.Loaded{First: true})
		}
		m.loaded(now)
	}
}

// uncovered says that the beginning of the log is gone, and is in no snapshot that can be read.
func (m *Raft) uncovered() string {
	text := fmt.Sprintf("the metadata log begins at %d, and ", m.start)
	switch {
	case len(m.damaged) > 0:
		text += "no snapshot of what was before can be read: " + m.damaged[0].String() + ".checkpoint is damaged"
	case len(m.snapshots) > 0:
		text += fmt.Sprintf("the newest snapshot ends at %d: what lies between is missing", m.snapshots[len(m.snapshots)-1].ID.End)
	default:
		text += "there is no snapshot of what was before"
	}
	return text
}

func (m *Raft) loadPart() {
	l := m.loading
	l.seq = m.saveSnapshot(port.LoadSnapshot, port.SnapshotPart{
		ID: m.snapshots[len(m.snapshots)-1].ID, At: l.pos, BytesMax: m.cfg.PartBytes,
	})
}

// partLoaded takes a part of the snapshot that is being loaded.
func (m *Raft) partLoaded(now kafka.Now, saved *port.Saved) {
	l := m.loading
	if l == nil || saved.Seq != l.seq {
		return
	}
	file := m.snapshots[len(m.snapshots)-1]
	switch saved.Fail {
	case port.FailNone:
	case port.FailMissing:
		m.Marks.Hit(port.MarkSnapshotGone)
		m.passOver(now, errGone)
		return
	default:
		m.fail(fmt.Sprintf("snapshot %s of the metadata log cannot be read (%s)", file.ID, saved.Fail))
		return
	}
	l.pos += int64(len(saved.Data))
	part := msg.Loaded{First: l.first, End: file.ID.End, Epoch: file.ID.Epoch}
	err := l.take(saved.Data, &part)
	if len(saved.Data) < int(m.cfg.PartBytes) || l.pos >= file.Size {
		part.Last = true
		if err == nil && (len(l.rest) > 0 || !l.ended) {
			err = errEndsEarly
		}
	}
	switch {
	case errors.Is(err, record.ErrKey), errors.Is(err, record.ErrVersion), errors.Is(err, record.ErrFrame):
		// Nothing is wrong with it: it is of another version. Skipping what one does not understand
		// would make the image differ from that of others.
		m.fail(fmt.Sprintf("snapshot %s of the metadata log cannot be understood: %v", file.ID, err))
		return
	case err != nil:
		m.passOver(now, err)
		return
	}
	l.first = false
	m.Out.Loaded = append(m.Out.Loaded, part)
	if !part.Last {
		m.Marks.Hit(port.MarkSnapshotInParts)
		m.loadPart()
		return
	}
	m.kraftVersion, m.voterSet = l.kraftVersion, l.voters
	m.delivered, m.deliveredEpoch, m.deliveredAt = file.ID.End, file.ID.Epoch, file.Contained
	m.note(Note{Kind: NoteSnapshotLoaded, To: file.ID.End, Text: file.ID.String()})
	m.loaded(now)
}

// take reads the whole batches of what was read so far and keeps the rest.
func (l *loading) take(data []byte, part *msg.Loaded) error {
	b := append(l.rest, data...)
	for len(b) > 0 {
		h, batch, rest, err := record.Split(b)
		if errors.Is(err, record.ErrShort) && len(b) < recordsBytesMax {
			break
		}
		if err == nil {
			err = record.CheckStored(batch, h)
		}
		switch {
		case err != nil:
			return fmt.Errorf("batch at %d: %w", l.next, err)
		case h.BaseOffset != l.next:
			return errMisplaced
		case l.ended:
			return errBehindEnd
		}
		if h.Attributes.IsControl() {
			err = l.control(h, batch)
		} else if !l.begun {
			err = errNoHeader
		} else {
			var recs []record.Metadata
			recs, err = decodeRecords(&record.Codecs{}, h, batch)
			part.Records = append(part.Records, recs...)
		}
		if err != nil {
			return fmt.Errorf("batch at %d: %w", l.next, err)
		}
		l.next, b = h.End(), rest
	}
	l.rest = append([]byte(nil), b...)
	return nil
}

// control takes in a control batch of a snapshot.
func (l *loading) control(h record.Header, batch []byte) error {
	controls, err := decodeControls(h, batch)
	if err != nil {
		return err
	}
	for _, c := range controls {
		if _, header := c.(*record.SnapshotHeaderRecord); !l.begun && !header {
			return errNoHeader
		}
		switch c := c.(type) {
		case *record.SnapshotHeaderRecord:
			l.begun = true
		case *record.KRaftVersionRecord:
			l.kraftVersion = c.KRaftVersion
		case *record.VotersRecord:
			l.voters = c.Voters
		case *record.SnapshotFooterRecord:
			l.ended = true
		}
	}
	return nil
}

// passOver leaves the newest snapshot for an older one, or for the log from its beginning. The damaged
// file stays until the next snapshot is durable: it may be the only one that names the voters.
func (m *Raft) passOver(now kafka.Now, why error) {
	last := len(m.snapshots) - 1
	id := m.snapshots[last].ID
	m.note(Note{Kind: NoteSnapshotDamaged, To: id.End, Text: fmt.Sprintf("%s.checkpoint: %v", id, why)})
	m.damaged = append(m.damaged, id)
	if l := m.loading; l.begun {
		// Its first batch is sound: if nothing else names the voters, as the log need not, this does.
		m.kraftVersion, m.voterSet = l.kraftVersion, l.voters
	}
	m.snapshots = m.snapshots[:last]
	m.loading = nil
	m.loadNewest(now)
}

// loaded goes on with the quorum, and clears away what is of no use any more (as Kafka's
// recoverSnapshots does): what was never finished, and snapshots that the log does not go on from.
func (m *Raft) loaded(now kafka.Now) {
	m.loading = nil
	for _, name := range m.leftovers {
		m.Marks.Hit(port.MarkSnapshotLeftover)
		m.saveSnapshot(port.RemoveSnapshot, port.SnapshotPart{Name: name})
	}
	m.leftovers = nil
	m.forgetSnapshots()
	if m.checkVoters(); !m.failed && !m.stopped {
		m.becomeCandidate()
	}
}

// control takes in what the log says of the quorum.
func (m *Raft) control(controls []record.Control) {
	for _, c := range controls {
		switch c := c.(type) {
		case *record.KRaftVersionRecord:
			m.kraftVersion = c.KRaftVersion
		case *record.VotersRecord:
			m.voterSet = c.Voters
			m.checkVoters()
		}
	}
}

// checkVoters refuses a quorum of others.
func (m *Raft) checkVoters() {
	for _, v := range m.voterSet {
		if v.VoterID != m.cfg.NodeID {
			m.fail(fmt.Sprintf("the metadata log names node %d as a voter: node %d must be the only one", v.VoterID, m.cfg.NodeID))
			return
		}
	}
}
