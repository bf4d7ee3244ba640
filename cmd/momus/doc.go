// Command momus is a Kafka broker, its simulator and its tools, in one binary. It holds flags and
// wiring only: main.go has the root and the exit status, serve.go runs a node (cluster/run), config.go checks a
// configuration (cluster/config), replay.go computes a recorded run again (cluster/journal), partition.go works on a
// stopped node's logs and format.go makes the directories of a new one (cluster), dumplog.go prints files
// (cmd/momus/dump), admin.go adds the commands that talk to a broker (cmd/momus/admin), version.go tells the version.
//
// sim.go runs seeds (sim), and sim_progress.go tells how far they are; sim_scenario.go runs scenarios (sim/scenario),
// sim_shrink.go makes what fails smaller (sim/shrink), sim_show.go draws a run (sim/show), sim_pace.go measures.
package main
