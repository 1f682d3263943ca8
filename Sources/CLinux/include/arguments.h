// The program's arguments, for Embedded Swift, which has no CommandLine.
#pragma once

/// How many arguments the program was given, its own name included.
int linux_argument_count(void);

/// The program's arguments, ended by a null pointer; they live as long as it.
char **linux_arguments(void);
