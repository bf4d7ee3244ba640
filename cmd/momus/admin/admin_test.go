package admin

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestTopicsAreListedAndDescribed(t *testing.T) {
	b := newMadeUp(t)
	b.on(&kmsg.DescribeConfigsRequest{}, orderConfigs)
	wantLines(t, b, "topic list",
		"NAME    PARTITIONS  REPLICATION  ID",
		"orders  2           1            AQAAAAAAAAAAAAAAAAAAAA")
	wantLines(t, b, "topic list --internal __",
		"NAME        PARTITIONS  REPLICATION  ID",
		"__internal  1           1            AgAAAAAAAAAAAAAAAAAAAA")
	wantLines(t, b, "topic describe orders",
		"TOPIC   ID                      PARTITIONS  REPLICATION  CONFIGS",
		"orders  AQAAAAAAAAAAAAAAAAAAAA  2           1            retention.ms=1000",
		"",
		"PARTITION  LEADER  EPOCH  REPLICAS  ISR  OFFLINE  ERROR",
		"0          1       4      1         1    -        -",
		"1          none    4      1         -    1        LEADER_NOT_AVAILABLE: There is no leader for this topic-partition as we are in the middle of a leadership election.")
	wantError(t, b, "topic describe order", "UNKNOWN_TOPIC_OR_PARTITION")
	wantError(t, b, "topic describe order", "Did you mean orders?")
	out, _, err := ran(b, "topic describe orders -o json")
	var got []struct {
		Name, ID         string
		Configs          map[string]string
		PartitionDetails []struct {
			Leader  int32
			Offline []int32
		}
	}
	if err := errors.Join(err, json.Unmarshal([]byte(out), &got)); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Configs["retention.ms"] != "1000" || len(got[0].PartitionDetails) != 2 || got[0].PartitionDetails[1].Leader != -1 {
		t.Errorf("as JSON: %+v", got)
	}
}

// orderConfigs describes two keys, one of which is set.
func orderConfigs(r kmsg.Request) kmsg.Response {
	v := r.ResponseKind().(*kmsg.DescribeConfigsResponse)
	for _, asked := range r.(*kmsg.DescribeConfigsRequest).Resources {
		res := kmsg.NewDescribeConfigsResponseResource()
		res.ResourceType, res.ResourceName = asked.ResourceType, asked.ResourceName
		own := map[kmsg.ConfigResourceType]kmsg.ConfigSource{
			kmsg.ConfigResourceTypeTopic: kmsg.ConfigSourceDynamicTopicConfig, kmsg.ConfigResourceTypeBroker: kmsg.ConfigSourceDynamicBrokerConfig,
		}[asked.ResourceType]
		for _, c := range []struct {
			name, value string
			source      kmsg.ConfigSource
		}{{"retention.ms", "1000", own}, {"cleanup.policy", "delete", kmsg.ConfigSourceDefaultConfig}, {"ssl.key", "", kmsg.ConfigSourceDefaultConfig}} {
			one := kmsg.NewDescribeConfigsResponseResourceConfig()
			one.Name, one.Value, one.Source, one.IsSensitive = c.name, &c.value, c.source, c.name == "ssl.key"
			one.Documentation = kmsg.StringPtr("What " + c.name + " means.")
			res.Configs = append(res.Configs, one)
		}
		v.Resources = append(v.Resources, res)
	}
	return v
}

