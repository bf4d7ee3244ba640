package record

// KRaftVersion, MetadataVersion and GroupVersion are the names of the features that this program works at.
const (
	// GroupVersion is at 1 where groups of the consumer protocol may be (KIP-848).
	GroupVersion    = "group.version"
	KRaftVersion    = "kraft.version"
	MetadataVersion = "metadata.version"
)

// SupportedFeatures are the features that this program knows, by name, with their ranges of levels, until
// what others stand for is built. Metadata version 30 is 4.3-IV0.
func SupportedFeatures() []BrokerFeature {
	return []BrokerFeature{
		{Name: GroupVersion, MinSupportedVersion: 0, MaxSupportedVersion: 1},
		{Name: KRaftVersion, MinSupportedVersion: 0, MaxSupportedVersion: 1},
		{Name: MetadataVersion, MinSupportedVersion: 7, MaxSupportedVersion: 30},
	}
}
