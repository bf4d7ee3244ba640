// Package metrics counts what a node does and tells it over HTTP: metrics in the text format of
// Prometheus, and whether the node lives and serves.
//
// Inputs: what connections measure, facts of the core, the core's Report. Outputs: pages. It opens no
// listener and reads no clock, so that the simulator asks for the same pages, and checks them.
//
//	meter.go  counters and histograms of requests, fed by connections and notes
//	text.go   the text format
//	node.go   a node's metrics
//	page.go   the pages: /metrics, /livez, /readyz
//
// Invariants:
//
//  1. A request is counted once, when its answer was handed to its connection, however often it was
//     validated; its sending when its last byte was taken by the socket.
//  2. A page is made of one Report: its figures belong to one moment of the core.
//  3. Names and labels are an interface: they change with an entry in the changelog only.
package metrics
