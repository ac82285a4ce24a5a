// Interrupts: timer, software and the local one; enabled or not, when exactly, which first, direct and vectored, wfi.
#include "isa.inc"

    .macro TAKEN_AT cause, label
    EXPECT s8, \cause
    EXPECT_ADDRESS s9, \label
    EXPECT s10, 0
    .endm

    BEGIN
    la t0, handler
    csrw mtvec, t0
    li x5, SKY_MTIMECMP
    li x6, SKY_MSIP
    li x7, SKY_MSTATUS_MIE

    TEST                              // pending but not enabled: nothing happens
    csrr x1, mip
    EXPECT x1, 0
    sw x0, 4(x5)
    sw x0, 0(x5)
    csrr x1, mip
    EXPECT x1, 0x80
    li s8, 0
    csrs mstatus, x7
    NOPS 4
    csrc mstatus, x7
    li x1, 0x80
    csrw mie, x1
    NOPS 4
    EXPECT s8, 0

    TEST                              // taken in front of the instruction behind the one that enables it
    csrs mstatus, x7
1:  addi x0, x0, 0
    TAKEN_AT SKY_CAUSE_TIMER, 1b
    csrr x1, mstatus
    EXPECT x1, 0x1888                 // on again behind mret; the handler has put the alarm off
    csrr x1, mip
    EXPECT x1, 0
    csrc mstatus, x7

    TEST                              // by mie last
    csrw mie, x0
    sw x0, 4(x5)
    csrs mstatus, x7
    li x1, 0x80
    csrs mie, x1
1:  nop
    TAKEN_AT SKY_CAUSE_TIMER, 1b
    csrc mstatus, x7

    TEST                              // by mret
    sw x0, 4(x5)
    li x1, 0x80
    csrs mstatus, x1
    la x1, 1f
    csrw mepc, x1
    mret
    jal x30, fail
1:  nop
    TAKEN_AT SKY_CAUSE_TIMER, 1b
    csrc mstatus, x7

    TEST                              // software
    li x1, 8
    csrw mie, x1
    csrs mstatus, x7
    li x2, 1
    li s8, 0
    sw x2, 0(x6)
    NOPS 4
    EXPECT s8, SKY_CAUSE_SOFTWARE
    lw x1, 0(x6)
    EXPECT x1, 0
    li x2, -2                         // bit 0 only
    sw x2, 0(x6)
    lw x1, 0(x6)
    EXPECT x1, 0
    csrc mstatus, x7

    TEST                              // software in front of timer
    sw x0, 4(x5)
    li x2, 1
    sw x2, 0(x6)
    li x1, 0x88
    csrw mie, x1
    csrr x1, mip
    EXPECT x1, 0x88
    li x20, 0
    csrs mstatus, x7
1:  nop
    csrc mstatus, x7
    EXPECT x20, 2                     // both have come
    EXPECT x21, SKY_CAUSE_SOFTWARE
    TAKEN_AT SKY_CAUSE_TIMER, 1b

    TEST                              // at some time, in a loop of everything: no value is lost
    csrr x1, time
    addi x1, x1, 200
    sw x1, 0(x5)
    sw x0, 4(x5)
    li x1, 0x80
    csrw mie, x1
    li x20, 0
    li x2, 0
    li x3, 1000000
    la x4, room
    csrs mstatus, x7
1:  addi x2, x2, 1
    sw x2, 0(x4)
    lw x8, 0(x4)
    bne x8, x2, 2f
    mul x9, x2, x2
    divu x10, x9, x2
    bne x10, x2, 2f
    beq x2, x3, 2f
    beqz x20, 1b
    csrc mstatus, x7
    j 3f
2:  jal x30, fail
3:  EXPECT x20, 1

    TEST                              // wfi: goes on when something is pending, enabled in mie only
    csrr x1, time
    addi x1, x1, 100
    sw x1, 0(x5)
    sw x0, 4(x5)
    li s8, 0
    li x2, 0x80
    csrw mie, x2
    csrc mstatus, x7
    wfi
    NOPS 2
    EXPECT s8, 0
1:  csrr x3, mip
    andi x3, x3, 0x80
    beqz x3, 1b                       // where wfi is a nop
    csrr x2, time
    bgeu x2, x1, 1f
    jal x30, fail
