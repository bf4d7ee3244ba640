package controller

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"momus/core/canon"
	"momus/core/config"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// alterConfigs changes configuration (KIP-339). Each resource changes as a whole or not at all; those
// that do, change in one batch. A key that has its value already gets no record.
func (m *Controller) alterConfigs(r *msg.AlterConfigs) decision {
	reply := &msg.AlteredConfigs{Op: r.Op}
	d := decision{reply: reply}
	for i := range r.Resources {
		recs, bad := m.alterResource(&r.Resources[i], r.Whole)
		reply.Resources = append(reply.Resources, msg.AlteredResource{Err: bad.code, ErrText: bad.text})
		d.records = append(d.records, recs...)
	}
	if len(d.records) > recordsMax {
		for i := range reply.Resources {
			reply.Resources[i] = msg.AlteredResource{Err: tooLarge.code, ErrText: tooLarge.text}
		}
		d.records = nil
	}
	if r.ValidateOnly {
		d.records = nil
	}
	return d
}

// alterResource checks in Kafka's order: each change by itself, then what would be set, and at last
// whether the resource exists.
func (m *Controller) alterResource(r *msg.AlterResource, whole bool) ([]record.Metadata, refusal) {
	before := m.img.Config(r.Type, r.Name)
	set := settings{changed: map[string]setting{}}
	if !whole {
		set.before = before
	}
	for i := range r.Changes {
		if bad := m.change(r, &r.Changes[i], &set); bad.code != kafka.None {
			return nil, bad
		}
	}
	after := set.list()
	if bad := m.checkResource(r, after); bad.code != kafka.None {
		return nil, bad
	}
	recs := difference(r, before, after)
	clears, bad := m.checkMinInsync(r, recs)
	if bad.code != kafka.None {
		return nil, bad
	}
	return append(recs, clears...), refusal{}
}

func findOverride(overrides []config.Override, name string) (at int, found bool) {
	return slices.BinarySearchFunc(overrides, name, func(o config.Override, name string) int { return cmp.Compare(o.Name, name) })
}

// settings are what is set for a resource while a request changes it, however many keys it names.
type settings struct {
	// before is sorted by name.
	before  []config.Override
	changed map[string]setting
}

// setting is a changed key; it may be gone.
type setting struct {
	value string
	set   bool
}

func (s *settings) get(name string) (value string, set bool) {
	if c, changed := s.changed[name]; changed {
		return c.value, c.set
	}
	if at, found := findOverride(s.before, name); found {
		return s.before[at].Value, true
	}
	return "", false
}

