package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// UpdateFeatures has the controller finalise levels of features (KIP-584), all or none; from v1 with the kind
// of change that each may be (before, upgrades alone), and with validate only (KIP-778). What is wrong with one is told of the whole
// request. Up to v1 an answer without error lists the features, each with the text NONE, from v2 it lists
// nothing, as in Kafka; and as there the timeout of the request is not looked at.
var updateFeaturesAPI = api{key: wire.KeyUpdateFeatures, min: 0, max: 2, start: (*Session).startUpdateFeatures}

func (s *Session) startUpdateFeatures(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	body := req.Body.(*kmsg.UpdateFeaturesRequest)
	id, _ := s.beginForward(c, req)
	ask := &msg.UpdateFeatures{Op: id, ValidateOnly: body.ValidateOnly, KRaftVersion: v.Quorum.QuorumState().KRaftVersion}
	hasTypes := req.Version >= 1
	for i := range body.FeatureUpdates {
		u := &body.FeatureUpdates[i]
		update := msg.FeatureUpdate{Name: u.Feature, Level: record.FeatureLevel(u.MaxVersionLevel), Type: msg.Upgrade}
		if hasTypes {
			update.Type = msg.UpgradeType(u.UpgradeType)
		}
		ask.Updates = append(ask.Updates, update)
	}
	s.Out.Controller = append(s.Out.Controller, ask)
	return true
}

// updatedFeatures takes the controller's answer.
func (s *Session) updatedFeatures(u *msg.UpdatedFeatures) {
	o, asked := s.forwarded(u.Op)
	if o == nil {
		return
	}
	body := asked.(*kmsg.UpdateFeaturesRequest)
	r := kmsg.NewPtrUpdateFeaturesResponse()
	r.Version, r.ErrorCode, r.Results = body.Version, int16(u.Err), []kmsg.UpdateFeaturesResponseResult{}
	listsFeatures := body.Version <= 1
	switch {
	case u.Err == kafka.ErrInvalidUpdateVersion:
		r.ErrorMessage = textOrNull("The update failed for all features since the following feature had an error: " + u.ErrText)
	case u.Err != kafka.None:
		r.ErrorMessage = textOrNull(u.ErrText)
	case listsFeatures:
		for i := range body.FeatureUpdates {
			r.Results = append(r.Results, kmsg.UpdateFeaturesResponseResult{Feature: body.FeatureUpdates[i].Feature, ErrorMessage: textOrNull("NONE")})
		}
	}
	s.finish(u.Op, o, r)
}
