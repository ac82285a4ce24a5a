// The HINT that recommends a mode of the register file: a no-op, but for the local interrupt while recommendations are
// followed; and the window outside of which the match unit asks for other entries.
#include "isa.inc"

    .macro HINTS                      // 1 is the one for horizontal, 2 for vertical
1:  slti x0, x0, SKY_HINT + SKY_HORIZONTAL
2:  slti x0, x0, SKY_HINT + SKY_VERTICAL
    .endm

// x2 = the address of the hint that differs from the mode in x3; behind HINTS.
    .macro OTHER_HINT
    la x1, 2b
    slli x2, x3, 2
    sub x2, x1, x2
    .endm

    BEGIN
    la t0, handler
    csrw mtvec, t0
    li x5, SKY_MTIMECMP
    li x7, SKY_MSTATUS_MIE
    csrr x3, CSR_RFMODE
    xori x4, x3, 1

    TEST                              // off: nothing is written, read or remembered
    li x1, 0x123
    csrw CSR_RFMASK, x1
    csrw CSR_RFWANT, x3
    li x1, 0x10888
    csrw mie, x1
    li s8, 0
    csrs mstatus, x7
    HINTS
    csrc mstatus, x7
    EXPECT s8, 0
    EXPECT x0, 0
    csrr x1, CSR_RFMASK
    EXPECT x1, 0x123
    csrr x1, CSR_RFWANT
    EXPECT_REG x1, x3
    csrr x1, CSR_RFMODE
    EXPECT_REG x1, x3
    csrr x8, CSR_RFCOUNTER + 4        // as many accesses as with nops
    nop
    nop
    csrr x9, CSR_RFCOUNTER + 4
    sub x9, x9, x8
    csrr x8, CSR_RFCOUNTER + 4
    HINTS
    csrr x10, CSR_RFCOUNTER + 4
    sub x10, x10, x8
    EXPECT_REG x9, x10

    TEST                              // on, without interrupts: remembered if it differs
    csrwi CSR_RFCTL, 1
    HINTS
    csrwi CSR_RFCTL, 0
    csrr x1, CSR_RFMASK
    EXPECT x1, 0xFFFFFFFE
    EXPECT s8, 0
    csrr x8, CSR_RFMODE
    beq x8, x3, 3f
    j window                          // or the register file changes the mode of writes by itself (dual)
3:  csrr x1, CSR_RFWANT
    EXPECT_REG x1, x4

    TEST                              // the same mode: nothing
    csrw CSR_RFMASK, x0
    csrwi CSR_RFCTL, 1
    beqz x3, 4f
    slti x0, x0, SKY_HINT + SKY_VERTICAL
    j 5f
4:  slti x0, x0, SKY_HINT + SKY_HORIZONTAL
5:  csrwi CSR_RFCTL, 0
    csrr x1, CSR_RFMASK
    EXPECT x1, 0

    TEST                              // others that look like it: another immediate, a source, a destination, sltiu
    csrwi CSR_RFCTL, 1
    .irp n, 0x7C2,0x7BF,0,-1,1,0x6C0,-0x40
    slti x0, x0, \n
    .endr
    slti x0, x1, 0x7C0
    slti x0, x1, 0x7C1
    sltiu x0, x0, 0x7C0
    sltiu x0, x0, 0x7C1
    xori x0, x0, 0x7C0
    slti x1, x0, 0x7C0
    slti x1, x0, 0x7C1
    csrwi CSR_RFCTL, 0
    EXPECT x1, 1
    csrr x1, CSR_RFMASK
    EXPECT x1, 0

    TEST                              // taken in front of the hint that differs
    csrwi CSR_RFCTL, 1
    li x1, SKY_MIE_MIGRATE
    csrw mie, x1
    li x20, 0
    csrs mstatus, x7
    HINTS
    csrc mstatus, x7
    EXPECT x20, 1
    EXPECT s8, SKY_CAUSE_MIGRATE
    OTHER_HINT
    EXPECT_REG s9, x2
    EXPECT s10, 0
    csrr x1, CSR_RFWANT
    EXPECT_REG x1, x4
    csrr x1, CSR_RFMASK
    EXPECT x1, 0xFFFFFFFE

    TEST                              // a timer that is due comes first, the local one behind it in front of the same
    li x1, SKY_MIE_MIGRATE | 0x80
    csrw mie, x1
    csrwi CSR_RFCTL, 1
    li x20, 0
    sw x0, 0(x5)
    sw x0, 4(x5)
    la x1, 6f                         // mret enables both at the hint
    beqz x3, 5f
    la x1, 7f
