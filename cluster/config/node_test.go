package config

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"momus/core/config"

	"github.com/google/go-cmp/cmp"
)

// stock is a minimal server.properties of one node.
var stock = []byte(`
process.roles=broker,controller
node.id=7
controller.quorum.bootstrap.servers=localhost:9093
listeners=PLAINTEXT://:9092,CONTROLLER://:9093
advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093
controller.listener.names=CONTROLLER
log.dirs=/tmp/kraft-combined-logs
`)

// read gives the stock file, and of any other the name.
func read(name string) ([]byte, error) {
	if name == "stock" {
		return stock, nil
	}
	return []byte(name), nil
}

func load(t *testing.T, s Sources) Node {
	t.Helper()
	n, err := Load(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNothingConfiguredIsANodeOfItsOwn(t *testing.T) {
	got := load(t, Sources{Environ: []string{"HOME=/x"}})
	want := Node{
		Broker: config.Broker{
			NodeID: 1, IsBroker: true, IsController: true,
			Listeners: []config.Listener{
				{Name: "PLAINTEXT", Port: 9092, AdvertisedHost: "localhost", AdvertisedPort: 9092},
				{Name: "CONTROLLER", Port: 9093, Controller: true},
			},
			AutoCreateTopics: true, NumPartitions: 1, DefaultReplicationFactor: 1, DeleteTopicEnable: true,
			FetchBytesMax: 57671680, RequestBytesMax: 104857600, FetchSessionSlots: 1000, FetchSessionEviction: 120_000,
			Connections:  config.Connections{Max: 2147483647, PerIP: 2147483647, Rate: 2147483647, Idle: 600_000},
			QuotaWindows: 11, QuotaWindowSeconds: 1, ControllerQuotaWindows: 11, ControllerQuotaWindowSeconds: 1,
			ConsumerGroups:    config.DefaultConsumerGroups(),
			HeartbeatInterval: 2000, SessionTimeout: 9000, ProducerIDExpiration: 86400000, ProducerIDBlock: 1000,
			CheckpointInterval: 60000, RetentionCheckInterval: 300000, InitialTaskDelay: 30000, RecoveryThreads: 2, MetadataSegmentBytes: 1 << 30,
			SnapshotBytes: 20971520, SnapshotInterval: 3600000, MetadataRetentionBytes: 104857600, MetadataRetention: 604800000,
			MetadataCleanInterval: 60000, DescribedPartitionsMax: 2000,
			Groups: config.Groups{
				TopicPartitions: 50, TopicReplication: 1, TopicSegmentBytes: 104857600, OffsetsRetention: 604800000,
				RetentionCheckInterval: 600000, OffsetMetadataMax: 4096, CommitTimeout: 5000, LoadBuffer: 5 << 20,
				Classic: config.ClassicGroups{MaxSize: math.MaxInt32, InitialDelay: 3000, MinSession: 6000, MaxSession: 1_800_000},
			},
			Cleaner: config.Cleaner{
				Enabled: true, Threads: 1, Backoff: 15000, DedupeBytes: 134217728, LoadFactor: 900_000_000, BytesPerSecond: math.MaxInt64,
			},
			Topic: config.Topic{
				SegmentBytes: 1 << 30, SegmentIndexBytes: 10485760, IndexIntervalBytes: 4096,
				MessageBytesMax: 1048588, MinInsyncReplicas: 1,
				FlushMessages: math.MaxInt64, FlushInterval: math.MaxInt64,
				TimestampBefore: math.MaxInt64, TimestampAfter: 3600000,
				CompressionType: config.CompressionProducer, GzipLevel: -1, LZ4Level: 9, ZstdLevel: 3,
				Delete: true, RetentionBytes: -1, Retention: 604800000,
				SegmentAge: 604800000, FileDeleteDelay: 60000,
				DeleteRetention: 86400000, MaxCompactionLag: math.MaxInt64, MinCleanableRatio: 500_000_000,
			},
		},
		InterBrokerListener: "PLAINTEXT",
		LogDirs:             []string{"./momus-data"},
		MetadataLogDir:      "./momus-data",
		Settings:            embedded(),
	}
	want.Settings = merge(want.Settings)
	for _, s := range want.Settings {
		want.Broker.Static = append(want.Broker.Static, config.Override{Name: s.Name, Value: s.Value})
	}
	want.Broker.Static = slices.Insert(want.Broker.Static, 0, config.Override{Name: "broker.id", Value: "1"})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, s := range got.Settings {
		if strings.HasSuffix(s.Name, ".replication.factor") && s.Value != "1" {
			t.Errorf("%s is %s on one node", s.Name, s.Value)
		}
	}
}

func TestPathsOfLogDirectoriesAreMadeAbsolute(t *testing.T) {
	here := func() (string, error) { return "/srv/", nil }
	n := load(t, Sources{Getwd: here, Overrides: []string{"log.dirs=a,./b,/c", "metadata.log.dir=m"}})
	if diff := cmp.Diff([]string{"/srv/a", "/srv/b", "/c", "/srv/m"}, append(n.LogDirs, n.MetadataLogDir)); diff != "" {
		t.Error(diff)
	}
	nowhere := func() (string, error) { return "", errors.New("gone") }
	if _, err := Load(Sources{Getwd: nowhere}); err == nil || err.Error() != "log.dirs: gone" {
		t.Errorf("without a working directory: %v", err)
	}
}

func TestAFileReplacesTheEmbeddedSettings(t *testing.T) {
	n := load(t, Sources{Files: []string{"stock"}, Read: read})
	if n.Broker.NodeID != 7 || n.LogDirs[0] != "/tmp/kraft-combined-logs" || len(n.Settings) != 7 {
		t.Errorf("got %+v", n)
	}
	if diff := cmp.Diff([]Address{{"localhost", 9093}}, n.BootstrapServers); diff != "" {
		t.Error(diff)
	}
}

func TestSettingsReachTheNode(t *testing.T) {
	for _, c := range []struct {
		overrides string // separated by blanks
		got       func(Node) any
		want      any
	}{
		{"log.dir=/a", func(n Node) any { return n.LogDirs[0] }, "/a"},
		{"log.dir=/a log.dirs=/b", func(n Node) any { return n.LogDirs[0] }, "/b"},
		{"log.dirs=/a,/b,/a", func(n Node) any { return strings.Join(n.LogDirs, " ") + " " + n.MetadataLogDir }, "/a /b /a"},
		{"metadata.log.dir=/m", func(n Node) any { return n.MetadataLogDir }, "/m"},
		{"broker.rack=r1", func(n Node) any { return *n.Broker.Rack }, "r1"},
		{"internal.metadata.log.segment.bytes=1024", func(n Node) any { return n.Broker.MetadataSegmentBytes }, int32(1024)},
		{"log.retention.hours=2", func(n Node) any { return int64(n.Broker.Topic.Retention) }, int64(7200000)},
		{"log.retention.hours=2 log.retention.minutes=3", func(n Node) any { return int64(n.Broker.Topic.Retention) }, int64(180000)},
		{"log.retention.minutes=3 log.retention.ms=5", func(n Node) any { return int64(n.Broker.Topic.Retention) }, int64(5)},
		{"log.retention.hours=-1", func(n Node) any { return int64(n.Broker.Topic.Retention) }, int64(-1)},
		{"log.retention.ms=-7", func(n Node) any { return int64(n.Broker.Topic.Retention) }, int64(-1)},
		{"log.roll.hours=2", func(n Node) any { return int64(n.Broker.Topic.SegmentAge) }, int64(7200000)},
		{"log.roll.hours=2 log.roll.ms=5", func(n Node) any { return int64(n.Broker.Topic.SegmentAge) }, int64(5)},
		{"log.roll.jitter.hours=1", func(n Node) any { return int64(n.Broker.Topic.SegmentJitter) }, int64(3600000)},
		{"log.roll.jitter.hours=1 log.roll.jitter.ms=7", func(n Node) any { return int64(n.Broker.Topic.SegmentJitter) }, int64(7)},
		{"log.segment.delete.delay.ms=8", func(n Node) any { return int64(n.Broker.Topic.FileDeleteDelay) }, int64(8)},
		{"log.flush.scheduler.interval.ms=9", func(n Node) any { return int64(n.Broker.Topic.FlushInterval) }, int64(9)},
		{"log.flush.scheduler.interval.ms=9 log.flush.interval.ms=4", func(n Node) any { return int64(n.Broker.Topic.FlushInterval) }, int64(4)},
		{"log.message.timestamp.type=LogAppendTime", func(n Node) any { return n.Broker.Topic.LogAppendTime }, true},
		{"compression.type=lz4", func(n Node) any { return n.Broker.Topic.CompressionType }, config.CompressionLZ4},
		{"compression.zstd.level=7", func(n Node) any { return n.Broker.Topic.ZstdLevel }, int32(7)},
		{"log.message.timestamp.after.max.ms=7", func(n Node) any { return int64(n.Broker.Topic.TimestampAfter) }, int64(7)},
		{"log.cleanup.policy=", func(n Node) any { return n.Broker.Topic.Delete || n.Broker.Topic.Compact }, false},
		{"log.cleanup.policy=compact,delete", func(n Node) any { return n.Broker.Topic.Delete && n.Broker.Topic.Compact }, true},
		{"controller.quorum.voters=1@a:1,2@[::1]:2", func(n Node) any { return n.Voters[1] }, Voter{2, Address{"::1", 2}}},
		{"broker.id=1", func(n Node) any { return len(n.Warnings) }, 0},
	} {
		n := load(t, Sources{Overrides: strings.Fields(c.overrides)})
		if got := c.got(n); got != c.want {
			t.Errorf("%s: got %v, want %v", c.overrides, got, c.want)
		}
	}
}

func TestClusterIDComesFromTheContainersVariable(t *testing.T) {
	n := load(t, Sources{Environ: []string{"CLUSTER_ID=4L6g3nShT-eMCtK--X86sw"}})
	if n.Broker.ClusterID != "4L6g3nShT-eMCtK--X86sw" || len(n.Warnings) > 0 {
		t.Errorf("got %q, warnings %q", n.Broker.ClusterID, n.Warnings)
	}
}

func TestWhatIsIgnoredIsWarnedOf(t *testing.T) {
	n := load(t, Sources{Overrides: []string{
		"no.such.key=1", "num.io.threads=8", "num.network.threads=3", "log.dirs=/a,/a",
		"leader.replication.throttled.rate=1", "ssl.key.password=secret", "broker.session.timeout.ms=3000",
	}})
	want := []string{
		"leader.replication.throttled.rate: can only be changed while the broker runs, ignored here",
		"log.dirs: /a is there twice, once is kept",
		"no.such.key: unknown key, ignored",
		"broker.heartbeat.interval.ms: more than half of broker.session.timeout.ms, one lost heartbeat fences the broker",
		"set, but without effect in this build: num.io.threads, num.network.threads, ssl.key.password",
	}
	if diff := cmp.Diff(want, n.Warnings); diff != "" {
		t.Error(diff)
	}
}

func TestBadSettingsAreRefusedWithOneLineEach(t *testing.T) {
	for _, c := range []struct{ overrides, want string }{
		{"num.partitions=0", "num.partitions=0: allowed is int, >= 1"},
		{"log.segment.bytes=5 delete.topic.enable=maybe", "delete.topic.enable=maybe: allowed is boolean\nlog.segment.bytes=5: allowed is int, >= 1048576"},
		{"node.id=x", "node.id=x: allowed is int, >= 0"},
		{"create.topic.policy.class.name=org.Policy", "create.topic.policy.class.name=org.Policy: a Java class cannot be loaded here; allowed is to leave it out"},
		{"alter.config.policy.class.name=org.Policy", "alter.config.policy.class.name=org.Policy: a Java class cannot be loaded here; allowed is to leave it out"},
		{"broker.id=2", "broker.id=2: allowed is the same value as node.id, which is 1"},
		{"default.replication.factor=40000", "default.replication.factor=40000: allowed is int, 1 .. 32767"},
		{"log.retention.ms=0", "log.retention.ms=0: allowed is a number >= 1, or -1 for no limit"},
		{"log.roll.ms=0", "log.roll.ms=0: allowed is a number >= 1"},
		{"log.roll.jitter.ms=-1", "log.roll.jitter.ms=-1: allowed is a number >= 0"},
		{"log.flush.interval.ms=-1", "log.flush.interval.ms=-1: allowed is long, >= 0"},
		{"controller.quorum.voters=a:1", "controller.quorum.voters=a:1: allowed is a list of id@host:port"},
		{"controller.quorum.voters=2@a:1", "controller.quorum.voters=2@a:1: allowed for a controller is a list that has its node.id, 1"},
		{"controller.quorum.bootstrap.servers=a", "controller.quorum.bootstrap.servers=a: allowed is a list of host:port"},
		{"process.roles=broker listeners=PLAINTEXT://:1", "process.roles=broker: allowed without controller.quorum.voters or controller.quorum.bootstrap.servers is broker,controller"},
	} {
		_, err := Load(Sources{Overrides: strings.Fields(c.overrides)})
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.overrides, err, c.want)
		}
	}
}

