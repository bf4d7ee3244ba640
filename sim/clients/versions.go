package clients

import (
	"strconv"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// versions are what one client speaks. Those that Kafka 4.3 serves are drawn from, the newest
// being the benign choice, so that over the seeds each version is spoken.
type versions struct {
	produce, fetch, offsets, metadata, create, remove, init, trim, epochs int16
	// hello is the version of ApiVersions that begins each connection, or -1.
	hello int16
	// incremental, alter and describe are those of the APIs of configuration.
	incremental, alter, describe int16
	// logDirs is that of DescribeLogDirs, move that of AlterReplicaLogDirs.
	logDirs, move int16
	// grow is that of CreatePartitions; the others are those of what an operator asks.
	grow, cluster, quorum, elect, reassign, features int16
	// quotas is that of AlterClientQuotas and DescribeClientQuotas.
	quotas int16
	groupVersions
}

// The newest versions that Kafka 4.3 serves.
const (
	produceNewest  = 13
	fetchNewest    = 18
	offsetsNewest  = 11
	metadataNewest = 13
	createNewest   = 7
	removeNewest   = 6
	initNewest     = 5
	trimNewest     = 2
	epochsNewest   = 4
	helloNewest    = 4

	incrementalNewest = 1
	alterNewest       = 2
	describeNewest    = 4
	logDirsNewest     = 5
	quotasNewest      = 1
	moveNewest        = 2

	growNewest     = 3
	clusterNewest  = 2
	quorumNewest   = 2
	electNewest    = 2
	reassignNewest = 1
	featuresNewest = 2

	// From these on topics are named by their ids.
	produceByID  = 13
	fetchByID    = 13
	metadataByID = 10
)

// drawVersions draws a client's versions: half of the clients speak the newest of all.
func drawVersions(env Env, key string) versions {
	v := versions{
		produceNewest, fetchNewest, offsetsNewest, metadataNewest, createNewest, removeNewest, initNewest, trimNewest, epochsNewest, helloNewest,
		incrementalNewest, alterNewest, describeNewest, logDirsNewest, moveNewest,
		growNewest, clusterNewest, quorumNewest, electNewest, reassignNewest, featuresNewest, quotasNewest,
		newestGroupVersions,
	}
	if env.Draw(key+"/old", 2) == 0 {
		return v
	}
	older := func(name string, newest, oldest int16) int16 {
		return newest - int16(env.Draw(key+name, uint64(newest-oldest)+1))
	}
	v.produce = older("/produce", produceNewest, 3)
	v.fetch = older("/fetch", fetchNewest, 4)
	v.offsets = older("/offsets", offsetsNewest, 1)
	// Before v4 Metadata always creates what is missing, without the configuration planned for it.
	v.metadata = older("/metadata", metadataNewest, 4)
	v.create = older("/create", createNewest, 2)
	v.remove = older("/remove", removeNewest, 1)
	v.init = older("/init", initNewest, 0)
	v.trim = older("/trim", trimNewest, 0)
	v.epochs = older("/epochs", epochsNewest, 2)
	v.hello = older("/hello", helloNewest, -1)
	v.incremental = older("/incremental", incrementalNewest, 0)
	v.alter = older("/alter", alterNewest, 0)
	v.describe = older("/describe", describeNewest, 1)
	v.logDirs = older("/log-dirs", logDirsNewest, 1)
	v.grow = older("/grow", growNewest, 0)
	v.cluster = older("/cluster", clusterNewest, 0)
	v.quorum = older("/quorum", quorumNewest, 0)
	v.elect = older("/elect", electNewest, 0)
	v.reassign = older("/reassign", reassignNewest, 0)
	v.features = older("/features", featuresNewest, 0)
	v.quotas = older("/quotas", quotasNewest, 0)
	v.move = older("/move", moveNewest, 1)
	v.groupVersions = newestGroupVersions.older(older)
	if v.produce >= produceByID || v.fetch >= fetchByID || v.commit >= commitByID || v.offsetFetch >= fetchOffsetsByID {
		v.metadata = max(v.metadata, metadataByID)
	}
	return v
}

func helloRequest(version int16) kmsg.Request {
	r := kmsg.NewPtrApiVersionsRequest()
	r.Version = version
	r.ClientSoftwareName, r.ClientSoftwareVersion = "sim", "1"
	return r
}

// checkHello holds the broker to what it must serve: everything that the client speaks.
func (a *actor) checkHello(r *kmsg.ApiVersionsResponse) {
	if r.ErrorCode != 0 {
		a.odd(a.id, "ApiVersions answered error "+strconv.Itoa(int(r.ErrorCode)))
		return
	}
	for _, want := range append(a.speaks.wanted(&a.plan.Groups), []wantedVersion{
		{0, a.speaks.produce}, {1, a.speaks.fetch}, {2, a.speaks.offsets}, {3, a.speaks.metadata},
		{18, a.speaks.hello}, {19, a.speaks.create}, {20, a.speaks.remove}, {21, a.speaks.trim}, {22, a.speaks.init},
		{23, a.speaks.epochs}, {61, 0},
		{32, a.speaks.describe}, {33, a.speaks.alter}, {44, a.speaks.incremental},
		{35, a.speaks.logDirs}, {34, a.speaks.move},
		{37, a.speaks.grow},
		{43, a.speaks.elect}, {45, a.speaks.reassign}, {46, 0}, {55, a.speaks.quorum}, {57, a.speaks.features},
		{60, a.speaks.cluster}, {64, 0}, {75, 0},
		{48, a.speaks.quotas}, {49, a.speaks.quotas},
	}...) {
		served := false
		for _, k := range r.ApiKeys {
			served = served || k.ApiKey == want.key && k.MinVersion <= want.version && want.version <= k.MaxVersion
		}
		if !served {
			a.odd(a.id, "ApiVersions does not list "+kmsg.NameForKey(want.key)+" v"+strconv.Itoa(int(want.version)))
		}
	}
}
