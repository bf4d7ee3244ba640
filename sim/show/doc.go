// Package show draws a run of a simulated world as one page for a browser, which needs nothing from outside.
//
// Input: a sim.Recording. Output: HTML with lanes for the node, its disk, its network and each client, the
// offsets of logs as curves, faults as marks and shades, and for each broken promise the operations that it names
// with what led to them.
//
//	bars.go   what clients did, as bars
//	scale.go  time to pixels: stretches in which nothing happens are cut short
//	lanes.go  the lanes of a picture
//	curves.go offsets as curves
//	page.go   the page: head, pictures, tables; style.go how it looks
//
// Invariants:
//
//  1. The page depends on the recording alone.
//  2. Text from a run is escaped.
package show