func TestAFileWithoutRequiredKeysIsRefused(t *testing.T) {
	_, err := Load(Sources{Files: []string{"num.partitions=1"}, Read: read})
	want := "controller.listener.names: is required; allowed is list, distinct items, not empty\n" +
		"node.id: is required; allowed is int, >= 0\n" +
		"process.roles: is required; allowed is list, distinct items of broker, controller, not empty"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestUnknownKeysAreRefusedIfTheSourcesAreTakenStrictly(t *testing.T) {
	_, err := Load(Sources{Overrides: []string{"no.such.key=1", "num.partitions=2"}, Strict: true})
	if want := "no.such.key: unknown key; allowed are Kafka's, or leave --strict out"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestAFileThatCannotBeReadIsNamed(t *testing.T) {
	_, err := Load(Sources{Files: []string{"f"}, Read: func(name string) ([]byte, error) { return nil, errors.New("open " + name + ": gone") }})
	if want := "--config: open f: gone"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestPasswordsAndUnknownKeysAreKeptByNameOnly(t *testing.T) {
	n := load(t, Sources{Overrides: []string{"no.such.key=1", "ssl.key.password=secret", "num.partitions= 3 "}})
	got := map[string]string{}
	for _, o := range n.Broker.Static {
		got[o.Name] = o.Value
	}
	if v, ok := got["no.such.key"]; !ok || v != "" {
		t.Errorf("an unknown key is kept as %q (%v)", v, ok)
	}
	if v, ok := got["ssl.key.password"]; !ok || v != "" {
		t.Errorf("a password is kept as %q (%v)", v, ok)
	}
	if got["num.partitions"] != "3" || got["broker.id"] != "1" {
		t.Errorf("got %v", got)
	}
}
