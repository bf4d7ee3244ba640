// Package disktest is the conformance suite of the file system port: cases by name that every
// implementation of disk.FS passes, so that what the simulator promises is what the machine does.
//
// Input is a Fixture per case: a file system, an empty directory in it, and a way to disturb the
// calls below the port. Output is the verdict of testing.T. The test named Conformance in
// disk/osfs runs it on the machine's file system and on the simulated disk and compares the cases that
// ran; a case that is skipped on one side fails there.
//
//	disktest.go  the suite, and what a case works on
//	files.go     contents; names.go directories; faults.go failing calls
//
// Invariants:
//
//  1. No case asks which implementation it runs on.
//  2. Injected errors stand below the port's own loops and its mapping of errors.
package disktest
