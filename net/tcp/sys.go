package tcp

import (
	"errors"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// poll tells whether the descriptor is ready for one of the events, or broken, without waiting. A
// failed call counts as ready: the transfer will say what is wrong.
func poll(fd uintptr, events int16) bool {
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: events}}, 0)
	return err != nil || n > 0
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
