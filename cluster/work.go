package cluster

import (
	"momus/core/group/topicregex"
	"momus/core/port"
)

// Do does work that the core wants done outside of it. It takes as long as there are topics, and reads nothing but
// what it is given.
func Do(w port.Work) port.WorkDone {
	matched := topicregex.Resolve(w.Regexes, w.Topics)
	w.Topics = nil // the answer need not carry all of them
	return port.WorkDone{Work: w, Matched: matched}
}
