package ledger

import (
	"errors"
	"fmt"

	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

// Layout is where a node's directories are, by its configuration.
type Layout struct {
	// Paths are log.dirs; MetadataDir is the one of them that holds the metadata log.
	Paths       []string
	MetadataDir string
	NodeID      kafka.NodeID
	// ClusterID is the cluster that the directories must belong to; "" takes what they say.
	ClusterID string
}

// Lock makes every directory that is missing, durably, and takes its .lock. A directory beside the
// metadata directory in which that fails with an I/O error is offline; with any other error, none is
// locked.
func Lock(fs disk.FS, paths []string, metadataDir string) (locks []disk.Lock, offline []string, err error) {
	for _, path := range paths {
		lock, err := lockDir(fs, path)
		if isFault(err) && path != metadataDir {
			offline = append(offline, path)
			continue
		}
		if err != nil {
			for _, held := range locks {
				err = errors.Join(err, held.Unlock())
			}
			return nil, nil, fmt.Errorf("log directory %s: %w", path, err)
		}
		locks = append(locks, lock)
	}
	return locks, offline, nil
}

func lockDir(fs disk.FS, path string) (disk.Lock, error) {
	if err := makeDir(fs, path); err != nil {
		return nil, err
	}
	return fs.Lock(path + "/" + lockFile)
}

// Gather reads what the core must know before it starts. A directory beside the metadata directory
// that answers with I/O errors is offline (KIP-112). The error joins one for each thing that is wrong
// otherwise; facts are whole only without an error. Voters are those of the newest snapshot, none if
// the configuration is to name them.
func Gather(fs disk.FS, l Layout) (port.BootFacts, error) {
	facts := port.BootFacts{ClusterID: l.ClusterID}
	bootID, err := fs.BootID()
	if err != nil {
		return facts, err
	}
	var errs []error
	at := map[kafka.DirID]string{}
	for _, path := range l.Paths {
		m, err := readMeta(fs, path)
		if errors.Is(err, disk.ErrNotExist) {
			err = fmt.Errorf("%s is not formatted: %w", path, err)
		}
		if isFault(err) && path != l.MetadataDir {
			facts.Offline = append(facts.Offline, path)
			continue
		}
		if err == nil {
			err = l.check(path, m, &facts)
		}
		if other, twice := at[m.dir]; err == nil && twice {
			err = fmt.Errorf("%s and %s have the same directory.id %s", other, path, m.dir)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		at[m.dir] = path
		dir, err := gatherDir(fs, path, m.dir, bootID)
		if isFault(err) && path != l.MetadataDir {
			facts.Offline = append(facts.Offline, path)
			continue
		}
		errs = append(errs, err)
		facts.Dirs = append(facts.Dirs, dir)
		if path == l.MetadataDir {
			facts.MetadataDir = m.dir
		}
	}
	if err := errors.Join(errs...); err != nil {
		return facts, err
	}
	if facts.MetadataDir.IsZero() {
		return facts, fmt.Errorf("metadata.log.dir %s is none of log.dirs", l.MetadataDir)
	}
	if facts.Faulted, _, err = optional(fs, l.MetadataDir+"/"+faultedFile, parseFaulted); err != nil {
		return facts, err
	}
	distrust(&facts)
	return facts, gatherQuorum(fs, l.MetadataDir, &facts)
}

// check compares a directory's meta.properties with the configuration and the other directories.
func (l Layout) check(path string, m meta, facts *port.BootFacts) error {
	if m.nodeID != l.NodeID {
		return fmt.Errorf("%s/%s: node.id is %d, and the configuration says %d", path, metaProperties, m.nodeID, l.NodeID)
	}
	if facts.ClusterID == "" {
		facts.ClusterID = m.clusterID
	}
	if m.clusterID != facts.ClusterID {
		return fmt.Errorf("%s/%s: cluster.id is %s, and it should be %s", path, metaProperties, m.clusterID, facts.ClusterID)
	}
	return nil
}

// gatherDir reads one log directory.
func gatherDir(fs disk.FS, path string, id kafka.DirID, bootID string) (port.DirFacts, error) {
	dir := port.DirFacts{Dir: id, Path: path, CleanEpoch: kafka.NoBrokerEpoch, BrokerEpoch: kafka.NoBrokerEpoch}
	clean, isClean, err1 := optional(fs, path+"/"+cleanShutdown, parseClean)
	if isClean {
		dir.CleanMarker, dir.CleanEpoch = true, clean
	}
	last, known, err2 := optional(fs, path+"/"+bootFile, parseBoot)
	dir.Faulted = !known
	if known {
		dir.SameBoot = bootID != "" && last.id == bootID
		dir.BrokerEpoch = last.epoch
	} else if last, known, err := optional(fs, path+"/"+forgottenFile, parseBoot); err != nil {
		err2 = errors.Join(err2, err)
	} else if known {
		dir.BrokerEpoch = last.epoch
	}
	var err3, err4, err5 error
	dir.Checkpoints, err3 = readCheckpoints(fs, path)
	dir.Logs, dir.Futures, err4 = readLogs(fs, path)
	dir.Accepted, _, err5 = optional(fs, path+"/"+acceptedFile, parseAccepted)
	return dir, errors.Join(err1, err2, err3, err4, err5)
}

// gatherQuorum reads the files beside the metadata log, which does not exist before the first start
// of a node that was not formatted standalone.
func gatherQuorum(fs disk.FS, dir string, facts *port.BootFacts) (err error) {
	err = gatherSnapshots(fs, dir, facts)
	if errors.Is(err, disk.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	facts.Quorum, facts.HasQuorum, err = optional(fs, dir+"/"+metadataLogDir+"/"+quorumState, parseQuorum)
	return err
}

// GatherDir reads one log directory by itself, for whoever works on it without its node.
func GatherDir(fs disk.FS, path string) (port.DirFacts, error) {
	m, err := readMeta(fs, path)
	if errors.Is(err, disk.ErrNotExist) {
		return port.DirFacts{}, fmt.Errorf("%s is no log directory: %w", path, err)
	}
	if err != nil {
		return port.DirFacts{}, err
	}
	bootID, err := fs.BootID()
	if err != nil {
		return port.DirFacts{}, err
	}
	return gatherDir(fs, path, m.dir, bootID)
}
