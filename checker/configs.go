package checker

import (
	"slices"

	"momus/core/kafka"
)

// ConfigKey is a key of a topic whose configuration is altered while the world runs.
type ConfigKey uint8

// The keys: retention.ms and retention.bytes, with the brokers' keys that give the default; cleanup.policy.
const (
	RetentionTime ConfigKey = iota + 1
	RetentionSize
	CleanupPolicy
)

// The values of CleanupPolicy. Where it is not set, delete holds.
const (
	PolicyDelete int64 = iota + 1
	PolicyCompact
	PolicyBoth
)

// unset is the value of a key that is not set. No client sets it.
const unset = 0

// ConfigOp is a request to set one key of a topic, or of all brokers if Topic is empty; Value 0 deletes
// it. What was only to be judged is none.
type ConfigOp struct {
	Client int32
	Topic  string
	Key    ConfigKey
	Value  int64
	Start  Event
	// End is 0 while there is neither an answer nor a reason to stop waiting.
	End      Event
	Answered bool
	Err      kafka.ErrorCode
}

// ConfigSeen is what DescribeConfigs told of one key: of a topic what holds, of all brokers what is set.
type ConfigSeen struct {
	Client     int32
	Topic      string
	Key        ConfigKey
	Value      int64
	Start, End Event
}

// failed tells that the operation changed nothing. A controller that resigned may have written what
// it refuses.
func (op *ConfigOp) failed() bool {
	return op.Answered && op.Err != kafka.None && op.Err != kafka.ErrNotController && op.Err != kafka.ErrRequestTimedOut
}

func (op *ConfigOp) acked() bool { return op.Answered && op.Err == kafka.None }

// possible are the values that may have been set for a key at some instant of a stretch: the first one and
// those of all operations that began before its end, without what an acknowledged operation replaced
// before it began. One of unknown outcome may take effect at any time.
func (j *judge) possible(topic string, key ConfigKey, first int64, from, to Event) []int64 {
	replaced := func(since Event) bool {
		return slices.ContainsFunc(j.h.Configs, func(op ConfigOp) bool {
			return op.Topic == topic && op.Key == key && op.acked() && op.Start > since && op.End < from
		})
	}
	var values []int64
	if !replaced(-1) {
		values = append(values, first)
	}
	for i := range j.h.Configs {
		op := &j.h.Configs[i]
		if op.Topic != topic || op.Key != key || op.failed() || op.Start > to || op.acked() && replaced(op.End) {
			continue
		}
		values = append(values, op.Value)
	}
	return values
}

// retention are the values that may have held for a topic at some instant of a stretch: its own, where
// it may have had none that of all brokers, and where there may have been none of those the node's.
func (j *judge) retention(topic string, key ConfigKey, from, to Event) []int64 {
	t, last := j.settings[topic], j.lastDefault(key)
	first := t.RetentionBytes
	if key == RetentionTime {
		first = int64(t.Retention)
	}
	var values []int64
	for _, own := range j.possible(topic, key, first, from, to) {
		if own != unset {
			values = append(values, own)
			continue
		}
		for _, all := range j.possible("", key, unset, from, to) {
			if all == unset {
				all = last
			}
			values = append(values, all)
		}
	}
	return values
}

// lastDefault is what holds of a key where neither a topic nor all brokers together set it.
func (j *judge) lastDefault(key ConfigKey) int64 {
	switch {
	case key != RetentionTime:
		return -1
	case j.h.DefaultRetention != 0:
		return int64(j.h.DefaultRetention)
	}
	return 7 * 24 * 60 * 60 * 1000
}

// hadPolicy tells whether a topic had one of some policies all through a stretch.
func (j *judge) hadPolicy(topic string, from, to Event, policies ...int64) bool {
	for _, p := range j.possible(topic, CleanupPolicy, j.settings[topic].Policy, from, to) {
		if !slices.Contains(policies, p) {
			return false
		}
	}
	return true
}

// checkConfigs demands that what was told of configuration is what was acknowledged, or under way.
func (j *judge) checkConfigs() {
	for i := range j.h.ConfigsSeen {
		s := &j.h.ConfigsSeen[i]
		var may []int64
		if s.Topic == "" {
			may = j.possible("", s.Key, unset, s.Start, s.End)
		} else {
			may = j.retention(s.Topic, s.Key, s.Start, s.End)
		}
		if !slices.Contains(may, s.Value) {
			j.flag(Config, []Event{s.Start, s.End}, "%q: %s is told to be %d, and may be any of %v", s.Topic, s.Key, s.Value, may)
		}
	}
}

// String is the topic's name of the key.
func (k ConfigKey) String() string {
	switch k {
	case RetentionTime:
		return "retention.ms"
	case RetentionSize:
		return "retention.bytes"
	}
	return "cleanup.policy"
}
