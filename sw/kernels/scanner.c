// State machine: splits a text into names, numbers (with fraction), strings with escapes, comments and signs.
#include "kernel.h"

enum { MOST = 60000 };
INPUT uint32_t input_n = PICK(600, 700, 40000, MOST);

// What the text is made of.
#define TRAIN "while (i < 10.25) { /* count ** */ sum_2 += a[i]; } \"no \\\" end\" x/3.\n/**/ q"
#define TEST "f(x, \"\\\\\", 42) / 7 /* / * */ + 0.5 * \"/*\" ; ___z9 123. \n abc\"def\"ghi /***/ -1 9a "
static const char source[88] = PICK(TRAIN, TEST, TRAIN, TEST);
static const char* const volatile input_source = source;
INPUT uint32_t input_length = sizeof PICK(TRAIN, TEST, TRAIN, TEST) - 1;
INPUT uint32_t expected = EXPECTED_SCANNER;

static char text[MOST] WORKSPACE;

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
    const uint32_t bytes = input_n;
    const char* const from = input_source;
    const uint32_t length = input_length;
    kernel_begin();
    // Runs of the source, cut anywhere: every state meets every kind of character.
    for (uint32_t i = 0; i < bytes;) {
        const uint32_t r = kernel_random();
        uint32_t at = (r >> 16) * length >> 16;
        for (uint32_t n = 4 + (r & 31); n && i < bytes; --n) {
            text[i++] = from[at];
            if (++at == length) at = 0;
        }
    }
    enum state state = START;
    for (uint32_t i = 0; i < bytes; ++i) state = next(state, text[i]);
    uint32_t sum = 0;
    for (int i = 0; i < KINDS; ++i) sum = kernel_mix(sum, counts[i]);
    return kernel_verdict(sum, expected);
}
