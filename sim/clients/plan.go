package clients

import (
	"strconv"

	"momus/checker"
	"momus/core/kafka"
)

// Plan is what the world decides about its clients; the rest NewPopulation draws.
type Plan struct {
	// Nodes are what Dial takes: the ids under which brokers are known in Metadata.
	Nodes []int32
	// Retention is log.retention.ms of the nodes, or 0 if it is not set.
	Retention kafka.Millis
	// Dirs are the log directories of the nodes.
	Dirs []string
	// Wall is civil time at virtual time 0.
	Wall kafka.Wall
	// Until is the virtual time from which no client starts an operation, as after Quiet; 0 is never.
	Until int64
	// Idle is how long a producer must be idle to be forgotten (producer.id.expiration.ms), in
	// nanoseconds; 0 is longer than any world.
	Idle int64
	// Deposes has a client take the leadership of all partitions away now and then.
	Deposes bool
	// Addresses says that new connections of an address may be limited: there are several windows, with one no
	// connection at all would be let in.
	Addresses bool
	// Groups says which APIs of groups the nodes serve.
	Groups Groups
	// ConnsPerClient and ConnsMax are how many connections one client, and all of them, may have, ConnsRate how many
	// may come in a second; 0 is no limit.
	ConnsPerClient, ConnsMax, ConnsRate int
	// ConnsIdle is connections.max.idle.ms, GroupDelay group.initial.rebalance.delay.ms.
	ConnsIdle, GroupDelay int64
}

// Groups are the APIs of groups that a node serves: committed offsets, the classic protocol, that of KIP-848, and the
// way from one to the other.
type Groups struct{ Offsets, Classic, Consumer, Mixed bool }

// topicsMax and partitionsMax bound the topics of a plan.
const (
	topicsMax     = 4
	partitionsMax = 3
)

// topic is one topic of the plan.
type topic struct {
	name       string
	partitions int32
	// auto leaves the creation to whoever asks for the topic first: all is as the broker has it.
	auto bool
	// volatile has the admin client delete and create it again.
	volatile bool
	// flush, segment and interval are flush.messages (0 is unset), internal.segment.bytes and
	// index.interval.bytes.
	flush, segment, interval int64
	// indexBytes is segment.index.bytes; 0 is unset.
	indexBytes int64
	// compression is compression.type, or empty; stamp is message.timestamp.type=LogAppendTime.
	compression string
	stamp       bool
	// policy is cleanup.policy, or 0 if that is not set.
	policy int64
	// keepBytes and keep are retention.bytes and retention.ms, roll and jitter segment.ms and
	// segment.jitter.ms, delay is file.delete.delay.ms; 0 is unset.
	keepBytes, keep, roll, jitter, delay int64
	// Of a topic that may be compacted, judged is what the judge knows of its keys; ratio is
	// min.cleanable.dirty.ratio in tenths, lag min.compaction.lag.ms.
	judged     checker.Topic
	ratio, lag int64
}

// policies are the values of cleanup.policy.
var policies = [...]string{
	checker.PolicyDelete: "delete", checker.PolicyCompact: "compact", checker.PolicyBoth: "compact,delete",
}

// compacted tells whether records need a key, as long as nobody alters that.
func (t *topic) compacted() bool { return t.policy != 0 }

