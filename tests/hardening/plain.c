/* A program with nothing of what hardening_test.py looks for. */
#include <string.h>

int main(int argc, char** argv) {
  char copy[64];
  strcpy(copy, argv[argc - 1]);
  return copy[0];
}
