package core_test

import (
	"testing"

	"momus/core"
	"momus/core/lifetest"
)

// stoppedEarly starts a node on what the last life left, and stops it before it opened its logs.
func stoppedEarly(s *lifetest.Storage) *core.Exit {
	l := lifetest.New(s, lifetest.Of(&core.Node{}), nil)
	l.Stop()
	return l.Exit
}

// A stop that comes while nothing is recovered yet leaves no clean marker: the next start would
// take what a crash tore for rot.
func TestAStopBeforeRecoveryIsAsCleanAsTheOneBefore(t *testing.T) {
	s := lifetest.NewStorage()
	crashed := lifetest.New(s, lifetest.Of(&core.Node{}), nil)
	for _, act := range lifetest.Script(crashed)[:12] {
		act()
	}
	if exit := stoppedEarly(s); exit == nil || exit.Clean {
		t.Errorf("after a crash the early stop ended with %+v", exit)
	}
	if exit := stoppedEarly(s); exit == nil || exit.Clean {
		t.Errorf("after that stop another one ended with %+v", exit)
	}
	whole := lifetest.New(s, lifetest.Of(&core.Node{}), nil)
	whole.Pass(100)
	whole.Stop()
	if whole.Exit == nil || !whole.Exit.Clean {
		t.Errorf("the life that recovered everything ended with %+v", whole.Exit)
	}
	if exit := stoppedEarly(s); exit == nil || !exit.Clean {
		t.Errorf("after a clean stop the early one ended with %+v", exit)
	}
}
