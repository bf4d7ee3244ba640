package metrics

import (
	"strconv"

	"momus/core"
	"momus/core/group"
	"momus/core/kafka"
	"momus/core/replica"
)

// Memory is what the driver of a node knows of its budgets.
type Memory struct {
	// BufferBytes are lent of BufferBytesMax.
	BufferBytes, BufferBytesMax int64
	// OpenFiles are held for segments of OpenFilesMax, less the connections.
	OpenFiles, OpenFilesMax int32
}

// counted are the notes that are told as counters, with what each is called.
var counted = []struct {
	kind       core.NoteKind
	name, help string
}{
	{core.NoteLogFailed, "log_failures_total", "Logs that an operation failed on."},
	{core.NoteLogCut, "log_tails_cut_total", "Logs of which recovery cut a tail that a crash had torn."},
	{core.NoteDirFailed, "log_directory_failures_total", "Log directories that failed."},
	{core.NoteLogStartMoved, "log_start_moves_total", "Moves of a log's start, by retention or DeleteRecords."},
	{core.NoteProducerExpired, "producers_expired_total", "Producer ids whose state was dropped."},
	{core.NoteFlushed, "flushes_total", "Flushes of logs that were completed."},
	{core.NoteGroupsLoaded, "group_loads_total", "Partitions of __consumer_offsets that were loaded."},
	{core.NoteLeader, "leaderships_total", "Leaderships of partitions that were taken over."},
	{core.NoteRegistered, "registrations_total", "Registrations with the controller."},
	{core.NoteLogCompacted, "log_compactions_total", "Compactions of logs that came to their end."},
	{core.NoteLogUncleanable, "log_compactions_failed_total", "Logs that can't be compacted any more, since a batch is damaged."},
	{core.NoteSnapshotTaken, "metadata_snapshots_total", "Snapshots taken of the metadata log."},
}

// pageBytes is what the page of a node takes that serves a few kinds of requests.
const pageBytes = 16 << 10

// Text is all metrics of a node.
func Text(m *Meter, r *core.Report, mem Memory) []byte {
	c := m.copied()
	t := text{b: make([]byte, 0, pageBytes)}
	c.traffic(&t, r)
	states(&t, r, mem)
	groups(&t, &r.Groups)
	lags(&t, r)
	for _, n := range counted {
		t.family(n.name, "counter", n.help)
		t.int(c.notes[n.kind])
	}
	cleaner(&t, &r.Cleaner)
	logs(&t, r)
	return t.b
}

// traffic tells requests and bytes.
func (m *Meter) traffic(t *text, r *core.Report) {
	t.family("request_seconds", "histogram", "Time of requests by API and phase.")
	for key, a := range m.apis {
		for p := range phases {
			if a != nil {
				t.histogram(&a[p], label{"api", nameOf(key)}, label{"phase", phaseNames[p]})
			}
		}
	}
	t.family("received_bytes_total", "counter", "Bytes read from connections.")
	t.int(m.received)
	t.family("sent_bytes_total", "counter", "Bytes written to connections.")
	t.int(m.sent)
	t.family("connections_opened_total", "counter", "Connections accepted.")
	t.int(m.opened)
	t.family("connections_closed_total", "counter", "Connections gone.")
	t.int(m.closed)
	t.family("connections", "gauge", "Connections open.")
	t.int(int64(r.Connections))
	t.family("requests_in_flight", "gauge", "Requests between arrival and answer.")
	t.int(int64(r.Requests))
	t.family("fetches_waiting", "gauge", "Fetches that wait for records.")
	t.int(int64(r.Parked))
	t.family("fetch_sessions", "gauge", "Incremental fetch sessions.")
	t.int(int64(r.FetchSessions))
}

// states tells how the node stands.
func states(t *text, r *core.Report, mem Memory) {
	t.family("ready", "gauge", "Whether the broker serves clients.")
	t.flag(r.Serving && !r.Stopping)
	t.family("active_controller", "gauge", "Whether this node is the active controller.")
	t.flag(r.ActiveController)
	t.family("metadata_epoch", "gauge", "Epoch of the metadata quorum.")
	t.int(int64(r.MetadataEpoch))
	t.family("metadata_end_offset", "gauge", "End of the metadata log.")
	t.int(int64(r.MetadataEnd))
	t.family("metadata_high_watermark", "gauge", "High watermark of the metadata log.")
	t.int(int64(r.MetadataHigh))
	t.family("metadata_applied_offset", "gauge", "Offset of the last metadata record taken in.")
	t.int(int64(r.Image))
	t.family("topics", "gauge", "Topics of the cluster.")
	t.int(int64(r.Topics))
	t.family("partitions", "gauge", "Partitions of the cluster.")
	t.int(int64(r.Partitions))
	t.family("logs_opening", "gauge", "Logs that a start has not opened yet.")
	t.int(int64(r.Opening))
	t.family("buffer_bytes", "gauge", "Memory lent to requests, reads and tails of logs.")
	t.int(mem.BufferBytes)
	t.family("buffer_bytes_max", "gauge", "Budget of that memory.")
	t.int(mem.BufferBytesMax)
	t.family("open_files", "gauge", "Segment files held open.")
	t.int(int64(mem.OpenFiles))
	t.family("open_files_max", "gauge", "Budget of open files, connections included.")
	t.int(int64(mem.OpenFilesMax))
	t.family("log_directory_offline", "gauge", "Whether a log directory is offline.")
	for i := range r.Dirs {
		t.flag(r.Dirs[i].Offline, label{"dir", r.Dirs[i].Path})
	}
}

