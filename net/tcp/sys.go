package tcp

import (
	"errors"
	"syscall"
	"unsafe"
)

// The events of poll(2), which package syscall does not name.
const (
	pollIn  int16 = 0x1
	pollOut int16 = 0x4
)

// pollFd is struct pollfd.
type pollFd struct {
	fd      int32
	events  int16
	revents int16
}

// poll tells whether the descriptor is ready for one of the events, or broken, without waiting. A
// failed call counts as ready: the transfer will say what is wrong.
func poll(fd uintptr, events int16) bool {
	p := pollFd{fd: int32(fd), events: events}
	var now syscall.Timespec
	n, _, errno := syscall.Syscall6(syscall.SYS_PPOLL,
		uintptr(unsafe.Pointer(&p)), 1, uintptr(unsafe.Pointer(&now)), 0, 0, 0)
	return errno != 0 || n > 0
}

// writev writes the pieces in one call.
func writev(fd int, pieces []syscall.Iovec) (int, error) {
	n, _, errno := syscall.Syscall(syscall.SYS_WRITEV,
		uintptr(fd), uintptr(unsafe.Pointer(&pieces[0])), uintptr(len(pieces)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// retried repeats a call that a signal interrupted before it did anything.
func retried(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if !errors.Is(err, syscall.EINTR) {
			return n, err
		}
	}
}
