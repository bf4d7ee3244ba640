package clients

// groupVersions are the versions of the APIs of groups that a client speaks.
type groupVersions struct {
	find, commit, offsetFetch                                         int16
	join, sync, beat, leave, describeGroups, listGroups, removeGroups int16
	consumerBeat, consumerDescribe                                    int16
}

// newestGroupVersions are the newest that Kafka 4.3 serves.
var newestGroupVersions = groupVersions{
	find: 6, commit: 10, offsetFetch: 10,
	join: 9, sync: 5, beat: 4, leave: 5, describeGroups: 6, listGroups: 5, removeGroups: 2,
	consumerBeat: 1, consumerDescribe: 1,
}

// older draws each of them.
func (v groupVersions) older(draw func(name string, newest, oldest int16) int16) groupVersions {
	return groupVersions{
		find: draw("/find", v.find, 0), commit: draw("/commit", v.commit, 2), offsetFetch: draw("/offset-fetch", v.offsetFetch, 1),
		join: draw("/join", v.join, 0), sync: draw("/sync", v.sync, 0), beat: draw("/beat", v.beat, 0), leave: draw("/leave", v.leave, 0),
		describeGroups: draw("/describe-groups", v.describeGroups, 0), listGroups: draw("/list-groups", v.listGroups, 0),
		removeGroups: draw("/remove-groups", v.removeGroups, 0),
		consumerBeat: draw("/consumer-beat", v.consumerBeat, 0), consumerDescribe: draw("/consumer-describe", v.consumerDescribe, 0),
	}
}

// staticOrNewer speaks versions that know of group.instance.id, if the client has one (KIP-345).
func (v *groupVersions) staticOrNewer(static bool) {
	if static {
		v.join, v.sync, v.beat, v.leave, v.commit = max(v.join, 5), max(v.sync, 3), max(v.beat, 3), max(v.leave, 3), max(v.commit, 7)
	}
}

// consumerMembers speaks versions by which a member of KIP-848 can commit: older ones are refused.
func (v *groupVersions) consumerMembers() {
	v.commit, v.offsetFetch = max(v.commit, 9), max(v.offsetFetch, fetchAsMember)
}

// wantedVersion is a version that a node must serve.
type wantedVersion struct{ key, version int16 }

// wanted is what a node must serve for the client, by what it is to serve at all.
func (v *groupVersions) wanted(served *Groups) []wantedVersion {
	var all []wantedVersion
	if served.Offsets {
		all = append(all, wantedVersion{10, v.find}, wantedVersion{8, v.commit}, wantedVersion{9, v.offsetFetch}, wantedVersion{47, 0})
	}
	if served.Classic {
		all = append(all, wantedVersion{11, v.join}, wantedVersion{14, v.sync}, wantedVersion{12, v.beat}, wantedVersion{13, v.leave},
			wantedVersion{15, v.describeGroups}, wantedVersion{16, v.listGroups}, wantedVersion{42, v.removeGroups})
	}
	if served.Consumer {
		all = append(all, wantedVersion{68, v.consumerBeat}, wantedVersion{69, v.consumerDescribe})
	}
	return all
}
