package cluster

import (
	"fmt"
	"slices"

	"momus/cluster/config"
	"momus/core/entropy"
	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
	"momus/disk/ledger"
	"momus/disk/seglog"
)

// Storage is the storage of a node, as turns: one seglog.Worker for the metadata log and one for
// each disk worker, the ledger's directories, and the reader of their Views.
type Storage struct {
	Reader *seglog.Reader
	// Files is whose budget of open files connections take part in.
	Files   *seglog.Registry
	Workers []*seglog.Worker
	Ledger  []ledger.Dir
}

// Ports are what a world gives a node's storage.
type Ports struct {
	FS disk.FS
	// Lock guards the registry; in a world with one thread it does nothing.
	Lock seglog.Locker
	Pool port.Pool
	// Wake schedules a turn of a worker, after a reader dropped the last pin of a deleted file.
	Wake func(worker int)
}

// NewStorage makes the storage for the directories that boot found. It does no I/O.
func NewStorage(ports Ports, limits port.Limits, facts *port.BootFacts) *Storage {
	registry := seglog.NewRegistry(ports.Lock)
	var dirs []seglog.Dir
	for i := range facts.Dirs {
		dirs = append(dirs, seglog.Dir{ID: facts.Dirs[i].Dir, Path: facts.Dirs[i].Path})
	}
	s := &Storage{
		Files:  registry,
		Reader: seglog.NewReader(registry, ports.FS, ports.Pool, limits, dirs),
		Ledger: ledger.Dirs(facts),
	}
	for i := range int(limits.DiskWorkers) + 1 {
		s.Workers = append(s.Workers, seglog.NewWorker(seglog.Config{
			FS: ports.FS, Registry: registry, Dirs: dirs, Limits: limits, Pool: ports.Pool, Wake: func() { ports.Wake(i) },
		}))
	}
	return s
}

// Boot locks the node's directories, formats them if they are new, and gathers what the core must
// know. fresh is the entropy for the ids of new directories and of a new cluster. A directory beside
// the metadata directory whose disk fails is left out, and named in the facts as offline.
func Boot(fs disk.FS, node *config.Node, fresh [32]byte, now kafka.Wall) (port.BootFacts, []disk.Lock, error) {
	paths := logDirs(node)
	locks, offline, err := ledger.Lock(fs, paths, node.MetadataLogDir)
	if err != nil {
		return port.BootFacts{}, nil, err
	}
	isOffline := func(path string) bool { return slices.Contains(offline, path) }
	bad, err := formatNew(fs, node, slices.DeleteFunc(slices.Clone(paths), isOffline), fresh, now)
	if err != nil {
		return port.BootFacts{}, locks, err
	}
	offline = append(offline, bad...)
	facts, err := ledger.Gather(fs, ledger.Layout{
		Paths:       slices.DeleteFunc(slices.Clone(paths), isOffline),
		MetadataDir: node.MetadataLogDir, NodeID: node.Broker.NodeID, ClusterID: node.Broker.ClusterID,
	})
	if err != nil {
		return facts, locks, err
	}
	facts.Offline = append(offline, facts.Offline...)
	facts.LogDirs = slices.Clone(node.LogDirs)
	if len(node.Voters) > 0 {
		facts.Voters = nil
		for _, v := range node.Voters {
			facts.Voters = append(facts.Voters, v.ID)
		}
	}
	if len(facts.Voters) == 0 {
		return facts, locks, fmt.Errorf("the metadata quorum has no voters: set controller.quorum.voters, or format %s as a node of its own", node.MetadataLogDir)
	}
	return facts, locks, nil
}

// formatNew formats the directories of a new node. To a node that is formatted already it adds those
// that are not, be it that log.dirs grew or that a disk was replaced; offline are those that fail.
func formatNew(fs disk.FS, node *config.Node, paths []string, fresh [32]byte, now kafka.Wall) (offline []string, err error) {
	done, err := ledger.IsFormatted(fs, node.MetadataLogDir)
	if err != nil {
		return nil, err
	}
	ids := entropy.New(fresh, "format")
	if done {
		return addNew(fs, node, paths, &ids)
	}
	o := formatOptions(node, paths, &ids, now)
	return nil, ledger.Format(fs, o)
}

// addNew makes those directories the formatted node's that are not.
func addNew(fs disk.FS, node *config.Node, paths []string, ids *entropy.Stream) (offline []string, err error) {
	cluster, err := ledger.ClusterOf(fs, node.MetadataLogDir)
	if err != nil {
		return nil, err
	}
	o := ledger.Options{MetadataDir: node.MetadataLogDir, ClusterID: cluster, NodeID: node.Broker.NodeID}
	for _, path := range paths {
		if path == node.MetadataLogDir {
			continue
		}
		isOffline, err := ledger.Add(fs, ledger.Dir{ID: ids.UUID(), Path: path}, o)
		if err != nil {
			return nil, err
		}
		if isOffline {
			offline = append(offline, path)
		}
	}
	return offline, nil
}
