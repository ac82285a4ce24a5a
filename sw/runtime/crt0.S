// From reset to main, and what a trap does that nobody expects.
#include "skytrack.h"

// The first instruction after every reset. Registers and RAM may hold what a power cut left: sw/rf/recover.S puts its
// own sky_reset here, which looks at that first.
    .section .text.init, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    j sky_reset
    .size _start, . - _start

    .weak sky_reset
    .type sky_reset, @function
    .globl sky_cold_start
    .type sky_cold_start, @function
sky_reset:
sky_cold_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, __stack
    la tp, __tls_base
    la t0, sky_unexpected_trap
    csrw mtvec, t0

    la t0, __bss_start
    la t1, __bss_end
    bgeu t0, t1, 2f
1:  sw zero, 0(t0)
    addi t0, t0, 4
    bltu t0, t1, 1b

2:  la s0, __init_array_start
    la s1, __init_array_end
3:  bgeu s0, s1, 4f
    lw t0, 0(s0)
    jalr t0
    addi s0, s0, 4
    j 3b

4:  li a0, 0
    la a1, .Lno_arguments
    li a2, 0
    call main
    call exit
5:  j 5b
    .size sky_cold_start, . - sky_cold_start

// Says what happened and ends the run with 128 + cause. Uses no memory: the stack may be what is wrong.
    .section .text.sky_unexpected_trap, "ax", @progbits
    .globl sky_unexpected_trap
    .type sky_unexpected_trap, @function
    .balign 4
sky_unexpected_trap:
    li s0, SKY_CONSOLE
    csrr s2, mcause
    la a0, .Lcause
    jal t2, .Lprint
    mv a1, s2
    jal t2, .Lprint_hex
    la a0, .Lpc
    jal t2, .Lprint
    csrr a1, mepc
    jal t2, .Lprint_hex
    la a0, .Lvalue
    jal t2, .Lprint
    csrr a1, mtval
    jal t2, .Lprint_hex
    li a1, '\n'
    sb a1, 0(s0)
    andi s2, s2, 127
    ori s2, s2, 128
6:  sw s2, 4(s0)
    j 6b

.Lprint:                          // the text at a0; returns to t2
    lbu a1, 0(a0)
    beqz a1, 7f
    sb a1, 0(s0)
    addi a0, a0, 1
    j .Lprint
7:  jr t2

.Lprint_hex:                      // a1 in eight digits; returns to t2
    li a3, 32
8:  addi a3, a3, -4
    srl a4, a1, a3
    andi a4, a4, 15
    addi a4, a4, '0'
    li a5, '9'
    ble a4, a5, 9f
    addi a4, a4, 'a' - '9' - 1
9:  sb a4, 0(s0)
    bnez a3, 8b
    jr t2
    .size sky_unexpected_trap, . - sky_unexpected_trap

    .section .rodata.sky_crt0, "a", @progbits
.Lcause: .asciz "unexpected trap: cause 0x"
.Lpc:    .asciz ", pc 0x"
.Lvalue: .asciz ", value 0x"
    .balign 4
.Lno_arguments: .word 0
