// Counters: instructions to the unit, cycles at least as many, both writable, time goes on.
#include "isa.inc"
    BEGIN
    TEST                              // every instruction once
    csrr x1, minstret
    nop
    addi x3, x0, 1
    beq x0, x0, 1f
    nop
1:  csrr x2, minstret
    sub x2, x2, x1
    EXPECT x2, 4

    TEST                              // one that traps does not count: its handler's five do
    la s7, 2f
    csrr x1, minstret
    ecall
2:  csrr x2, minstret
    sub x2, x2, x1
    EXPECT x2, 6

    TEST                              // written: the next instruction reads it
    li x1, 1000
    csrw minstret, x1
    csrr x2, minstret
    EXPECT x2, 1000
    csrw 0xB82, x1                    // minstreth
    csrr x2, 0xB82
    EXPECT x2, 1000
    csrw 0xB82, x0

    TEST                              // carry into the high word
    li x1, -3
    csrw minstret, x1
    nop
    nop
    nop
    csrr x2, minstret
    csrr x3, 0xB82
    EXPECT x2, 0
    EXPECT x3, 1

    TEST                              // cycles: one an instruction at the least
    csrr x1, mcycle
    nop
    nop
    nop
    csrr x2, mcycle
    sub x2, x2, x1
    li x3, 4
    bgeu x2, x3, 1f
    jal x30, fail
1:  li x1, 0x70000000
    csrw mcycle, x1
    csrr x2, mcycle
    sub x2, x2, x1
    li x3, 4096
    bltu x2, x3, 1f
    jal x30, fail
1:  li x1, -2
    csrw 0xB80, x0                    // mcycleh
    csrw mcycle, x1
    nop
    nop
    csrr x2, 0xB80
    EXPECT x2, 1

    TEST                              // the shadows
    csrr x1, mcycle
    csrr x2, cycle
    csrr x3, mcycle
    bltu x2, x1, 1f
    bltu x3, x2, 1f
    csrr x1, minstret
    csrr x2, instret
    csrr x3, 0xB82
    csrr x4, instreth
    addi x1, x1, 1
    EXPECT_REG x1, x2
    EXPECT_REG x3, x4
    j 2f
1:  jal x30, fail
2:
    TEST                              // time: of the timer and of the register, never backwards
    li x5, SKY_MTIME
    lw x1, 0(x5)
    csrr x2, time
    lw x3, 0(x5)
    bltu x2, x1, 1f
    bltu x3, x2, 1f
    beq x1, x3, 1f
    csrr x4, timeh
    EXPECT x4, 0
    li x4, 5
    sw x4, 4(x5)
    csrr x4, timeh
    EXPECT x4, 5
    sw x0, 4(x5)
    j 2f
1:  jal x30, fail
2:
    END
