// Package session holds the requests of clients between arrival and answer: which connection sent
// what, what it waits for, and in which order it is answered. It turns message versions into named
// booleans and core/msg, sends the parts of a request to whoever decides, gathers the results, and
// makes the reply. With core/wire it is the only place that knows message versions. There is one
// file per API: its behaviour, its KIPs, its handler and the versions that the handler knows. The
// version table that is advertised and decoded by is core/wire's; a test joins the two.
//
// Inputs: connections opened and closed, decoded requests, answers of replicas, reads, controller
// and lifecycle, msg.Advanced, passed deadlines. Outputs, in Out: msg.Produce, requests to the
// controller, reads, wishes for producer ids, replies, connections to close, requests to validate
// again, spans that leave unused.
//
// What Kafka has and is not here yet: transactions; authorisation.
//
//	session.go  the state and its outbox; answers of the controller; deadlines
//	api.go      from an API's key to its handler
//	conn.go     connections, and the order of answers
//	op.go       a request under way, and its reads
//	timers.go   deadlines of requests
//	wait.go     parked fetches, and produces that wait for room
//	hints.go    who leads instead, and where (KIP-951)
//	groups.go   requests that group coordinators answer
//	quota.go    who is throttled, and for how long (KIP-13, KIP-124, KIP-219)
//	conn_places.go  who is served: how many connections, of whom, and how fast they may come
//	conn_limits.go  their limits, and which are silent for too long
//	check.go    what must be true
//
//	acls.go describe_cluster.go describe_quorum.go describe_topic_partitions.go elect_leaders.go reassignments.go
//	unregister_broker.go update_features.go create_partitions.go; forward.go: those that wait for the controller
//	api_versions.go create_topics.go delete_topics.go delete_records.go init_producer_id.go list_offsets.go produce.go
//	offset_for_leader_epoch.go describe_producers.go describe_log_dirs.go alter_replica_log_dirs.go
//	describe_configs.go alter_configs.go incremental_alter_configs.go list_config_resources.go
//	describe_client_quotas.go alter_client_quotas.go
//	find_coordinator.go offset_commit.go offset_delete.go offset_fetch.go
//	join_group.go sync_group.go heartbeat.go leave_group.go describe_groups.go list_groups.go delete_groups.go
//	consumer_group_heartbeat.go consumer_group_describe.go
//	metadata.go (the request) metadata_topic.go (one topic's answer)
//	fetch.go (the request) fetch_read.go (looking, reading, parking) fetch_answer.go
//	fetch_session.go (what is remembered of fetches) fetch_context.go (what a fetch adds to it)
//
// Invariants:
//
//  1. Requests of a connection start in the order of arrival and are answered in that order, each
//     exactly once; they run concurrently. A request that waits before its start holds the later
//     ones of its connection, and so does one that waits for a rebalance.
//  2. An answer names its op; that of an op that is gone is ignored, and its span dropped.
//  3. Every Span that enters leaves exactly once: in Produces, Replies, Stale or Drops.
//  4. A parked fetch is found under each of its partitions, and nothing else is.
//  5. A partition is left out of an answer only if its fetch session told the same before.
//  6. Nothing of the View is kept beyond the call.
package session
