// Interpreter loop: a stack machine. Train: sum of the primes below N by trial division; test: the longest Collatz
// walk from a start below N, in steps and start.
#include "kernel.h"

enum code { PUSH, LOAD, STORE, ADD, MUL, DIV, REM, LESS, EQUAL, JUMP, IF_ZERO, UNLESS_ZERO, HALT };
struct instruction {
    uint16_t code;
    uint16_t operand;
};

enum { N = PICK(17, 6, 700, 250) };

enum { CANDIDATE, DIVISOR, SUM };
static const struct instruction primes[] = {
    {PUSH, 2},         {STORE, CANDIDATE},                                  //  0
    {LOAD, CANDIDATE}, {PUSH, N},          {LESS, 0},       {IF_ZERO, 32},  //  2 while candidate < N
    {PUSH, 2},         {STORE, DIVISOR},                                    //  6
    {LOAD, CANDIDATE}, {LOAD, DIVISOR},    {LOAD, DIVISOR}, {MUL, 0},  //  8 candidate < divisor * divisor: a prime
    {LESS, 0},         {UNLESS_ZERO, 23},                              // 12
    {LOAD, CANDIDATE}, {LOAD, DIVISOR},    {REM, 0},        {IF_ZERO, 27},  // 14 divisible: the next candidate
    {LOAD, DIVISOR},   {PUSH, 1},          {ADD, 0},        {STORE, DIVISOR},   {JUMP, 8},  // 22
    {LOAD, SUM},       {LOAD, CANDIDATE},  {ADD, 0},        {STORE, SUM},                   // 23
    {LOAD, CANDIDATE}, {PUSH, 1},          {ADD, 0},        {STORE, CANDIDATE}, {JUMP, 2},  // 31
    {HALT, 0},
};

enum { START, NUMBER, STEPS, MOST, BEST };
static const struct instruction walks[] = {
    {PUSH, 1},       {STORE, START},                                    //  0
    {LOAD, START},   {PUSH, N},         {LESS, 0},      {IF_ZERO, 46},  //  2 while start < N
    {LOAD, START},   {STORE, NUMBER},   {PUSH, 0},      {STORE, STEPS}, {LOAD, NUMBER}, {PUSH, 1},
    {EQUAL, 0},      {UNLESS_ZERO, 33},  // 10 until number = 1
    {LOAD, STEPS},   {PUSH, 1},         {ADD, 0},       {STORE, STEPS}, {LOAD, NUMBER}, {PUSH, 2},
    {REM, 0},        {IF_ZERO, 28},     {LOAD, NUMBER}, {PUSH, 3},      {MUL, 0},       {PUSH, 1},      // 22 odd
    {ADD, 0},        {JUMP, 31},        {LOAD, NUMBER}, {PUSH, 2},      {DIV, 0},                       // 28 even
    {STORE, NUMBER}, {JUMP, 10},        {LOAD, MOST},   {LOAD, STEPS},  {LESS, 0},      {IF_ZERO, 41},  // 33
    {LOAD, STEPS},   {STORE, MOST},     {LOAD, START},  {STORE, BEST},  {LOAD, START},  {PUSH, 1},
    {ADD, 0},        {STORE, START},  // 41
    {JUMP, 2},       {HALT, 0},
};

static const struct instruction* const programs[] = {primes, walks};
INPUT uint32_t input_program = PICK(0, 1, 0, 1);
INPUT uint32_t input_result = PICK(SUM, MOST, SUM, MOST);
INPUT uint32_t input_result_2 = PICK(SUM, BEST, SUM, BEST);
INPUT uint32_t expected = EXPECTED_INTERP;

static uint32_t variables[8];

static void run(const struct instruction* code) {
    uint32_t stack[16];
    uint32_t* top = stack;  // the first free one
    for (const struct instruction* at = code;;) {
        const struct instruction now = *at++;
        switch ((enum code)now.code) {
            case PUSH: *top++ = now.operand; break;
            case LOAD: *top++ = variables[now.operand]; break;
            case STORE: variables[now.operand] = *--top; break;
            case ADD:
                --top;
                top[-1] += *top;
                break;
            case MUL:
                --top;
                top[-1] *= *top;
                break;
            case DIV:
                --top;
                top[-1] /= *top;
                break;
            case REM:
                --top;
                top[-1] %= *top;
                break;
            case LESS:
                --top;
                top[-1] = top[-1] < *top;
                break;
            case EQUAL:
                --top;
                top[-1] = top[-1] == *top;
                break;
            case JUMP: at = code + now.operand; break;
            case IF_ZERO:
                if (!*--top) at = code + now.operand;
                break;
            case UNLESS_ZERO:
                if (*--top) at = code + now.operand;
                break;
            case HALT: return;
        }
    }
}

int main(void) {
    run(programs[input_program]);
    const uint32_t result = variables[input_result];
    return kernel_verdict(kernel_mix(result, variables[input_result_2]), expected);
}
