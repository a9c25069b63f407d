module example.com/benches

go 1.25
