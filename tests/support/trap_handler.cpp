#include "tests/support/trap_handler.hpp"

#include <vector>

namespace sky::test::rv32 {

namespace {

constexpr uint32_t kMie = 0x304;
constexpr uint32_t kMepc = 0x341;
constexpr uint32_t kMcause = 0x342;
constexpr uint32_t kRfmode = 0x7c0;
constexpr uint32_t kRfctl = 0x7c1;
constexpr uint32_t kRfwant = 0x7c2;
constexpr uint32_t kVectors = 17;

class Emitter {
   public:
    Emitter(Code& code, const TrapHandler::Options& options)
        : code_(code), h_(options.first), g_(options.first == 31 ? 30 : options.first + 1), options_(options) {}

    TrapHandler emit() {
        TrapHandler handler;
        code_.align();
        handler.table = code_.here();
        for (uint32_t i = 0; i < kVectors; ++i) code_.emit(jal(0, static_cast<int32_t>(4 * (kVectors - i))));
        handler.entry = code_.here();
        code_.emit(sw(h_, 0, TrapHandler::kSaveFirst));
        code_.emit(sw(g_, 0, TrapHandler::kSaveSecond));
        code_.emit(csrrs(h_, kMcause, 0));
        const uint32_t to_interrupt = code_.emit(blt(h_, 0, 0));
        exception();
        code_.patch(to_interrupt, blt(h_, 0, from(to_interrupt)));
        interrupt();
        return handler;
    }

   private:
    [[nodiscard]] int32_t from(uint32_t at) const { return static_cast<int32_t>(code_.here() - at); }
    void restore() {
        code_.emit(lw(g_, 0, TrapHandler::kSaveSecond));
        code_.emit(lw(h_, 0, TrapHandler::kSaveFirst));
    }
    void leave() {
        restore();
        code_.emit(mret());
    }
    /// Branches ahead if the cause in h_ is another one.
    uint32_t unless(int32_t cause) {
        code_.emit(addi(g_, 0, cause));
        return code_.emit(bne(h_, g_, 0));
    }
    void here_otherwise(uint32_t at) { code_.patch(at, bne(h_, g_, from(at))); }

    void exception() {
        const uint32_t no_fetch_fault = unless(1);
        code_.emit(lw(h_, 0, TrapHandler::kResume));
        code_.emit(csrrw(0, kMepc, h_));
        leave();
        here_otherwise(no_fetch_fault);
        const uint32_t no_machine_check = unless(24);
        leave();
        here_otherwise(no_machine_check);
        // Skips the instruction, which is one of 16 bits unless its lowest two say otherwise.
        code_.emit(csrrs(h_, kMepc, 0));
        code_.emit(lhu(g_, h_, 0));
        code_.emit(andi(g_, g_, 3));
        code_.emit(addi(h_, h_, 2));
        code_.emit(addi(g_, g_, -3));
        code_.emit(bne(g_, 0, 8));
        code_.emit(addi(h_, h_, 2));
        code_.emit(csrrw(0, kMepc, h_));
        leave();
    }

    void interrupt() {
        code_.emit(andi(h_, h_, 31));
        const uint32_t no_timer = unless(7);
        // The next one comes late enough for the slowest register file to get on meanwhile.
        code_.emit(lui(g_, 0x0200c000));
        code_.emit(lw(h_, g_, -8));
        code_.emit(lui(g_, 0x10000));
        code_.emit(add(h_, h_, g_));
        code_.emit(lui(g_, 0x02004000));
        code_.emit(sw(h_, g_, 0));
        leave();
        here_otherwise(no_timer);
        const uint32_t no_software = unless(3);
        code_.emit(lui(g_, 0x02000000));
        code_.emit(sw(0, g_, 0));
        leave();
        here_otherwise(no_software);
        const uint32_t no_external = unless(11);
        // Nobody can silence the line: it is not listened to until the program enables it again.
        code_.emit(lui(g_, 0x1000));
        code_.emit(srli(g_, g_, 1));
        code_.emit(csrrc(0, kMie, g_));
        leave();
        here_otherwise(no_external);
        restore();
        if (options_.migrates) migrate();
        code_.emit(csrrwi(0, kRfctl, 0));
        code_.emit(mret());
    }

    void migrate() {
        const auto slot = [](uint32_t r) { return TrapHandler::kSaveAll + 4 * static_cast<int32_t>(r); };
        for (uint32_t r = 1; r < 32; ++r) code_.emit(sw(r, 0, slot(r)));
        code_.emit(csrrs(h_, kRfwant, 0));
        code_.emit(csrrw(0, kRfmode, h_));
        for (uint32_t r = 1; r < 32; ++r) code_.emit(lw(r, 0, slot(r)));
    }

    Code& code_;
    uint32_t h_;
    uint32_t g_;
    TrapHandler::Options options_;
};

}  // namespace

TrapHandler emit_trap_handler(Code& code, const TrapHandler::Options& options) {
    return Emitter(code, options).emit();
}

}  // namespace sky::test::rv32
