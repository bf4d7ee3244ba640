package checker

import (
	"strconv"

	"momus/core/kafka"

	"github.com/anishathalye/porcupine"
)

// A topic's name as a model: it exists or not, with an id that no other incarnation of it ever has.
type topicState struct {
	exists     bool
	id         kafka.TopicID // zero while nobody was told
	partitions int32
	used       string // the ids that there were
}

type topicInput struct {
	kind       topicKind
	id         kafka.TopicID
	partitions int32
}

type topicKind uint8

const (
	topicMade topicKind = iota
	topicIsThere
	topicDeleted
	topicNotThere
	topicGrown
	topicNotGrown
	topicSeen
	// Those whose outcome is unknown.
	topicMaybeMade
	topicMaybeDeleted
	topicMaybeGrown
)

var topicKinds = [...]string{"created", "exists", "deleted", "does not exist", "grown", "not grown", "seen",
	"creation of unknown outcome", "deletion of unknown outcome", "growth of unknown outcome"}

func (in *topicInput) String() string {
	text := topicKinds[in.kind]
	if !in.id.IsZero() {
		text += " " + in.id.String()
	}
	if in.partitions > 0 {
		text += " partitions " + number(in.partitions)
	}
	return text
}

func (s topicState) String() string {
	if !s.exists {
		return "none, after " + strconv.Itoa(len(s.used)/len(s.id))
	}
	return s.id.String() + " with " + number(s.partitions) + " partitions"
}

// is tells whether the topic exists under an id, and notes the id if nobody knew it.
func (s *topicState) is(id kafka.TopicID) bool {
	if s.exists && s.id.IsZero() && !id.IsZero() && !s.had(id) {
		s.id = id
		s.used += string(id[:])
	}
	return s.exists && (id.IsZero() || s.id == id)
}

// had tells whether an id was one of the name's.
func (s *topicState) had(id kafka.TopicID) bool {
	for i := 0; i < len(s.used); i += len(id) {
		if s.used[i:i+len(id)] == string(id[:]) {
			return true
		}
	}
	return false
}

func (s *topicState) make(in *topicInput) bool {
	if s.exists || !in.id.IsZero() && s.had(in.id) {
		return false
	}
	s.exists, s.id, s.partitions = true, in.id, in.partitions
	if !in.id.IsZero() {
		s.used += string(in.id[:])
	}
	return true
}

func (in *topicInput) step(s topicState) (topicState, bool) {
	before := s
	switch in.kind {
	case topicMade:
		return s, s.make(in)
	case topicMaybeMade:
		s.make(in)
		return s, true
	case topicIsThere:
		return s, s.exists
	case topicDeleted, topicMaybeDeleted:
		if !s.is(in.id) {
			return before, in.kind == topicMaybeDeleted
		}
		s.exists, s.id, s.partitions = false, kafka.TopicID{}, 0
		return s, true
	case topicNotThere:
		return s, !s.exists || !in.id.IsZero() && s.id != in.id
	case topicGrown, topicMaybeGrown:
		if !s.exists || in.partitions <= s.partitions {
			return s, in.kind == topicMaybeGrown
		}
		s.partitions = in.partitions
		return s, true
	case topicNotGrown:
		return s, s.exists && in.partitions <= s.partitions
	}
	return s, s.is(in.id) && s.partitions == in.partitions
}

func topicModel() porcupine.Model {
	return stepper(topicState{}, func(s topicState, in *topicInput) (topicState, bool) { return in.step(s) },
		(*topicInput).String, topicState.String)
}

// topicBehaviours are the histories of the names for which somebody asked.
func (j *judge) topicBehaviours() []*behaviour {
	var all []*behaviour
	byName := map[string]*behaviour{}
	for i := range j.h.Admin {
		op := &j.h.Admin[i]
		b := byName[op.Topic]
		if b == nil {
			b = &behaviour{check: TopicModel, key: op.Topic, model: topicModel(), vague: true}
			byName[op.Topic] = b
			all = append(all, b)
		}
		b.vague = b.vague && op.Kind != CreateTopic // else whoever asks for it makes it
		op.into(b)
	}
	for i := range j.h.Counted {
		c := &j.h.Counted[i]
		if b := byName[c.Topic]; b != nil {
			b.add(c.Client, c.Start, c.End, &topicInput{kind: topicSeen, id: c.ID, partitions: c.Partitions})
		}
	}
	for _, b := range all {
		if !j.h.Listed {
			continue
		}
		in := &topicInput{kind: topicNotThere}
		if t := j.finalTopic(b.key); t != nil {
			in = &topicInput{kind: topicSeen, id: t.ID, partitions: t.Partitions}
		}
		b.add(nobody, forever-1, forever-1, in)
	}
	return all
}

