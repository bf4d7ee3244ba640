package core

import (
	"errors"
	"slices"

	"momus/core/config"
	"momus/core/controller"
	"momus/core/entropy"
	"momus/core/group"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/lifecycle"
	"momus/core/port"
	"momus/core/raft"
	"momus/core/session"
)

var errStateVersion = errors.New("the state was written by another version of this program")

// start takes what boot found and sets the machines up. The metadata log is opened first; nothing
// else is touched before the image is current.
func (n *Node) start(now kafka.Now, ev *Start) {
	n.phase = phaseReplaying
	n.cfg, n.limits, n.facts, n.entropy = ev.Config, ev.Limits, ev.Facts, ev.Entropy
	n.cfg.ClusterID = ev.Facts.ClusterID
	n.checkpoints = make([]checkpointing, len(ev.Facts.Dirs))
	n.faulted = slices.Clone(ev.Facts.Faulted)
	n.wanting = make([]int32, len(ev.Facts.Dirs))
	for _, path := range ev.Facts.Offline {
		n.ready.Notes = append(n.ready.Notes, Note{Kind: NoteDirFailed, Text: path})
	}
	n.image = image.New()
	n.raft = raft.New()
	n.controller = controller.New(n.cfg, n.limits, n.cfg.ClusterID, ev.Entropy)
	n.lifecycle = lifecycle.New()
	n.session = session.New(n.cfg, n.limits, ev.Entropy)
	n.groups = group.New(n.cfg, n.limits, ev.Entropy)
	incarnation := entropy.New(ev.Entropy, "incarnation")
	n.lifecycle.Start(now, &n.cfg, &n.facts, incarnation.UUID())
}

// openQuorum begins with the metadata log, once the clean markers are gone.
func (n *Node) openQuorum(now kafka.Now) {
	n.raft.Start(now, &n.facts, raft.Config{
		NodeID: n.cfg.NodeID, Voters: n.facts.Voters,
		SegmentBytes: n.cfg.MetadataSegmentBytes, ReadBytes: n.limits.MetadataReadBytes, PartBytes: n.limits.SnapshotPartBytes,
		RetentionBytes: n.cfg.MetadataRetentionBytes, Retention: n.cfg.MetadataRetention, CleanInterval: n.cfg.MetadataCleanInterval,
	})
	n.lastSnapshot = now.Mono
}

// caughtUp is called when the image is current for the first time: only now is it known which
// topics still exist. Directories that the image does not name are stray; a log may want the name
// of one, so logs are opened when all of them are out of the way.
func (n *Node) caughtUp(now kafka.Now) {
	if n.phase != phaseReplaying || !n.cfg.IsBroker {
		return
	}
	n.phase = phaseTidying
	n.tidyFutures()
	for i := range n.facts.Dirs {
		d := &n.facts.Dirs[i]
		kept := d.Logs[:0]
		for _, l := range d.Logs {
			log := kafka.TopicPartition{Topic: l.TopicID, Partition: l.Partition}
			part := n.image.Partition(log)
			switch {
			case l.Topic == kafka.MetadataTopic:
			case part != nil && slices.Contains(part.Replicas, n.cfg.NodeID) && !n.straysIn(int32(i), log, part):
				kept = append(kept, l)
			default:
				n.markStray(d.Dir, l, log)
			}
		}
		d.Logs = kept
	}
	n.place()
	n.purge()
	n.tidied(now)
}

func (n *Node) markStray(dir kafka.DirID, l port.LogName, log kafka.TopicPartition) {
	n.tidying++
	n.saveSeq++
	n.ready.Saves = append(n.ready.Saves, port.Save{
		Kind: port.MarkStray, Seq: n.saveSeq, Dir: dir,
		Checkpoints: []port.Checkpoint{{Topic: l.Topic, Partition: l.Partition}},
	})
	n.ready.Notes = append(n.ready.Notes, Note{Kind: NoteStray, Log: log, Topic: l.Topic})
}

