module example.com/js-guest

go 1.25
