// Package osfs is disk.FS on the files of the machine: the only file system calls of the program.
//
// Input is the port's calls, output the kernel's answers, with errno mapped to disk.Err*. It holds
// no policy: the loops around a short read and a partial write are the port's promise, EINTR
// repeats a call that did nothing, and nothing else is ever repeated.
//
//	fs.go    names, directories, locks, the boot id; file.go contents
//
// Invariants:
//
//  1. A failed Sync is reported once and never repeated, not even after EINTR.
//  2. Files are plain descriptors, without a finalizer and outside of the runtime's poller: a file
//     is open until Close, whatever the garbage collector finds.
//  3. Every error is one of disk.Err*, wrapped with the call, the path and the errno.
package osfs
