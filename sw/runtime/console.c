// Output without stdio, for programs whose instructions are counted.
#include "skytrack.h"

void sky_puts(const char* text) {
    while (*text) sky_putc(*text++);
}

void sky_put_hex(uint32_t value) {
    for (int shift = 28; shift >= 0; shift -= 4) sky_putc("0123456789abcdef"[value >> shift & 15]);
}
