// The first instructions after a reset for programs that are linked with this file: what a migration has left behind
// is brought into the save page, all of it, and shown to rf_recovered. Without a valid save page: a start as any other.
#include "rf_save.h"
#include "skytrack.h"

#define SLOT(r) SKY_SAVE(RF_SLOT(r))(x0)
#define WORD(name) SKY_SAVE(RF_##name)(x0)

    .section .text.sky_reset, "ax", @progbits
    .globl sky_reset
    .type sky_reset, @function
sky_reset:
    sw x5, WORD(RESET_X5)           // nothing is known yet: x5 may live in the array only
    lw x5, WORD(VALID)
    addi x5, x5, -RF_MAGIC
    bnez x5, .Lcold
    lw x5, WORD(STAGE)
    addi x5, x5, -RF_STAGE_SAVED
    beqz x5, .Lsaved
    addi x5, x5, RF_STAGE_SAVED - RF_STAGE_SCRATCH
    beqz x5, .Lscratch
    lw x5, WORD(CALM)
    beqz x5, .Lscratch

    lw x5, WORD(RESET_X5)           // whole
    sw x5, SLOT(5)
    sw x0, WORD(CALM)               // scratch: from here on another reset does no harm
    li x5, RF_FOUND_WHOLE
    j 1f
.Lscratch:
    li x5, RF_FOUND_SCRATCH
1:  sw x5, WORD(FOUND)
    .irp n, 1,2,3,4,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sw x\n, SLOT(\n)
    .endr
    sw x0, SLOT(0)
    csrr x5, CSR_RFMODE
    sw x5, WORD(MODE)
    li x5, -2
    sw x5, WORD(MASK)
    li x5, RF_STAGE_SAVED
    sw x5, WORD(STAGE)              // saved

.Lsaved:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, .Lstack_end
    la tp, __tls_base
    la t0, sky_unexpected_trap
    csrw mtvec, t0
    call rf_show_recovered
    sw x0, WORD(VALID)              // it did not resume
.Lcold:
    tail sky_cold_start
    .size sky_reset, . - sky_reset

    .section .noinit.rf_recover, "aw", @nobits
    .balign 16
    .skip 4096
.Lstack_end:
