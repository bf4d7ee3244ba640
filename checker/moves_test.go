package checker

import (
	"testing"

	"momus/core/kafka"
)

func TestALogLiesWhereItWasAskedToBe(t *testing.T) {
	var log kafka.TopicPartition
	asked := func(path string, answered bool, err kafka.ErrorCode) func(*story) {
		return func(s *story) {
			s.h.Moves = append(s.h.Moves, MoveOp{Topic: "t", Path: path, Start: s.event(), End: s.event(), Answered: answered, Err: err})
		}
	}
	failed := func(s *story) {
		s.h.MoveFailures = append(s.h.MoveFailures, MoveFailure{Event: s.event(), Log: log, Caused: true})
	}
	gaveWay := func(s *story) {
		s.h.MovesGivenUp = append(s.h.MovesGivenUp, MoveGivenUp{Event: s.event(), Log: log, Path: "/b"})
	}
	unknown := asked("/c", false, 0)
	lost := func(s *story) { s.h.DirLosses = append(s.h.DirLosses, DirLoss{Event: s.event()}) }
	away := func(path string) func(*story) {
		return func(s *story) {
			s.h.DirFailures = append(s.h.DirFailures, DirFailure{Event: s.event(), Path: path})
		}
	}
	made := func(s *story) {
		s.h.Admin = append(s.h.Admin, AdminOp{Kind: CreateTopic, Topic: "t", Start: s.event(), End: s.event()})
	}
	world := func(found string, act ...func(*story)) func() *story {
		return func() *story {
			s := tell(0)
			s.produce(1, 3, 0, 0)
			at := len(s.h.Reads)
			s.final(1, 2, 3)
			log = kafka.TopicPartition{Topic: s.h.Reads[at].ID}
			for _, a := range act {
				a(s)
			}
			s.h.LogsFound = append(s.h.LogsFound, LogFound{Event: s.event(), Path: found, Log: log})
			return s
		}
	}
	yes, later := asked("/b", true, kafka.None), asked("/c", true, kafka.None)
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"nobody asked", "", world("/a")},
		{"asked, and there", "", world("/b", yes)},
		{"asked, and elsewhere", MovedLog, world("/a", yes)},
		{"asked again", "", world("/c", yes, later)},
		{"where the first said", MovedLog, world("/b", yes, later)},
		{"refused", "", world("/a", asked("/b", true, kafka.ErrLogDirNotFound))},
		{"refused after another", "", world("/b", yes, asked("/c", true, kafka.ErrLogDirNotFound))},
		{"nobody knows", "", world("/c", yes, asked("/c", false, 0))},
		{"told to have failed", "", world("/a", yes, failed)},
		{"told to have failed, though nothing had", MovedLog, world("/a", yes, failed, func(s *story) { s.h.MoveFailures[0].Caused = false })},
		{"told to have failed, of a damaged log", "", world("/a", yes, func(s *story) {
			s.h.Damages = append(s.h.Damages, Damage{Event: s.event(), Log: log, From: 9, End: 10})
		}, failed, func(s *story) { s.h.MoveFailures[0].Caused = false })},
		{"told before", MovedLog, world("/a", failed, yes)},
		{"failed, then asked for elsewhere, then back", "", world("/b", yes, failed, later)},
		{"given up for what nobody knows of", "", world("/a", yes, unknown, gaveWay)},
		{"given up before it was asked", MovedLog, world("/a", unknown, gaveWay, yes)},
		{"given up for what was acknowledged", MovedLog, world("/a", yes, later, gaveWay)},
		{"given up for nothing", MovedLog, world("/a", yes, gaveWay)},
		{"given up before the other was asked", MovedLog, world("/a", yes, gaveWay, unknown)},
		{"asked to stay while that was away", "", world("/b", yes, away("/b"), later)},
		{"asked to stay while another was away", MovedLog, world("/b", yes, away("/d"), later)},
		{"asked to stay before that went away", MovedLog, world("/b", yes, later, away("/b"))},
		{"its directory was lost", "", world("/a", yes, lost)},
		{"made anew", "", world("/a", yes, made)},
	})
}
