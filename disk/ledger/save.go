package ledger

import (
	"errors"
	"slices"

	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

// Dir is a log directory: its id and where it is.
type Dir struct {
	ID   kafka.DirID
	Path string
}

// Dirs are the directories that boot found.
func Dirs(facts *port.BootFacts) []Dir {
	dirs := make([]Dir, len(facts.Dirs))
	for i, d := range facts.Dirs {
		dirs[i] = Dir{d.Dir, d.Path}
	}
	return dirs
}

// SaveCalls is how many calls a save makes at most in one directory: those that replace the four
// offset checkpoints, and a look whether the last is there.
const SaveCalls = len(kinds)*replaceCalls + 2 + 1

// saveBytes is more than any save writes of what is not a list; lineBytes more than a line of a
// checkpoint has beside the topic's name.
const (
	saveBytes = 512
	lineBytes = 36
	// faultedLineBytes is what a directory's id takes, in base 64.
	faultedLineBytes = 24
)

// Take splits a queue into the saves of one turn and those of later ones. A turn has room for what
// keeps within the budget of its I/O whatever the saves meet, and always for one.
func Take(queue []port.Save, dirs []Dir, limits *port.Limits) (turn, later []port.Save) {
	calls, bytes := 0, int64(0)
	for i := range queue {
		c, b := cost(&queue[i])
		n := len(targets(dirs, queue[i].Dir))
		calls += c * n
		bytes += b * int64(n)
		if i > 0 && (calls > int(limits.TurnCalls) || bytes > limits.TurnBytes) {
			return queue[:i:i], queue[i:]
		}
	}
	return queue, nil
}

// cost is the most that a save takes in one directory.
func cost(s *port.Save) (calls int, bytes int64) {
	switch s.Kind {
	case port.SaveCheckpoints:
		for i := range s.Checkpoints {
			bytes += int64(len(s.Checkpoints[i].Topic) + lineBytes)
		}
		return SaveCalls, int64(len(kinds))*bytes + saveBytes
	case port.SaveBrokerEpoch:
		return replaceCalls + 2, saveBytes // the boot id is read before
	case port.SaveQuorum, port.SaveCleanMarker:
		return replaceCalls + 1, saveBytes
	case port.SaveFaulted:
		return replaceCalls + 1, saveBytes + int64(len(s.Dirs)*faultedLineBytes)
	case port.RemoveCleanMarker, port.ForgetBoot:
		return 2, 0
	case port.MarkStray:
		return 3, 0
	case port.PromoteFuture, port.DiscardFuture:
		return awayTries + 1, 0
	case port.WriteSnapshot:
		return partCalls, int64(len(s.Snapshot.Data))
	case port.LoadSnapshot:
		return loadCalls, readingsMax * int64(s.Snapshot.BytesMax)
	case port.RemoveSnapshot:
		return 2, 0
	}
	panic("BUG: a save of no known kind")
}

// Turn carries out saves in order and answers each, in the same order. A save without a directory
// (SaveBrokerEpoch) goes to all of them.
func Turn(fs disk.FS, dirs []Dir, saves []port.Save) []port.Saved {
	done := make([]port.Saved, len(saves))
	var failed []kafka.DirID
	for i := range saves {
		s := &saves[i]
		done[i] = port.Saved{Kind: s.Kind, Seq: s.Seq, Dir: s.Dir}
		for _, dir := range targets(dirs, s.Dir) {
			if slices.Contains(failed, dir.ID) && s.Kind != port.ForgetBoot {
				done[i].Fail = port.FailFenced
				break
			}
			data, err := save(fs, dir.Path, s)
			done[i].Data, done[i].Fail = data, failure(err)
			if err != nil && s.Kind != port.LoadSnapshot {
				failed = append(failed, dir.ID)
			}
			if done[i].Fail != port.FailNone {
				break
			}
		}
	}
	return done
}

// targets are the directories that a save goes to.
func targets(dirs []Dir, id kafka.DirID) []Dir {
	if id.IsZero() {
		return dirs
	}
	at := slices.IndexFunc(dirs, func(d Dir) bool { return d.ID == id })
	if at < 0 {
		panic("BUG: a save into a log directory that is not ours: " + id.String())
	}
	return dirs[at : at+1]
}

// failure names the environment's fault.
func failure(err error) port.Failure {
	switch {
	case err == nil:
		return port.FailNone
	case errors.Is(err, disk.ErrNoSpace):
		return port.FailNoSpace
	case errors.Is(err, disk.ErrNotExist):
		return port.FailMissing
	}
	return port.FailIO
}

// save carries out one save in one directory; data is what it was to read.
func save(fs disk.FS, dir string, s *port.Save) (data []byte, err error) {
	log := dir + "/" + metadataLogDir
	switch s.Kind {
	case port.SaveQuorum:
		return nil, saveFile(fs, log, quorumState, appendQuorum(nil, s.Quorum))
	case port.SaveCheckpoints:
		return nil, saveCheckpoints(fs, dir, s.Checkpoints)
	case port.SaveBrokerEpoch:
		id, err := fs.BootID()
		if err != nil {
			return nil, err
		}
		return nil, saveFile(fs, dir, bootFile, appendBoot(nil, boot{id, s.BrokerEpoch}))
	case port.SaveCleanMarker:
		return nil, saveFile(fs, dir, cleanShutdown, appendClean(nil, s.BrokerEpoch))
	case port.RemoveCleanMarker:
		return nil, remove(fs, dir, cleanShutdown)
	case port.ForgetBoot:
		return nil, forgetBoot(fs, dir)
	case port.MarkStray:
		return nil, markStray(fs, dir, s)
	case port.PromoteFuture:
		return nil, promoteFuture(fs, dir, s)
	case port.DiscardFuture:
		return nil, discardFuture(fs, dir, s.Future)
	case port.SaveFaulted:
		return nil, saveFaulted(fs, dir, s.Dirs)
	case port.WriteSnapshot:
		return nil, writeSnapshot(fs, log, s.Snapshot)
	case port.LoadSnapshot:
		return loadSnapshot(fs, log, s.Snapshot)
	case port.RemoveSnapshot:
		return nil, removeSnapshot(fs, log, s.Snapshot)
	}
	panic("BUG: a save of no known kind")
}

// forgetBoot puts momus-boot aside, durably; that it is not there is as good. That somebody of us has served from the
// directory is kept with it: a log of a directory that only a Kafka has served from may lack offsets that no checkpoint
// speaks of (core, mayLackOffsets).
//
//  1. a disk loses the sync of a segment of a topic with cleanup.policy=compact, and power is lost,
//  2. the next start sees an I/O error before it opens that log, forgets the boot id, and stops,
//  3. the one after it takes the directory for a Kafka's, and the gap for compaction's (seed 4982).
//
// It is a rename, since a disk that is full takes nothing that is written.
func forgetBoot(fs disk.FS, dir string) error {
	if err := fs.Rename(dir+"/"+bootFile, dir+"/"+forgottenFile); err != nil && !errors.Is(err, disk.ErrNotExist) {
		return err
	}
	return fs.SyncDir(dir)
}

// remove deletes a file, durably; that it is not there is as good.
func remove(fs disk.FS, dir, name string) error {
	if err := fs.Remove(dir + "/" + name); err != nil && !errors.Is(err, disk.ErrNotExist) {
		return err
	}
	return fs.SyncDir(dir)
}
