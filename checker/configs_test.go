package checker

import (
	"testing"

	"momus/core/kafka"
)

// set has one key of a topic, or of all brokers, changed.
func (s *story) set(topic string, key ConfigKey, value int64) *ConfigOp {
	s.h.Configs = append(s.h.Configs, ConfigOp{Topic: topic, Key: key, Value: value, Start: s.event(), End: s.event(), Answered: true})
	return &s.h.Configs[len(s.h.Configs)-1]
}

// told has somebody told of one.
func (s *story) told(topic string, key ConfigKey, value int64) {
	s.h.ConfigsSeen = append(s.h.ConfigsSeen, ConfigSeen{Topic: topic, Key: key, Value: value, Start: s.event(), End: s.event()})
}

const week = 7 * 24 * 60 * 60 * 1000

func TestConfigurationIsWhatWasAcknowledged(t *testing.T) {
	for _, c := range []struct {
		name string
		good bool
		tell func(s *story)
	}{
		{"never set", true, func(s *story) { s.told("t", RetentionTime, week) }},
		{"never set, in bytes", true, func(s *story) { s.told("t", RetentionSize, -1) }},
		{"never set, and told", false, func(s *story) { s.told("t", RetentionTime, 500) }},
		{"set", true, func(s *story) { s.set("t", RetentionTime, 500); s.told("t", RetentionTime, 500) }},
		{"set, and forgotten", false, func(s *story) { s.set("t", RetentionTime, 500); s.told("t", RetentionTime, week) }},
		{"another key was set", false, func(s *story) { s.set("t", RetentionSize, 500); s.told("t", RetentionTime, 500) }},
		{"set for all brokers", true, func(s *story) { s.set("", RetentionTime, 500); s.told("t", RetentionTime, 500) }},
		{"set for all brokers, as they tell", true, func(s *story) { s.set("", RetentionTime, 500); s.told("", RetentionTime, 500) }},
		{"set for one topic, as the brokers tell", false, func(s *story) { s.set("t", RetentionTime, 500); s.told("", RetentionTime, 500) }},
		{"a topic's own comes first", true, func(s *story) {
			s.set("t", RetentionTime, 500)
			s.set("", RetentionTime, 700)
			s.told("t", RetentionTime, 500)
		}},
		{"a topic's own comes second", false, func(s *story) {
			s.set("t", RetentionTime, 500)
			s.set("", RetentionTime, 700)
			s.told("t", RetentionTime, 700)
		}},
		{"deleted", true, func(s *story) {
			s.set("t", RetentionTime, 500)
			s.set("t", RetentionTime, unset)
			s.told("t", RetentionTime, week)
		}},
		{"deleted, and kept", false, func(s *story) {
			s.set("t", RetentionTime, 500)
			s.set("t", RetentionTime, unset)
			s.told("t", RetentionTime, 500)
		}},
		{"refused", true, func(s *story) {
			s.set("t", RetentionTime, 500).Err = kafka.ErrInvalidConfig
			s.told("t", RetentionTime, week)
		}},
		{"refused, and done", false, func(s *story) {
			s.set("t", RetentionTime, 500).Err = kafka.ErrInvalidConfig
			s.told("t", RetentionTime, 500)
		}},
		{"of unknown outcome, done", true, func(s *story) {
			s.set("t", RetentionTime, 500).Answered = false
			s.told("t", RetentionTime, 500)
		}},
		{"of unknown outcome, not done", true, func(s *story) {
			s.set("t", RetentionTime, 500).Answered = false
			s.told("t", RetentionTime, week)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tell(0)
			c.tell(s)
			heard := map[string]bool{}
			violations, _ := Check(&s.h)
			for _, v := range violations {
				heard[v.Checker] = true
			}
			if heard[Config] == c.good || heard[ConfigModel] == c.good {
				t.Errorf("heard %v", violations)
			}
		})
	}
}

// TestConfigurationDoesNotGoBack: each answer alone may be, under two changes at once, but not one after the other.
func TestConfigurationDoesNotGoBack(t *testing.T) {
	s := tell(0)
	s.set("t", RetentionTime, 500)
	s.set("t", RetentionTime, 700).Start-- // at the same time
	s.h.Configs[0].End++
	s.told("t", RetentionTime, 500)
	s.told("t", RetentionTime, 700)
	violations, _ := Check(&s.h)
	if len(violations) != 1 || violations[0].Checker != ConfigModel {
		t.Errorf("heard %v", violations)
	}
}
