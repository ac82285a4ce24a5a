// State machine: splits a text into names, numbers (with fraction), strings with escapes, comments and signs.
#include "kernel.h"

enum { BYTES = PICK(600, 700, 40000, 60000) };

static char text[BYTES];

enum state { START, NAME, NUMBER, FRACTION, STRING, ESCAPE, SLASH, COMMENT, STAR, STATES };
enum { WORDS, INTEGERS, FRACTIONS, STRINGS, COMMENTS, SIGNS, KINDS };

static uint32_t counts[KINDS];

static int is_letter(char c) { return (unsigned char)((c | 32) - 'a') < 26 || c == '_'; }
static int is_digit(char c) { return (unsigned char)(c - '0') < 10; }

static enum state begin(char c) {
    if (is_letter(c)) return NAME;
    if (is_digit(c)) return NUMBER;
    if (c == '"') return STRING;
    if (c == '/') return SLASH;
    if (c != ' ' && c != '\n') ++counts[SIGNS];
    return START;
}

static enum state next(enum state state, char c) {
    switch (state) {
        case NAME:
            if (is_letter(c) || is_digit(c)) return NAME;
            ++counts[WORDS];
            return begin(c);
        case NUMBER:
            if (is_digit(c)) return NUMBER;
            if (c == '.') return FRACTION;
            ++counts[INTEGERS];
            return begin(c);
        case FRACTION:
            if (is_digit(c)) return FRACTION;
            ++counts[FRACTIONS];
            return begin(c);
        case STRING:
            if (c == '\\') return ESCAPE;
            if (c != '"') return STRING;
            ++counts[STRINGS];
            return START;
        case ESCAPE: return STRING;
        case SLASH:
            if (c == '*') return COMMENT;
            ++counts[SIGNS];
            return begin(c);
        case COMMENT: return c == '*' ? STAR : COMMENT;
        case STAR:
            if (c == '*') return STAR;
            if (c != '/') return COMMENT;
            ++counts[COMMENTS];
            return START;
        default: return begin(c);
    }
}

int main(void) {
#ifdef INPUT_TEST
    static const char source[] =
        "f(x, \"\\\\\", 42) / 7 /* / * */ + 0.5 * \"/*\" ; ___z9 123. \n abc\"def\"ghi /***/ -1 9a ";
#else
    static const char source[] = "while (i < 10.25) { /* count ** */ sum_2 += a[i]; } \"no \\\" end\" x/3.\n/**/ q";
#endif
    const uint32_t length = sizeof source - 1;
    // Runs of the source, cut anywhere: every state meets every kind of character.
    for (uint32_t i = 0; i < BYTES;) {
        const uint32_t r = kernel_random();
        uint32_t from = (r >> 16) * length >> 16;
        for (uint32_t n = 4 + (r & 31); n && i < BYTES; --n) {
            text[i++] = source[from];
            if (++from == length) from = 0;
        }
    }
    enum state state = START;
    for (int i = 0; i < BYTES; ++i) state = next(state, text[i]);
    uint32_t sum = 0;
    for (int i = 0; i < KINDS; ++i) sum = kernel_mix(sum, counts[i]);
    return kernel_verdict(sum, EXPECTED_SCANNER);
}
