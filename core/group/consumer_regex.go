package group

import (
	"slices"

	"momus/core/coord"
	"momus/core/group/topicregex"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// regexPause is how long lies at least between two resolutions of a group's regular expressions, as in Kafka: a
// group whose members all come at once, each with its own, isn't resolved for each.
const regexPause kafka.Wall = 10_000

// regexChange says what became of a member's regular expression.
type regexChange uint8

const (
	regexSame regexChange = iota
	// regexUpdated: it is another; what it stands for is not known yet.
	regexUpdated
	// regexResolved: it is another, or none, and what the member subscribes to is known.
	regexResolved
)

// updateRegex looks at what the member's regular expression was and is, and decides whether those of the group are
// to be resolved: if one is new, if topics have come since, or if it was long ago. All are resolved together,
// so that the group's assignment changes once.
func (t *consumerTurn) updateRegex(old, member *ConsumerMember) (regexChange, *refusal) {
	was, is := old.regex(), member.regex()
	change, missing := regexSame, false
	if was != is {
		change = regexUpdated
		if was != "" && t.c.regexMembers[was] == 1 {
			t.d.tombstone(&record.ConsumerGroupRegularExpression{Group: t.group, RegularExpression: was})
		}
		switch {
		case is == "":
			change = regexResolved
		case t.c.regexMembers[is] == 0:
			if errText := topicregex.Check(is); errText != "" {
				return regexSame, refuse(kafka.ErrInvalidRegularExpression,
					"SubscribedTopicRegex `%s` is not a valid regular expression: %s.", is, errText)
			}
			missing = true
		case t.c.regexes[is] != nil:
			change = regexResolved
		}
	}
	if !missing && len(t.c.regexMembers) == 0 || t.c.resolving {
		return change, nil
	}
	t.resolve = t.regexesDue(was, is, missing)
	return change, nil
}

// regexesDue are the regular expressions to resolve, or nil while that is not due.
func (t *consumerTurn) regexesDue(was, is string, missing bool) []string {
	last, version := t.c.lastResolved()
	resolved := len(t.c.regexes) > 0
	if resolved && t.now.Wall <= last+regexPause {
		return nil
	}
	counts := map[string]int32{}
	for _, regex := range sortedKeys(t.c.regexMembers) {
		counts[regex] = t.c.regexMembers[regex]
	}
	if was != "" && counts[was] > 0 {
		add(counts, was, -1)
	}
	if is != "" {
		add(counts, is, 1)
	}
	refresh := kafka.Wall(t.v.g.cfg.ConsumerGroups.RegexRefresh)
	due := missing || len(counts) != len(t.c.regexes) || version < t.v.g.createdAt || t.now.Wall > last+refresh
	if !due || len(counts) == 0 {
		return nil
	}
	if resolved && version < t.v.g.createdAt {
		t.v.g.marks.Hit(port.MarkRegexTopicCame)
	}
	if resolved && t.now.Wall > last+refresh {
		t.v.g.marks.Hit(port.MarkRegexRefreshed)
	}
	return sortedKeys(counts)
}

// lastResolved is when, and by which metadata, the regular expressions were resolved.
func (c *Consumer) lastResolved() (at kafka.Wall, version kafka.Offset) {
	for i, regex := range sortedKeys(c.regexes) {
		r := c.regexes[regex]
		if i == 0 || r.Timestamp > at {
			at = r.Timestamp
		}
		if i == 0 || r.Version < version {
			version = r.Version
		}
	}
	return at, version
}

// startResolving asks for the resolution, which goes over all topics and is no part of this turn (KAFKA-17593).
func (t *consumerTurn) startResolving(c *Consumer) {
	c.resolving = true
	t.v.g.Out.Work = append(t.v.g.Out.Work, port.Work{
		Log: t.s.log.Partition(), Epoch: t.s.log.Epoch(), Group: t.group, Regexes: t.resolve,
		Topics: slices.Clone(t.v.Image.Names), Version: t.v.Image.Offset, At: t.now.Wall,
	})
}

// WorkDone takes what regular expressions stand for. A leadership that asked for it and is over has nobody any
// more who wants it.
func (g *Groups) WorkDone(now kafka.Now, d *port.WorkDone, v View) {
	at, found := g.find(d.Work.Log.Partition)
	if !found {
		return
	}
	s := g.shards[at]
	if s.log.Partition() != d.Work.Log || s.log.Phase() != coord.Active || s.log.Epoch() != d.Work.Epoch {
		return
	}
	v.g = g
	t := s.consumerTurn(now, v, d.Work.Group)
	if t.c == nil {
		return
	}
	t.c.resolving = false
	t.regexesResolved(d)
	g.stale = true
}

// regexesResolved writes down what the regular expressions stand for, and raises the group's epoch if that is other
// than it was. Those that nobody has any more are passed over.
func (t *consumerTurn) regexesResolved(d *port.WorkDone) {
	after := Consumer{names: t.c.cloneNames()}
	raise := false
	for i, regex := range d.Work.Regexes {
		if t.c.regexMembers[regex] == 0 {
			continue
		}
		r := &record.ConsumerGroupRegularExpression{
			Group: t.group, RegularExpression: regex, Topics: d.Matched[i], Version: d.Work.Version, Timestamp: d.Work.At,
		}
		var was []string
		if old := t.c.regexes[regex]; old != nil {
			was = old.Topics
		}
		if !slices.Equal(was, r.Topics) {
			raise = true
			after.dropRegex(t.c.regexes[regex])
			for _, name := range r.Topics {
				after.countName(name, 0, 1)
			}
		}
		t.d.put(r)
	}
	hash := topicsHash(t.v.Image, sortedKeys(after.names))
	if raise || hash != t.c.hash {
		t.d.put(&record.ConsumerGroupMetadata{Group: t.group, Epoch: t.c.epoch + 1, MetadataHash: hash})
		t.refreshed = true
	}
	t.carry()
}