// list is all that is set, sorted by name.
func (s *settings) list() []config.Override {
	var all []config.Override
	for _, o := range s.before {
		if _, changed := s.changed[o.Name]; !changed {
			all = append(all, o)
		}
	}
	for _, name := range canon.SortedKeys(s.changed) {
		if c := s.changed[name]; c.set {
			all = append(all, config.Override{Name: name, Value: c.value})
		}
	}
	slices.SortFunc(all, func(a, b config.Override) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// change applies one change to what is set.
func (m *Controller) change(r *msg.AlterResource, c *msg.ConfigChange, s *settings) refusal {
	value := c.Value
	switch c.Op {
	case msg.ConfigDelete:
		s.changed[c.Name] = setting{}
		return refusal{}
	case msg.ConfigAppend, msg.ConfigSubtract:
		now, bad := m.listNow(r, c)
		if bad.code != kafka.None {
			return bad
		}
		if own, set := s.get(c.Name); set {
			now = own
		}
		value = changedList(now, c)
	}
	s.changed[c.Name] = setting{value, true}
	return refusal{}
}

// listNow is what a list holds that the resource does not set; of anything else it is refused.
func (m *Controller) listNow(r *msg.AlterResource, c *msg.ConfigChange) (string, refusal) {
	verb := "APPEND"
	if c.Op == msg.ConfigSubtract {
		verb = "SUBTRACT"
	}
	if r.Type == record.ConfigBroker {
		if now, ok := config.BrokerList(m.cfg.Static, c.Name); ok {
			return now, refusal{}
		}
		return "", refusal{kafka.ErrInvalidConfig, "Config value " + strings.ToLower(verb) + " is not allowed for config key: " + c.Name}
	}
	if now, ok := config.TopicList(m.cfg.Static, c.Name); ok && r.Type == record.ConfigTopic {
		return now, refusal{}
	}
	return "", refusal{kafka.ErrInvalidConfig, "Can't " + verb + " to key " + c.Name + " because its type is not LIST."}
}

// changedList appends the items that are not there yet, or takes away those that are.
func changedList(now string, c *msg.ConfigChange) string {
	items := config.SplitList(now)
	count := map[string]int{}
	if c.Op == msg.ConfigSubtract {
		for _, item := range config.SplitList(c.Value) {
			count[item]++
		}
		items = slices.DeleteFunc(items, func(item string) bool {
			count[item]--
			return count[item] >= 0
		})
		return strings.Join(items, ",")
	}
	for _, item := range items {
		count[item]++
	}
	for _, item := range config.SplitList(c.Value) {
		if count[item] == 0 {
			items = append(items, item)
			count[item]++
		}
	}
	return strings.Join(items, ",")
}

// checkResource checks what would be set for a resource, and that it can have configuration.
func (m *Controller) checkResource(r *msg.AlterResource, after []config.Override) refusal {
	invalid := func(text string) refusal {
		if text == "" {
			return refusal{}
		}
		return refusal{kafka.ErrInvalidConfig, text}
	}
	refuse := func(text string) refusal { return refusal{kafka.ErrInvalidRequest, text} }
	switch r.Type {
	case record.ConfigTopic:
		if r.Name == "" {
			return refuse("Default topic resources are not allowed.")
		}
		if text := kafka.InvalidTopicName(r.Name); text != "" {
			return refusal{kafka.ErrInvalidTopicException, "Topic name is invalid: " + text}
		}
		if bad := invalid(config.ValidateTopics(after)); bad.code != kafka.None {
			return bad
		}
		if m.img.TopicNamed(r.Name) == nil {
			return refusal{kafka.ErrUnknownTopicOrPartition, "The topic '" + r.Name + "' does not exist."}
		}
		return refusal{}
	case record.ConfigBroker:
		if text := config.ValidateBroker(m.changedIn(r, after), r.Name != ""); text != "" {
			return refuse(text)
		}
		return refusal{}
	case record.ConfigGroup:
		if r.Name == "" {
			return refuse("Default group resources are not allowed.")
		}
		layers := m.img.Layers(&m.cfg)
		return invalid(config.ValidateGroup(&layers, after))
	case record.ConfigClientMetrics:
		if r.Name == "" {
			return refuse("Subscription name can't be empty")
		}
		code, text := config.ValidateClientMetrics(after)
		return refusal{code, text}
	}
	return refuse(fmt.Sprintf("Unknown resource type %d", r.Type))
}

// changedIn are the keys that a request sets, with what would be set, in its order.
func (m *Controller) changedIn(r *msg.AlterResource, after []config.Override) []config.Override {
	var changed []config.Override
	for _, c := range r.Changes {
		if at, found := findOverride(after, c.Name); found {
			changed = append(changed, after[at])
		}
	}
	return changed
}

// difference makes the records that lead from one configuration to another, by name.
func difference(r *msg.AlterResource, before, after []config.Override) []record.Metadata {
	var recs []record.Metadata
	add := func(name string, value *string) {
		recs = append(recs, &record.ConfigRecord{ResourceType: r.Type, ResourceName: r.Name, Name: name, Value: value})
	}
	for len(before)+len(after) > 0 {
		switch {
		case len(after) == 0 || len(before) > 0 && before[0].Name < after[0].Name:
			add(before[0].Name, nil)
			before = before[1:]
		case len(before) == 0 || after[0].Name < before[0].Name:
			add(after[0].Name, &after[0].Value)
			after = after[1:]
		default:
			if before[0].Value != after[0].Value {
				add(after[0].Name, &after[0].Value)
			}
			before, after = before[1:], after[1:]
		}
	}
	return recs
}

// The feature of KIP-966, and the key that it depends on.
const (
	eligibleLeaders = "eligible.leader.replicas.version"
	minInsync       = "min.insync.replicas"
)

// checkMinInsync keeps to KIP-966: where eligible leaders are kept, min.insync.replicas is the same on
// all brokers and always set for them, and whoever was eligible under another value is so no more.
func (m *Controller) checkMinInsync(r *msg.AlterResource, recs []record.Metadata) (clears []record.Metadata, bad refusal) {
	if m.img.Feature(eligibleLeaders) == 0 {
		return nil, refusal{}
	}
	for _, rec := range recs {
		c := rec.(*record.ConfigRecord)
		switch {
		case c.Name != minInsync:
		case r.Type == record.ConfigBroker && r.Name != "":
			return nil, refusal{kafka.ErrInvalidConfig, "Broker-level min.insync.replicas cannot be altered while ELR is enabled."}
		case r.Type == record.ConfigBroker && c.Value == nil:
			return nil, refusal{kafka.ErrInvalidConfig, "Cluster-level min.insync.replicas cannot be removed while ELR is enabled."}
		case r.Type == record.ConfigBroker:
			clears = append(clears, &record.ClearElrRecord{})
		case r.Type == record.ConfigTopic:
			clears = append(clears, &record.ClearElrRecord{TopicName: r.Name})
		}
	}
	return clears, refusal{}
}
