package scanners

import (
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Stats counts what a scan does while it runs. It is safe for use from several goroutines.
type Stats struct {
	Total   atomic.Int64 // services times regions to read
	Done    atomic.Int64 // of them finished
	Calls   atomic.Int64 // requests sent, retries included
	Retries atomic.Int64 // of them repeated after a throttle or a fault
}

// CallTrace is what may be logged of a request: never a body, a header or a query.
type CallTrace struct {
	Call
	Status   int // HTTP status; 0 where no answer came
	Duration time.Duration
}

// counter counts and traces requests.
type counter struct {
	client aws.HTTPClient
	stats  *Stats
	trace  func(CallTrace)
}

func (c counter) Do(r *http.Request) (*http.Response, error) {
	c.stats.Calls.Add(1)
	if attempt := r.Header.Get("Amz-Sdk-Request"); attempt != "" && !strings.HasPrefix(attempt, "attempt=1;") && attempt != "attempt=1" {
		c.stats.Retries.Add(1)
	}
	start := time.Now()
	response, err := c.client.Do(r)
	status := 0
	if response != nil {
		status = response.StatusCode
	}
	if c.trace != nil {
		call, _ := CallOf(r)
		call.Input = nil
		c.trace(CallTrace{call, status, time.Since(start)})
	}
	return response, err
}
