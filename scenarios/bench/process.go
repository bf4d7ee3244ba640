package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of times in /proc: USER_HZ is 100 on Linux, whatever the kernel's own rate.
const tick = 10 * time.Millisecond

// statOf reads /proc/PID/stat. Field n of proc(5) is at n-3: the first two are cut off, since the
// name of a command may hold blanks and brackets.
func statOf(pid string) ([]string, error) {
	text, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 20 {
		return nil, fmt.Errorf("/proc/%s/stat has %d fields", pid, len(fields))
	}
	return fields, nil
}

// ticksAt adds up fields of a stat, numbered as in proc(5).
func ticksAt(fields []string, numbers ...int) (time.Duration, error) {
	var sum time.Duration
	for _, n := range numbers {
		v, err := strconv.ParseInt(fields[n-3], 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(v) * tick
	}
	return sum, nil
}

// cpuOf is the user and system time that the process spent so far.
func cpuOf(pid string) (time.Duration, error) {
	fields, err := statOf(pid)
	if err != nil {
		return 0, err
	}
	return ticksAt(fields, 14, 15)
}

// ageOf is how long ago the process was made, to a tick.
func ageOf(pid string) (time.Duration, error) {
	fields, err := statOf(pid)
	if err != nil {
		return 0, err
	}
	began, err := ticksAt(fields, 22)
	if err != nil {
		return 0, err
	}
	text, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return 0, err
	}
	up, _, _ := strings.Cut(string(text), " ")
	seconds, err := strconv.ParseFloat(up, 64)
	if err != nil {
		return 0, err
	}
	return time.Duration(seconds*float64(time.Second)) - began, nil
}

// filesOf counts the descriptors that the process holds.
func filesOf(pid string) (int, error) {
	list, err := os.ReadDir("/proc/" + pid + "/fd")
	return len(list), err
}

// residentOf is the process's resident memory in MB.
func residentOf(pid string) (float64, error) {
	text, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(text), "VmRSS:")
	size, _, _ := strings.Cut(strings.TrimSpace(after), " ")
	kib, err := strconv.ParseFloat(size, 64)
	return kib * 1024 / 1e6, err
}
