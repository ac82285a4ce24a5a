// Exceptions: cause, place and value; mstatus on the way in and out; mret; what comes behind a trap does not happen.
#include "isa.inc"
    BEGIN
    TEST
    TRAPS 11, 0, ecall
    TRAPS 3, pc, ebreak
    TEST                              // a breakpoint's value is its address
    EXPECT_REG s9, s10

    TEST                              // MIE goes to MPIE and is off in the handler
    la t0, status_trap
    csrr x7, mtvec
    csrw mtvec, t0
    li x5, 8
    csrw mie, x0
    csrw mstatus, x5
    la s7, 1f
    ecall
    jal x30, fail
1:  csrr x6, mstatus
    EXPECT s8, 0x1880                 // in the handler
    EXPECT x6, 0x1888                 // behind it
    csrw mstatus, x0
    la s7, 2f
    ecall
    jal x30, fail
2:  csrr x6, mstatus
    EXPECT s8, 0x1800
    EXPECT x6, 0x1880
    csrw mstatus, x0
    csrw mtvec, x7

    TEST                              // exceptions go to the base of a vectored table, too
    ori x1, x7, 1
    csrw mtvec, x1
    TRAPS 11, 0, ecall
    csrw mtvec, x7

    TEST                              // nothing behind it happens, even a store or a division
    la x5, room
    li x1, 7
    li x2, 9
    la s7, 1f
    ecall
    sw x1, 0(x5)
    div x1, x2, x1
    li x2, 0
1:  EXPECT x1, 7
    EXPECT x2, 9
    lw x3, 0(x5)
    EXPECT x3, 0x0BADCAFE

    TEST                              // one behind the other, just behind branches, loads, divisions
    .irp n, 0,1,2
    li x1, 5
    beq x0, x0, 1f
    nop
1:  TRAPS 11, 0, ecall
    lw x2, 0(x5)
    NOPS \n
    TRAPS 11, 0, ecall
    EXPECT x2, 0x0BADCAFE
    li x3, 100
    div x4, x3, x1
    NOPS \n
    TRAPS 3, pc, ebreak
    EXPECT x4, 20
    .endr

    TEST                              // mret to any half word
    .option push
    .option rvc
    ALIGN 4
    la x1, 1f
    csrw mepc, x1
    ALIGN 4
    mret
    c.nop
1:  c.li x2, 9
    .option pop
    EXPECT x2, 9
    TEST                              // fence is nothing
    fence
    fence rw, w
    fence.tso
    pause_is_a_fence = 0x0100000F
    .word pause_is_a_fence
    j done
    ALIGN 4
status_trap:
    csrr s8, mstatus
    csrw mepc, s7
    mret
done:
    END
    .section .data.trap, "aw", @progbits
    .balign 4
room:
    .word 0x0BADCAFE
