package controller

import (
	"fmt"
	"slices"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// updateFeatures finalises levels, all of them or, if one is wrong, none (KIP-584, KIP-778). It follows
// FeatureControlManager.updateFeatures. Of a feature that is named twice the last counts.
func (m *Controller) updateFeatures(r *msg.UpdateFeatures) decision {
	reply := &msg.UpdatedFeatures{Op: r.Op}
	d := decision{reply: reply}
	var updates []msg.FeatureUpdate
	places := map[string]int{}
	for _, u := range r.Updates {
		if at, again := places[u.Name]; again {
			updates[at] = u
		} else {
			places[u.Name] = len(updates)
			updates = append(updates, u)
		}
	}
	for i := range updates {
		rec, text := m.updateFeature(&updates[i], r.KRaftVersion)
		if text != "" {
			reply.Err, reply.ErrText = kafka.ErrInvalidUpdateVersion, text
			return decision{reply: reply}
		}
		if rec != nil {
			d.records = append(d.records, rec)
		}
	}
	if r.ValidateOnly {
		d.records = nil
	}
	return d
}

// updateFeature decides on one feature; it has no record if the quorum keeps its level.
func (m *Controller) updateFeature(u *msg.FeatureUpdate, kraft record.FeatureLevel) (record.Metadata, string) {
	invalid := func(why string) (record.Metadata, string) {
		return nil, fmt.Sprintf("Invalid update version %d for feature %s. %s", u.Level, u.Name, why)
	}
	now := m.img.Feature(u.Name)
	if u.Name == record.KRaftVersion {
		now = kraft
	}
	switch {
	case u.Type < msg.Upgrade || u.Type > msg.UnsafeDowngrade:
		return invalid("The controller does not support the given upgrade type.")
	case u.Level < 0:
		return invalid("A feature version cannot be less than 0.")
	}
	if why := m.unsupported(u); why != "" {
		return invalid(why)
	}
	switch {
	case u.Level < now && u.Type == msg.Upgrade:
		return invalid("Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.")
	case u.Level > now && u.Type != msg.Upgrade:
		return invalid("Can't downgrade to a newer version.")
	case u.Name == record.KRaftVersion && u.Level < now:
		return invalid("Can't downgrade the version of this feature.")
	case u.Name == record.KRaftVersion && u.Level > now:
		return invalid("The voters of this quorum are named by its configuration.")
	case u.Name == record.KRaftVersion:
		return nil, ""
	case u.Name == record.MetadataVersion && u.Level < now && metadataChanged(u.Level, now):
		why := "Refusing to perform the requested downgrade because it might delete metadata information."
		if u.Type == msg.UnsafeDowngrade {
			why = "Unsafe metadata downgrade is not supported in this version."
		}
		return nil, fmt.Sprintf("Unsupported metadata.version downgrade from %d to %d. %s", now, u.Level, why)
	case u.Name != record.MetadataVersion && u.Name != record.GroupVersion && !slices.ContainsFunc(unserved, func(f image.Feature) bool { return f.Name == u.Name }):
		return invalid("Feature " + u.Name + " not found.")
	}
	return &record.FeatureLevelRecord{Name: u.Name, FeatureLevel: u.Level}, ""
}

// unsupported says who does not support a level, if anybody: this controller, then the brokers. Level 0 of
// what nobody knows is supported: it means that it is off.
func (m *Controller) unsupported(u *msg.FeatureUpdate) string {
	why := func(who string, features []record.BrokerFeature) string {
		at := slices.IndexFunc(features, func(f record.BrokerFeature) bool { return f.Name == u.Name })
		switch {
		case at < 0 && u.Level == 0:
			return ""
		case at < 0:
			return who + " does not support this feature."
		}
		if f := &features[at]; u.Level < f.MinSupportedVersion || u.Level > f.MaxSupportedVersion {
			return fmt.Sprintf("%s only supports versions %d-%d", who, f.MinSupportedVersion, f.MaxSupportedVersion)
		}
		return ""
	}
	if text := why(fmt.Sprintf("Local controller %d", m.cfg.NodeID), record.SupportedFeatures()); text != "" {
		return text
	}
	for i := range m.img.Brokers {
		b := &m.img.Brokers[i]
		if text := why(fmt.Sprintf("Broker %d", b.ID), b.Features); text != "" {
			return text
		}
	}
	return ""
}

// metadataChanges are the metadata versions that brought something new into the log
// (org.apache.kafka.server.common.MetadataVersion).
var metadataChanges = []record.FeatureLevel{8, 11, 13, 14, 15, 17, 23, 30}

// metadataChanged tells whether the log may hold what a lower metadata version has no words for.
func metadataChanged(lower, higher record.FeatureLevel) bool {
	return slices.ContainsFunc(metadataChanges, func(v record.FeatureLevel) bool { return lower < v && v <= higher })
}