5:  csrw mepc, x1
    li x1, 0x80
    csrs mstatus, x1
    mret
6:  slti x0, x0, SKY_HINT + SKY_VERTICAL
    j 8f
7:  slti x0, x0, SKY_HINT + SKY_HORIZONTAL
8:  csrc mstatus, x7
    EXPECT x20, 2
    EXPECT x21, SKY_CAUSE_TIMER
    EXPECT s8, SKY_CAUSE_MIGRATE
    csrr x8, CSR_RFCTL
    EXPECT x8, 0

    TEST                              // an entry at a hint: its mask counts
    csrw CSR_RFENTRY, x0
    csrw CSR_RFENTRY_MODE, x4
    li x1, 0x00C0FFEE
    csrw CSR_RFENTRY_MASK, x1
    la x1, 1f
    bnez x3, 3f
    la x1, 2f
3:  csrw CSR_RFENTRY_PC, x1
    csrwi CSR_RFCTL, 1
    HINTS
    csrwi CSR_RFCTL, 0
    csrw CSR_RFENTRY_PC, x0
    csrr x1, CSR_RFMASK
    EXPECT x1, 0x00C0FFEE

window:
    TEST                              // inside of the window nothing happens
    csrr x3, CSR_RFMODE
    la x1, 1f
    csrw CSR_RFLOW, x1
    la x1, 2f
    csrw CSR_RFHIGH, x1
    li x1, 0xBADCAFE0
    csrw CSR_RFMISS, x1
    li x1, SKY_MIE_MIGRATE
    csrw mie, x1
    csrwi CSR_RFCTL, 1
    li x20, 0
    j 1f
    ALIGN 4
1:  csrs mstatus, x7
    nop
    csrc mstatus, x7
2:  EXPECT x20, 0

    TEST                              // outside, behind it, is where its end is
    la x1, 1f
    csrw CSR_RFLOW, x1
    la x1, 2f
    csrw CSR_RFHIGH, x1
    j 1f
    ALIGN 4
1:  csrs mstatus, x7
    nop
2:  nop
    csrc mstatus, x7
    EXPECT x20, 1
    EXPECT s8, SKY_CAUSE_MIGRATE
    EXPECT_ADDRESS s9, 2b
    csrr x1, CSR_RFMASK
    EXPECT x1, 0xBADCAFE0
    csrr x1, CSR_RFWANT
    EXPECT_REG x1, x3

    TEST                              // and in front of it
    la x1, 2f
    csrw CSR_RFLOW, x1
    la x1, 3f
    csrw CSR_RFHIGH, x1
    csrwi CSR_RFCTL, 1
    csrs mstatus, x7
1:  nop
2:  csrc mstatus, x7
    EXPECT x20, 2
    EXPECT_ADDRESS s9, 1b
3:  csrw CSR_RFHIGH, x0

    TEST                              // an end of 0: no window
    csrwi CSR_RFCTL, 1
    csrs mstatus, x7
    nop
    csrc mstatus, x7
    EXPECT x20, 2
    csrwi CSR_RFCTL, 0
    j done

// As in interrupt.S.
    ALIGN 4
handler:
    mv x21, s8
    csrr s8, mcause
    csrr s9, mepc
    csrr s10, mtval
    addi x20, x20, 1
    andi x23, s8, 0x10
    bnez x23, 1f
    li x23, -1
    sw x23, 4(x5)
    mret
1:  csrwi CSR_RFCTL, 0
    mret
done:
    END