// into adds a request to the history of its name.
func (op *AdminOp) into(b *behaviour) {
	in := &topicInput{id: op.ID, partitions: op.Partitions}
	done := [...]topicKind{CreateTopic: topicMade, DeleteTopic: topicDeleted, GrowTopic: topicGrown}[op.Kind]
	maybe := [...]topicKind{CreateTopic: topicMaybeMade, DeleteTopic: topicMaybeDeleted, GrowTopic: topicMaybeGrown}[op.Kind]
	switch {
	case !op.Answered:
		in.kind = maybe
		b.addOpen(op.Client, op.Start, in)
		return
	case op.Err == kafka.None:
		in.kind = done
	case op.Err == kafka.ErrTopicAlreadyExists && op.Kind == CreateTopic:
		in.kind = topicIsThere
	case op.Err == kafka.ErrUnknownTopicOrPartition || op.Err == kafka.ErrUnknownTopicID:
		in.kind = topicNotThere
	case op.Err == kafka.ErrInvalidPartitions && op.Kind == GrowTopic:
		in.kind = topicNotGrown
	case op.Kind == DeleteTopic && !op.mayHaveDeleted(), op.Kind == GrowTopic && !op.mayHaveGrown(), op.Err == kafka.ErrInvalidPartitions:
		return
	default:
		in.kind = maybe
		b.addOpen(op.Client, op.Start, in)
		return
	}
	b.add(op.Client, op.Start, op.End, in)
}

// A key of configuration as a model: what a topic sets, and what holds for all brokers, each 0 if it is not set.
type configState struct{ own, all int64 }

type configInput struct {
	kind  configKind
	value int64
	last  int64 // what holds where nothing is set
}

type configKind uint8

const (
	configOwn configKind = iota
	configAll
	configHolds
	configAllIs
)

var configKinds = [...]string{"set to ", "set for all to ", "holds: ", "for all: "}

func (in *configInput) String() string { return configKinds[in.kind] + number(in.value) }

func (s configState) String() string { return "own " + number(s.own) + ", for all " + number(s.all) }

func (in *configInput) step(s configState) (configState, bool) {
	switch in.kind {
	case configOwn:
		s.own = in.value
		return s, true
	case configAll:
		s.all = in.value
		return s, true
	case configAllIs:
		return s, s.all == in.value
	}
	holds := in.last
	if s.own != unset {
		holds = s.own
	} else if s.all != unset {
		holds = s.all
	}
	return s, holds == in.value
}

// configBehaviours are the histories of the keys of which somebody was told: of each topic with what was set for
// all brokers, and of these alone.
func (j *judge) configBehaviours() []*behaviour {
	var all []*behaviour
	type name struct {
		topic string
		key   ConfigKey
	}
	byName := map[name]*behaviour{}
	for i := range j.h.ConfigsSeen {
		s := &j.h.ConfigsSeen[i]
		b := byName[name{s.Topic, s.Key}]
		if b == nil {
			b = j.configBehaviour(s.Topic, s.Key)
			byName[name{s.Topic, s.Key}] = b
			all = append(all, b)
		}
		in := &configInput{kind: configHolds, value: s.Value, last: j.lastDefault(s.Key)}
		if s.Topic == "" {
			in.kind = configAllIs
		}
		b.add(s.Client, s.Start, s.End, in)
	}
	return all
}

// configBehaviour begins the history of one key with its changes.
func (j *judge) configBehaviour(topic string, key ConfigKey) *behaviour {
	first := configState{own: j.settings[topic].RetentionBytes}
	if key == RetentionTime {
		first.own = int64(j.settings[topic].Retention)
	}
	b := &behaviour{check: ConfigModel, key: topic + "-" + key.String(), vague: j.mayBeDeleted(topic)}
	b.model = stepper(first, func(s configState, in *configInput) (configState, bool) { return in.step(s) },
		(*configInput).String, configState.String)
	for i := range j.h.Configs {
		op := &j.h.Configs[i]
		if op.Key != key || op.Topic != topic && op.Topic != "" || op.failed() {
			continue
		}
		in := &configInput{kind: configAll, value: op.Value}
		if op.Topic != "" {
			in.kind = configOwn
		}
		if op.acked() {
			b.add(op.Client, op.Start, op.End, in)
		} else {
			b.addOpen(op.Client, op.Start, in)
		}
	}
	return b
}