1:  csrs mstatus, x7
1:  nop
    TAKEN_AT SKY_CAUSE_TIMER, 1b

    TEST                              // wfi: the interrupt is taken behind it
    csrr x1, time
    addi x1, x1, 100
    sw x1, 0(x5)
    li s8, 0
    sw x0, 4(x5)
    wfi
1:  beqz s8, 1b
    EXPECT s8, SKY_CAUSE_TIMER
    csrc mstatus, x7

    TEST                              // vectored: four bytes a cause
    la x4, vectors + 1
    csrw mtvec, x4
    li x1, 0x88
    csrw mie, x1
    li x20, 0
    sw x0, 4(x5)
    csrs mstatus, x7
1:  nop
    EXPECT x22, 7
    li x2, 1
    sw x2, 0(x6)
    NOPS 4
    EXPECT x22, 3
    la s7, 2f
    ecall
    jal x30, fail
2:  EXPECT x22, 0
    csrc mstatus, x7

    TEST                              // the local one: in front of the instruction of an entry, while the mode is another
    csrw CSR_RFENTRY, x0
    csrr x3, CSR_RFMODE
    xori x3, x3, 1
    csrw CSR_RFENTRY_MODE, x3
    li x4, 0x00C0FFEE
    csrw CSR_RFENTRY_MASK, x4
    la x1, 1f
    csrw CSR_RFENTRY_PC, x1
    li x1, SKY_MIE_MIGRATE
    csrw mie, x1
    li s8, 0
    li x22, 0
    csrs mstatus, x7
    j 1f                              // not on yet
    ALIGN 4
1:  addi x22, x22, 1
    EXPECT s8, 0
    EXPECT x22, 1
    csrc mstatus, x7
    csrwi CSR_RFCTL, 1
    j 2f
2:  la x1, 3f                         // on, but no interrupt is
    csrw CSR_RFENTRY_PC, x1
    j 3f
    ALIGN 4
3:  csrr x8, mip                      // for this instruction only
    csrr x9, mip
    bnez x8, 6f
    csrr x8, CSR_RFMODE               // or the register file changes the mode of writes by itself (dual)
    EXPECT_REG x8, x3
    j done
6:  EXPECT x8, SKY_MIE_MIGRATE
    EXPECT x9, 0
    csrr x8, CSR_RFWANT
    EXPECT_REG x8, x3
    csrr x8, CSR_RFMASK
    EXPECT x8, 0x00C0FFEE
    la x1, 4f
    csrw CSR_RFENTRY_PC, x1
    li x22, 0
    csrs mstatus, x7
4:  addi x22, x22, 100
    EXPECT x22, 116                   // 16 by the vector, then 100
    TAKEN_AT SKY_CAUSE_MIGRATE, 4b
    csrc mstatus, x7
    csrr x8, CSR_RFCTL
    EXPECT x8, 0                      // the handler turned it off

    TEST                              // timer in front of the local one, which comes behind it
    sw x0, 4(x5)
    li x1, SKY_MIE_MIGRATE | 0x80
    csrw mie, x1
    la x1, 5f
    csrw CSR_RFENTRY_PC, x1
    csrwi CSR_RFCTL, 1
    li x20, 0
    csrs mstatus, x7
5:  csrc mstatus, x7
    EXPECT x20, 2
    EXPECT x21, SKY_CAUSE_TIMER
    TAKEN_AT SKY_CAUSE_MIGRATE, 5b
    csrw CSR_RFENTRY_PC, x0
    j done

// Notes cause, place and value, how often it came and the cause before; turns off what it came from.
    ALIGN 4
handler:
    mv x21, s8
    csrr s8, mcause
    csrr s9, mepc
    csrr s10, mtval
    addi x20, x20, 1
    bgez s8, 3f
    andi x23, s8, 0x1F
    addi x23, x23, -3
    beqz x23, 1f
    addi x23, x23, -13
    beqz x23, 2f
    li x23, -1
    sw x23, 4(x5)
    mret
1:  sw x0, 0(x6)
    mret
2:  csrwi CSR_RFCTL, 0
    mret
3:  csrw mepc, s7
    mret

    ALIGN 128
vectors:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16
    j 20f + 8 * \n
    .endr
20:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16
    li x22, \n
    j handler
    .endr
done:
    END
    .section .bss.interrupt, "aw", @nobits
    .balign 4
room:
    .skip 4
