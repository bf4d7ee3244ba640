package port

import "momus/core/kafka"

// SaveKind says which small atomic file a Save writes.
type SaveKind uint8

// The saves. Each, but for those of snapshots, is written aside, synced, renamed and its directory synced before Saved.
const (
	// SaveQuorum writes quorum-state of the metadata log.
	SaveQuorum SaveKind = iota + 1
	// SaveCheckpoints writes recovery-point-, log-start-, replication- and cleaner-offset-checkpoint of Dir.
	SaveCheckpoints
	// SaveBrokerEpoch keeps the broker epoch beside the boot id, in every directory.
	SaveBrokerEpoch
	// SaveCleanMarker writes .kafka_cleanshutdown with the broker epoch into Dir.
	SaveCleanMarker
	// RemoveCleanMarker deletes it and syncs the directory; it comes before the first append.
	RemoveCleanMarker
	// MarkStray renames the partition directory named by Checkpoints[0], or Future if that is set, to
	// topic-partition with an ending in -stray: the image does not know it.
	MarkStray
	// ForgetBoot puts the boot id that is kept in Dir aside: an I/O error was seen, so that whatever stop comes
	// counts as lossy. The broker epoch beside it says still that this broker has served from Dir.
	ForgetBoot
	// SaveFaulted writes momus-faulted into Dir, the metadata directory: the directories, Dirs, in which
	// an I/O error was seen. They cannot be asked to remember it themselves.
	SaveFaulted
	// WriteSnapshot writes the next part of a snapshot of the metadata log, into Dir, aside; with the
	// last one it is synced, gets its name, and its directory is synced.
	WriteSnapshot
	// LoadSnapshot reads a part of one; the answer has it in Data, less than was asked for at its end.
	LoadSnapshot
	// RemoveSnapshot removes one, or what was left of one that was not finished.
	RemoveSnapshot
	// PromoteFuture gives Future, a copy of a partition's log that was finished, the log's name.
	PromoteFuture
	// DiscardFuture renames Future, a copy that nobody wants, to end in -delete, so that it is removed.
	DiscardFuture
)

var saveNames = [...]string{
	SaveQuorum: "quorum", SaveCheckpoints: "checkpoints", SaveBrokerEpoch: "broker epoch",
	SaveCleanMarker: "clean marker", RemoveCleanMarker: "no clean marker", MarkStray: "stray",
	ForgetBoot: "no boot id", SaveFaulted: "faulted directories",
	WriteSnapshot: "snapshot", LoadSnapshot: "load of a snapshot", RemoveSnapshot: "no snapshot",
	PromoteFuture: "promotion of a copy", DiscardFuture: "no copy",
}

// String names the save as traces do; one of another version by its number.
func (k SaveKind) String() string { return nameOf(saveNames[:], "save ", int(k)) }

// QuorumState is the vote and leader of the metadata quorum (quorum-state, data version 1).
//
//canon:gen
type QuorumState struct {
	LeaderID    kafka.NodeID
	LeaderEpoch kafka.LeaderEpoch
	VotedID     kafka.NodeID
	VotedDir    kafka.DirID
}

// Checkpoint is the line of one partition in a directory's four offset checkpoints. A negative
// offset leaves the partition out of that file.
//
//canon:gen
type Checkpoint struct {
	Topic         string
	Partition     kafka.PartitionID
	RecoveryPoint kafka.Offset
	LogStart      kafka.Offset
	HighWatermark kafka.Offset
	// Clean is up to where the log was compacted; kafka.NoOffset if it never was, so that no offset is missing.
	Clean kafka.Offset
}

// Save writes one small file. Saves of one kind and directory are FIFO.
//
//canon:gen
type Save struct {
	Kind        SaveKind
	Seq         int64
	Dir         kafka.DirID
	Quorum      QuorumState
	BrokerEpoch kafka.BrokerEpoch
	Checkpoints []Checkpoint
	Dirs        []kafka.DirID
	Snapshot    *SnapshotPart
	// Future is the name of the directory that PromoteFuture and DiscardFuture are about, and MarkStray
	// where that is a copy.
	Future string
}

// Saved completes a Save. Data is what LoadSnapshot read.
//
//canon:gen
type Saved struct {
	Kind SaveKind
	Seq  int64
	Dir  kafka.DirID
	Fail Failure
	Data []byte
}

// LogName is a partition directory found at boot.
//
//canon:gen
type LogName struct {
	Topic     string
	Partition kafka.PartitionID
	// TopicID is read from partition.metadata; zero when the file is missing.
	TopicID kafka.TopicID
}

// FutureLog is a copy of a log that boot found: what it was to be, and the name of its directory.
//
//canon:gen
type FutureLog struct {
	LogName
	Name string
}

// DirFacts is what boot found in one log directory.
//
//canon:gen
type DirFacts struct {
	Dir  kafka.DirID
	Path string
	// CleanMarker says that .kafka_cleanshutdown is there, CleanEpoch what epoch it names.
	CleanMarker bool
	CleanEpoch  kafka.BrokerEpoch
	// SameBoot says that the kernel's boot id is the one stored at the last start: no power loss.
	SameBoot bool
	// Faulted says that an I/O error was seen in the directory's last run, or that there was none, or
	// that the last run of the node was without the directory. What the page cache holds of it then may
	// never reach the disk by a sync; it is never SameBoot.
	Faulted bool
	// BrokerEpoch is the epoch kept beside the boot id, be that forgotten or not, or -1: no broker of ours has
	// served from the directory.
	BrokerEpoch kafka.BrokerEpoch
	Checkpoints []Checkpoint
	Logs        []LogName
	// Futures are the copies of logs that were to become the logs of this directory (KIP-113).
	Futures []FutureLog
	// Accepted are the partitions that go on here although the directory that held them is lost.
	Accepted []AcceptedLoss
}

// WasCleaned tells whether a partition's log was compacted while it was in the directory, here or by a Kafka.
func (d *DirFacts) WasCleaned(topic string, partition kafka.PartitionID) bool {
	for i := range d.Checkpoints {
		if c := &d.Checkpoints[i]; c.Topic == topic && c.Partition == partition {
			return c.Clean >= 0
		}
	}
	return false
}

// AcceptedLoss says that somebody gave up what a lost directory held of a partition.
//
//canon:gen
type AcceptedLoss struct {
	Topic     string
	Partition kafka.PartitionID
	Lost      kafka.DirID
}

// BootFacts is what the ledger gathered before the core starts.
//
//canon:gen
type BootFacts struct {
	ClusterID string
	// MetadataDir is the directory that holds __cluster_metadata-0.
	MetadataDir kafka.DirID
	// LogDirs are the paths of log.dirs in the order of configuration, whether they are online or not. The
	// metadata directory need not be one of them; then no partition is put there.
	LogDirs []string
	// Voters are the ids of the metadata quorum's voters, from configuration or checkpoint.
	Voters []kafka.NodeID
	// Dirs are the directories that are online, Offline the paths of those that could not be read.
	Dirs    []DirFacts
	Offline []string
	// Faulted are the directories in which an I/O error was seen, by the file of SaveFaulted.
	Faulted []kafka.DirID
	// HasQuorum says that Quorum was found.
	HasQuorum bool
	Quorum    QuorumState
	// Snapshots are those of the metadata log, rising; Leftovers the names of files that were to
	// become one.
	Snapshots []SnapshotFile
	Leftovers []string
}
