package main

import (
	"fmt"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"momus/sim"
	"momus/sim/scenario"
)

func paceCommand() *cobra.Command {
	var length time.Duration
	var seeds uint64
	cmd := &cobra.Command{
		Use:   "pace",
		Short: "Measure how fast worlds are simulated, on one processor",
		Long: `Measure how fast worlds are simulated, on one processor: seeds as they come, and worlds without
faults in which producers do 0, 10, 100 and 1,000 operations in a second of virtual time. Times are
those of the processor, so that others on the machine disturb little.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			collectSeldom()
			total := sim.Total{}
			cpu := processorTime()
			for seed := uint64(1); seed <= seeds; seed++ {
				got := runWorld(simulate, seed, sim.Options{})
				total.Add(got.report)
			}
			cpu = processorTime() - cpu
			fmt.Fprintf(cmd.OutOrStdout(), "%d seeds: %s\n", seeds, paceOf(total.Steps, total.Nanos, cpu))
			for _, rate := range []int{0, 10, 100, 1000} {
				s, err := scenario.Parse(steadyWorld(rate, length))
				if err != nil {
					return err
				}
				cpu = processorTime()
				got := runWorld(simulate, s.Seed, s.Options())
				cpu = processorTime() - cpu
				if missed := s.Missed(got.report); len(missed) > 0 {
					return fmt.Errorf("%d operations a second: %s", rate, missed[0])
				}
				total := sim.Total{}
				total.Add(got.report)
				fmt.Fprintf(cmd.OutOrStdout(), "%4d operations a second, %d in all: %s\n",
					rate, total.Acked(), paceOf(got.report.Steps, got.report.Nanos, cpu))
			}
			return nil
		},
	}
	cmd.Flags().DurationVar(&length, "length", 60*time.Second, "how long a world with a steady rate runs, in virtual time")
	cmd.Flags().Uint64Var(&seeds, "seeds", 100, "how many seeds to run")
	return cmd
}

func paceOf(steps uint64, nanos int64, cpu time.Duration) string {
	return fmt.Sprintf("%.0f steps/s, %.0f times real time (%d steps, %.0f s simulated, %.2f s of the processor)",
		float64(steps)/cpu.Seconds(), float64(nanos)/float64(cpu), steps, float64(nanos)/1e9, cpu.Seconds())
}

// steadyWorld is a world of four producers that do so many operations a second together; without faults.
func steadyWorld(rate int, length time.Duration) string {
	const producers = 4
	text := fmt.Sprintf(`promise: It goes on at a steady rate.
seed: 1
plan: benign
length: %dms
topics: 1
topic 0: partitions=3 internal.segment.bytes=1048576
clients: idempotent %d
`, length.Milliseconds(), producers)
	for i := range producers {
		if rate == 0 {
			text += fmt.Sprintf("client %d: absent\n", i+1)
			continue
		}
		gap := time.Second * producers / time.Duration(rate)
		text += fmt.Sprintf("choose: node0/knob/client%d/gap 0 = %d\n", i+1, gap.Microseconds())
	}
	least := rate * int(length.Seconds()) / 2
	return text + fmt.Sprintf("expect: ok\nexpect: acked >= %d\n", least)
}

// processorTime is what the process took so far, of all processors.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic("BUG: the process cannot ask for its own time: " + err.Error())
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
