#include "round.h"
#include "skytrack.h"

// A function and the label in its middle; `middle` stands there.
    .macro ROUND name, here, middle:vararg
    .section .text.\name, "ax", @progbits
    .globl \name
    .type \name, @function
    .globl \here
\name:
    addi sp, sp, -64
    .set at, 0
    .irp n, 1,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    sw x\n, at(sp)
    .set at, at + 4
    .endr
    sw sp, SKY_SAVE(ROUND_SP)(x0)
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    lw x\n, SKY_SAVE(ROUND_PATTERN + 4 * \n)(x0)
    .endr
    sw x0, SKY_SAVE(ROUND_LOADED)(x0)
\here:
    \middle
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sw x\n, SKY_SAVE(ROUND_RESULT + 4 * \n)(x0)
    .endr
    sw x0, SKY_SAVE(ROUND_STORED)(x0)
    lw sp, SKY_SAVE(ROUND_SP)(x0)
    .set at, 0
    .irp n, 1,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    lw x\n, at(sp)
    .set at, at + 4
    .endr
    addi sp, sp, 64
    ret
    .size \name, . - \name
    .endm

    ROUND round_run, round_here
    ROUND round_horizontal, round_at_horizontal, slti x0, x0, SKY_HINT + SKY_HORIZONTAL
    ROUND round_vertical, round_at_vertical, slti x0, x0, SKY_HINT + SKY_VERTICAL