// drawTopics draws 1 to topicsMax topics. The first is there for the whole run; of the others one
// may be volatile, and the last may come by auto-creation.
func drawTopics(env Env) []topic {
	topics := make([]topic, 1+env.Draw("plan/topics", topicsMax))
	volatile := env.Draw("plan/volatile", topicsMax)
	for i := range topics {
		t := &topics[i]
		key := "plan/topic" + strconv.Itoa(i)
		t.name = "topic" + strconv.Itoa(i)
		t.partitions = 1 + int32(env.Draw(key+"/partitions", partitionsMax))
		t.flush = []int64{0, 1, 7, 1}[env.Draw(key+"/flush", 4)]
		t.segment = 4096 << env.Draw(key+"/segment", 3)
		t.interval = 64 << env.Draw(key+"/interval", 5)
		// Of the codecs zstd is rare, since its encoder takes megabytes.
		t.compression = []string{"", "", "", "", "", "", "gzip", "snappy", "lz4", "uncompressed", "lz4", "zstd"}[env.Draw(key+"/compression", 12)]
		t.stamp = env.Draw(key+"/stamp", 6) == 1
		t.policy = []int64{0, 0, 0, checker.PolicyCompact, checker.PolicyBoth, 0}[env.Draw(key+"/policy", 6)]
		t.drawRetention(env, key)
		t.drawCompaction(env, key)
		// Few segments have an index so small that they are left for it.
		t.indexBytes = []int64{0, 0, 0, 60, 0, 96}[env.Draw(key+"/indexbytes", 6)]
		t.volatile = i > 0 && uint64(i) == volatile
		if i > 0 && i == len(topics)-1 && !t.volatile && env.Draw("plan/auto", 3) == 1 {
			*t = topic{name: t.name, auto: true}
		}
		t.tell(env, "knob/topic"+strconv.Itoa(i)+"/")
	}
	return topics
}

// tell has overrides say what a topic is like, by the names of its configuration: the value and one more.
func (t *topic) tell(env Env, key string) {
	for _, told := range []struct {
		name string
		to   *int64
	}{
		{"flush.messages", &t.flush}, {"internal.segment.bytes", &t.segment}, {"index.interval.bytes", &t.interval},
		{"segment.index.bytes", &t.indexBytes}, {"retention.bytes", &t.keepBytes}, {"retention.ms", &t.keep}, {"segment.ms", &t.roll}, {"segment.jitter.ms", &t.jitter},
		{"file.delete.delay.ms", &t.delay},
	} {
		if v := env.Draw(key+told.name, 0); v > 0 {
			*told.to = int64(v - 1)
		}
	}
}

// drawRetention has one topic in four lose its oldest records soon, and one in three roll by time.
// Records are no older than the virtual time that has passed, unless the broker's clock is wrong.
func (t *topic) drawRetention(env Env, key string) {
	switch env.Draw(key+"/retention", 8) {
	case 1:
		t.keepBytes = t.segment * int64(1+env.Draw(key+"/retention/segments", 4)) / 2
	case 2:
		// With 1 ms all that is committed goes whenever the broker looks.
		t.keep = []int64{200, 1, 1000, 1}[env.Draw(key+"/retention/ms", 4)]
	}
	// Where what is committed is behind what is written, it must not go before it is.
	if t.flush == 1 && env.Draw(key+"/retention/tight", 10) == 1 {
		t.keepBytes, t.keep = 0, 1
	}
	if env.Draw(key+"/roll", 3) == 1 {
		t.roll = 100 << env.Draw(key+"/roll/ms", 4)
		t.jitter = int64(env.Draw(key+"/roll/jitter", 200))
	}
	t.delay = []int64{0, 1, 100, 1000}[env.Draw(key+"/delay", 4)]
}

// drawCompaction has a topic that may be compacted have few keys, some of whose records are tombstones, and segments that
// are left soon.
func (t *topic) drawCompaction(env Env, key string) {
	if !t.compacted() {
		return
	}
	key += "/compaction"
	t.judged.Keys = []int64{3, 1, 8, 30}[env.Draw(key+"/keys", 4)]
	t.judged.Tombstones = env.Draw(key+"/tombstones", 3) > 0
	t.judged.DeleteRetention = []kafka.Millis{500, 1, 100, 5000}[env.Draw(key+"/horizon", 4)]
	t.ratio = []int64{1, 0, 5}[env.Draw(key+"/ratio", 3)]
	t.lag = []int64{0, 0, 1, 300}[env.Draw(key+"/lag", 4)]
	if env.Draw(key+"/roll", 3) > 0 {
		t.segment, t.roll = 4096, 100
	}
}
