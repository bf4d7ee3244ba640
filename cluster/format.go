package cluster

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"momus/cluster/config"
	"momus/core/entropy"
	"momus/core/kafka"
	"momus/core/record"
	"momus/disk"
	"momus/disk/ledger"
)

// MetadataVersion is the metadata.version that a new cluster begins with.
const MetadataVersion = 30

// release is its name, and the release of Kafka that brought it.
const release, releaseLine = "4.3-IV0", "4.3"

// FormatRequest is what somebody who formats a node's directories may choose, as with kafka-storage.
type FormatRequest struct {
	// ClusterID is the id of the cluster; empty draws one.
	ClusterID string
	// Standalone wants this node to be the only voter. A node without controller.quorum.voters is that anyway.
	Standalone bool
	// IgnoreFormatted passes over directories that are formatted already for this node.
	IgnoreFormatted bool
	// Release is the name of a metadata version, Features are name=level; what is not named begins as in
	// a node that formats itself.
	Release  string
	Features []string
}

// Formatted says what Format did.
type Formatted struct {
	ClusterID string
	// Dirs were formatted, Kept were so already.
	Dirs, Kept []string
	// Release is the metadata version that the cluster begins with.
	Release string
}

// Format makes the log directories of a new node, whose broker does not run: that their locks are free
// shows it. fresh is the entropy for ids.
func Format(fs disk.FS, node *config.Node, ask FormatRequest, fresh [32]byte, now kafka.Wall) (f Formatted, err error) {
	if err := ask.valid(node); err != nil {
		return f, err
	}
	paths := logDirs(node)
	locks, offline, err := ledger.Lock(fs, paths, node.MetadataLogDir)
	defer func() {
		for _, l := range locks {
			err = errors.Join(err, l.Unlock())
		}
	}()
	if errors.Is(err, disk.ErrLocked) {
		return f, fmt.Errorf("%w; the broker must be stopped first", err)
	}
	if err != nil {
		return f, err
	}
	if len(offline) > 0 {
		return f, fmt.Errorf("%s cannot be read or written", strings.Join(offline, ", "))
	}
	for _, path := range paths {
		done, err := ledger.IsFormatted(fs, path)
		switch {
		case err != nil:
			return f, err
		case done && !ask.IgnoreFormatted:
			return f, fmt.Errorf("%s is formatted already; --ignore-formatted keeps it as it is and formats the others", path)
		case done:
			f.Kept = append(f.Kept, path)
		default:
			f.Dirs = append(f.Dirs, path)
		}
	}
	ids := entropy.New(fresh, "format")
	o := formatOptions(node, paths, &ids, now)
	if ask.ClusterID != "" {
		o.ClusterID = ask.ClusterID
	}
	for i, path := range f.Kept { // before anything is written
		cluster, err := ledger.ClusterOf(fs, path)
		if err != nil {
			return f, err
		}
		if i == 0 && ask.ClusterID == "" {
			o.ClusterID = cluster
		}
		if cluster != o.ClusterID {
			return f, fmt.Errorf("%s is formatted already, for cluster %s and not %s", path, cluster, o.ClusterID)
		}
	}
	f.ClusterID, f.Release = o.ClusterID, release
	return f, ledger.Format(fs, o)
}

// logDirs are all directories of a node, that of the metadata log among them.
func logDirs(node *config.Node) []string {
	paths := slices.Clone(node.LogDirs)
	if !slices.Contains(paths, node.MetadataLogDir) {
		paths = append(paths, node.MetadataLogDir)
	}
	return paths
}

// valid refuses what this build can't begin a cluster with. It serves one level of each feature: to begin
// with a lower one would promise a cluster that older brokers may join.
func (ask *FormatRequest) valid(node *config.Node) error {
	if ask.Standalone && len(node.Voters) > 0 {
		return errors.New("--standalone makes a quorum of one, and controller.quorum.voters names one: leave out either")
	}
	if ask.Release != "" && len(ask.Features) > 0 {
		return errors.New("--release-version sets the level of every feature: leave out it or --feature")
	}
	if ask.Release != "" && ask.Release != release && ask.Release != releaseLine {
		return fmt.Errorf("--release-version %s: allowed is %s (%s)", ask.Release, releaseLine, release)
	}
	kraft := "1"
	if len(node.Voters) > 0 {
		kraft = "0"
	}
	for _, f := range ask.Features {
		name, level, ok := strings.Cut(f, "=")
		if !ok {
			return fmt.Errorf("--feature %s: allowed is name=level", f)
		}
		only := "0" // what the feature stands for is not built
		switch name {
		case "metadata.version":
			only = fmt.Sprint(MetadataVersion)
			if level == release {
				level = only
			}
		case "kraft.version":
			only = kraft
		case record.GroupVersion:
			only = "1"
		case "eligible.leader.replicas.version", "transaction.version", "share.version", "streams.version":
		default:
			return fmt.Errorf("--feature %s: there is no feature %s", f, name)
		}
		if level != only {
			return fmt.Errorf("--feature %s: allowed is %s=%s", f, name, only)
		}
	}
	return nil
}

// formatOptions are how a node's directories are formatted where nobody chose.
func formatOptions(node *config.Node, paths []string, ids *entropy.Stream, now kafka.Wall) ledger.Options {
	o := ledger.Options{
		MetadataDir: node.MetadataLogDir, ClusterID: node.Broker.ClusterID, NodeID: node.Broker.NodeID,
		Features:   []record.FeatureLevelRecord{{Name: "metadata.version", FeatureLevel: MetadataVersion}, {Name: record.GroupVersion, FeatureLevel: 1}},
		Standalone: len(node.Voters) == 0,
		Now:        now,
	}
	if o.ClusterID == "" {
		o.ClusterID = ids.UUID().String()
	}
	for _, path := range paths {
		o.Dirs = append(o.Dirs, ledger.Dir{ID: ids.UUID(), Path: path})
	}
	for _, l := range node.Broker.Listeners {
		if l.Controller {
			o.Endpoints = append(o.Endpoints, record.VoterEndpoint{Name: l.Name, Host: hostOf(l.Host), Port: uint16(l.Port)})
		}
	}
	return o
}

func hostOf(host string) string {
	if host == "" {
		return "localhost"
	}
	return host
}
