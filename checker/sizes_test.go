package checker

import (
	"testing"

	"momus/core/kafka"
)

func TestWhatIsToldOfLogDirectoriesLiesThere(t *testing.T) {
	world := func(found, told int64, act ...func(*story, *DirsTold)) func() *story {
		return func() *story {
			s := tell(0)
			s.produce(1, 3, 0, 0)
			s.final(1, 2, 3)
			id := kafka.TopicPartition{Topic: s.h.Reads[0].ID, Partition: 0}
			d := DirsTold{Start: s.event(), Answer: s.event(), Path: "/a", Logs: []LogTold{{Topic: "t", Bytes: told}}}
			for _, a := range act {
				a(s, &d)
			}
			s.h.DirsTold = append(s.h.DirsTold, d)
			s.h.LogsFound = append(s.h.LogsFound, LogFound{Event: s.event(), Path: "/a", Log: id, Bytes: found})
			return s
		}
	}
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"as large as its files", "", world(70, 70)},
		{"smaller", LogDirs, world(70, 60)},
		{"larger", LogDirs, world(70, 80)},
		{"in another directory", LogDirs, world(70, 70, func(_ *story, d *DirsTold) { d.Path = "/b" })},
		{"not at all", LogDirs, world(70, 70, func(_ *story, d *DirsTold) { d.Logs = nil })},
		{"twice", LogDirs, world(70, 70, func(_ *story, d *DirsTold) { d.Logs = append(d.Logs, d.Logs[0]) })},
		{"a future one beside it", "", world(70, 70, func(_ *story, d *DirsTold) { d.Logs = append(d.Logs, LogTold{Topic: "t", Future: true}) })},
	})
}
