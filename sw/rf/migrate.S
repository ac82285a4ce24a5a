// Migration of the register file: all live registers out, the mode, all live registers in again.
//
// Until the end of a migration interrupts stay off. Each store below that is marked with a state moves the truth about
// where registers are from one place to the other; what it relies on has been done before it. README.md proves it.
#include "rf_save.h"
#include "skytrack.h"

#define SLOT(r) SKY_SAVE(RF_SLOT(r))(x0)
#define WORD(name) SKY_SAVE(RF_##name)(x0)

    .macro each op, from, to       // sw or lw, in descending order, as far as bits 31, 30, ... of x5 say; shifts x5
    .set r, \from
    .rept \from - \to + 1
    bgez x5, 1f
    .irp n, 1,2,3,4,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    .if r == \n
    \op x\n, SLOT(\n)
    .endif
    .endr
1:  slli x5, x5, 1
    .set r, r - 1
    .endr
    .endm

// Entry for the local interrupt: slot 16 of a vector table.
    .section .text.rf_migrate, "ax", @progbits
    .globl rf_migrate
    .type rf_migrate, @function
    .balign 4
rf_migrate:
    sw x5, SLOT(5)
    sw x0, WORD(CALM)               // scratch: x5 in its slot, the others in the array
    .globl rf_migrate_begun
rf_migrate_begun:                   // the same, when a trap entry has done these two
    csrr x5, CSR_RFMASK
    sw x5, WORD(MASK)
    slli x5, x5, 31
    bgez x5, rf_save_by_mask
    csrr x5, CSR_RFMASK
    jr x5                           // code of rf_load_table: saves, goes on at rf_switch

rf_save_by_mask:
    csrr x5, CSR_RFMASK
    each sw, 31, 6
    slli x5, x5, 1
    each sw, 4, 1

    .globl rf_switch
rf_switch:
    csrr x5, mepc
    sw x5, SLOT(0)
    csrr x5, CSR_RFWANT
    sw x5, WORD(MODE)
    li x5, RF_STAGE_SAVED
    sw x5, WORD(STAGE)              // saved: the live registers in their slots; the array may hold anything

    .globl rf_restore
rf_restore:                         // where a recovery goes on, with mepc set
    lw x5, WORD(MODE)
    csrw CSR_RFMODE, x5
    csrr x6, CSR_RFMODE
    lw x5, WORD(MODE)               // what x5 held is another value now
    beq x5, x6, 2f
    csrci CSR_RFCTL, 1              // this file cannot switch: it would match here for ever
2:  lw x5, WORD(MASK)
    slli x6, x5, 31
    bgez x6, rf_restore_by_mask
    jalr x0, RF_RESTORE(x5)         // restores, goes on at rf_finish (bit 0 is dropped)

rf_restore_by_mask:
    each lw, 31, 6
    slli x5, x5, 1
    each lw, 4, 1

    .globl rf_finish
rf_finish:
    li x5, 1
    sw x5, WORD(CALM)               // still saved: all of it is in the slots until the program goes on
    lw x5, SLOT(5)
    sw x0, WORD(STAGE)              // whole: all in the array
    mret
    .size rf_migrate, . - rf_migrate

// uint32_t rf_set_mode(uint32_t mode): the same for the registers that a call preserves, and a0.
    .section .text.rf_set_mode, "ax", @progbits
    .globl rf_set_mode
    .type rf_set_mode, @function
rf_set_mode:
    csrrci a1, mstatus, SKY_MSTATUS_MIE
    sw a1, WORD(STATUS)
    sw ra, SLOT(0)
    sw a0, WORD(MODE)
    .irp n, 1,2,3,4,8,9,10,18,19,20,21,22,23,24,25,26,27
    sw x\n, SLOT(\n)
    .endr
    li a1, 0x0FFC071E
    sw a1, WORD(MASK)
    li a1, RF_STAGE_SAVED
    sw a1, WORD(CALM)
    sw a1, WORD(STAGE)              // saved
    csrw CSR_RFMODE, a0
    .irp n, 1,2,3,4,8,9,10,18,19,20,21,22,23,24,25,26,27
    lw x\n, SLOT(\n)
    .endr
    sw x0, WORD(STAGE)              // whole: what is not in the mask does not live
    lw a1, WORD(STATUS)
    andi a1, a1, SKY_MSTATUS_MIE
    csrr a0, CSR_RFMODE
    csrs mstatus, a1
    ret
    .size rf_set_mode, . - rf_set_mode
