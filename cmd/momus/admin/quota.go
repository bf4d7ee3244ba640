package admin

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// quotaKeys are the quotas of an entity, by their keys.
func (s *session) quotaKeys(ctx context.Context, e *entity) ([]key, error) {
	var filter []kadm.DescribeClientQuotaComponent
	for _, c := range e.quota {
		match := kmsg.QuotasMatchTypeExact
		if c.Name == nil {
			match = kmsg.QuotasMatchTypeDefault
		}
		filter = append(filter, kadm.DescribeClientQuotaComponent{Type: c.Type, MatchName: c.Name, MatchType: match})
	}
	got, err := s.admin.DescribeClientQuotas(ctx, true, filter)
	if err != nil {
		return nil, err
	}
	var keys []key
	for _, q := range got {
		for _, v := range q.Values {
			text := strconv.FormatFloat(v.Value, 'f', -1, 64)
			if math.IsInf(v.Value, 0) {
				text = strings.Replace(strings.TrimPrefix(text, "+"), "Inf", "Infinity", 1) // as Kafka's tools write it
			}
			keys = append(keys, key{Key: v.Key, Value: &text, Source: "quota", Set: true, Type: "double"})
		}
	}
	return keys, nil
}

// alterQuota sets and removes quotas, which are numbers. A broker takes NaN for a quota, as Kafka's controller
// does, and then limits nothing; nobody means that, so it is refused here.
func (s *session) alterQuota(ctx context.Context, e *entity, changes []change, dry bool) error {
	entry := kadm.AlterClientQuotaEntry{Entity: e.quota}
	for _, c := range changes {
		op := kadm.AlterClientQuotaOp{Key: c.key, Remove: c.value == nil}
		if c.op == kmsg.IncrementalAlterConfigOpAppend || c.op == kmsg.IncrementalAlterConfigOpSubtract {
			return usagef("%s: a quota is a number, no list", c.key)
		}
		if c.value != nil {
			n, err := strconv.ParseFloat(*c.value, 64)
			if err != nil || math.IsNaN(n) {
				return usagef("%s=%s: allowed is a number", c.key, *c.value)
			}
			op.Value = n
		}
		entry.Ops = append(entry.Ops, op)
	}
	alter := s.admin.AlterClientQuotas
	if dry {
		alter = s.admin.ValidateAlterClientQuotas
	}
	rs, err := alter(ctx, []kadm.AlterClientQuotaEntry{entry})
	if err != nil {
		return err
	}
	for _, r := range rs {
		if r.Err != nil {
			return refusal(e.String(), r.Err, r.ErrMessage)
		}
	}
	return nil
}

// quotaEntities are all entities that have a quota.
func (s *session) quotaEntities(ctx context.Context) ([]listedRow, error) {
	all, err := s.admin.DescribeClientQuotas(ctx, false, nil)
	var rows []listedRow
	for _, q := range all {
		rows = append(rows, listedRow{"quota", (&entity{quota: q.Entity}).String()})
	}
	slices.SortFunc(rows, func(a, b listedRow) int { return strings.Compare(a.Name, b.Name) })
	return rows, err
}
