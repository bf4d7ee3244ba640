package core

import (
	"cmp"
	"slices"

	"momus/core/image"
	"momus/core/msg"
	"momus/core/record"
)

// publish makes the next version of the published configuration, after a change of the image, if it differs;
// without one all topics are looked through. Rules that did not change keep the version that brought them, so
// that validations under them stay good.
func (n *Node) publish(delta *image.Delta) {
	next, changed := n.nextPublished(delta)
	if !changed {
		return
	}
	n.published = next
	out := next
	n.ready.Publish = &out
	n.session.Published(&out)
}

// nextPublished is what publish makes, and whether it differs. A thousand topics that are created one by one
// must not be looked through a thousand times.
func (n *Node) nextPublished(delta *image.Delta) (next msg.Published, changed bool) {
	was := &n.published
	next = msg.Published{Version: was.Version + 1, Ready: was.Ready, DefaultSince: was.DefaultSince}
	standard := n.image.BrokerConfig(n.cfg).Topic
	if next.Default = standard.Validation(); was.Version == 0 || next.Default != was.Default {
		next.DefaultSince = next.Version
	}
	all := delta == nil || next.Default != was.Default ||
		slices.ContainsFunc(delta.ConfigsChanged, func(r image.ConfigResource) bool { return r.Type == record.ConfigBroker })
	if all {
		for _, name := range n.image.Names {
			if p, listed := n.policy(name, &next); listed {
				next.Policies = append(next.Policies, p)
			}
		}
		next.Index()
		return next, true
	}
	next.Policies = slices.Clone(was.Policies)
	for _, name := range changedTopics(n, delta) {
		if n.repolicy(name, &next) {
			changed = true
		}
	}
	if len(next.Policies) == 0 {
		next.Policies = nil
	}
	next.Index()
	return next, changed
}

// changedTopics are the names of the topics whose policy may be another than before, sorted.
func changedTopics(n *Node, delta *image.Delta) []string {
	var names []string
	for _, topic := range delta.TopicsDeleted {
		names = append(names, topic.Name)
	}
	for _, id := range delta.TopicsCreated {
		names = append(names, n.image.Topic(id).Name)
	}
	for _, r := range delta.ConfigsChanged {
		if r.Type == record.ConfigTopic {
			names = append(names, r.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// repolicy brings a topic's policy up to date, and tells whether it is another.
func (n *Node) repolicy(name string, next *msg.Published) bool {
	at, found := slices.BinarySearchFunc(next.Policies, name, func(p msg.TopicPolicy, name string) int { return cmp.Compare(p.Name, name) })
	p, listed := n.policy(name, next)
	switch {
	case !listed && !found, listed && found && next.Policies[at] == p:
		return false
	case !listed:
		next.Policies = slices.Delete(next.Policies, at, at+1)
	case found:
		next.Policies[at] = p
	default:
		next.Policies = slices.Insert(next.Policies, at, p)
	}
	return true
}

// policy is how batches of a topic are validated. A topic is listed if it differs from the default, and from
// then on until it is deleted, or its way back to the default would go unnoticed; and if its records must have
// keys, since the refusal names the topic.
func (n *Node) policy(name string, next *msg.Published) (p msg.TopicPolicy, listed bool) {
	topic := n.image.TopicNamed(name)
	if topic == nil {
		return p, false
	}
	before := n.published.ByID(topic.ID)
	if before == nil && !next.Default.KeysRequired && len(n.image.Config(record.ConfigTopic, name)) == 0 {
		return p, false
	}
	cfg := n.image.TopicConfig(n.cfg, name)
	p = msg.TopicPolicy{Name: name, ID: topic.ID, Since: next.Version, Rules: cfg.Validation()}
	switch {
	case before != nil && before.Rules == p.Rules:
		p.Since = before.Since
	case before == nil && p.Rules == next.Default && !p.Rules.KeysRequired:
		return p, false
	}
	return p, true
}
