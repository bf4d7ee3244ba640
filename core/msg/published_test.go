package msg

import (
	"testing"

	"momus/core/config"
	"momus/core/kafka"
)

func TestRulesAreFoundByNameAndByID(t *testing.T) {
	p := Published{Default: config.Validation{Level: 9}, DefaultSince: 4}
	for i, name := range []string{"a", "b", "c"} {
		p.Policies = append(p.Policies, TopicPolicy{
			Name: name, ID: kafka.TopicID{byte(9 - i)}, Since: int64(i), Rules: config.Validation{Level: int32(i)},
		})
	}
	p.Index()
	for i, name := range []string{"a", "b", "c"} {
		byName, since := p.Rules(name, kafka.TopicID{})
		byID, again := p.Rules("", kafka.TopicID{byte(9 - i)})
		if byName != &p.Policies[i].Rules || byID != byName || since != int64(i) || again != since {
			t.Errorf("%s: %v of %d, %v of %d", name, byName, since, byID, again)
		}
	}
	for _, id := range []kafka.TopicID{{}, {5}, {10}} {
		if rules, since := p.Rules("unknown", id); rules != &p.Default || since != 4 {
			t.Errorf("%v: %v of %d", id, rules, since)
		}
	}
}
