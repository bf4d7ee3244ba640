package msg

import (
	"cmp"
	"slices"

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
	// Policies are the topics whose batches need more than the default validation, ordered by name.
	Policies []TopicPolicy
}

// TopicPolicy says how batches of one topic are validated at the edge.
//
//canon:gen
type TopicPolicy struct {
	Name string
	ID   kafka.TopicID
	// Since is the version of Published that brought this policy; an older validation is stale.
	Since int64
	// LogAppendTime has the edge stamp the broker's time into the batch (inside its CRC).
	LogAppendTime bool
}

// ByID finds a topic's policy.
func (p *Published) ByID(id kafka.TopicID) *TopicPolicy {
	for i := range p.Policies {
		if p.Policies[i].ID == id {
			return &p.Policies[i]
		}
	}
	return nil
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
