package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// showed runs the command and returns what it printed.
func showed(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	cmd := showCommand()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	err := cmd.Execute()
	return out.String(), err
}

func TestShowDrawsASeedOrAScenario(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "page.html")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--seed", "2", "--out", page}, "<h1>seed 2 "},
		{[]string{"../../scenarios/promises/torn_tail.scenario", "--out", page}, "power lost"},
	} {
		said, err := showed(t, c.args...)
		if err != nil || !strings.Contains(said, "verdict=ok") || !strings.Contains(said, "page: "+page) {
			t.Errorf("%v: %v\n%s", c.args, err, said)
		}
		text, err := os.ReadFile(page)
		if err != nil || !strings.Contains(string(text), c.want) {
			t.Errorf("%v: the page does not have %q, %v", c.args, c.want, err)
		}
	}
	for _, args := range [][]string{nil, {"x.scenario", "--seed", "1"}, {filepath.Join(dir, "none.scenario")}} {
		if _, err := showed(t, args...); err == nil {
			t.Errorf("%v is accepted", args)
		}
	}
}