// cleaner tells how far compaction is.
func cleaner(t *text, c *core.CleanerReport) {
	for _, m := range []struct {
		name, kind, help string
		value            int64
	}{
		{"cleaner_running", "gauge", "Compactions under way.", int64(c.Running)},
		{"cleaner_milliseconds_since_last_run", "gauge", "Time since logs were looked through for what is to be compacted.", int64(c.Idle)},
		{"cleaner_max_dirty_percent", "gauge", "Greatest part of a log that may be compacted.", int64(c.MaxDirtyPercent)},
		{"cleaner_uncleanable_partitions", "gauge", "Logs that are not compacted any more, since a batch is damaged.", int64(c.Uncleanable)},
		{"cleaner_uncleanable_bytes", "gauge", "Size of those.", c.UncleanableBytes},
		{"cleaner_read_bytes_total", "counter", "Bytes read by compactions.", c.BytesRead},
		{"cleaner_written_bytes_total", "counter", "Bytes written by compactions.", c.BytesWritten},
		{"cleaner_recopy_percent", "gauge", "Part of what the last compaction read that it wrote.", int64(c.RecopyPercent)},
		{"cleaner_buffer_utilization_percent", "gauge", "How full the table of keys of the last compaction was.", int64(c.BufferPercent)},
		{"cleaner_last_milliseconds", "gauge", "Time that the last compaction took.", int64(c.Took)},
	} {
		t.family(m.name, m.kind, m.help)
		t.int(m.value)
	}
}

// logs tells of each partition of this node.
func logs(t *text, r *core.Report) {
	each := func(name, help string, value func(*core.LogReport) int64) {
		t.family(name, "gauge", help)
		for i := range r.Logs {
			l := &r.Logs[i]
			t.int(value(l), label{"topic", l.Topic}, label{"partition", strconv.Itoa(int(l.Partition))})
		}
	}
	roles := map[replica.Role]int64{}
	producers := int64(0)
	for i := range r.Logs {
		roles[r.Logs[i].Role]++
		producers += int64(r.Logs[i].Producers)
	}
	t.family("replicas", "gauge", "Replicas of this node by their role.")
	for role := replica.RoleNew; role <= replica.RoleDeleted; role++ {
		t.int(roles[role], label{"role", role.String()})
	}
	t.family("producer_ids", "gauge", "Producer ids with state, of all partitions together.")
	t.int(producers)
	each("log_start_offset", "Log start offset.", func(l *core.LogReport) int64 { return int64(l.Start) })
	each("log_high_watermark", "High watermark.", func(l *core.LogReport) int64 { return int64(l.High) })
	each("log_end_offset", "Offset after the last record.", func(l *core.LogReport) int64 { return int64(l.End) })
	each("log_size_bytes", "Size of the segments.", func(l *core.LogReport) int64 { return l.Bytes })
	each("log_segments", "Number of segments.", func(l *core.LogReport) int64 { return int64(l.Segments) })
}

// groups tells of the group coordinator.
func groups(t *text, r *group.Report) {
	t.family("group_partitions", "gauge", "Partitions of __consumer_offsets that this node leads, by how far their groups are.")
	t.int(int64(r.Loading), label{"phase", "loading"})
	t.int(int64(r.Active), label{"phase", "active"})
	t.int(int64(r.Broken), label{"phase", "broken"})
	t.family("groups", "gauge", "Groups of this coordinator, by type and state.")
	for i := range r.Groups {
		t.int(int64(r.Groups[i].Groups), label{"type", r.Groups[i].Type}, label{"state", r.Groups[i].State})
	}
	t.family("group_offsets", "gauge", "Committed offsets of this coordinator's groups.")
	t.int(r.Offsets)
}

// lags tells how far groups are behind: each group in sum and at worst, and in each partition.
func lags(t *text, r *core.Report) {
	t.family("group_lag_records", "gauge", "Records that a group has not committed, in all partitions.")
	eachGroup(r.Lags, func(name string, list []core.LagReport) {
		n := int64(0)
		for i := range list {
			n += list[i].Records
		}
		t.int(n, label{"group", name})
	})
	t.family("group_lag_seconds", "gauge", "For how long the oldest record that a group has not committed has been in its log.")
	eachGroup(r.Lags, func(name string, list []core.LagReport) {
		age := kafka.Nanos(-1)
		for i := range list {
			age = max(age, list[i].Age)
		}
		if age >= 0 {
			t.seconds(age, label{"group", name})
		}
	})
	t.family("group_partition_lag_records", "gauge", "Records that a group has not committed, in a partition.")
	for i := range r.Lags {
		t.int(r.Lags[i].Records, where(&r.Lags[i])...)
	}
	t.family("group_partition_lag_seconds", "gauge", "For how long the first of those has been in the log; missing where that isn't known.")
	for i := range r.Lags {
		if r.Lags[i].Age >= 0 {
			t.seconds(r.Lags[i].Age, where(&r.Lags[i])...)
		}
	}
	t.family("groups_without_lag", "gauge", "Groups of which no lag is told, since they have too many offsets.")
	t.int(int64(r.LagsUntold))
}

// eachGroup calls tell with what there is of each group.
func eachGroup(list []core.LagReport, tell func(name string, list []core.LagReport)) {
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].Group == list[0].Group {
			n++
		}
		tell(list[0].Group, list[:n])
		list = list[n:]
	}
}

func where(l *core.LagReport) []label {
	return []label{{"group", l.Group}, {"topic", l.Topic}, {"partition", strconv.Itoa(int(l.Partition))}}
}
