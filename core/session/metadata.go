package session

import (
	"slices"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Metadata tells clients which brokers there are and who leads what, by the committed image of this
// broker. No list of topics means all, in v0 an empty one does. From v12 topics may be asked for by
// id (KIP-516); if any is, names are not looked at. Brokers are given by their listener of the name
// that the client came in by.
//
// A topic that does not exist is created if the broker and, from v4, the client allow it (KIP-204);
// as in Kafka the answer does not wait for that and says UNKNOWN_TOPIC_OR_PARTITION. Of internal topics
// __consumer_offsets is created in this way, others come with their coordinators.
//
// The controller id is that of a live broker, never a controller: clients send admin requests
// there, and every broker passes them on. Kafka draws one at random; here they take turns.
var metadataAPI = api{key: wire.KeyMetadata, min: 0, max: 13, start: (*Session).startMetadata}

// metadataVersion is what a version means.
type metadataVersion struct {
	version int16
	// emptyIsAll: no topic means all topics, since v0 has no null list.
	emptyIsAll bool
	// byID: topics may be named by id, and names may be null.
	byID bool
	// alwaysCreates: the client cannot forbid creation.
	alwaysCreates bool
	// hidesOffline: replicas that are not reachable are left out.
	hidesOffline bool
	// tellsListener: LISTENER_NOT_FOUND is known.
	tellsListener bool
}

func metadataVersionOf(v kafka.APIVersion) metadataVersion {
	return metadataVersion{
		version: int16(v), emptyIsAll: v == 0, byID: v >= 12, alwaysCreates: v < 4,
		hidesOffline: v == 0, tellsListener: v >= 6,
	}
}

func (s *Session) startMetadata(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	c.begin()
	body := req.Body.(*kmsg.MetadataRequest)
	rules := metadataVersionOf(req.Version)
	r := kmsg.NewPtrMetadataResponse()
	r.Version = rules.version
	r.ClusterID = kmsg.StringPtr(s.cfg.ClusterID)
	r.Brokers = brokers(v.Image, c.listener)
	r.ControllerID = int32(s.controllerID(r.Brokers))
	m := metadata{s: s, img: v.Image, listener: c.listener, rules: rules, body: body, r: r, client: req.ClientID}
	all := body.Topics == nil || rules.emptyIsAll && len(body.Topics) == 0
	switch {
	case all:
		for _, name := range v.Image.Names {
			m.add(v.Image.TopicNamed(name))
		}
	case !rules.byID && slices.ContainsFunc(body.Topics, namesNoTopic),
		rules.byID && !slices.ContainsFunc(body.Topics, hasID) && slices.ContainsFunc(body.Topics, namesNoTopic):
		m.refuse(kafka.ErrInvalidRequest)
	case rules.byID && slices.ContainsFunc(body.Topics, hasID):
		m.byID()
	default:
		m.byName()
	}
	if body.IncludeClusterAuthorizedOperations && !m.refused {
		r.AuthorizedOperations = allClusterOperations
	}
	s.complete(req.Conn, req.Seq, r)
	return true
}

// The operations that an AuthorizedOperations field can name, as a set of AclOperation codes:
// all that there are for the resource, as long as there is no authorizer.
const (
	allTopicOperations   = 1<<3 | 1<<4 | 1<<5 | 1<<6 | 1<<7 | 1<<8 | 1<<10 | 1<<11
	allClusterOperations = 1<<5 | 1<<7 | 1<<8 | 1<<9 | 1<<10 | 1<<11 | 1<<12
)

func hasID(t kmsg.MetadataRequestTopic) bool { return t.TopicID != kafka.TopicID{} }

// namesNoTopic is what versions 10 and 11, and a null name without an id, may not do.
func namesNoTopic(t kmsg.MetadataRequestTopic) bool { return t.Topic == nil || hasID(t) }

// brokers are those that are alive and have the listener, by id.
func brokers(img *image.Image, listener string) []kmsg.MetadataResponseBroker {
	list := make([]kmsg.MetadataResponseBroker, 0, len(img.Brokers))
	for i := range img.Brokers {
		b := &img.Brokers[i]
		host, port, ok := endpoint(b, listener)
		if b.Fenced || !ok {
			continue
		}
		list = append(list, kmsg.MetadataResponseBroker{NodeID: int32(b.ID), Host: host, Port: port, Rack: b.Rack})
	}
	return list
}

func (s *Session) controllerID(alive []kmsg.MetadataResponseBroker) kafka.NodeID {
	if len(alive) == 0 {
		return kafka.NoNode
	}
	s.turns++
	return kafka.NodeID(alive[(s.turns-1)%int64(len(alive))].NodeID)
}

// metadata gathers the topics of one answer.
type metadata struct {
	s        *Session
	img      *image.Image
	listener string
	rules    metadataVersion
	body     *kmsg.MetadataRequest
	r        *kmsg.MetadataResponse
	// refused says that the answer is the refusal of all that was asked.
	refused bool
	client  string
}

// refuse answers every topic of a request that makes no sense in its version, and tells nothing else.
func (m *metadata) refuse(err kafka.ErrorCode) {
	m.refused = true
	m.r.Brokers, m.r.ClusterID, m.r.ControllerID, m.r.ErrorCode = nil, nil, int32(kafka.NoNode), int16(err)
	for i := range m.body.Topics {
		name := ""
		if m.body.Topics[i].Topic != nil {
			name = *m.body.Topics[i].Topic
		}
		m.fail(&name, m.body.Topics[i].TopicID, err)
	}
}

func (m *metadata) fail(name *string, id kafka.TopicID, err kafka.ErrorCode) {
	t := kmsg.NewMetadataResponseTopic()
	t.ErrorCode, t.Topic, t.TopicID = int16(err), name, id
	t.IsInternal = name != nil && isInternal(*name)
	if m.body.IncludeTopicAuthorizedOperations && name != nil && !m.refused {
		t.AuthorizedOperations = allTopicOperations
	}
	m.r.Topics = append(m.r.Topics, t)
}

func (m *metadata) byID() {
	for i := range m.body.Topics {
		id := kafka.TopicID(m.body.Topics[i].TopicID)
		if id.IsZero() || m.answered(func(t *kmsg.MetadataResponseTopic) bool { return t.TopicID == id }) {
			continue
		}
		if topic := m.img.Topic(id); topic != nil {
			m.add(topic)
		} else {
			m.fail(nil, id, kafka.ErrUnknownTopicID)
		}
	}
}

func (m *metadata) byName() {
	create := m.s.cfg.AutoCreateTopics && (m.rules.alwaysCreates || m.body.AllowAutoTopicCreation)
	var wanted []string
	for i := range m.body.Topics {
		name := m.body.Topics[i].Topic
		if name == nil || m.answered(func(t *kmsg.MetadataResponseTopic) bool { return t.Topic != nil && *t.Topic == *name }) {
			continue
		}
		if topic := m.img.TopicNamed(*name); topic != nil {
			m.add(topic)
			continue
		}
		if kafka.InvalidTopicName(*name) != "" {
			m.fail(name, kafka.TopicID{}, kafka.ErrInvalidTopicException)
			continue
		}
		m.fail(name, kafka.TopicID{}, kafka.ErrUnknownTopicOrPartition)
		if create && (!isInternal(*name) || *name == kafka.GroupMetadataTopic) {
			wanted = append(wanted, *name)
		}
	}
	m.s.autoCreate(wanted, m.client)
}

// answered tells whether a topic is in the answer; Kafka answers each once.
func (m *metadata) answered(is func(*kmsg.MetadataResponseTopic) bool) bool {
	for i := range m.r.Topics {
		if is(&m.r.Topics[i]) {
			return true
		}
	}
	return false
}

// autoCreate asks for topics that nobody asked for yet, under the quota of whoever wants them.
func (s *Session) autoCreate(names []string, client string) {
	var topics []msg.NewTopic
	for _, name := range names {
		at, found := slices.BinarySearch(s.creating, name)
		if found {
			continue
		}
		s.creating = slices.Insert(s.creating, at, name)
		if isInternal(name) {
			topics = append(topics, s.internalTopic(name))
		} else {
			topics = append(topics, msg.NewTopic{Name: name, Partitions: -1, Factor: -1})
		}
	}
	if len(topics) == 0 {
		return
	}
	id, o := s.newOp()
	o.auto = true
	s.Out.Controller = append(s.Out.Controller, &msg.CreateTopics{Op: id, Topics: topics, Auto: true,
		Quota: msg.MutationQuota{User: Anonymous, Client: client, Strict: true}})
}

// autoCreated takes the controller's answer; whatever it is, the next Metadata may ask again.
func (s *Session) autoCreated(r *msg.CreatedTopics, o *op) {
	for i := range r.Topics {
		t := &r.Topics[i]
		if at, found := slices.BinarySearch(s.creating, t.Name); found {
			s.creating = slices.Delete(s.creating, at, at+1)
		}
		if isInternal(t.Name) {
			s.internalCreated(t)
		}
	}
	s.freeOp(r.Op, o)
}

// internalCreated tells the operator why a topic of coordinators can't be made, for its clients are told only that
// there is no coordinator, and ask again and again: once for each reason.
func (s *Session) internalCreated(t *msg.CreatedTopic) {
	why := ""
	if t.Err != kafka.None && t.Err != kafka.ErrTopicAlreadyExists {
		why = t.Name + ": " + t.Err.String() + " " + t.ErrText
	}
	if why != "" && why != s.uncreated {
		s.Out.Uncreated = append(s.Out.Uncreated, why)
	}
	s.uncreated = why
}
