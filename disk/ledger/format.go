package ledger

import (
	"errors"
	"fmt"
	"slices"

	"momus/core/kafka"
	"momus/core/record"
	"momus/disk"
)

// Options say how Format makes the directories of a new node.
type Options struct {
	// Dirs are the log directories with the ids that new ones get.
	Dirs []Dir
	// MetadataDir is the path of the one that holds the metadata log (metadata.log.dir).
	MetadataDir string
	ClusterID   string
	NodeID      kafka.NodeID
	// Features are the levels that a new cluster begins with (bootstrap.checkpoint).
	Features []record.FeatureLevelRecord
	// Standalone makes this node the only voter of a new quorum, reached at Endpoints.
	Standalone bool
	Endpoints  []record.VoterEndpoint
	// Now is stamped on the snapshots' batches.
	Now kafka.Wall
}

// voterFeature is the range of quorum protocol levels that this program speaks.
var voterFeature = record.KRaftVersionFeature{MinSupportedVersion: 0, MaxSupportedVersion: kraftVersion}

// IsFormatted tells whether the node whose metadata log lives in metadataDir was formatted.
func IsFormatted(fs disk.FS, metadataDir string) (bool, error) {
	_, err := readMeta(fs, metadataDir)
	if errors.Is(err, disk.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// ClusterOf is the cluster that a formatted directory belongs to.
func ClusterOf(fs disk.FS, dir string) (string, error) {
	m, err := readMeta(fs, dir)
	return m.clusterID, err
}

// Add makes a directory a log directory of a node that is formatted already, with the new id that is
// given, if it is not one: it was put into log.dirs, or its disk was replaced. An I/O error leaves it
// to its being offline.
func Add(fs disk.FS, d Dir, o Options) (offline bool, err error) {
	o.Dirs, o.Standalone, o.Features = []Dir{d}, false, nil
	keep, err := keeps(fs, d.Path, true, o)
	if err == nil && !keep {
		err = formatDir(fs, d, o)
	}
	if isFault(err) {
		return true, nil
	}
	return false, err
}

// Format makes every directory a log directory of the node. Directories of a formatted node that
// are missing or empty are added to it; they must be given that node's cluster and node id.
// A Format that a crash broke off is begun again and may then have other ids.
func Format(fs disk.FS, o Options) error {
	if !slices.ContainsFunc(o.Dirs, func(d Dir) bool { return d.Path == o.MetadataDir }) {
		return fmt.Errorf("metadata.log.dir %s is none of log.dirs", o.MetadataDir)
	}
	if err := (meta{clusterID: o.ClusterID, nodeID: o.NodeID}).valid(); err != nil {
		return err
	}
	formatted, err := IsFormatted(fs, o.MetadataDir)
	if err != nil {
		return err
	}
	// The metadata directory comes last (invariant 2).
	order := slices.Clone(o.Dirs)
	slices.SortStableFunc(order, func(a, b Dir) int {
		return rank(a.Path == o.MetadataDir) - rank(b.Path == o.MetadataDir)
	})
	for _, d := range order {
		keep, err := keeps(fs, d.Path, formatted, o)
		if err != nil {
			return err
		}
		if keep {
			continue
		}
		if err := formatDir(fs, d, o); err != nil {
			return fmt.Errorf("formatting %s: %w", d.Path, err)
		}
	}
	return nil
}

func rank(last bool) int {
	if last {
		return 1
	}
	return 0
}

// valid refuses what meta.properties could not give back.
func (m meta) valid() error {
	if m.nodeID < 0 {
		return fmt.Errorf("node.id %d is negative", m.nodeID)
	}
	back, err := parseMeta(string(appendMeta(nil, meta{m.clusterID, m.nodeID, kafka.DirID{1}})))
	if err == nil && back.clusterID != m.clusterID {
		err = fmt.Errorf("%q cannot be a cluster id", m.clusterID)
	}
	return err
}

// keeps tells whether a directory stays as it is. It refuses to take over one that holds a log
// already without belonging to the node.
func keeps(fs disk.FS, dir string, formatted bool, o Options) (bool, error) {
	if formatted {
		m, err := readMeta(fs, dir)
		if err == nil && (m.clusterID != o.ClusterID || m.nodeID != o.NodeID) {
			return false, fmt.Errorf("%s is formatted already, for node %d of cluster %s", dir, m.nodeID, m.clusterID)
		}
		if !errors.Is(err, disk.ErrNotExist) {
			return true, err
		}
	}
	entries, err := fs.ReadDir(dir)
	if errors.Is(err, disk.ErrNotExist) {
		return false, nil
	}
	for _, e := range entries {
		if _, _, isLog := parseLogDir(e.Name); isLog && e.Dir && e.Name != metadataLogDir {
			return false, fmt.Errorf("%s is not formatted for this node, but it holds the log %s", dir, e.Name)
		}
	}
	return false, err
}

// formatDir makes one log directory, meta.properties last.
func formatDir(fs disk.FS, d Dir, o Options) error {
	if d.ID.IsZero() {
		panic("BUG: a log directory without an id")
	}
	if err := makeDir(fs, d.Path); err != nil {
		return err
	}
	if len(o.Features) > 0 {
		if err := saveFile(fs, d.Path, bootstrapFile, bootstrapSnapshot(o.Now, o.Features)); err != nil {
			return err
		}
	}
	if o.Standalone && d.Path == o.MetadataDir {
		voters := []record.Voter{{
			VoterID: o.NodeID, VoterDirectoryID: d.ID, Endpoints: o.Endpoints, KRaftVersionFeature: voterFeature,
		}}
		log := d.Path + "/" + metadataLogDir
		if err := makeDir(fs, log); err != nil {
			return err
		}
		if err := saveFile(fs, log, firstSnapshot, votersSnapshot(o.Now, voters)); err != nil {
			return err
		}
	}
	return saveFile(fs, d.Path, metaProperties, appendMeta(nil, meta{o.ClusterID, o.NodeID, d.ID}))
}
