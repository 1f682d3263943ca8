#include "arguments.h"

static int argument_count;
static char **arguments;

// glibc hands main's arguments to constructors, too. All it does is to remember
// two words, so that programs which do not ask for them are none the worse.
__attribute__((constructor)) static void remember(int argc, char **argv, char **envp) {
    (void)envp;
    argument_count = argc;
    arguments = argv;
}

int linux_argument_count(void) { return argument_count; }

char **linux_arguments(void) { return arguments; }
