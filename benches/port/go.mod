module example.com/portbenches

go 1.25
