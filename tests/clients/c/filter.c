// A filter: standard input to standard output with its lines numbered and in upper case; the totals go to standard
// error. Its exit code is the number of lines, at most 100. Input: filter.in; expected output: expected/filter.txt.
#include <ctype.h>
#include <stdio.h>

int main(void) {
	int c, lines = 0, start = 1;
	long bytes = 0;
	while ((c = getchar()) != EOF) {
		if (start) {
			printf("%3d ", ++lines);
		}
		start = c == '\n';
		putchar(toupper(c));
		bytes++;
	}
	fprintf(stderr, "%d lines, %ld bytes\n", lines, bytes);
	return lines < 100 ? lines : 100;
}
