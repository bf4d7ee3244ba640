package msg

import (
	"bytes"
	"cmp"
	"slices"

	"momus/core/config"
	"momus/core/kafka"
)

// Published is the configuration that turns outside the core work with: immutable, versioned,
// swapped in whole.
//
//canon:gen
type Published struct {
	Version int64
	// Ready says that the broker is unfenced and its logs are open: listeners may accept.
	Ready bool
	// Default is how batches of topics without a policy of their own are validated, and DefaultSince
	// the version that brought it.
	Default      config.Validation
	DefaultSince int64
	// Policies are the topics whose batches need something else, ordered by name.
	Policies []TopicPolicy
	// IDs are the places of the policies, ordered by topic id.
	IDs []int32
}

// TopicPolicy says how batches of one topic are validated at the edge.
//
//canon:gen
type TopicPolicy struct {
	Name string
	ID   kafka.TopicID
	// Since is the version of Published that brought this policy; an older validation is stale.
	Since int64
	// Rules are what is checked and changed.
	Rules config.Validation
}

// ByID finds a topic's policy.
func (p *Published) ByID(id kafka.TopicID) *TopicPolicy {
	i, found := slices.BinarySearchFunc(p.IDs, id, func(place int32, id kafka.TopicID) int {
		return bytes.Compare(p.Policies[place].ID[:], id[:])
	})
	if !found {
		return nil
	}
	return &p.Policies[p.IDs[i]]
}

// ByName finds a topic's policy.
func (p *Published) ByName(name string) *TopicPolicy {
	i, found := slices.BinarySearchFunc(p.Policies, name, func(t TopicPolicy, name string) int {
		return cmp.Compare(t.Name, name)
	})
	if !found {
		return nil
	}
	return &p.Policies[i]
}

// Index makes IDs, once the policies are complete.
func (p *Published) Index() {
	p.IDs = make([]int32, len(p.Policies))
	for i := range p.IDs {
		p.IDs[i] = int32(i)
	}
	slices.SortFunc(p.IDs, func(a, b int32) int { return bytes.Compare(p.Policies[a].ID[:], p.Policies[b].ID[:]) })
}

// Rules are what holds for a topic, by its id if it is not zero, else by its name; and the version
// that brought them.
func (p *Published) Rules(name string, id kafka.TopicID) (rules *config.Validation, since int64) {
	var policy *TopicPolicy
	if id.IsZero() {
		policy = p.ByName(name)
	} else {
		policy = p.ByID(id)
	}
	if policy == nil {
		return &p.Default, p.DefaultSince
	}
	return &policy.Rules, policy.Since
}
