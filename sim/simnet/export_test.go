package simnet

// DelayLeast is the least time that a segment takes, in nanoseconds.
const DelayLeast = delayLeast

// Connections is how many connections the network remembers.
func (n *Net) Connections() int { return len(n.conns) }
