// Command momus is a Kafka broker, its simulator and its tools, in one binary. It holds flags and
// wiring only: serve.go runs a node (cluster/run), sim.go runs seeds (sim), replay.go computes a
// recorded run again (cluster/journal), partition.go works on a stopped node's logs and format.go makes
// the directories of a new one (cluster), dumplog.go prints files (cmd/momus/dump), admin.go adds the
// commands that talk to a broker (cmd/momus/admin).
package main
