// Json times encoding/json with its reflection and garbage: one operation encodes and decodes 1,000 records.
package main

import (
	"encoding/json"
	"flag"
	"fmt"

	"example.com/benches/internal/timing"
)

type record struct {
	ID    int               `json:"id"`
	Name  string            `json:"name"`
	Score float64           `json:"score"`
	Tags  []string          `json:"tags"`
	Attrs map[string]string `json:"attrs"`
}

func main() {
	n := flag.Int("n", 50, "operations")
	flag.Parse()
	records := make([]record, 1000)
	for i := range records {
		records[i] = record{
			ID:    i,
			Name:  fmt.Sprintf("record number %d", i),
			Score: float64(i) * 1.5,
			Tags:  []string{"one", "two", "three"},
			Attrs: map[string]string{"colour": "blue", "shape": "round"},
		}
	}
	timing.Loop(*n, func() {
		text, err := json.Marshal(records)
		timing.Check(err)
		var back []record
		timing.Check(json.Unmarshal(text, &back))
	})
}
