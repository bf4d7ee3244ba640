package group

import (
	"cmp"
	"slices"

	"momus/core/config"
	"momus/core/coord"
	"momus/core/entropy"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

//go:generate go run momus/core/internal/gen

// View is what may be looked at and used during one call.
type View struct {
	Image *image.Image
	Log   msg.CoordinatorLog

	g *Groups
}

// Groups are the shards that this node leads.
//
//canon:gen
type Groups struct {
	cfg    config.Broker
	limits port.Limits
	// shards are ordered by partition.
	shards []*Shard
	// ids are what member ids are drawn from, reads numbers the reads.
	ids   entropy.Stream
	reads port.ReadID
	// topicsAt is where the metadata log last told of a change of topics, or of racks; createdAt of a new topic. What was
	// there at the start counts as new.
	topicsAt, createdAt kafka.Offset

	// Out is drained by the node after every call.
	Out Out `canon:"-"`
	// marks are the rare branches that were reached, for the node to take.
	marks port.Marks `canon:"-"`
	// writer is the memory of batches.
	writer coord.Writer `canon:"-"`
	// due is the earliest deadline of all shards; it is looked for again if stale.
	due   kafka.Mono `canon:"-"`
	stale bool       `canon:"-"`
}

// Out is what the coordinator wants done.
type Out struct {
	Reads   []port.Read
	Replies []msg.GroupReply
	Work    []port.Work
	Notes   []Note
}

// Empty tells that nothing is to be done.
func (o *Out) Empty() bool { return len(o.Reads)+len(o.Replies)+len(o.Work)+len(o.Notes) == 0 }

// NoteKind names a fact.
type NoteKind uint8

// The notes.
const (
	// NoteLoaded: the groups of Log are loaded, up to Offset. Text counts them.
	NoteLoaded NoteKind = iota + 1
	// NoteUnloaded: the leadership of Log is over.
	NoteUnloaded
	// NoteBroken: Log can't be read, or not be understood; Text says why.
	NoteBroken
	// NoteSkipped: records of Log of types that are not known were passed over; Text counts them.
	NoteSkipped
	// NoteExpired: the offset of a partition, of Group, is deleted since nobody committed it for long; or if no topic is
	// named, the group, which has no members and no offsets any more.
	NoteExpired
)

// Note is one fact.
type Note struct {
	Kind   NoteKind
	Log    kafka.TopicPartition
	Offset kafka.Offset
	// Group, Topic and Partition say whose offset expired.
	Group, Topic string
	Partition    kafka.PartitionID
	Text         string
}

// New makes a coordinator that leads nothing. The entropy is that of the start event.
func New(cfg config.Broker, limits port.Limits, seed [32]byte) *Groups {
	return &Groups{cfg: cfg, limits: limits, ids: entropy.New(seed, "group/member-ids")}
}

// TakeMarks moves the rare branches that were reached since the last time into a set.
func (g *Groups) TakeMarks(into *port.Marks) { into.Take(&g.marks) }

// Rebuild makes the caches that the state's encoding leaves out.
func (g *Groups) Rebuild() {
	for _, s := range g.shards {
		s.rebuild()
	}
	g.stale = true
}

func (g *Groups) find(p kafka.PartitionID) (at int, found bool) {
	return slices.BinarySearchFunc(g.shards, p, func(s *Shard, p kafka.PartitionID) int {
		return cmp.Compare(s.log.Partition().Partition, p)
	})
}

// Follow takes how a replica of __consumer_offsets stands: it leads, in an epoch, or not; more is committed.
func (g *Groups) Follow(now kafka.Now, p *msg.CoordinatorPartition, v View) {
	at, found := g.find(p.Log.Partition)
	if !found {
		if !p.Leads {
			return
		}
		g.shards = slices.Insert(g.shards, at, newShard(p.Log))
	}
	s := g.shards[at]
	v.g = g
	if s.log.Partition() != p.Log { // the topic was deleted, and is there again
		if !p.Leads {
			return
		}
		s.unload(g)
		s = newShard(p.Log)
		g.shards[at] = s
	}
	s.follow(now, v, p)
	if s.log.Phase() == coord.Idle {
		if at, found := g.find(p.Log.Partition); found && g.shards[at] == s {
			g.shards = slices.Delete(g.shards, at, at+1)
		}
	}
	g.stale = true
}

// Request decides on a request of a client, or refuses it: this node doesn't lead the group's partition, or
// doesn't know yet what it holds.
func (g *Groups) Request(now kafka.Now, r msg.GroupRequest, v View) {
	topic := v.Image.TopicNamed(kafka.GroupMetadataTopic)
	if topic == nil {
		g.reply(r.Refuse(kafka.ErrNotCoordinator))
		return
	}
	partition := kafka.GroupPartition(r.GroupID(), int32(len(topic.Partitions)))
	if list, ok := r.(*msg.ListGroups); ok {
		partition = list.Partition
	}
	at, found := g.find(partition)
	if !found || g.shards[at].log.Partition().Topic != topic.ID {
		g.reply(r.Refuse(kafka.ErrNotCoordinator))
		return
	}
	s := g.shards[at]
	switch phase := s.log.Phase(); {
	case phase == coord.Active:
	case phase == coord.Loading && !s.log.Stuck():
		g.reply(r.Refuse(kafka.ErrCoordinatorLoadInProgress))
		return
	default: // also as long as the load is stuck
		g.reply(r.Refuse(kafka.ErrNotCoordinator))
		return
	}
	v.g = g
	s.request(now, v, r)
	g.stale = true
}

// ReadDone takes what a read of a shard's log found.
func (g *Groups) ReadDone(now kafka.Now, d *port.ReadDone, v View) {
	at, found := g.find(d.Log.Partition)
	if !found || g.shards[at].log.Partition() != d.Log {
		return // it led when it asked
	}
	v.g = g
	g.shards[at].readDone(now, v, d)
	g.stale = true
}

// Begin begins with the image as it was loaded, of which no delta tells. Topics may have come since regular
// expressions were resolved:
//
//  1. A member's regular expression is resolved, at offset 13 of the metadata log; there is no topic.
//  2. A topic is created at 14. The broker stops before the member's next heartbeat, and starts from a snapshot.
//  3. Nobody tells it of a new topic, so it resolves the expression after the refresh interval (seed 142).
func (g *Groups) Begin(v View) { g.topicsAt, g.createdAt = v.Image.Offset, v.Image.Offset }

// ImageChanged follows what the metadata log says: offsets of deleted topics go.
func (g *Groups) ImageChanged(now kafka.Now, delta *image.Delta, v View) {
	v.g = g
	if len(delta.TopicsCreated) > 0 {
		g.createdAt = v.Image.Offset
	}
	if len(delta.TopicsCreated)+len(delta.TopicsDeleted)+len(delta.PartitionsChanged)+len(delta.BrokersChanged) > 0 {
		g.topicsAt = v.Image.Offset
	}
	for _, s := range g.shards {
		if s.log.Phase() == coord.Active {
			s.imageChanged(now, v, delta)
			g.stale = true
		}
	}
}

// NextDeadline is when Deadline is due, or 0.
func (g *Groups) NextDeadline() kafka.Mono {
	if g.stale {
		g.due, g.stale = 0, false
		for _, s := range g.shards {
			if at := s.nextDeadline(); at != 0 && (g.due == 0 || at < g.due) {
				g.due = at
			}
		}
	}
	return g.due
}

// Deadline does what is due.
func (g *Groups) Deadline(now kafka.Now, v View) {
	v.g = g
	for _, s := range g.shards {
		s.deadline(now, v)
	}
	g.stale = true
}

// reply answers at once.
func (g *Groups) reply(r msg.GroupReply) { g.Out.Replies = append(g.Out.Replies, r) }

func (g *Groups) note(n Note) { g.Out.Notes = append(g.Out.Notes, n) }

// codec is offsets.topic.compression.codec.
func (g *Groups) codec() record.Compression { return g.cfg.Groups.OffsetsCodec }
