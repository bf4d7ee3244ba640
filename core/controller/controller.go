package controller

import (
	"fmt"

	"momus/core/config"
	"momus/core/entropy"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/quota"
	"momus/core/record"
)

// Out is the outbox. Node takes what is in it after every call and truncates the slices; of an
// Append it then tells the fate, by Appended or by Resign.
type Out struct {
	Appends []msg.Append
	Replies []msg.ControllerReply
}

// Controller is the state of one node's controller, active or not.
//
//canon:gen
type Controller struct {
	// Out is drained after every call, so that no state is in it between Steps.
	Out Out `canon:"-"`

	cfg       config.Broker
	clusterID string

	active bool
	// img is the state after everything that was appended; empty while not active.
	img       image.Image
	committed kafka.Offset
	// decided waits for its append.
	decided *decision
	// parked are the replies that wait for the commit, by rising offset.
	parked   []parked
	sessions []session
	// mutations measures how many partitions clients under quotas change (KIP-599).
	mutations *quota.Meters

	// ids yields topic ids, places the first replica of a new topic.
	ids    entropy.Stream
	places entropy.Stream

	// delta is what applying writes down for others; nobody asks here.
	delta image.Delta `canon:"-"`
}

// decision is records and the reply that they make true.
type decision struct {
	records []record.Metadata
	reply   msg.ControllerReply
	// broker is whom the decision is about, if it registers or unregisters one or begins its controlled shutdown.
	broker      kafka.NodeID
	registers   bool
	unregisters bool
	shutsDown   bool
}

// parked is a reply that may be given once offset is committed.
type parked struct {
	offset kafka.Offset
	reply  msg.ControllerReply
}

// New makes a controller that is not active. The entropy is that of the start event.
func New(cfg config.Broker, limits port.Limits, clusterID string, seed [32]byte) *Controller {
	return &Controller{
		mutations: quota.NewMeters(cfg.ControllerQuotaWindows, cfg.ControllerQuotaWindowSeconds, limits.QuotaMeters),
		cfg:       cfg, clusterID: clusterID, img: image.New(), committed: kafka.NoOffset,
		ids: entropy.New(seed, "controller/topic-ids"), places: entropy.New(seed, "controller/placement"),
	}
}

// metadataVersionLevel is the metadata version of a new cluster, 4.3-IV0.
const metadataVersionLevel = 30

// BecomeActive makes this the active controller. img is the controller's own from now on; it must
// stand at the end of the log. An empty cluster is given its first records.
func (m *Controller) BecomeActive(now kafka.Now, img image.Image, epoch kafka.LeaderEpoch) {
	if m.active {
		panic("BUG: the active controller became active")
	}
	if img.Epoch != epoch {
		panic(fmt.Sprintf("BUG: the controller of epoch %d began with an image of epoch %d", epoch, img.Epoch))
	}
	m.active, m.img, m.committed = true, img, img.Offset
	m.beginSessions(now)
	if len(m.img.Features) == 0 {
		m.decide(decision{records: []record.Metadata{
			&record.FeatureLevelRecord{Name: record.MetadataVersion, FeatureLevel: metadataVersionLevel},
			&record.FeatureLevelRecord{Name: record.GroupVersion, FeatureLevel: 1},
		}})
	}
}

// Resign ends the activity, if any. Whoever still waits is told NOT_CONTROLLER: its records may
// be in the log or not.
func (m *Controller) Resign(now kafka.Now) {
	if m.decided != nil && m.decided.reply != nil {
		m.Out.Replies = append(m.Out.Replies, refused(m.decided.reply))
	}
	for _, p := range m.parked {
		m.Out.Replies = append(m.Out.Replies, refused(p.reply))
	}
	m.active, m.decided, m.parked, m.sessions = false, nil, nil, nil
	m.img, m.committed = image.New(), kafka.NoOffset
}

// Active tells whether this node's controller decides.
func (m *Controller) Active() bool { return m.active }

// Image is the controller's own image, for reading: it is ahead of what is committed.
func (m *Controller) Image() *image.Image { return &m.img }

// Check panics if the state contradicts the invariants.
func (m *Controller) Check() {
	m.img.Check()
	if m.active && m.committed > m.img.Offset {
		panic(fmt.Sprintf("BUG: committed up to %d, above the controller's own records at %d", m.committed, m.img.Offset))
	}
	last := m.committed
	for _, p := range m.parked {
		if p.offset < last || p.offset > m.img.Offset {
			panic(fmt.Sprintf("BUG: a reply waits for %d, after one for %d, while the log ends with %d", p.offset, last, m.img.Offset))
		}
		last = p.offset
	}
	if !m.active && len(m.sessions)+len(m.parked) > 0 {
		panic("BUG: a controller that is not active keeps sessions or replies")
	}
	for i, s := range m.sessions {
		if i > 0 && m.sessions[i-1].broker >= s.broker {
			panic("BUG: the sessions are not sorted")
		}
		if m.img.Broker(s.broker) == nil {
			panic(fmt.Sprintf("BUG: a session of broker %d, which is not registered", s.broker))
		}
	}
}
