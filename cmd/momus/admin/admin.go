package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// UsageError is a command line that cannot be understood.
type UsageError struct{ Text string }

func (e *UsageError) Error() string { return e.Text }

func usagef(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

// errSaid ends a command that has said what went wrong already, of some of the things it did.
var errSaid = errors.New("")

// serversVariable is the environment variable in the place of --bootstrap-server.
const serversVariable = "MOMUS_BOOTSTRAP_SERVER"

// session is what a command that talks to a broker works with.
type session struct {
	servers string
	timeout time.Duration
	output  string
	// dial is how connections are made; tests put a broker of their own behind it.
	dial func(ctx context.Context, network, host string) (net.Conn, error)

	cl    *kgo.Client
	admin *kadm.Client
	out   io.Writer
	err   io.Writer
}

// Commands are the commands that work on a broker that runs, as a client of it.
func Commands() []*cobra.Command { return commands(nil) }

func commands(dial func(ctx context.Context, network, host string) (net.Conn, error)) []*cobra.Command {
	s := &session{dial: dial}
	all := []*cobra.Command{topicCommand(s), groupCommand(s), configCommand(s), clusterCommand(s), partitionCommand(s), logCommand(s)}
	for _, group := range all {
		for _, cmd := range group.Commands() { // not the group: others add commands to it that need no broker
			s.flags(cmd)
		}
	}
	return all
}

func (s *session) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&s.servers, "bootstrap-server", "b", "", "HOST:PORT of a broker, several with commas (default $"+serversVariable+", or localhost:9092)")
	f.DurationVar(&s.timeout, "timeout", 30*time.Second, "how long an answer may take")
	f.StringVarP(&s.output, "output", "o", "table", "table or json")
	if err := cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"table", "json"}, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic("BUG: " + err.Error())
	}
}

// run makes a cobra function of one that wants a broker.
func (s *session) run(do func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if s.output != "table" && s.output != "json" {
			return usagef("--output %s: allowed is table or json", s.output)
		}
		s.out, s.err = cmd.OutOrStdout(), cmd.ErrOrStderr()
		if err := s.connect(); err != nil {
			return err
		}
		defer func() { s.cl.Close() }() // the last of them: a command may connect anew
		ctx, cancel := context.WithTimeout(cmd.Context(), s.timeout)
		defer cancel()
		return s.explain(do(ctx, args))
	}
}

// seeds are the addresses to begin with; a port that is left out is Kafka's.
func (s *session) seeds() []string {
	text := s.servers
	if text == "" {
		text = os.Getenv(serversVariable)
	}
	if text == "" {
		text = "localhost:9092"
	}
	seeds := strings.Split(text, ",")
	for i, seed := range seeds {
		seeds[i] = strings.TrimSpace(seed)
		if !strings.Contains(seeds[i], ":") {
			seeds[i] += ":9092"
		}
	}
	return seeds
}

func (s *session) connect(more ...kgo.Opt) (err error) {
	opts := []kgo.Opt{
		kgo.SeedBrokers(s.seeds()...),
		kgo.ClientID("momus"),
		kgo.DisableClientMetrics(),
		kgo.RequestRetries(2),
		kgo.RetryTimeout(s.timeout),
		kgo.MetadataMinAge(50 * time.Millisecond),
	}
	if s.dial != nil {
		opts = append(opts, kgo.Dialer(s.dial))
	} else {
		opts = append(opts, kgo.DialTimeout(min(s.timeout, 5*time.Second)))
	}
	if s.cl, err = kgo.NewClient(append(opts, more...)...); err != nil {
		return usagef("--bootstrap-server %s: %v", s.servers, err)
	}
	s.admin = kadm.NewClient(s.cl)
	s.admin.SetTimeoutMillis(int32(s.timeout.Milliseconds()))
	return nil
}

// explain turns what a client library says into what somebody can do.
func (s *session) explain(err error) error {
	var dial *net.OpError
	switch {
	case err == nil || errors.Is(err, errSaid):
		return err
	case errors.As(err, &dial) && dial.Op == "dial":
		return fmt.Errorf("nothing answers at %s (%v); --bootstrap-server HOST:PORT says where a broker listens", strings.Join(s.seeds(), ","), dial.Err)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no answer within %s from %s; --timeout gives it longer", s.timeout, strings.Join(s.seeds(), ","))
	case errors.Is(err, io.EOF), strings.Contains(err.Error(), "broker closed the connection immediately"):
		return fmt.Errorf("%s closed the connection; is it a Kafka broker's PLAINTEXT listener?", strings.Join(s.seeds(), ","))
	case tooOld(err):
		return errors.New("this broker does not serve the API that the command needs; momus cluster api-versions prints what it serves")
	}
	return err
}

// tooOld tells that the broker does not serve an API, for which the library has no error of its own.
func tooOld(err error) bool { return err != nil && strings.Contains(err.Error(), "broker is too old") }

// refusal is what a broker answered, in one line: Kafka's name of the error, and what the broker adds.
func refusal(what string, err error, message string) error {
	var k *kerr.Error
	if !errors.As(err, &k) {
		return fmt.Errorf("%s: %w", what, err)
	}
	if message == "" {
		message = k.Description
	}
	return &refused{fmt.Sprintf("%s: %s: %s", what, k.Message, message), k}
}

// refused is a line about an error that a broker answered with.
type refused struct {
	text  string
	cause error
}

func (r *refused) Error() string { return r.text }
func (r *refused) Unwrap() error { return r.cause }

// failed prints what went wrong with one of several things. The command goes on; of a standard error that is
// gone there is nobody to tell.
func (s *session) failed(err error) { fmt.Fprintln(s.err, "momus: "+err.Error()) }
