package runtime

import (
	"context"
	"time"

	"gopherix/conformance/t"
)

// And a deadline of a context fires once.
func init() {
	t.Case(func(t *t.T) {
		timer := time.AfterFunc(time.Hour, func() { panic("it fired") })
		if !timer.Stop() || timer.Stop() {
			t.Errorf("Stop says otherwise")
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Millisecond)
		defer cancel()
		<-ctx.Done()
		if ctx.Err() != context.DeadlineExceeded {
			t.Errorf("%v", ctx.Err())
		}
	})
}
