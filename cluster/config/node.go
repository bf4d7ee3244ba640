package config

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"momus/core/config"
	"momus/core/kafka"
)

// Node is everything that one node is configured with.
type Node struct {
	// Broker is what the core gets.
	Broker config.Broker
	// InterBrokerListener is the name of the listener that brokers use among themselves; empty
	// without the broker role.
	InterBrokerListener string
	// LogDirs are log.dirs, without duplicates. MetadataLogDir is metadata.log.dir or the first
	// of them, and need not be among them.
	LogDirs        []string
	MetadataLogDir string
	// Voters are controller.quorum.voters, BootstrapServers controller.quorum.bootstrap.servers.
	// Both are empty for a node that is a quorum of its own.
	Voters           []Voter
	BootstrapServers []Address
	// Settings are the known keys that some source sets, sorted by name.
	Settings []Setting
	// Warnings are lines for the operator, about settings that were ignored.
	Warnings []string
}

// Address is a host and a port.
type Address struct {
	Host string
	Port int32
}

// Voter is one entry of controller.quorum.voters.
type Voter struct {
	ID kafka.NodeID
	Address
}

// Load computes the node's configuration. The error has one line for each setting that is
// refused, of the form key=value: what is allowed.
func Load(s Sources) (Node, error) {
	var files []Setting
	for _, name := range s.Files {
		text, err := s.Read(name)
		if err != nil {
			return Node{}, errors.New("--config: " + err.Error())
		}
		settings, complaint := ParseProperties(text)
		if complaint != "" {
			return Node{}, errors.New(complaint)
		}
		files = append(files, settings...)
	}
	overrides, complaint := ParseOverrides(s.Overrides)
	if complaint != "" {
		return Node{}, errors.New(complaint)
	}
	var below []Setting
	if len(s.Files) == 0 {
		below = embedded()
	}
	v := newValues(merge(below, files, ParseEnviron(s.Environ), overrides), s.Strict)
	if len(v.problems) > 0 {
		return Node{}, v.err()
	}
	n := v.node()
	for _, entry := range s.Environ {
		if id, ok := strings.CutPrefix(entry, clusterIDVariable+"="); ok {
			n.Broker.ClusterID = id
		}
	}
	if len(v.problems) > 0 {
		return Node{}, v.err()
	}
	if s.Getwd != nil {
		if err := n.absolute(s.Getwd); err != nil {
			return Node{}, err
		}
	}
	if idle := v.idle(); len(idle) > 0 {
		v.warn("set, but without effect in this build: " + strings.Join(idle, ", "))
	}
	n.Settings, n.Warnings = v.settings, v.warnings
	n.Broker.Static = v.static(n.Broker.NodeID)
	return n, nil
}

// absolute makes the paths of the log directories absolute.
func (n *Node) absolute(getwd func() (string, error)) error {
	here, err := getwd()
	if err != nil {
		return errors.New("log.dirs: " + err.Error())
	}
	full := func(path string) string {
		if strings.HasPrefix(path, "/") {
			return path
		}
		return strings.TrimSuffix(here, "/") + "/" + strings.TrimPrefix(path, "./")
	}
	n.MetadataLogDir = full(n.MetadataLogDir)
	for i := range n.LogDirs {
		n.LogDirs[i] = full(n.LogDirs[i])
	}
	return nil
}

func (v *values) err() error { return errors.New(strings.Join(v.problems, "\n")) }

// node reads the keys; what it complains about is in v.problems.
func (v *values) node() Node {
	n := Node{Broker: v.broker()}
	v.directories(&n)
	v.listeners(&n)
	v.quorum(&n)
	return n
}

