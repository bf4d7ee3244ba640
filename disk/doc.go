// Package disk is the port to the file system: FS and File, and the conformance cases that every
// implementation passes by the same names (disk/osfs on real files, sim/simdisk in the simulator).
// It holds no policy: no retry, no buffering, no order of its own.
package disk
