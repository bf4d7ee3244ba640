package port

import "momus/core/kafka"

// Work is what a coordinator wants computed outside of the core, since it would take too long within a Step: which
// of Topics, sorted, the regular expressions of a group's subscriptions match (KIP-848). Log, Epoch and Group say
// who asks; Version is the metadata offset at which there were those topics, At when.
//
//canon:gen
type Work struct {
	Log     kafka.TopicPartition
	Epoch   kafka.LeaderEpoch
	Group   string
	Regexes []string
	Topics  []string
	Version kafka.Offset
	At      kafka.Wall
}

// WorkDone completes it, with the topics that each of the regular expressions matches.
//
//canon:gen
type WorkDone struct {
	Work    Work
	Matched [][]string
}
