// Hello is the smallest useful program: the bench command times it from start to end.
package main

import "fmt"

func main() {
	fmt.Println("hello, world")
}
