package ledger

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

// isFault tells the environment's fault in a directory, which takes that one offline, from what an
// operator must set right.
func isFault(err error) bool { return errors.Is(err, disk.ErrIO) || errors.Is(err, disk.ErrNoSpace) }

// momus-faulted stands in the metadata directory and names the directories in which an I/O error was
// seen: version, count, one id a line. A directory that fails wholly cannot be told to forget its boot
// id, and after a mere restart it would vouch for pages that a failed sync dropped.

func appendFaulted(b []byte, dirs []kafka.DirID) []byte {
	b = fmt.Appendf(b, "%s\n%d\n", checkpointVersion, len(dirs))
	for _, d := range dirs {
		b = append(append(b, d.String()...), '\n')
	}
	return b
}

func parseFaulted(text string) ([]kafka.DirID, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] != checkpointVersion {
		return nil, fmt.Errorf("line 1: version %q is not known", lines[0])
	}
	if len(lines) < 2 || lines[1] != strconv.Itoa(len(lines)-2) {
		return nil, fmt.Errorf("line 2: there are %d directories, and it does not count so many", len(lines)-2)
	}
	var dirs []kafka.DirID
	for i, line := range lines[2:] {
		id, ok := kafka.ParseUUID(line)
		if !ok || id.IsZero() {
			return nil, fmt.Errorf("line %d: %q is not an id", i+3, line)
		}
		dirs = append(dirs, id)
	}
	return dirs, nil
}

// saveFaulted replaces the list; an empty one is no file.
func saveFaulted(fs disk.FS, dir string, dirs []kafka.DirID) error {
	if len(dirs) == 0 {
		return remove(fs, dir, faultedFile)
	}
	return saveFile(fs, dir, faultedFile, appendFaulted(nil, dirs))
}

// distrust takes their word from the directories that cannot vouch for their last run: one that the
// list names, and one whose epoch is not that of the metadata directory, since the last run was
// without it. Whatever became of the pages that it had left then, nobody was there to be told. Nor can the metadata
// directory where another was told to forget its boot id: a node that ends has all of them forget it, so that this one
// could not (seed 23092).
func distrust(facts *port.BootFacts) {
	last := kafka.NoBrokerEpoch
	for i := range facts.Dirs {
		if d := &facts.Dirs[i]; d.Dir == facts.MetadataDir && !d.Faulted {
			last = d.BrokerEpoch
			d.Faulted = slices.ContainsFunc(facts.Dirs, func(o port.DirFacts) bool {
				return o.Dir != d.Dir && o.Faulted && o.BrokerEpoch == last && last != kafka.NoBrokerEpoch && !slices.Contains(facts.Faulted, o.Dir)
			})
			d.SameBoot = d.SameBoot && !d.Faulted
		}
	}
	for i := range facts.Dirs {
		if d := &facts.Dirs[i]; d.BrokerEpoch != last || slices.Contains(facts.Faulted, d.Dir) {
			d.SameBoot, d.Faulted = false, true
		}
	}
}
