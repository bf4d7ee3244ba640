package session

import (
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// DeleteTopics asks the controller to delete topics and answers when that is committed. From v6
// they may be named by id (KIP-516). With delete.topic.enable=false it is refused
// (TOPIC_DELETION_DISABLED; before v3 INVALID_REQUEST). Given twice, or both by name and by id, a
// topic is INVALID_REQUEST and answered once, as by Kafka; from v5 the answer says why. After the
// request's timeout what was asked is answered REQUEST_TIMED_OUT: it may yet be done.
var deleteTopicsAPI = api{key: wire.KeyDeleteTopics, min: 1, max: 6, start: (*Session).startDeleteTopics}

// deleteOp is a DeleteTopics under way: the topics refused here, and those that were passed on.
type deleteOp struct {
	refused []msg.DeletedTopic
	asked   []msg.TopicRef
}

func (s *Session) startDeleteTopics(now kafka.Now, c *conn, req *wire.Request, v View) bool {
	body := req.Body.(*kmsg.DeleteTopicsRequest)
	byID, tellsDisabled := req.Version >= 6, req.Version >= 3
	d := &deleteOp{}
	refs := namedTopics(body, byID)
	switch {
	case !s.cfg.DeleteTopicEnable && tellsDisabled:
		d.refuseAll(refs, kafka.ErrTopicDeletionDisabled)
	case !s.cfg.DeleteTopicEnable:
		d.refuseAll(refs, kafka.ErrInvalidRequest)
	default:
		d.sort(refs, v.Image)
	}
	id, o := s.beginOp(c, req)
	o.delete = d
	if len(d.asked) == 0 {
		s.finish(id, o, d.response(o.version, nil))
		return true
	}
	// The op keeps the names for the case that the time runs out; the message has its own.
	ask := &msg.DeleteTopics{Op: id, Topics: append([]msg.TopicRef(nil), d.asked...)}
	s.Out.Controller = append(s.Out.Controller, ask)
	s.startTimer(id, o, now.Mono.Add(kafka.Millis(body.TimeoutMillis).Nanos()))
	return true
}

// namedTopics are the topics as they were named; both fields or none may be set.
func namedTopics(body *kmsg.DeleteTopicsRequest, byID bool) []msg.TopicRef {
	var refs []msg.TopicRef
	if !byID {
		for _, name := range body.TopicNames {
			refs = append(refs, msg.TopicRef{Name: name})
		}
		return refs
	}
	for i := range body.Topics {
		ref := msg.TopicRef{ID: body.Topics[i].TopicID}
		if body.Topics[i].Topic != nil {
			ref.Name = *body.Topics[i].Topic
		}
		refs = append(refs, ref)
	}
	return refs
}

func (d *deleteOp) refuseAll(refs []msg.TopicRef, err kafka.ErrorCode) {
	for _, ref := range refs {
		d.refuse(ref, err, "")
	}
}

func (d *deleteOp) refuse(ref msg.TopicRef, err kafka.ErrorCode, text string) {
	d.refused = append(d.refused, msg.DeletedTopic{Name: ref.Name, ID: ref.ID, Err: err, ErrText: text})
}

// sort parts what may be asked for from what makes no sense.
func (d *deleteOp) sort(refs []msg.TopicRef, img *image.Image) {
	times := make(map[msg.TopicRef]int, len(refs))
	for _, ref := range refs {
		times[ref]++
	}
	for _, ref := range refs {
		n := times[ref]
		topic := img.TopicNamed(ref.Name)
		switch {
		case n == 0: // the second of its kind
		case ref.Name == "" && ref.ID.IsZero():
			times[ref] = 0
			d.refuse(ref, kafka.ErrInvalidRequest, "Neither topic name nor id were specified.")
		case ref.Name != "" && !ref.ID.IsZero():
			times[ref] = 0
			d.refuse(ref, kafka.ErrInvalidRequest, "You may not specify both topic name and topic id.")
		case n > 1 && ref.Name != "":
			times[ref] = 0
			d.refuse(ref, kafka.ErrInvalidRequest, "Duplicate topic name.")
		case n > 1:
			times[ref] = 0
			d.refuse(ref, kafka.ErrInvalidRequest, "Duplicate topic id.")
		case ref.Name != "" && topic != nil && times[msg.TopicRef{ID: topic.ID}] > 0:
			d.refuse(ref, kafka.ErrInvalidRequest,
				"The provided topic name maps to an ID that was already supplied.")
		default:
			d.asked = append(d.asked, ref)
		}
	}
}

// deleted takes the controller's answer.
func (s *Session) deleted(r *msg.DeletedTopics) {
	if o := s.op(r.Op); o != nil {
		s.finish(r.Op, o, o.delete.response(o.version, r.Topics))
	}
}

func (s *Session) deleteTimedOut(id msg.Op, o *op) {
	var topics []msg.DeletedTopic
	for _, ref := range o.delete.asked {
		topics = append(topics, msg.DeletedTopic{Name: ref.Name, ID: ref.ID, Err: kafka.ErrRequestTimedOut})
	}
	s.finish(id, o, o.delete.response(o.version, topics))
}

func (d *deleteOp) response(version kafka.APIVersion, topics []msg.DeletedTopic) *kmsg.DeleteTopicsResponse {
	r := kmsg.NewPtrDeleteTopicsResponse()
	r.Version = int16(version)
	nullable := version >= 6
	r.Topics = []kmsg.DeleteTopicsResponseTopic{}
	for _, list := range [][]msg.DeletedTopic{topics, d.refused} {
		for i := range list {
			t := kmsg.NewDeleteTopicsResponseTopic()
			t.TopicID, t.ErrorCode = list[i].ID, int16(list[i].Err)
			if list[i].Name != "" || !nullable {
				t.Topic = &list[i].Name
			}
			if list[i].ErrText != "" {
				t.ErrorMessage = &list[i].ErrText
			}
			r.Topics = append(r.Topics, t)
		}
	}
	return r
}
