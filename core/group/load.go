package group

import (
	"errors"
	"fmt"
	"strconv"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// load goes on reading the log, or ends it.
func (s *Shard) load(now kafka.Now, v View) {
	if s.log.Loaded() {
		s.loaded(now, v)
		return
	}
	if read, ok := s.log.NextRead(v.g.reads+1, min(v.g.cfg.Groups.LoadBuffer, v.g.limits.CoordinatorReadBytes)); ok {
		v.g.reads++
		v.g.Out.Reads = append(v.g.Out.Reads, read)
	}
}

// readDone takes what a read found.
func (s *Shard) readDone(now kafka.Now, v View, d *port.ReadDone) {
	stuck := s.log.Stuck()
	if err := s.log.ReadDone(now, d, &v.g.writer.Codecs, &loader{s: s, now: now}); err != nil {
		v.g.note(Note{Kind: NoteBroken, Log: s.log.Partition(), Text: err.Error()})
		*s = Shard{log: s.log}
		s.rebuild()
		return
	}
	if !stuck && s.log.Stuck() {
		v.g.note(Note{Kind: NoteBroken, Log: s.log.Partition(), Text: s.log.Trouble()})
	}
	s.load(now, v)
}

// loaded begins to serve.
func (s *Shard) loaded(now kafka.Now, v View) {
	for _, g := range s.list {
		s.groupLoaded(now, v, g)
	}
	s.timers.set(timerKey{kind: timerExpire}, now.Mono.Add(v.g.cfg.Groups.RetentionCheckInterval.Delay()))
	v.g.note(Note{
		Kind: NoteLoaded, Log: s.log.Partition(), Offset: s.log.End(), Text: strconv.Itoa(len(s.list)) + " groups",
	})
	if s.skipped > 0 {
		v.g.note(Note{Kind: NoteSkipped, Log: s.log.Partition(), Text: strconv.FormatInt(s.skipped, 10) + " records"})
	}
}

// loader takes what a load finds. The log may have been compacted: a tombstone of what never was, or a record that
// builds upon one that is gone, is as good as any other.
type loader struct {
	s   *Shard
	now kafka.Now
}

// Record implements coord.Visitor. Records of types that are not known are passed over, since whoever wrote them
// has written others that matter; what is not known of a known type is refused: the groups would differ from what
// they are.
func (l *loader) Record(h *record.Header, r *record.Record) error {
	if t, err := record.ReadGroupType(r.Key); err == nil && t.IsForeign() {
		return nil
	}
	rec, err := record.ReadGroup(r.Key, r.Value)
	switch {
	case errors.Is(err, record.ErrKey):
		l.s.skipped++
		return nil
	case errors.Is(err, record.ErrVersion):
		return fmt.Errorf("a value of %T of a version that is not known", rec.Record)
	case err != nil:
		return err
	}
	l.s.replay(l.now, h.ProducerID, r.Offset, &rec)
	return nil
}

// Marker implements coord.Visitor.
func (l *loader) Marker(h *record.Header, commit bool) error {
	l.s.endTransaction(h.ProducerID, commit)
	return nil
}
