package runtime

import (
	"fmt"
	"os"
	"runtime"
	"time"

	"gopherix/conformance/t"
)

// While one goroutine waits for a timer, another works on files.
func init() {
	t.Case(func(t *t.T) {
		done := make(chan struct{})
		time.AfterFunc(5*time.Millisecond, func() { close(done) })
		rounds := 0
		for {
			select {
			case <-done:
				if rounds == 0 {
					t.Errorf("no work was done meanwhile")
				}
				return
			default:
				name := fmt.Sprint("f", rounds%10)
				if err := os.WriteFile(name, []byte(name), 0o666); err != nil {
					t.Fatalf("%v", err)
				}
				rounds++
				runtime.Gosched()
			}
		}
	})
}
