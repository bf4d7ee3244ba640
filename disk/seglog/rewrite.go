package seglog

// rewriteBytes is how much of a file one step writes once more.
const rewriteBytes = 64 << 10

// rewrite copies the next part of a file aside, and in the end puts the copy in its place: after a
// failed sync the kernel takes the file's pages for clean, and no later sync would write them
// (OpenSpec.Rewrite). Nothing is written over itself, since a power loss in the middle of that
// could take what is durable.
func (o *opener) rewrite(h *handle) (done bool, err error) {
	m := &o.l.w.meter
	if o.aside == nil {
		m.call(0)
		if o.aside, err = o.l.w.fs.Create(h.name + asideSuffix); err != nil {
			o.aside = nil
			return false, err
		}
	}
	b := o.l.w.readBuffer(rewriteBytes)
	n, err := o.readPart(h, b)
	if err != nil {
		return false, err
	}
	if n > 0 {
		m.call(n)
		if err := o.aside.WriteAt(b[:n], o.rewritten); err != nil {
			return false, err
		}
	}
	o.rewritten += int64(n)
	if n == len(b) {
		return false, nil
	}
	return true, o.replace(h)
}

func (o *opener) readPart(h *handle, b []byte) (int, error) {
	m := &o.l.w.meter
	file, err := o.l.w.files.acquire(h, m)
	if err != nil {
		return 0, err
	}
	defer o.l.w.files.release(h)
	w := o.l.w
	if len(w.second) < len(b) {
		w.second = make([]byte, len(b))
	}
	return readAgreed(file, b, w.second[:len(b)], o.rewritten, m)
}

// replace puts the synced copy in the file's place.
func (o *opener) replace(h *handle) error {
	w := o.l.w
	aside := o.aside
	o.aside, o.rewritten = nil, 0
	w.meter.call(0)
	err := aside.Sync()
	closeIdle(aside)
	if err != nil {
		return err
	}
	w.meter.call(0)
	o.l.newEntries = true
	if err := w.fs.Rename(h.name+asideSuffix, h.name); err != nil {
		return err
	}
	w.files.reopen(h, &w.meter)
	return nil
}

// asideSuffix ends the name of a copy that is not in its place yet; what a crash leaves of one is
// removed at the next opening.
const asideSuffix = ".tmp"
