// Command gallery proves that the judge can fail. Each file in mutations/ breaks one promise on
// purpose: it names a source file, the text to find in it, the text to put instead, and the check
// that must object. The broken source enters the build through Go's -overlay, so that the code that
// ships carries no switches, and seeds are simulated with it until the check speaks.
//
// Inputs: mutations/*.mut, the sources, and docs/gallery.md as the last run left it. Outputs:
// docs/gallery.md with the seeds to detection, FIGURE lines, and exit status 1 if a mutation got
// away, if one that changes nothing was caught, or if one does not fit the sources any more.
//
//	main.go       flags and limits
//	mutation.go   the files and how they are applied
//	binary.go     building a broken binary, running seeds with it
//	hunt.go       from seeds to a catch
//	table.go      docs/gallery.md
//	choose.go     what CI runs
//
// Invariants:
//
//  1. A catch counts only if the mutant builds, the same seed is green on the clean sources, and the
//     named check speaks; the core's own assertions and other checks stand in columns of their own.
//  2. The text to find occurs exactly once. A mutation that fits no more fails the gallery, and a
//     unit test, so that it cannot rot unnoticed.
//  3. In CI a mutation that was not caught fails the gallery if as many seeds were tried as it once
//     took, or if it has no row yet; otherwise the time was too short, and that is printed.
//  4. A row of the table is written only by a run that kept its promise.
package main