func TestTopicsAreCreatedOneFailureDoesNotStopOthers(t *testing.T) {
	b := newMadeUp(t)
	b.on(&kmsg.CreateTopicsRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.CreateTopicsResponse)
		for _, asked := range r.(*kmsg.CreateTopicsRequest).Topics {
			one := kmsg.NewCreateTopicsResponseTopic()
			one.Topic, one.NumPartitions, one.ReplicationFactor = asked.Topic, 3, 1
			if asked.Topic == "orders" {
				one.ErrorCode, one.ErrorMessage = 36, kmsg.StringPtr("Topic 'orders' already exists.")
			}
			v.Topics = append(v.Topics, one)
		}
		return v
	})
	wantLines(t, b, "topic create new -p 3 -r 1 -c retention.ms=5 -c a=b=c", "new created, 3 partitions, replication factor 1")
	sent := last[*kmsg.CreateTopicsRequest](b)
	if one := sent.Topics[0]; one.NumPartitions != 3 || one.ReplicationFactor != 1 || *one.Configs[1].Value != "b=c" || sent.ValidateOnly {
		t.Errorf("sent was %+v", sent)
	}
	wantLines(t, b, "topic create new --replica-assignment 1,2:2,1 --validate-only", "new could be created")
	if sent = last[*kmsg.CreateTopicsRequest](b); !sent.ValidateOnly || len(sent.Topics[0].ReplicaAssignment) != 2 || sent.Topics[0].NumPartitions != -1 {
		t.Errorf("sent was %+v", sent)
	}
	wantLines(t, b, "topic create orders --if-not-exists", "orders exists already")
	out, errs, err := ran(b, "topic create orders new")
	if err == nil || out != "new created, 3 partitions, replication factor 1\n" || errs != "momus: topic orders: TOPIC_ALREADY_EXISTS: Topic 'orders' already exists.\n" {
		t.Errorf("%q, %q, %v", out, errs, err)
	}
	out, _, err = ran(b, "topic create orders new -o json")
	var got []outcome
	if jerr := json.Unmarshal([]byte(out), &got); err == nil || jerr != nil || len(got) != 2 || got[0].Result != "failed" || got[1].Name != "new" {
		t.Errorf("as JSON: %v, %v, %+v", err, jerr, got)
	}
	wantError(t, b, "topic create new --replica-assignment x", "allowed is brokers with commas, partitions with colons")
	wantError(t, b, "topic create new --replica-assignment 1 -p 1", "leave out --partitions")
	wantError(t, b, "topic create new -c retention.ms", `"retention.ms": allowed is key=value`)
	wantError(t, b, "topic create new -o yaml", "allowed is table or json")
}

func TestATopicIsAltered(t *testing.T) {
	b := newMadeUp(t)
	b.on(&kmsg.CreatePartitionsRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.CreatePartitionsResponse)
		one := kmsg.NewCreatePartitionsResponseTopic()
		if one.Topic = "orders"; r.(*kmsg.CreatePartitionsRequest).Topics[0].Count < 2 {
			one.ErrorCode, one.ErrorMessage = 37, kmsg.StringPtr("it has 2")
		}
		v.Topics = []kmsg.CreatePartitionsResponseTopic{one}
		return v
	})
	wantLines(t, b, "topic alter orders -p 7", "orders has 7 partitions")
	if sent := last[*kmsg.CreatePartitionsRequest](b); sent.Topics[0].Count != 7 || sent.ValidateOnly {
		t.Errorf("sent was %+v", sent)
	}
	wantLines(t, b, "topic alter orders -p 7 --validate-only", "orders could have 7 partitions")
	wantLines(t, b, "topic alter gone -p 7 --if-exists", "gone is not there")
	wantError(t, b, "topic alter gone -p 7", "topic gone: UNKNOWN_TOPIC_OR_PARTITION")
	wantError(t, b, "topic alter orders -p 1", "topic orders: INVALID_PARTITIONS: it has 2")
	wantError(t, b, "topic alter orders", "say what, --partitions, --config or --delete-config")
}

func TestManyTopicsGoInSeveralRequests(t *testing.T) {
	b := newMadeUp(t)
	requests := 0
	b.on(&kmsg.DeleteTopicsRequest{}, func(r kmsg.Request) kmsg.Response {
		requests++
		v := r.ResponseKind().(*kmsg.DeleteTopicsResponse)
		for _, asked := range r.(*kmsg.DeleteTopicsRequest).Topics {
			one := kmsg.NewDeleteTopicsResponseTopic()
			if one.Topic = asked.Topic; *asked.Topic == "gone" {
				one.ErrorCode = 3
			}
			v.Topics = append(v.Topics, one)
		}
		return v
	})
	out, _, err := ran(b, "topic delete "+strings.Repeat("x ", atOnce)+" y")
	if err != nil || requests != 2 || !strings.HasSuffix(out, "y deleted\n") {
		t.Errorf("%d requests, %v, %q", requests, err, out)
	}
	wantLines(t, b, "topic delete gone --if-exists", "gone is not there")
	wantError(t, b, "topic delete gone", "topic gone: UNKNOWN_TOPIC_OR_PARTITION")
}

