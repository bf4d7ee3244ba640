package kafka

// ByLog finds what belongs to a log, without a hash of its name for each: the partitions of a topic lie beside one
// another, so that a request that names many of them, one after another, finds them in few lines of memory even
// if there are ten thousand. The zero T is that of a log which is not there. It can't be walked: whoever must
// keeps a list or a map of the logs beside it.
type ByLog[T comparable] struct {
	topics map[TopicID]*byPartition[T]
	// last is the topic that was asked for last, lastID its id.
	last   *byPartition[T]
	lastID TopicID
	count  int
}

// byPartition are those of one topic by partition, of which used are there.
type byPartition[T comparable] struct {
	list []T
	used int
}

// Len counts the logs.
func (m *ByLog[T]) Len() int { return m.count }

func (m *ByLog[T]) topic(id TopicID) *byPartition[T] {
	if m.last == nil || m.lastID != id {
		m.last, m.lastID = m.topics[id], id
	}
	return m.last
}

// Get is that of a log.
func (m *ByLog[T]) Get(log TopicPartition) (v T) {
	if t := m.topic(log.Topic); t != nil && uint(log.Partition) < uint(len(t.list)) {
		return t.list[log.Partition]
	}
	return v
}

// Set makes v that of a log, or takes the log out if v is zero.
func (m *ByLog[T]) Set(log TopicPartition, v T) {
	var zero T
	t := m.topic(log.Topic)
	if t == nil {
		if v == zero {
			return
		}
		if m.topics == nil {
			m.topics = map[TopicID]*byPartition[T]{}
		}
		t = &byPartition[T]{}
		m.topics[log.Topic], m.last = t, t
	}
	for int(log.Partition) >= len(t.list) {
		if v == zero {
			return
		}
		t.list = append(t.list, zero)
	}
	before := 0
	if t.list[log.Partition] != zero {
		before = 1
	}
	t.list[log.Partition] = v
	after := 1
	if v == zero {
		after = 0
	}
	t.used += after - before
	m.count += after - before
	if t.used == 0 {
		delete(m.topics, log.Topic)
		m.last = nil
	}
}
