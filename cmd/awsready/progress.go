package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"

	"github.com/awsready/awsready/scanners"
)

// follower shows on a terminal who scans and how far the scan is; it is quiet elsewhere.
type follower struct {
	done chan struct{}
	wait sync.WaitGroup
}

// follow starts to show a scan's progress and hooks itself into the scan's options.
func follow(w io.Writer, o *scanners.Options) *follower {
	f := &follower{done: make(chan struct{})}
	o.Stats = new(scanners.Stats)
	show := terminal(w) && o.Trace == nil
	var once sync.Once
	o.Started = func(identity scanners.Identity, regions []string) {
		once.Do(func() { introduce(w, identity, regions) })
		if show {
			f.wait.Go(func() { f.draw(w, o.Stats) })
		}
	}
	return f
}

// introduce prints who scans what.
func introduce(w io.Writer, identity scanners.Identity, regions []string) {
	fmt.Fprintf(w, "account %s as %s, read-only\n", identity.Account, identity.ARN)
	fmt.Fprintf(w, "regions %s\n", joined(regions))
}

func (f *follower) draw(w io.Writer, stats *scanners.Stats) {
	writer := progress.NewWriter()
	writer.SetOutputWriter(w)
	writer.SetUpdateFrequency(100 * time.Millisecond)
	writer.SetAutoStop(false)
	writer.SetTrackerLength(20)
	writer.SetMessageLength(30)
	writer.Style().Visibility.ETA = false
	tracker := &progress.Tracker{Total: stats.Total.Load(), RemoveOnCompletion: true}
	writer.AppendTracker(tracker)
	rendered := make(chan struct{})
	go func() { writer.Render(); close(rendered) }()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		tracker.UpdateMessage(fmt.Sprintf("services, %d calls", stats.Calls.Load()))
		tracker.UpdateTotal(stats.Total.Load())
		tracker.SetValue(stats.Done.Load())
		select {
		case <-f.done:
			tracker.MarkAsDone()
			writer.Stop()
			<-rendered
			return
		case <-tick.C:
		}
	}
}

func (f *follower) stop() {
	close(f.done)
	f.wait.Wait()
}
