// The machine that programs of sw/ run on: memory map, devices, control and status registers. For C, C++ and
// assembly.
#ifndef SKYTRACK_H
#define SKYTRACK_H

// Memory map. Everything else: access fault.
#define SKY_TIMER 0x02000000      // software interrupt, compare, time
#define SKY_MSIP (SKY_TIMER + 0)  // bit 0: software interrupt
#define SKY_MTIMECMP (SKY_TIMER + 0x4000)
#define SKY_MTIME (SKY_TIMER + 0xBFF8)
#define SKY_CONSOLE 0x10000000       // a byte written here is printed
#define SKY_EXIT (SKY_CONSOLE + 4)   // a word written here ends the run with that exit code (low 8 bits)
#define SKY_READY (SKY_CONSOLE + 8)  // reads 1 when the console takes a byte
#define SKY_SKRM 0x40000000          // memory on SK-RM, data only
#define SKY_SKRM_BYTES 0x4000        // of it, at least
#define SKY_RAM 0x80000000
#define SKY_RAM_BYTES 0x800000
#define SKY_SAVE_PAGE 0xFFFFF800             // 2 KiB of RAM that offsets from x0 reach, data only
#define SKY_SAVE(offset) (-2048 + (offset))  // such an offset, for lw and sw in assembly

// Control and status registers of the register file. Never write rfmode in C, rf_set_mode does it: on a dynamic file
// all registers hold something else behind the write, sp and ra too.
#define CSR_RFMODE 0x7C0      // 0 horizontal, 1 vertical; a write switches
#define CSR_RFCTL 0x7C1       // bit 0: the match unit and HINTs raise the local interrupt
#define CSR_RFWANT 0x7C2      // mode that the last match recommends
#define CSR_RFMASK 0x7C3      // registers live at the last match, bit r = x r
#define CSR_RFTABLE 0x7C4     // address of the recommendations in memory, for software
#define CSR_RFLENGTH 0x7C5    // how many they are
#define CSR_RFENTRY 0x7C6     // the entry of the match unit that the next three are of
#define CSR_RFENTRY_PC 0x7C7  // 0: not used
#define CSR_RFENTRY_MODE 0x7C8
#define CSR_RFENTRY_MASK 0x7C9
#define CSR_RFPLACE 0x7CA  // bits 4:0 register, 12:8 its position in a horizontal array
#define CSR_RFLOW 0x7CB    // outside of [rflow, rfhigh) the local interrupt asks for other entries; rfhigh 0: nowhere
#define CSR_RFHIGH 0x7CC
#define CSR_RFMISS 0x7CD      // what rfmask becomes then
#define CSR_RFCOUNTER 0xFC0   // counters, low words
#define CSR_RFCOUNTERH 0xFD0  // and high words
#define CSR_RFBUSY 0xFE0

#define SKY_HORIZONTAL 0
#define SKY_VERTICAL 1
#define SKY_MATCH_ENTRIES 16
#define SKY_HINT 0x7C0  // slti x0, x0, SKY_HINT + mode: recommends the mode; a no-op on other cores

// Causes of traps.
#define SKY_CAUSE_SOFTWARE 0x80000003
#define SKY_CAUSE_TIMER 0x80000007
#define SKY_CAUSE_EXTERNAL 0x8000000B
#define SKY_CAUSE_MIGRATE 0x80000010  // the local interrupt of the register file
#define SKY_CAUSE_MACHINE_CHECK 24
#define SKY_MIE_MIGRATE 0x10000  // its bit in mie and mip
#define SKY_MIE_TIMER 0x80
#define SKY_MIE_SOFTWARE 0x8
#define SKY_MSTATUS_MIE 0x8

#ifndef __ASSEMBLER__

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// sky_csr_read(CSR_RFMODE): numbers must be constants.
#define sky_csr_read(csr)                                             \
    __extension__({                                                   \
        uint32_t sky_value;                                           \
        __asm__ volatile("csrr %0, %1" : "=r"(sky_value) : "i"(csr)); \
        sky_value;                                                    \
    })
#define sky_csr_write(csr, value) __asm__ volatile("csrw %0, %1" : : "i"(csr), "rK"((uint32_t)(value)) : "memory")
#define sky_csr_set(csr, value) __asm__ volatile("csrs %0, %1" : : "i"(csr), "rK"((uint32_t)(value)) : "memory")
#define sky_csr_clear(csr, value) __asm__ volatile("csrc %0, %1" : : "i"(csr), "rK"((uint32_t)(value)) : "memory")

static inline uint32_t sky_load(uint32_t address) { return *(volatile uint32_t*)(uintptr_t)address; }
static inline void sky_store(uint32_t address, uint32_t value) { *(volatile uint32_t*)(uintptr_t)address = value; }

