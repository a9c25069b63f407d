package runtime

import (
	"fmt"
	"os"
	"time"

	"gopherix/conformance/t"
)

// While one goroutine waits for a timer of an hour, two others work on files to their end.
func init() {
	t.Case(func(t *t.T) {
		asleep := time.AfterFunc(time.Hour, func() { panic("an hour went by") })
		defer asleep.Stop()
		stop := make(chan struct{})
		defer close(stop)
		go func() {
			select {
			case <-time.After(time.Hour):
			case <-stop:
			}
		}()
		done := make(chan error)
		for _, who := range []string{"a", "b"} {
			go func() {
				var err error
				for i := range 50 {
					time.Sleep(time.Microsecond)
					if e := os.WriteFile(fmt.Sprint(who, i%10), []byte(who), 0o666); e != nil {
						err = e
					}
				}
				done <- err
			}()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Errorf("%v", err)
			}
		}
	})
}