func TestConfigurationIsSetAndReadByEntity(t *testing.T) {
	b := newMadeUp(t)
	b.on(&kmsg.DescribeConfigsRequest{}, orderConfigs)
	b.on(&kmsg.IncrementalAlterConfigsRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.IncrementalAlterConfigsResponse)
		for _, asked := range r.(*kmsg.IncrementalAlterConfigsRequest).Resources {
			one := kmsg.NewIncrementalAlterConfigsResponseResource()
			if one.ResourceName = asked.ResourceName; asked.Configs[0].Name == "bad" {
				one.ErrorCode, one.ErrorMessage = 40, kmsg.StringPtr("no such key")
			}
			v.Resources = append(v.Resources, one)
		}
		return v
	})
	wantLines(t, b, "config get --topic orders retention.ms cleanup.policy ssl.key", "1000", "delete", "(sensitive)")
	wantError(t, b, "config get --topic orders retention", "topic orders has no key retention; there is retention.ms")
	wantLines(t, b, "config describe --topic orders", "KEY           VALUE  SOURCE", "retention.ms  1000   topic")
	wantLines(t, b, "config describe --broker 1 --all --docs clean",
		"KEY             VALUE   SOURCE   MEANING", "cleanup.policy  delete  default  What cleanup.policy means.")
	wantLines(t, b, "config set --broker-default a=1 --append b=x --subtract c=y", "broker default changed")
	res := last[*kmsg.IncrementalAlterConfigsRequest](b).Resources[0]
	if res.ResourceType != kmsg.ConfigResourceTypeBroker || res.ResourceName != "" || len(res.Configs) != 3 ||
		res.Configs[1].Op != kmsg.IncrementalAlterConfigOpAppend || res.Configs[2].Op != kmsg.IncrementalAlterConfigOpSubtract {
		t.Errorf("sent was %+v", res)
	}
	wantLines(t, b, "config unset --group g k --validate-only", "group g could be changed so")
	if sent := last[*kmsg.IncrementalAlterConfigsRequest](b); !sent.ValidateOnly || sent.Resources[0].Configs[0].Op != kmsg.IncrementalAlterConfigOpDelete {
		t.Errorf("sent was %+v", sent)
	}
	wantError(t, b, "config set --topic orders bad=1", "topic orders: INVALID_CONFIG: no such key")
	wantError(t, b, "config set a=1", "say whose configuration")
	wantError(t, b, "config set --topic t --broker 1 a=1", "one configuration at a time")
	wantError(t, b, "config set --topic t", "say what, KEY=VALUE")
	wantError(t, b, "config unset --topic t a=1", "allowed is a key, without a value")
	b.on(&kmsg.ListConfigResourcesRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.ListConfigResourcesResponse)
		v.ConfigResources = []kmsg.ListConfigResourcesResponseConfigResource{{Name: "g", Type: 32}, {Name: "orders", Type: 2}}
		return v
	})
	wantLines(t, b, "config list", "TYPE   NAME", "topic  orders", "group  g") // by a broker without quotas
	wantError(t, b, "config list --type quota", "this broker does not serve the API")
	wantError(t, b, "config list --type shoe", "allowed is topic, broker")
}

