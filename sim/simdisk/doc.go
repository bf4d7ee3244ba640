// Package simdisk is disk.FS in memory, with the clock and the faults of a simulated world: what a
// call wrote, when it ended, whether it was synced, and what a crash leaves of it.
//
// Inputs: the calls of disk.FS, between BeginTurn and EndTurn or alone; Env's virtual time and
// draws; Crash. Outputs: the calls' answers, the turn's end time, counters of faults that bit.
// One Disk belongs to one node. It holds no real file, lock or clock, and is used from one
// goroutine.
//
// The model. A turn runs whole at the instant it starts, but each call in it gets its own drawn
// duration, so that calls end at rising times within the turn. A call's effect is visible at once
// and is logged with its end time until it is durable:
//
//   - a file's writes and sizes become durable when a Sync that began after them has ended;
//   - a name becomes durable when a SyncDir of every directory that it touches has ended.
//
// A crash at a time keeps the calls that ended by then, tears the one under way and undoes the
// later ones. A power loss then decides for each effect that is not durable by itself: all of it
// stays, nothing, a prefix, some 512-byte sectors, garbage, or a size without contents; a name
// stays or goes, a rename as a whole.
//
//	disk.go    the disk: time, turns, the crash armed by call number, locks
//	file.go    files; inode.go their contents, durable and pending
//	names.go   directories, likewise
//	faults.go  the faults of calls, how long calls take, and what is counted
//	crash.go   what a crash leaves
//	dirs.go    directories that fail wholly, and drives that are taken away and come back
//	rot.go     what is at rest, and damage to it
//	stray.go   reads that are given the bytes of another place
//	claim.go   what a sync claimed that made nothing durable
//
// Invariants:
//
//  1. A draw of 0 is benign: least delay, no fault, nothing lost. A fault whose rate is 0 draws nothing.
//  2. Base state plus the pending effects in order is the state that readers see. Rolling all of an
//     inode's pending effects back gives what is surely durable.
//  3. Work per call is proportional to the bytes it moves, not to the size of the file or the disk.
//  4. Effects on one name stay in order: one that builds on a lost one is lost as well.
//  5. After a crash, handles and locks of before are dead and answer with disk.ErrIO.
//  6. A fault is counted only if it changed something.
package simdisk
