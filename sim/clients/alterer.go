package clients

import (
	"slices"
	"strconv"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// alterer changes retention while the world runs: of topics that stay, and what holds for all where a
// topic sets nothing; and the cleanup policy of topics that began compacted, to which nobody sends records
// without keys by mistake. Now and then it looks at what it made. One request is open at a time. A hasty one also
// changes, every few milliseconds, how records are validated, in a way that refuses none: what was validated before
// goes back to its connection, while others are under way.
type alterer struct {
	actor
	// names are the topics that it changes; behind them stands the default of all brokers.
	names []string
	// compacted tells of each name whether its policy may be changed.
	compacted []bool
	nextAt    int64
	open      []int // the operations of the request in flight, in the history's Configs
	target    string
	began     checker.Event
	busy      bool
	// hasty says that it is; touched that it just did that.
	hasty, touched bool
}

// retentionKey is a key with its name as a topic's and as the brokers'.
type retentionKey struct {
	key           checker.ConfigKey
	topic, broker string
}

var retentionKeys = [...]retentionKey{
	{checker.RetentionTime, "retention.ms", "log.retention.ms"},
	{checker.RetentionSize, "retention.bytes", "log.retention.bytes"},
}

// The resource types of configuration.
const (
	topicResource  = kmsg.ConfigResourceTypeTopic
	brokerResource = kmsg.ConfigResourceTypeBroker
)

func newAlterer(s *shared, id int32) *alterer {
	a := &alterer{}
	a.actor.init(s, id, a)
	a.hasty = s.env.Draw("plan/client"+strconv.Itoa(int(id))+"/hasty", 3) == 2
	for i := range s.topics {
		if t := &s.topics[i]; !t.auto && !t.volatile {
			a.names = append(a.names, t.name)
			a.compacted = append(a.compacted, t.compacted())
		}
	}
	return a
}

// Idle implements Client.
func (a *alterer) Idle() bool { return a.quiet && !a.busy }

// Waiting implements Client.
func (a *alterer) Waiting() string { return a.waiting() }

func (a *alterer) step(now int64) {
	if a.busy || a.quiet {
		return
	}
	if a.nextAt == 0 {
		a.nextAt = now + 200*millisecond
	}
	if now < a.nextAt {
		a.at(a.nextAt)
		return
	}
	if a.skips() {
		a.nextAt = now + 20*millisecond + int64(a.draw(drawGap, 700))*millisecond
		a.at(a.nextAt)
		return
	}
	l := a.anyLink()
	if !l.room(1) {
		return
	}
	a.busy, a.open, a.began = true, a.open[:0], a.event()
	if a.touched = a.hasty && len(a.names) > 0 && a.draw(drawHaste, 8) > 0; a.touched {
		a.target = a.names[a.draw(drawHaste, uint64(len(a.names)))]
		l.send(a.touch(), call{kind: callIncremental})
		return
	}
	which := a.draw(drawWhere, uint64(len(a.names)+1))
	a.target = ""
	if which < uint64(len(a.names)) {
		a.target = a.names[which]
		if a.compacted[which] && a.draw(drawPolicy, 2) == 1 {
			l.send(a.policy(), call{kind: callIncremental})
			return
		}
	}
	switch kind := a.draw(drawCount, 8); {
	case kind == 1:
		l.send(describeRequest(a.speaks.describe, a.target), call{kind: callDescribe})
	case kind == 2 && a.target == "":
		l.send(a.whole(), call{kind: callAlter})
	default:
		l.send(a.incremental(kind == 3), call{kind: callIncremental})
	}
}

// value draws what a key is set to; 0 deletes it. Most keep everything: what is gone is judged no more.
func (a *alterer) value(key checker.ConfigKey) int64 {
	if key == checker.RetentionTime {
		return []int64{3_600_000, 0, 3_600_000, 2000, 0, 3_600_000, 3_600_000, 500}[a.draw(drawSize, 8)]
	}
	return []int64{1 << 20, 0, 1 << 20, 1 << 20, 0, 1 << 20, 1 << 20, 16384}[a.draw(drawSize, 8)]
}

// record notes one key that is to change.
func (a *alterer) record(key checker.ConfigKey, value int64) {
	a.open = append(a.open, len(a.history.Configs))
	a.history.Configs = append(a.history.Configs, checker.ConfigOp{Client: a.id, Topic: a.target, Key: key, Value: value, Start: a.began})
}

// incremental sets or deletes one key; what is only judged is no operation.
func (a *alterer) incremental(judge bool) kmsg.Request {
	key := &retentionKeys[a.draw(drawLimit, uint64(len(retentionKeys)))]
	r := kmsg.NewPtrIncrementalAlterConfigsRequest()
	r.Version, r.ValidateOnly = a.speaks.incremental, judge
	resource := kmsg.NewIncrementalAlterConfigsRequestResource()
	resource.ResourceType, resource.ResourceName = topicResource, a.target
	change := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
	if change.Name = key.topic; a.target == "" {
		resource.ResourceType, change.Name = brokerResource, key.broker
	}
	value := a.value(key.key)
	if change.Op = kmsg.IncrementalAlterConfigOpDelete; value != 0 {
		change.Op, change.Value = kmsg.IncrementalAlterConfigOpSet, kmsg.StringPtr(strconv.FormatInt(value, 10))
	}
	resource.Configs = append(resource.Configs, change)
	r.Resources = append(r.Resources, resource)
	if !judge {
		a.record(key.key, value)
	}
	return r
}

// touch sets how far ahead of the broker's time a topic's records may be: years.
func (a *alterer) touch() kmsg.Request {
	r := kmsg.NewPtrIncrementalAlterConfigsRequest()
	r.Version = a.speaks.incremental
	resource := kmsg.NewIncrementalAlterConfigsRequestResource()
	resource.ResourceType, resource.ResourceName = topicResource, a.target
	change := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
	change.Name, change.Op = "message.timestamp.after.max.ms", kmsg.IncrementalAlterConfigOpSet
	change.Value = kmsg.StringPtr(strconv.FormatInt(1<<50+a.env.Now(), 10))
	resource.Configs = append(resource.Configs, change)
	r.Resources = append(r.Resources, resource)
	return r
}

// policy sets a topic's cleanup policy.
func (a *alterer) policy() kmsg.Request {
	value := checker.PolicyDelete + int64(a.draw(drawPolicy, 3))
	r := kmsg.NewPtrIncrementalAlterConfigsRequest()
	r.Version = a.speaks.incremental
	resource := kmsg.NewIncrementalAlterConfigsRequestResource()
	resource.ResourceType, resource.ResourceName = topicResource, a.target
	change := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
	change.Name, change.Op, change.Value = "cleanup.policy", kmsg.IncrementalAlterConfigOpSet, kmsg.StringPtr(policies[value])
	resource.Configs = append(resource.Configs, change)
	r.Resources = append(r.Resources, resource)
	a.record(checker.CleanupPolicy, value)
	return r
}

// whole sets one key of all brokers, and with that deletes the others.
func (a *alterer) whole() kmsg.Request {
	chosen := int(a.draw(drawLimit, uint64(len(retentionKeys))))
	r := kmsg.NewPtrAlterConfigsRequest()
	r.Version = a.speaks.alter
	resource := kmsg.NewAlterConfigsRequestResource()
	resource.ResourceType = brokerResource
	for i := range retentionKeys {
		key := &retentionKeys[i]
		value := int64(0)
		if i == chosen {
			value = a.value(key.key)
		}
		if value != 0 {
			change := kmsg.NewAlterConfigsRequestResourceConfig()
			change.Name, change.Value = key.broker, kmsg.StringPtr(strconv.FormatInt(value, 10))
			resource.Configs = append(resource.Configs, change)
		}
		a.record(key.key, value)
	}
	r.Resources = append(r.Resources, resource)
	return r
}

func (a *alterer) answered(_ *link, _ call, r kmsg.Response) {
	switch r := r.(type) {
	case *kmsg.IncrementalAlterConfigsResponse:
		if len(r.Resources) == 1 {
			a.altered(r.Resources[0].ErrorCode)
		} else {
			a.odd(a.id, "an IncrementalAlterConfigs answer of another length than was asked for")
		}
	case *kmsg.AlterConfigsResponse:
		if len(r.Resources) == 1 {
			a.altered(r.Resources[0].ErrorCode)
		} else {
			a.odd(a.id, "an AlterConfigs answer of another length than was asked for")
		}
	case *kmsg.DescribeConfigsResponse:
		a.told(a.id, r, a.began)
	}
	a.rest()
}

func (a *alterer) altered(code int16) {
	for _, op := range a.open {
		c := &a.history.Configs[op]
		c.End, c.Answered, c.Err = a.event(), true, kafka.ErrorCode(code)
	}
}

func (a *alterer) lost(call) {
	for _, op := range a.open {
		a.history.Configs[op].End = a.event()
	}
	a.rest()
}

// rest lets some time pass, so that what was set has its effect.
func (a *alterer) rest() {
	a.busy = false
	if a.touched {
		a.nextAt = a.env.Now() + int64(a.draw(drawHaste, 20))*millisecond
		return
	}
	a.nextAt = a.env.Now() + 20*millisecond + int64(a.draw(drawGap, 700))*millisecond
}

// describeRequest asks for the retention of a topic, or of all brokers.
func describeRequest(version int16, names ...string) kmsg.Request {
	r := kmsg.NewPtrDescribeConfigsRequest()
	r.Version = version
	for _, name := range names {
		resource := kmsg.NewDescribeConfigsRequestResource()
		resource.ResourceType, resource.ResourceName = topicResource, name
		for i := range retentionKeys {
			if name == "" {
				resource.ResourceType = brokerResource
				resource.ConfigNames = append(resource.ConfigNames, retentionKeys[i].broker)
			} else {
				resource.ConfigNames = append(resource.ConfigNames, retentionKeys[i].topic)
			}
		}
		r.Resources = append(r.Resources, resource)
	}
	return r
}

// told records what an answer tells of retention. For all brokers a key that is not there is not set.
func (s *shared) told(client int32, r *kmsg.DescribeConfigsResponse, began checker.Event) {
	end := s.event()
	for i := range r.Resources {
		resource := &r.Resources[i]
		if resource.ErrorCode != 0 {
			continue
		}
		for j := range retentionKeys {
			key := &retentionKeys[j]
			seen := checker.ConfigSeen{Client: client, Topic: resource.ResourceName, Key: key.key, Start: began, End: end}
			at := slices.IndexFunc(resource.Configs, func(c kmsg.DescribeConfigsResponseResourceConfig) bool {
				return c.Name == key.topic || c.Name == key.broker
			})
			if at >= 0 && resource.Configs[at].Value != nil {
				n, err := strconv.ParseInt(*resource.Configs[at].Value, 10, 64)
				if err != nil {
					s.odd(client, key.topic+" is told to be "+*resource.Configs[at].Value)
					continue
				}
				seen.Value = n
			}
			s.history.ConfigsSeen = append(s.history.ConfigsSeen, seen)
		}
	}
}
