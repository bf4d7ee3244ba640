package session

import (
	"momus/core/config"
	"momus/core/entropy"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/quota"
	"momus/core/wire"
)

//go:generate go run momus/core/internal/gen

// View is what a session method may look at during one call: the committed image and this node's
// replicas, and how the metadata quorum stands.
type View struct {
	Image    *image.Image
	Replicas msg.Replicas
	Quorum   msg.Quorum
}

// Session is the state of all connections.
//
//canon:gen
type Session struct {
	cfg    config.Broker
	limits port.Limits

	conns map[port.ConnID]*conn
	// ops are the requests under way; an msg.Op names a place in it and how often that was used.
	ops     []op
	freeOps []int32
	timers  []timer
	// reads are the reads under way, named likewise by port.ReadID.
	reads     []read
	freeReads []int32
	// waits are the fetches parked at each log.
	waits  map[kafka.TopicPartition]*waitList
	parked int32
	// crowded are the connections whose next Produce waits for room in a log.
	crowded []crowded
	// creating are the topics that are being created because Metadata asked for them, sorted.
	creating []string
	// uncreated is why a topic of coordinators could not be made, as it was told last.
	uncreated string
	// turns counts the requests that were told a controller id; see Metadata.
	turns int64
	// sessions are what is remembered of fetches between requests.
	sessions fetchSessions
	// meters say what clients under quotas used, mutes which connections are throttled, by the end of that.
	meters *quota.Meters
	mutes  []muted
	// connections are the limits that hold; ips counts the connections of each address, admitted those that
	// are served. lines are those of each listener that wait to be let in, slowed those that are to be closed since
	// too many came from their address, by when.
	connections config.Connections
	ips         map[string]int32
	admitted    int32
	lines       []line
	slowed      []muted
	// idle are the connections by when it is looked next whether they were silent for too long.
	idle []idling
	// refusals counts those that were not told yet, refusedAt is when one was told last.
	refusals  int64
	refusedAt kafka.Mono
	// published are the policies that batches were validated against at the edge.
	published msg.Published

	// Marks are the rare branches that were reached, for the node to take.
	marks port.Marks `canon:"-"`
	// Out is drained by the node after every call.
	Out Out `canon:"-"`
	// spare are op bodies for reuse; what they hold counts for nothing.
	spare spare `canon:"-"`
	// asked is scratch of fillFull, told of fetchResponse.
	asked map[fetchKey]int32 `canon:"-"`
	told  []int32            `canon:"-"`
	// woken is scratch of Advanced, scratch and cuts are of sizeOf.
	woken   []msg.Op   `canon:"-"`
	scratch []byte     `canon:"-"`
	cuts    []wire.Cut `canon:"-"`
}

// New makes a Session without connections. The entropy is that of the start event.
func New(cfg config.Broker, limits port.Limits, seed [32]byte) *Session {
	return &Session{
		cfg: cfg, limits: limits,
		conns:    map[port.ConnID]*conn{},
		waits:    map[kafka.TopicPartition]*waitList{},
		sessions: fetchSessions{ids: entropy.New(seed, "session/fetch-sessions")},
		ips:      map[string]int32{}, connections: cfg.Connections,
		meters: quota.NewMeters(cfg.QuotaWindows, cfg.QuotaWindowSeconds, limits.QuotaMeters),
	}
}

// TakeMarks moves the rare branches that were reached since the last time into a set.
func (s *Session) TakeMarks(into *port.Marks) {
	into.Take(&s.marks)
	into.Take(&s.sessions.marks)
}

// Out is what the session wants done. Stale are requests that the edge is to validate again,
// against the published configuration of now.
type Out struct {
	Produces        []msg.Produce
	Controller      []msg.ControllerRequest
	Groups          []msg.GroupRequest
	Reads           []port.Read
	WantProducerIDs []msg.Op
	Trims           []msg.DeleteRecords
	Moves           []msg.MoveLog
	Replies         []wire.Reply
	Closes          []Close
	// Unmutes are the connections whose throttling is over.
	Unmutes []port.ConnID
	// IdleChecks are those that were not heard of for long, Refusals what is to be told of connections that
	// were not let in.
	IdleChecks []IdleCheck
	Refusals   []string
	// Uncreated says why topics of coordinators can't be made.
	Uncreated []string
	Stale     []*wire.Request
	Drops     []port.Span
	// uses say what each of Replies is charged for.
	uses []usage
}

// Close asks for a connection to be closed once all before it was answered.
type Close struct {
	Conn   port.ConnID
	Reason string
}