static inline void sky_putc(char c) { *(volatile uint8_t*)(uintptr_t)SKY_CONSOLE = (uint8_t)c; }
void sky_puts(const char* text);   // no newline is added
void sky_put_hex(uint32_t value);  // eight digits

// Ends the run at once: no atexit, nothing is flushed.
static inline __attribute__((noreturn)) void sky_exit(int code) {
    for (;;) sky_store(SKY_EXIT, (uint32_t)code);
}

// A word and its high word that count on while they are read.
#define sky_csr_read64(low, high)                 \
    __extension__({                               \
        uint32_t sky_high;                        \
        uint32_t sky_low;                         \
        do {                                      \
            sky_high = sky_csr_read(high);        \
            sky_low = sky_csr_read(low);          \
        } while (sky_high != sky_csr_read(high)); \
        (uint64_t) sky_high << 32 | sky_low;      \
    })
static inline uint64_t sky_cycles(void) { return sky_csr_read64(0xB00, 0xB80); }
static inline uint64_t sky_instructions(void) { return sky_csr_read64(0xB02, 0xB82); }

static inline uint64_t sky_time(void) {
    uint32_t high;
    uint32_t low;
    do {
        high = sky_load(SKY_MTIME + 4);
        low = sky_load(SKY_MTIME);
    } while (high != sky_load(SKY_MTIME + 4));
    return (uint64_t)high << 32 | low;
}
// The timer interrupt is pending from that time on. Never early: the high word is out of reach in between.
static inline void sky_alarm(uint64_t time) {
    sky_store(SKY_MTIMECMP + 4, 0xFFFFFFFF);
    sky_store(SKY_MTIMECMP, (uint32_t)time);
    sky_store(SKY_MTIMECMP + 4, (uint32_t)(time >> 32));
}

// Counters of the register file, in their order.
enum rf_counter {
    RF_STEPS,
    RF_TRACK_STEPS,
    RF_BIT_READS,
    RF_BIT_WRITES,
    RF_ACCESSES,
    RF_SWITCHES,
    RF_STALL_CYCLES,
    RF_CHECKS,
    RF_CORRECTED,
    RF_UNCORRECTED,
    RF_COUNTERS
};
struct rf_counters {
    uint64_t of[RF_COUNTERS];
};
void rf_read_counters(struct rf_counters* counters);

static inline uint32_t rf_mode(void) { return sky_csr_read(CSR_RFMODE); }

// Here the file should be in this mode, a constant: one instruction, which does nothing where no recommendations are
// followed.
#define rf_recommend(mode) __asm__ volatile("slti x0, x0, %0" : : "i"(SKY_HINT + (mode)))

// What follows is in sw/rf: see its README.

// One recommendation: before the instruction at `pc`, with the registers of `mask` live, the file should be in
// `mode`.
struct rf_entry {
    uint32_t pc;
    uint32_t mode;
    uint32_t mask;  // bit r = x r
};

// Switches by hand: brings the file into `mode` with the registers a call preserves; the others hold anything
// afterwards, as after any call. Returns the mode it is in then: another one when this register file cannot switch.
uint32_t rf_set_mode(uint32_t mode);

// Loads the recommendations, ascending in pc, and notes them in rftable and rflength. Of more than 16 the first 16
// are loaded; rf_load_window loads 16 others. Returns how many are loaded, or -1 when they do not ascend.
int rf_load_table(const struct rf_entry* table, uint32_t length);
int rf_load_window(uint32_t first);

// Sets the save page up, takes traps from now on, lets the match unit interrupt. Table first.
void rf_enable(void);
void rf_disable(void);

// Trap entries for mtvec: vectored (bit 0 set by rf_enable) and direct. What is not a migration goes to sky_interrupt
// (interrupts; caller-saved registers are on the stack) or to the default trap handler (exceptions).
void rf_trap_vectored(void);
void rf_trap_direct(void);
void sky_interrupt(uint32_t cause);

// What a recovery finds. See sw/rf/README.md.
enum rf_found { RF_WHOLE = 0, RF_SCRATCH = 1, RF_UNDER_WAY = 2 };
struct rf_image {
    uint32_t x[32];  // x[0] is the pc to resume at, when the migration came that far
    uint32_t mask;   // which of them are known
    uint32_t found;  // enum rf_found
    uint32_t mode;   // the file should be in
};
// Called after a reset that found the save page set up, on a stack of its own. Programs with sw/rf/recover.S define
// it.
void rf_recovered(const struct rf_image* image);
// Brings the file into the image's mode, loads its registers and goes on at x[0]. For images found RF_UNDER_WAY.
void rf_resume(const struct rf_image* image) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif

#endif  // __ASSEMBLER__
#endif  // SKYTRACK_H
