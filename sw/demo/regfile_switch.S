// What the waveform regfile-switch shows: operands far apart in a horizontal file, then a change of the mode, then the
// same addition in a vertical one. Only for a dynamic register file, whose bits mean other values after the switch: what
// is needed behind it goes through the save page. Ends with exit code 0 when the sums are equal.
#include "skytrack.h"

    .section .text.main, "ax", @progbits
    .globl main
    .type main, @function
main:
    li x3, 0x1234
    li x28, 0x4321
    add x10, x3, x28           // 25 domains from one operand to the other, 18 back to the result
    sw x10, SKY_SAVE(0)(x0)
    sw x3, SKY_SAVE(4)(x0)
    sw x28, SKY_SAVE(8)(x0)
    csrwi CSR_RFMODE, SKY_VERTICAL
    lw x3, SKY_SAVE(4)(x0)
    lw x28, SKY_SAVE(8)(x0)
    add x10, x3, x28           // both operands stream at once
    lw x11, SKY_SAVE(0)(x0)
    sub x10, x10, x11
    sw x10, SKY_SAVE(0)(x0)
    csrwi CSR_RFMODE, SKY_HORIZONTAL
    lw x10, SKY_SAVE(0)(x0)
    lui x5, SKY_CONSOLE >> 12
    sw x10, SKY_EXIT - SKY_CONSOLE(x5)
    j .
    .size main, . - main
