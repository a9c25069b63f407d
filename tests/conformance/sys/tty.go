package sys

// Termios are a terminal's settings, with Linux's numbers (struct termios of asm-generic).
type Termios struct {
	Iflag, Oflag, Cflag, Lflag uint32
	Line                       uint8
	Cc                         [19]uint8
}

// Winsize is the size of a terminal's window.
type Winsize struct {
	Rows, Columns, X, Y uint16
}

// Bits and indices of Termios, and when Tcsetattr is to set it.
const (
	ICANON = 0o2
	ECHO   = 0o10
	VMIN   = 6
	VTIME  = 5

	TCSANOW   = 0
	TCSADRAIN = 1
	TCSAFLUSH = 2
)
