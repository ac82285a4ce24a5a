// Macros of the instruction tests. One number per TEST: it is the exit code when an expectation under it fails.
//   x27 (s11)  number of the test           x30, x31          of EXPECT and fail
//   x23 (s7)   where a trap goes on         x24 .. x26        mcause, mepc, mtval of the last trap
// 32-bit encodings unless a test asks for others.
#include "skytrack.h"

.option norvc
    .option norelax
    .set number, 0

// Short and long instructions mix here: alignment may need a short one.
    .macro ALIGN n
    .option push
    .option rvc
    .balign \n
    .option pop
    .endm

    .macro TEST
    .set number, number + 1
    li s11, number
    .endm

    .macro EXPECT reg, value
    li x31, \value
    beq \reg, x31, 999f
    jal x30, fail
999:
    .endm

    .macro EXPECT_REG reg, other
    beq \reg, \other, 999f
    jal x30, fail
999:
    .endm

    .macro EXPECT_ADDRESS reg, address
    la x31, \address
    beq \reg, x31, 999f
    jal x30, fail
999:
    .endm

    .macro NOPS n
    .rept \n
    nop
    .endr
    .endm

// The instruction has to trap with this cause and value (pc: its own address).
    .macro TRAPS cause, value, code:vararg
    la s7, 998f
    li s8, 0
997:
    \code
    jal x30, fail
998:
    EXPECT s8, \cause
    EXPECT_ADDRESS s9, 997b
    .ifc \value, pc
    EXPECT_ADDRESS s10, 997b
    .else
    EXPECT s10, \value
    .endif
    .endm

// main, its end, and a trap handler that notes the trap and goes on at s7.
    .macro BEGIN
    .section .text.main, "ax", @progbits
    .globl main
    .type main, @function
main:
    la t0, trap
    csrw mtvec, t0
    .endm

    .macro END
    li s11, 0
    j leave
fail:
    la a0, fail_text
    call sky_puts
    mv a0, x30
    call sky_put_hex
    li a0, '\n'
    li t0, SKY_CONSOLE
    sb a0, 0(t0)
leave:
    li t0, SKY_EXIT
    sw s11, 0(t0)
    j leave
    ALIGN 4
trap:
    csrr s8, mcause
    csrr s9, mepc
    csrr s10, mtval
    csrw mepc, s7
    mret
    .section .rodata.fail_text, "a", @progbits
fail_text:
    .asciz "a test fails in front of 0x"
    .balign 4
    .endm

// Register with register: the plain form, then results in a source, then in x0.
    .macro RR insn, result, a, b
    li x1, \a
    li x2, \b
    \insn x3, x1, x2
    EXPECT x3, \result
    .endm

    .macro RR_PLACES insn, result, a, b
    li x1, \a
    li x2, \b
    \insn x1, x1, x2
    EXPECT x1, \result
    li x1, \a
    \insn x2, x1, x2
    EXPECT x2, \result
    li x2, \b
    \insn x0, x1, x2
    EXPECT x0, 0
    .endm

    .macro RR_SAME insn, result, a
    li x1, \a
    \insn x3, x1, x1
    EXPECT x3, \result
    li x1, \a
    \insn x1, x1, x1
    EXPECT x1, \result
    .endm

    .macro RR_ZERO insn, result_0b, result_a0, a, b
    li x1, \a
    li x2, \b
    \insn x3, x0, x2
    EXPECT x3, \result_0b
    \insn x3, x1, x0
    EXPECT x3, \result_a0
    .endm

// Operands that have just been written, by an addition and by a load, n and m instructions before.
    .macro RR_BYPASS insn, result, a, b
    la x5, 996f
    j 995f
996:
    .word \a, \b
995:
    .irp n, 0,1,2
    .irp m, 0,1,2
    li x1, \a
    NOPS \m
    li x2, \b
    NOPS \n
    \insn x3, x1, x2
    EXPECT x3, \result
    li x2, \b
    NOPS \m
    li x1, \a
    NOPS \n
    \insn x3, x1, x2
    EXPECT x3, \result
    lw x1, 0(x5)
    NOPS \m
    lw x2, 4(x5)
    NOPS \n
    \insn x3, x1, x2
    EXPECT x3, \result
    lw x2, 4(x5)
    NOPS \m
    lw x1, 0(x5)
    NOPS \n
    \insn x3, x1, x2
    NOPS \m
    mv x4, x3
    EXPECT x4, \result
    .endr
    .endr
    .endm

    .macro RI insn, result, a, imm
    li x1, \a
    \insn x3, x1, \imm
    EXPECT x3, \result
    .endm

    .macro RI_PLACES insn, result, a, imm
    li x1, \a
    \insn x1, x1, \imm
    EXPECT x1, \result
    li x1, \a
    \insn x0, x1, \imm
    EXPECT x0, 0
    .endm

    .macro RI_ZERO insn, result, imm
    \insn x3, x0, \imm
    EXPECT x3, \result
    .endm

    .macro RI_BYPASS insn, result, a, imm
    la x5, 996f
    j 995f
996:
    .word \a
995:
    .irp n, 0,1,2
    li x1, \a
    NOPS \n
    \insn x3, x1, \imm
    NOPS \n
    mv x4, x3
    EXPECT x4, \result
    lw x1, 0(x5)
    NOPS \n
    \insn x3, x1, \imm
    EXPECT x3, \result
    .endr
    .endm