// Empty tells that nothing is to be done.
func (o *Out) Empty() bool {
	return len(o.Produces)+len(o.Controller)+len(o.Groups)+len(o.Reads)+len(o.WantProducerIDs)+
		len(o.Trims)+len(o.Moves)+len(o.Replies)+len(o.Closes)+len(o.Stale)+len(o.Drops)+len(o.Unmutes)+len(o.IdleChecks)+len(o.Refusals)+len(o.Uncreated) == 0
}

// Reset empties it and keeps its memory.
func (o *Out) Reset() {
	clear(o.Produces)
	clear(o.Controller)
	clear(o.Groups)
	o.Groups = o.Groups[:0]
	clear(o.Replies)
	clear(o.Stale)
	clear(o.Drops)
	o.Produces, o.Controller, o.Reads = o.Produces[:0], o.Controller[:0], o.Reads[:0]
	o.WantProducerIDs, o.Replies, o.Closes = o.WantProducerIDs[:0], o.Replies[:0], o.Closes[:0]
	clear(o.uses)
	o.uses, o.Unmutes = o.uses[:0], o.Unmutes[:0]
	o.IdleChecks, o.Refusals, o.Uncreated = o.IdleChecks[:0], o.Refusals[:0], o.Uncreated[:0]
	o.Stale, o.Drops, o.Trims, o.Moves = o.Stale[:0], o.Drops[:0], o.Trims[:0], o.Moves[:0]
}

// Published takes the configuration that the edge validates against from now on. It is immutable.
func (s *Session) Published(p *msg.Published) { s.published = *p }

// drop gives back a span that goes nowhere.
func (s *Session) drop(span port.Span) {
	if span.Owned() || span.Len() > 0 {
		s.Out.Drops = append(s.Out.Drops, span)
	}
}

// NextDeadline is when Deadline is due, or 0.
func (s *Session) NextDeadline() kafka.Mono {
	at := kafka.Mono(0)
	if len(s.timers) > 0 {
		at = s.timers[0].at
	}
	if len(s.mutes) > 0 && (at == 0 || s.mutes[0].until < at) {
		at = s.mutes[0].until
	}
	if len(s.idle) > 0 && (at == 0 || s.idle[0].at < at) {
		at = s.idle[0].at
	}
	if due := s.placesDue(); due != 0 && (at == 0 || due < at) {
		at = due
	}
	return at
}

// Deadline answers what has waited long enough, ends throttling, looks who is silent, and who may come in.
func (s *Session) Deadline(now kafka.Now, v View) {
	s.unmute(now, v)
	s.checkIdle(now)
	s.closeSlowed(now)
	s.admitWaiting(now, v)
	for len(s.timers) > 0 && s.timers[0].at <= now.Mono {
		id := s.timers[0].op
		o := s.op(id)
		s.stopTimer(o)
		switch {
		case o.produce != nil:
			s.produceTimedOut(id, o, v)
		case o.fetch != nil:
			s.fetchTimedOut(now, id, o, v)
		case o.trim != nil:
			s.trimTimedOut(id, o)
		case o.forward != nil:
			s.forwardTimedOut(id, o)
		default:
			panic("BUG: a timer of an op that has none")
		}
	}
}

// ControllerReply takes the controller's answer.
func (s *Session) ControllerReply(now kafka.Now, reply msg.ControllerReply, _ View) {
	switch r := reply.(type) {
	case *msg.CreatedTopics:
		s.created(now, r)
	case *msg.DeletedTopics:
		s.deleted(now, r)
	case *msg.AlteredConfigs:
		s.altered(r)
	case *msg.CreatedPartitions:
		s.createdPartitions(now, r)
	case *msg.ElectedLeaders:
		s.electedLeaders(r)
	case *msg.AlteredReassignments:
		s.alteredReassignments(r)
	case *msg.UpdatedFeatures:
		s.updatedFeatures(r)
	case *msg.UnregisteredBroker:
		s.unregisteredBroker(r)
	case *msg.AlteredClientQuotas:
		s.alteredQuotas(r)
	default:
		panic("BUG: an answer of the controller that no client asked for")
	}
}

// ImageChanged follows the deletion of topics: whoever waits for one looks again.
func (s *Session) ImageChanged(now kafka.Now, delta *image.Delta, v View) {
	for _, topic := range delta.TopicsDeleted {
		for i := range topic.Partitions {
			log := kafka.TopicPartition{Topic: topic.ID, Partition: kafka.PartitionID(i)}
			s.Advanced(now, msg.Advanced{Log: log, Changed: true}, v)
			if w := s.waits[log]; w != nil && len(w.entries) == 0 {
				delete(s.waits, log)
			}
		}
	}
}
