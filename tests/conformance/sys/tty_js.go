package sys

// Terminals do not exist on js.

func Ptsname(int) (int, Errno)           { panic(absent("ptsname")) }
func OpenTerminal(int) (int, Errno)      { panic(absent("openat")) }
func OpenMaster() (int, Errno)           { panic(absent("openat")) }
func Tcgetattr(int) (Termios, Errno)     { panic(absent("tcgetattr")) }
func Tcsetattr(int, int, *Termios) Errno { panic(absent("tcsetattr")) }
func Tcgetwinsize(int) (Winsize, Errno)  { panic(absent("tcgetwinsize")) }
func Tcsetwinsize(int, *Winsize) Errno   { panic(absent("tcsetwinsize")) }
func Tcgetpgrp(int) (int, Errno)         { panic(absent("tcgetpgrp")) }
func Tcsetpgrp(int, int) Errno           { panic(absent("tcsetpgrp")) }
func Tcgetsid(int) (int, Errno)          { panic(absent("tcgetsid")) }
func Tiocsctty(int) Errno                { panic(absent("tiocsctty")) }
