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

// Says what happened and ends the run with 128 + cause. Uses no memory but its texts: the stack may be what is wrong.
// Both lie above the stack, where its overflow does not reach.
    .macro tell text
    la a0, \text
    jal t1, .Lprint
    .endm
    .macro tell_number text, load:vararg     // an instruction that puts the number into a2
    \load
    la a0, \text
    jal t2, .Lprint_number
    .endm

    .section .trap, "ax", @progbits
    .globl sky_unexpected_trap
    .type sky_unexpected_trap, @function
    .balign 4
sky_unexpected_trap:
    li s0, SKY_CONSOLE
    csrr s2, mcause
    tell_number .Lcause, mv a2, s2
    tell_number .Lpc, csrr a2, mepc
    tell_number .Lvalue, csrr a2, mtval
    tell .Lnext

    // The name behind the cause: its low bits, and bit 7 for interrupts. 255 stands for all others.
    andi a2, s2, 127
    srli a1, s2, 31
    slli a1, a1, 7
    or a2, a2, a1
    li a3, 255
    la a0, .Lnames
6:  lbu a1, 0(a0)
    addi a0, a0, 1
    beq a1, a2, 8f
    beq a1, a3, 8f
7:  lbu a1, 0(a0)
    addi a0, a0, 1
    bnez a1, 7b
    j 6b
8:  jal t1, .Lprint
    tell_number .Lra, mv a2, ra
    tell_number .Lsp, mv a2, sp

    // An interrupt may have come here on a stack of its own.
    bltz s2, 10f
    la a1, __heap_end
    bltu sp, a1, 9f
    la a1, __stack
    bgeu a1, sp, 10f
9:  tell_number .Loutside, la a2, __heap_end
    tell_number .Lto, la a2, __stack
    tell .Loverflow

10: tell .Lend
    andi s2, s2, 127
    ori s2, s2, 128
11: sw s2, 4(s0)
    j 11b

.Lprint:                          // the text at a0; returns to t1
    lbu a1, 0(a0)
    beqz a1, 12f
    sb a1, 0(s0)
    addi a0, a0, 1
    j .Lprint
12: jr t1

.Lprint_number:                   // the text at a0 and a2 in eight digits; returns to t2
    jal t1, .Lprint
    li a3, 32
13: addi a3, a3, -4
    srl a4, a2, a3
    andi a4, a4, 15
    addi a4, a4, '0'
    li a5, '9'
    ble a4, a5, 14f
    addi a4, a4, 'a' - '9' - 1
14: sb a4, 0(s0)
    bnez a3, 13b
    jr t2
    .size sky_unexpected_trap, . - sky_unexpected_trap

.Lcause:    .asciz "unexpected trap: cause 0x"
.Lpc:       .asciz ", pc 0x"
.Lvalue:    .asciz ", value 0x"
.Lnext:     .asciz "\n  "
.Lra:       .asciz "; ra 0x"
.Lsp:       .asciz ", sp 0x"
.Loutside:  .asciz "\n  sp lies outside the stack, 0x"
.Lto:       .asciz " to 0x"
.Loverflow: .asciz ": an overflow? -Wl,--defsym=__stack_size=BYTES makes it larger"
.Lend:      .asciz "\n"

    .macro name cause, text
    .byte \cause
    .asciz "\text"
    .endm
.Lnames:
    name 1, "instruction access fault"
    name 2, "illegal instruction"
    name 3, "breakpoint"
    name 4, "misaligned load"
    name 5, "load access fault"
    name 6, "misaligned store"
    name 7, "store access fault"
    name 11, "environment call"
    name SKY_CAUSE_MACHINE_CHECK, "machine check: tracks of the register file have slipped"
    name 0x83, "software interrupt"
    name 0x87, "timer interrupt"
    name 0x8B, "external interrupt"
    name 0x90, "interrupt of the register file"
    name 255, "unknown"

    .section .rodata.sky_crt0, "a", @progbits
    .balign 4
.Lno_arguments: .word 0