func TestQuotasAreNumbers(t *testing.T) {
	b := newMadeUp(t)
	b.on(&kmsg.AlterClientQuotasRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.AlterClientQuotasResponse)
		v.Entries = []kmsg.AlterClientQuotasResponseEntry{kmsg.NewAlterClientQuotasResponseEntry()}
		return v
	})
	b.on(&kmsg.DescribeClientQuotasRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.DescribeClientQuotasResponse)
		v.Entries = []kmsg.DescribeClientQuotasResponseEntry{{Values: []kmsg.DescribeClientQuotasResponseEntryValue{{Key: "producer_byte_rate", Value: 1024.5}}}}
		return v
	})
	wantLines(t, b, "config set --user-default --client-id c producer_byte_rate=1024.5", "user default, client-id c changed")
	entry := last[*kmsg.AlterClientQuotasRequest](b).Entries[0]
	if len(entry.Entity) != 2 || entry.Entity[0].Name != nil || *entry.Entity[1].Name != "c" || entry.Ops[0].Value != 1024.5 || entry.Ops[0].Remove {
		t.Errorf("sent was %+v", entry)
	}
	wantLines(t, b, "config unset --ip-default x", "ip default changed")
	if op := last[*kmsg.AlterClientQuotasRequest](b).Entries[0].Ops[0]; !op.Remove {
		t.Errorf("sent was %+v", op)
	}
	wantLines(t, b, "config get --client-id c producer_byte_rate", "1024.5")
	b.on(&kmsg.DescribeClientQuotasRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.DescribeClientQuotasResponse)
		v.Entries = []kmsg.DescribeClientQuotasResponseEntry{{Values: []kmsg.DescribeClientQuotasResponseEntryValue{{Key: "producer_byte_rate", Value: math.Inf(1)}}}}
		return v
	})
	wantLines(t, b, "config get --client-id c producer_byte_rate", "Infinity")
	b.on(&kmsg.DescribeClientQuotasRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.DescribeClientQuotasResponse)
		for _, e := range [][]kmsg.DescribeClientQuotasResponseEntryEntity{
			{{Type: "user"}, {Type: "client-id", Name: kmsg.StringPtr("c")}}, {{Type: "ip", Name: kmsg.StringPtr("10.0.0.1")}},
		} {
			v.Entries = append(v.Entries, kmsg.DescribeClientQuotasResponseEntry{Entity: e})
		}
		return v
	})
	wantLines(t, b, "config list --type quota", "TYPE   NAME", "quota  ip 10.0.0.1", "quota  user default, client-id c")
	wantError(t, b, "config set --client-id c producer_byte_rate=fast", "allowed is a number")
	sent := last[*kmsg.AlterClientQuotasRequest](b)
	wantError(t, b, "config set --client-id c request_percentage=NaN", "request_percentage=NaN: allowed is a number")
	if last[*kmsg.AlterClientQuotasRequest](b) != sent {
		t.Error("NaN was sent")
	}
	wantError(t, b, "config set --client-id c --append x=1", "a quota is a number, no list")
}

func TestWhatStandsInTheWayIsSaidInALine(t *testing.T) {
	b := newMadeUp(t)
	wantError(t, b, "cluster quorum", "this broker does not serve the API that the command needs")
	refused := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	s := &session{dial: refused, servers: "one, two:1"}
	if err := s.connect(); err != nil {
		t.Fatal(err)
	}
	defer s.cl.Close()
	_, err := s.admin.BrokerMetadata(t.Context())
	if got := s.explain(err).Error(); got != "nothing answers at one:9092,two:1 (connection refused); --bootstrap-server HOST:PORT says where a broker listens" {
		t.Error(got)
	}
	s.timeout = time.Second
	if got := s.explain(context.DeadlineExceeded).Error(); !strings.HasPrefix(got, "no answer within 1s from one:9092") {
		t.Error(got)
	}
}

func TestShellsAreOfferedNames(t *testing.T) {
	b := newMadeUp(t)
	b.on(&kmsg.DescribeConfigsRequest{}, orderConfigs)
	for line, want := range map[string]string{
		"__complete topic describe o":                    "orders\n:4\n",
		"__complete topic describe orders o":             ":4\n",
		"__complete config set --topic orders ret":       "retention.ms=\n:6\n",
		"__complete config get --topic or":               "orders\n:4\n",
		"__complete topic list -o j":                     "table\njson\n:4\n", // the shell picks
		"__complete config unset --topic orders cleanup": "cleanup.policy\n:4\n",
	} {
		out, _, err := ran(b, line)
		if err != nil || out != want {
			t.Errorf("%s: %q, %v, want %q", line, out, err, want)
		}
	}
}