// tidied opens the logs that the image names once no stray directory is left.
func (n *Node) tidied(now kafka.Now) {
	if n.phase != phaseTidying || n.tidying > 0 || n.purging() {
		return
	}
	n.phase = phaseServing
	n.nextCheckpoint = now.Mono.Add(n.cfg.CheckpointInterval.Nanos())
	n.nextRetention = now.Mono.Add(n.cfg.InitialTaskDelay.Delay())
	if n.cfg.Cleaner.Enabled {
		n.nextCompaction = now.Mono + 1
	}
	n.session.Configure(now, n.image.BrokerConfig(n.cfg).Connections, n.view())
	n.publish(nil)
	n.groups.Begin(n.groupView())
	n.beginOpening(now)
}

// openSpec says how a log is to be opened in a directory, from what boot found about that.
// The second result is the high watermark by its checkpoint, or NoOffset.
func (n *Node) openSpec(topic string, log kafka.TopicPartition, at int32, cfg *config.Topic) (port.OpenSpec, kafka.Offset) {
	_, found := n.placed[log]
	n.placed[log] = at
	dir := &n.facts.Dirs[at]
	spec := port.OpenSpec{
		Topic: topic, Dir: dir.Dir, Create: true,
		IndexIntervalBytes: cfg.IndexIntervalBytes,
		IndexBytesMax:      cfg.SegmentIndexBytes,
		Clean:              kafka.NoOffset,
	}
	if !found {
		dir.Logs = append(dir.Logs, port.LogName{Topic: topic, Partition: log.Partition, TopicID: log.Topic})
		return spec, kafka.NoOffset
	}
	high := kafka.NoOffset
	spec.StopWasClean = dir.CleanMarker
	spec.StopWasLossy = !dir.CleanMarker && !dir.SameBoot
	spec.Rewrite = !dir.CleanMarker && dir.Faulted
	spec.Harden = cfg.FlushMessages == 1
	c := n.lineOf(int(at), place{topic, log.Partition})
	spec.Compacted = mayLackOffsets(dir, c, cfg)
	if c != nil {
		spec.RecoveryPoint = max(c.RecoveryPoint, 0)
		spec.LogStart = max(c.LogStart, 0)
		spec.Clean = c.Clean
		high = c.HighWatermark
	}
	return spec, high
}

// mayLackOffsets tells whether a log may have been compacted: its line in the checkpoints of its directory says that
// it was, be it by a Kafka, or a Kafka may have died before it noted that, in a directory that no life of this
// broker has served from. Here the line is durable before the first offset goes. The policy of now says nothing: where
// nobody was at a topic that it is set for, the topic has every offset.
//
//  1. a disk loses the sync of a whole segment of a topic with cleanup.policy=compact, and says that it was done,
//  2. power is lost, and the segment is empty when the log is opened,
//  3. what it held is gone, below the recovery point, and nobody is told (seed 2530).
func mayLackOffsets(dir *port.DirFacts, line *port.Checkpoint, cfg *config.Topic) bool {
	return line != nil && line.Clean >= 0 || cfg.Compact && dir.BrokerEpoch == kafka.NoBrokerEpoch
}

// rebuild makes the caches that the state's encoding leaves out.
func (n *Node) rebuild() {
	n.place()
	if n.groups != nil {
		n.groups.Rebuild()
	}
	n.wanting = make([]int32, len(n.facts.Dirs))
	for _, log := range n.logs() {
		n.byLog.Set(log, n.replicas[log])
		if at, found := n.wanted[log]; found {
			n.wanting[at]++
		}
		r := n.byLog.Get(log)
		if _, found := n.placed[log]; found && !r.HomeDir().IsZero() {
			n.placed[log] = n.dirIndex(r.HomeDir()) // of a log that is handed over, two directories know
		}
		n.timers.set(r, r.NextDeadline())
	}
}

// logs lists the replicas on this node in order.
func (n *Node) logs() []kafka.TopicPartition {
	list := make([]kafka.TopicPartition, 0, len(n.replicas))
	for log := range n.replicas {
		list = append(list, log)
	}
	slices.SortFunc(list, kafka.TopicPartition.Compare)
	return list
}
