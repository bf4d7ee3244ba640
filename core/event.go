package core

//go:generate go run momus/core/internal/gen

import (
	"momus/core/config"
	"momus/core/port"
	"momus/core/wire"
)

// Event is one input of Node.Step: a closed set. Events are passed by pointer, so that hot ones
// need no allocation; Step keeps nothing of the event itself.
//
//canon:union name=Event
type Event interface {
	isEvent()
	AppendCanon(b []byte) []byte
	AppendText(b []byte) []byte
}

// Start is the first event: what boot found, and the only entropy there will be.
//
//canon:gen Event=1
type Start struct {
	Entropy [32]byte
	Config  config.Broker
	Limits  port.Limits
	Facts   port.BootFacts
}

// ConnOpened says that a client connected to a listener.
//
//canon:gen Event=2
type ConnOpened struct {
	Conn     port.ConnID
	Listener string
	Remote   string
}

// ConnClosed says that a connection is gone, for whatever reason.
//
//canon:gen Event=3
type ConnClosed struct {
	Conn port.ConnID
	// Refused is what the peer, Remote, sent that cannot be understood, if it was closed for that.
	Remote  string
	Refused string
}

// ConnEnded says that a client sends nothing more while something that it asked for is not answered. It may still
// take the answers, and is told when they are sent.
//
//canon:gen Event=12
type ConnEnded struct {
	Conn port.ConnID
}

// Request is a decoded client request.
//
//canon:gen Event=4
type Request struct {
	wire.Request
}

// LogDone completes an operation on a log.
//
//canon:gen Event=5
type LogDone struct {
	port.LogDone
}

// ReadDone completes a read.
//
//canon:gen Event=6
type ReadDone struct {
	port.ReadDone
}

// Saved completes a ledger save.
//
//canon:gen Event=7
type Saved struct {
	port.Saved
}

// WorkDone completes work that was done outside of the core.
//
//canon:gen Event=11
type WorkDone struct {
	port.WorkDone
}

// Deadline says that the Wake deadline has passed.
//
//canon:gen Event=8
type Deadline struct{}

// Stop asks for a clean stop (SIGTERM). The answer is Ready.Exit.
//
//canon:gen Event=9
type Stop struct{}

// Inspect asks what metrics and readiness are told from. The answer is one of Ready.Reports.
//
//canon:gen Event=10
type Inspect struct {
	ID int64
}
