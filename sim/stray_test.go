package sim

import "testing"

// A reader may have a file that was opened under another name than the log's.
func TestSegmentsAreKnownByTheNamesThatTheyAreOpenedUnder(t *testing.T) {
	for path, want := range map[string]string{
		"/data/topic0-1/00000000000000000042.log":                                           "topic0-1",
		"/data/topic0-1/00000000000000000042.log.deleted":                                   "topic0-1",
		"/data/topic0-1.01234567890123456789012345678901-delete/00000000000000000042.log":   "topic0-1",
		"/data/topic0-1/00000000000000000042.log.swap":                                      "topic0-1",
		"/data1/topic.0-1.01234567890123456789012345678901-future/00000000000000000042.log": "topic.0-1",
		"/data/topic0-1/00000000000000000042.log.cleaned":                                   "",
		"/data/topic0-1/00000000000000000042.index.swap":                                    "",
		"/data/topic0-1/00000000000000000042.snapshot":                                      "",
		"/data/recovery-point-offset-checkpoint":                                            "",
	} {
		dir, isSegment := segmentOf(path)
		if isSegment != (want != "") || isSegment && dir != want {
			t.Errorf("%s: a segment %t of %q", path, isSegment, dir)
		}
	}
}