func (v *values) broker() config.Broker {
	roles := v.list("process.roles")
	b := config.Broker{
		NodeID:                       kafka.NodeID(v.int("node.id")),
		IsBroker:                     slices.Contains(roles, "broker"),
		IsController:                 slices.Contains(roles, "controller"),
		AutoCreateTopics:             v.boolean("auto.create.topics.enable"),
		NumPartitions:                v.int("num.partitions"),
		DefaultReplicationFactor:     v.replicationFactor(),
		DeleteTopicEnable:            v.boolean("delete.topic.enable"),
		FetchBytesMax:                v.int("fetch.max.bytes"),
		RequestBytesMax:              v.int("socket.request.max.bytes"),
		FetchSessionSlots:            v.int("max.incremental.fetch.session.cache.slots"),
		FetchSessionEviction:         config.FetchSessionEviction,
		HeartbeatInterval:            v.millis("broker.heartbeat.interval.ms"),
		SessionTimeout:               v.millis("broker.session.timeout.ms"),
		ProducerIDExpiration:         v.millis("producer.id.expiration.ms"),
		Connections:                  v.connections(),
		ConsumerGroups:               v.consumerGroups(),
		QuotaWindows:                 v.int("quota.window.num"),
		QuotaWindowSeconds:           v.int("quota.window.size.seconds"),
		ControllerQuotaWindows:       v.int("controller.quota.window.num"),
		ControllerQuotaWindowSeconds: v.int("controller.quota.window.size.seconds"),
		ProducerIDBlock:              config.ProducerIDBlock,
		CheckpointInterval:           v.millis("log.flush.offset.checkpoint.interval.ms"),
		RetentionCheckInterval:       v.millis("log.retention.check.interval.ms"),
		InitialTaskDelay:             v.millis("log.initial.task.delay.ms"),
		RecoveryThreads:              v.int("num.recovery.threads.per.data.dir"),
		Cleaner:                      v.cleaner(),
		DescribedPartitionsMax:       v.int("max.request.partition.size.limit"),
		MetadataSegmentBytes:         v.int("metadata.log.segment.bytes"),
		SnapshotBytes:                v.long("metadata.log.max.record.bytes.between.snapshots"),
		SnapshotInterval:             v.millis("metadata.log.max.snapshot.interval.ms"),
		MetadataRetentionBytes:       v.long("metadata.max.retention.bytes"),
		MetadataRetention:            v.millis("metadata.max.retention.ms"),
		MetadataCleanInterval:        config.MetadataCleanInterval,
		Groups:                       v.groups(),
		Topic:                        v.topic(),
	}
	if rack, ok := v.text("broker.rack"); ok {
		b.Rack = &rack
	}
	if internal, ok := v.optional("internal.metadata.log.segment.bytes"); ok {
		b.MetadataSegmentBytes = int32(internal)
	}
	if id := v.int("broker.id"); id != -1 && kafka.NodeID(id) != b.NodeID {
		v.refuse("broker.id", "allowed is the same value as node.id, which is "+strconv.Itoa(int(b.NodeID)))
	}
	if v.isSet("broker.session.timeout.ms") && 2*b.HeartbeatInterval > b.SessionTimeout {
		v.warn("broker.heartbeat.interval.ms: more than half of broker.session.timeout.ms, one lost heartbeat fences the broker")
	}
	return b
}

// replicationFactor is an int in Kafka's table, and a short wherever it is used.
func (v *values) replicationFactor() int16 {
	const name = "default.replication.factor"
	n := v.int(name)
	if n < 1 || n > 1<<15-1 {
		v.refuse(name, "allowed is int, 1 .. 32767")
		return 1
	}
	return int16(n)
}

// directories resolves log.dirs, which goes before log.dir, and metadata.log.dir.
func (v *values) directories(n *Node) {
	n.LogDirs = v.list("log.dir")
	if dirs := v.list("log.dirs"); len(dirs) > 0 {
		n.LogDirs = dirs
	}
	n.MetadataLogDir = n.LogDirs[0]
	if dir, ok := v.text("metadata.log.dir"); ok && dir != "" {
		n.MetadataLogDir = dir
	}
}

// quorum reads the two ways to name the controllers (KIP-595, KIP-853).
func (v *values) quorum(n *Node) {
	const voters, servers = "controller.quorum.voters", "controller.quorum.bootstrap.servers"
	for _, text := range v.list(voters) {
		voter, ok := parseVoter(text)
		if !ok {
			v.refuse(voters, "allowed is a list of id@host:port")
			return
		}
		n.Voters = append(n.Voters, voter)
	}
	for _, text := range v.list(servers) {
		address, ok := parseAddress(text)
		if !ok {
			v.refuse(servers, "allowed is a list of host:port")
			return
		}
		n.BootstrapServers = append(n.BootstrapServers, address)
	}
	voting := slices.ContainsFunc(n.Voters, func(voter Voter) bool { return voter.ID == n.Broker.NodeID })
	switch {
	case len(n.Voters) == 0 && len(n.BootstrapServers) == 0:
		if !n.Broker.IsBroker || !n.Broker.IsController {
			v.refuse("process.roles", "allowed without controller.quorum.voters or controller.quorum.bootstrap.servers is broker,controller")
		}
	case len(n.Voters) > 0 && n.Broker.IsController && !voting:
		v.refuse(voters, "allowed for a controller is a list that has its node.id, "+strconv.Itoa(int(n.Broker.NodeID)))
	case len(n.Voters) > 0 && !n.Broker.IsController && voting:
		v.refuse(voters, "allowed for a broker without the controller role is a list without its node.id")
	}
}

func parseVoter(text string) (Voter, bool) {
	id, rest, ok := strings.Cut(text, "@")
	if !ok {
		return Voter{}, false
	}
	number, err := strconv.ParseInt(id, 10, 32)
	address, ok := parseAddress(rest)
	if err != nil || number < 0 || !ok {
		return Voter{}, false
	}
	return Voter{ID: kafka.NodeID(number), Address: address}, true
}

// parseAddress reads host:port; an IPv6 host stands in brackets, which are dropped.
func parseAddress(text string) (Address, bool) {
	colon := strings.LastIndexByte(text, ':')
	if colon < 1 {
		return Address{}, false
	}
	host, ok := parseHost(text[:colon])
	port, err := strconv.ParseUint(text[colon+1:], 10, 16)
	return Address{Host: host, Port: int32(port)}, ok && host != "" && err == nil && port > 0
}
