// The save page as the migration handler, the recovery and their tests use it: offsets from its start.
// sw/rf/README.md says what the words mean together.
#ifndef SKY_RF_SAVE_H
#define SKY_RF_SAVE_H

#define RF_SLOT(r) (4 * (r))  // of register r; slot 0: the pc to go on at
#define RF_VALID 128          // RF_MAGIC: the words below mean something
#define RF_STAGE 132          // 2: the live registers are in their slots; 1: x5 is
#define RF_CALM 136           // 0: x5 is in its slot
#define RF_MASK 140           // live registers, or with bit 0 set the address of code made for a mask
#define RF_MODE 144           // mode the file should be in
#define RF_FOUND 148          // what a recovery found, when it got as far as stage 2 itself
#define RF_STATUS 152         // mstatus while rf_set_mode runs
#define RF_STACK 156          // sp while an interrupt handler runs
#define RF_RESET_X5 160       // x5 at the last reset
#define RF_FREE 256           // from here on the page is the program's

#define RF_MAGIC 0x5A5  // of 11 bits: compared without a second register
#define RF_STAGE_SCRATCH 1
#define RF_STAGE_SAVED 2

// Values of RF_FOUND, those of enum rf_found.
#define RF_FOUND_WHOLE 0
#define RF_FOUND_SCRATCH 1
#define RF_FOUND_UNDER_WAY 2

#define RF_CODE_BYTES 256  // made for one mask: the saving half, then the restoring half
#define RF_RESTORE 128

#endif
