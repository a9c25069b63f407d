module example.com/profileguest

go 1.25
