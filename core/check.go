package core

// CheckTouched panics if an invariant of what the last Step touched is broken. It is cheap; in
// production it runs under --check only.
func (n *Node) CheckTouched() {
	for _, r := range n.checked {
		r.Check()
	}
	n.raft.Check()
	if n.groups != nil {
		n.groups.CheckTouched()
	}
	if n.lifecycle != nil {
		n.lifecycle.Check()
	}
}

// Check panics if any invariant is broken. It looks at everything.
func (n *Node) Check() {
	if n.phase == phaseNew {
		return
	}
	for _, log := range n.logs() {
		n.byLog.Get(log).Check()
	}
	n.checkDirs()
	n.image.Check()
	n.raft.Check()
	n.controller.Check()
	n.lifecycle.Check()
	n.session.Check()
	n.groups.Check()
	n.checkOpening()
	if len(n.touched) > 0 {
		panic("BUG: a replica's outbox was left undelivered")
	}
}
