#include "tests/support/random_program.hpp"

#include <array>
#include <utility>

#include "sysc/model/random.hpp"
#include "tests/support/random_instruction.hpp"
#include "tests/support/rv32_encode.hpp"
#include "tests/support/trap_handler.hpp"

namespace sky::test::rv32 {

namespace {

constexpr uint32_t kMie = 8;
constexpr uint32_t kMstatus = 0x300;
constexpr uint32_t kMieCsr = 0x304;
constexpr uint32_t kMtvec = 0x305;
constexpr uint32_t kMepc = 0x341;
constexpr uint32_t kRfmode = 0x7c0;
constexpr uint32_t kRfctl = 0x7c1;
constexpr uint32_t kRfentry = 0x7c6;
constexpr uint32_t kRfplace = 0x7ca;
constexpr uint32_t kRflow = 0x7cb;
constexpr uint32_t kRfhigh = 0x7cc;
constexpr uint32_t kRfbusy = 0xfe0;
constexpr uint32_t kConsole = 0x10000000;
constexpr uint32_t kSkrm = 0x40000000;
constexpr uint32_t kMtimecmp = 0x02004000;
constexpr uint32_t kMtime = 0x0200bff8;
constexpr uint32_t kModeInterrupt = 1U << 16;
/// Of the save page: where the main part keeps all registers while it switches the mode.
constexpr int32_t kMainSave = -2048 + 0x180;

class Generator {
   public:
    Generator(uint64_t seed, const RandomProgramOptions& options)
        : seed_(seed), options_(options), random_(seed), insn_(random_, options.timing_visible) {
        for (uint32_t r = 0; r < 32; ++r) position_[r] = r;
        moves_ = options.regfile && below(3) == 0;
    }

    RandomProgram make() {
        const uint32_t start = code_.emit(jal(0, 0));
        handler_ = emit_trap_handler(code_, {.first = insn_.scratch(), .migrates = options_.regfile});
        for (uint32_t i = 0; i < kFunctions; ++i) function();
        code_.patch(start, jal(0, static_cast<int32_t>(code_.here() - start)));
        prologue();
        for (uint32_t i = 0; i < options_.items; ++i) item();
        return finish();
    }

   private:
    static constexpr uint32_t kFunctions = 4;

    [[nodiscard]] uint32_t below(uint32_t bound) { return static_cast<uint32_t>(random_.below(bound)); }
    [[nodiscard]] uint32_t word() { return static_cast<uint32_t>(random_.next()); }
    [[nodiscard]] static uint32_t address(uint32_t offset) { return RandomProgram::kBase + offset; }
    void simple(uint32_t count) {
        for (uint32_t i = 0; i < count; ++i) code_.emit(insn_.any());
    }
    void patch_immediate(uint32_t at, uint32_t rd, uint32_t value) {
        Code two;
        two.load_immediate(rd, value);
        const auto& b = two.bytes();
        for (uint32_t i = 0; i < 8; i += 4)
            code_.patch(at + i, b[i] | uint32_t{b[i + 1]} << 8 | uint32_t{b[i + 2]} << 16 | uint32_t{b[i + 3]} << 24);
    }
    void garbage() {
        for (uint32_t i = 1 + below(4); i > 0; --i) {
            const uint32_t bits = word();
            code_.emit(below(2) == 0 ? bits | 3 : (bits & 0xffff & ~3U) | below(3));
        }
    }
    uint32_t scratch_but(uint32_t other) {
        uint32_t reg = other;
        while (reg == other) reg = insn_.scratch();
        return reg;
    }

    void function() {
        functions_.push_back(code_.here());
        insn_.keep_link(true);
        simple(2 + below(8));
        insn_.keep_link(false);
        code_.emit(below(2) == 0 ? c_jr(1) : jalr(0, 1, 0));
    }

    /// After a reset in the middle of something heads come to rest meanwhile.
    void look_whether_busy() {
        for (uint32_t i = below(4); i > 0; --i) code_.emit(addi(0, 0, 0));
        code_.emit(csrrs(1 + below(31), kRfbusy, 0));
    }

    void prologue() {
        const auto& roles = insn_.roles();
        if (below(2) == 0) look_whether_busy();
        if (moves_) place_in_order();
        for (uint32_t r = 1; r < 32; ++r) {
            const uint32_t kind = below(4);
            if (kind == 0) {
                code_.emit(addi(r, 0, static_cast<int32_t>(below(16)) - 8));
            } else {
                code_.load_immediate(r, word());
            }
        }
        const uint32_t middle = address(RandomProgram::kDataOffset + RandomProgram::kDataBytes / 2);
        code_.load_immediate(2, middle + 16 * below(8));
        code_.load_immediate(roles.base, middle);
        code_.load_immediate(roles.short_base, middle);
        set_trap_vector();
        // Functional or timed, the compare register is far in the future until something is asked for.
        if (options_.interrupts) {
            arm_timer(100 + below(3000));
            enable_interrupts();
        }
    }

    void set_trap_vector() {
        const uint32_t tmp = insn_.scratch();
        const bool vectored = below(2) == 0;
        code_.load_immediate(tmp, address(vectored ? handler_.table | 1 : handler_.entry));
        code_.emit(csrrw(0, kMtvec, tmp));
    }

    void arm_timer(uint32_t cycles) {
        const uint32_t now = insn_.scratch();
        const uint32_t at = scratch_but(now);
        code_.load_immediate(at, kMtime);
        code_.emit(lw(now, at, 0));
        code_.load_immediate(at, cycles);
        code_.emit(add(now, now, at));
        code_.load_immediate(at, kMtimecmp);
        code_.emit(sw(now, at, 0));
        code_.emit(sw(0, at, 4));
        // Neither may be left to tell the time.
        code_.load_immediate(now, word());
    }

    void enable_interrupts() {
        const uint32_t tmp = insn_.scratch();
        const uint32_t mask = (below(2) << 3) | (below(2) << 7) | (below(2) << 11);
        code_.load_immediate(tmp, mask);
        code_.emit(csrrs(0, kMieCsr, tmp));
        code_.emit(csrrsi(0, kMstatus, kMie));
    }

    void item() {
        const uint32_t kind = below(100);
        if (kind < 45) {
            simple(1 + below(5));
        } else if (kind < 57) {
            branch();
        } else if (kind < 64) {
            loop();
        } else if (kind < 72) {
            call();
        } else if (kind < 77) {
            jump();
        } else if (kind < 80) {
            self_modification();
        } else if (kind < 82) {
            jump_to_nowhere();
        } else if (kind < 84) {
            return_from_trap();
        } else if (kind < 86) {
            sleep();
        } else if (kind < 88) {
            code_.emit(c_addi16sp(-64));
            simple(below(2));
            code_.emit(c_addi16sp(64));
        } else if (kind < 91) {
            device();
        } else if (kind < 93) {
            set_trap_vector();
        } else if (kind < 96) {
            if (options_.interrupts) enable_interrupts();
        } else if (options_.regfile) {
            if (kind == 96) switch_mode();
            if (kind == 97 && moves_) move_registers();
            if (kind >= 98) recommend();
        }
    }

    void branch() {
        const uint32_t at = code_.here();
        if (below(2) == 0) {
            const uint32_t p = 8 + below(8);
            const bool zero = below(2) == 0;
            code_.emit(c_nop());
            simple(below(9));
            const auto distance = static_cast<int32_t>(code_.here() - at);
            code_.patch(at, zero ? c_beqz(p, distance) : c_bnez(p, distance));
            return;
        }
        const uint32_t condition = std::vector<uint32_t>{0, 1, 4, 5, 6, 7}[below(6)];
        const uint32_t a = insn_.source();
        const uint32_t b = below(4) == 0 ? a : insn_.source();
        code_.emit(beq(0, 0, 0));
        simple(below(12));
        code_.patch(at, b_type(condition, a, b, static_cast<int32_t>(code_.here() - at)));
    }

    void loop(bool nested = false) {
        const uint32_t counter = nested ? insn_.roles().inner : insn_.roles().outer;
        code_.emit(below(2) == 0 ? c_li(counter, 1 + static_cast<int32_t>(below(nested ? 3 : 6)))
                                 : addi(counter, 0, 1 + static_cast<int32_t>(below(nested ? 3 : 6))));
        const uint32_t top = code_.here();
        simple(1 + below(6));
        if (!nested && below(3) == 0) loop(true);
        if (!nested && below(3) == 0) branch();
        if (!nested && below(4) == 0) call();
        code_.emit(below(2) == 0 ? c_addi(counter, -1) : addi(counter, counter, -1));
        const int32_t distance = static_cast<int32_t>(top) - static_cast<int32_t>(code_.here());
        const bool is_short = counter >= 8 && counter < 16 && distance > -256;
        code_.emit(is_short ? c_bnez(counter, distance) : bne(counter, 0, distance));
    }

    void call() {
        const uint32_t target = functions_[below(kFunctions)];
        const uint32_t tmp = scratch_but(1);
        switch (below(4)) {
            case 0: {
                const int32_t distance = static_cast<int32_t>(target) - static_cast<int32_t>(code_.here());
                code_.emit(distance >= -2048 ? c_jal(distance) : jal(1, distance));
                break;
            }
            case 1: code_.emit(jal(1, static_cast<int32_t>(target) - static_cast<int32_t>(code_.here()))); break;
            case 2:
                code_.load_immediate(tmp, address(target));
                code_.emit(c_jalr(tmp));
                break;
            default: {
                const uint32_t distance = target - code_.here();
                code_.emit(auipc(tmp, distance + 0x800));
                // The lowest bit of the sum is dropped.
                code_.emit(
                    jalr(1, tmp, (static_cast<int32_t>(distance << 20) >> 20) | static_cast<int32_t>(below(2))));
                break;
            }
        }
    }

    void jump() {
        const uint32_t at = code_.here();
        const bool is_short = below(2) == 0;
        const uint32_t link = below(4) == 0 ? insn_.scratch() : 0;
        code_.emit(is_short ? c_nop() : jal(0, 0));
        if (below(8) != 0) garbage();
        const auto distance = static_cast<int32_t>(code_.here() - at);
        code_.patch(at, is_short ? c_j(distance) : jal(link, distance));
    }

    /// Writes an instruction in front of itself, fetches again and executes it.
    void self_modification() {
        const uint32_t where = insn_.scratch();
        const uint32_t what = scratch_but(where);
        const uint32_t rd = insn_.scratch();
        const bool is_short = below(2) == 0;
        const uint32_t patched = is_short ? c_li(rd, static_cast<int32_t>(below(32))) : addi(rd, insn_.source(), 77);
        const uint32_t at = code_.here();
        code_.load_immediate(where, 0);
        code_.load_immediate(what, patched);
        code_.align();
        code_.emit(is_short ? sh(what, where, 0) : sw(what, where, 0));
        code_.emit(fence_i());
        patch_immediate(at, where, address(code_.here()));
        code_.emit(is_short ? c_nop() : addi(0, 0, 0));
    }

    /// A fetch fault; the handler goes on where the save page says.
    void jump_to_nowhere() {
        const uint32_t tmp = insn_.scratch();
        const uint32_t at = code_.here();
        code_.load_immediate(tmp, 0);
        code_.emit(sw(tmp, 0, TrapHandler::kResume));
        code_.load_immediate(tmp, below(2) == 0 ? below(0x1000) : 0x80800000 + below(0x1000));
        code_.emit(jalr(below(2) == 0 ? 0 : insn_.scratch(), tmp, 0));
        garbage();
        patch_immediate(at, tmp, address(code_.here()));
    }

    void return_from_trap() {
        const uint32_t tmp = insn_.scratch();
        const uint32_t rest = insn_.scratch();
        code_.emit(csrrci(0, kMstatus, kMie));
        const uint32_t at = code_.here();
        code_.load_immediate(tmp, 0);
        code_.emit(csrrw(0, kMepc, tmp));
        code_.emit(mret());
        garbage();
        patch_immediate(at, tmp, address(code_.here()));
        code_.emit(addi(rest, 0, 1));
    }

    void sleep() {
        const uint32_t tmp = insn_.scratch();
        code_.emit(csrrci(0, kMstatus, kMie));
        arm_timer(20 + below(400));
        code_.load_immediate(tmp, 0x80);
        code_.emit(csrrs(0, kMieCsr, tmp));
        code_.emit(wfi());
        if (options_.interrupts) {
            code_.emit(csrrsi(0, kMstatus, kMie));
        } else {
            code_.emit(csrrc(0, kMieCsr, tmp));
        }
    }

    void device() {
        const uint32_t at = insn_.scratch();
        const uint32_t rd = scratch_but(at);
        const uint32_t kind = below(4);
        if (kind == 0) {
            code_.load_immediate(at, kConsole);
            code_.emit(addi(rd, 0, static_cast<int32_t>('a' + below(26))));
            code_.emit(s_type(below(3), rd, at, 0));
            code_.emit(i_type(0x03, below(3), rd, at, static_cast<int32_t>(4 * below(4))));
        } else if (kind == 1 && options_.interrupts) {
            code_.load_immediate(at, 0x02000000);
            code_.emit(addi(rd, 0, 1));
            code_.emit(sw(rd, at, 0));
        } else if (kind == 2 && options_.timing_visible) {
            code_.load_immediate(at, below(2) == 0 ? kMtime : kMtimecmp);
            code_.emit(i_type(0x03, below(3), rd, at, static_cast<int32_t>(4 * below(2))));
        } else if (options_.skrm) {
            code_.load_immediate(at, kSkrm);
            for (uint32_t i = 1 + below(3); i > 0; --i) {
                const uint32_t size = below(3);
                const auto offset = static_cast<int32_t>(below(2048) >> size << size);
                code_.emit(below(2) == 0 ? s_type(size, insn_.source(), at, offset)
                                         : i_type(0x03, size, scratch_but(at), at, offset));
            }
        }
    }

    void save_all() {
        for (uint32_t r = 1; r < 32; ++r) code_.emit(sw(r, 0, kMainSave + 4 * static_cast<int32_t>(r)));
    }
    void restore_all() {
        for (uint32_t r = 1; r < 32; ++r) code_.emit(lw(r, 0, kMainSave + 4 * static_cast<int32_t>(r)));
    }

    void switch_mode() {
        save_all();
        code_.emit(csrrwi(0, kRfmode, below(2)));
        restore_all();
    }

    /// A reset leaves registers where they were moved to. They may lie anywhere, and on one another: a value is used
    /// at once.
    void place_in_order() {
        const uint32_t tmp = insn_.scratch();
        for (uint32_t i = 1; i < 32; ++i) {
            const uint32_t r = i < tmp ? i : (i < 31 ? i + 1 : tmp);
            code_.load_immediate(tmp, r | r << 8);
            code_.emit(csrrw(0, kRfplace, tmp));
        }
    }

    /// Two registers change places. In between they are one, so nothing else may use them.
    void move_registers() {
        const uint32_t a = 1 + below(31);
        const uint32_t b = 1 + below(31);
        uint32_t first = a;
        while (first == a || first == b) first = insn_.scratch();
        uint32_t second = a;
        while (second == a || second == b || second == first) second = insn_.scratch();
        std::swap(position_[a], position_[b]);
        code_.emit(csrrci(0, kMstatus, kMie));
        save_all();
        code_.load_immediate(first, a | position_[a] << 8);
        code_.load_immediate(second, b | position_[b] << 8);
        code_.emit(csrrw(0, kRfplace, first));
        code_.emit(csrrw(0, kRfplace, second));
        restore_all();
        if (options_.interrupts) code_.emit(csrrsi(0, kMstatus, kMie));
    }

    void recommend() {
        const uint32_t tmp = insn_.scratch();
        code_.emit(csrrwi(0, kRfentry, below(16)));
        const uint32_t at = code_.here();
        code_.load_immediate(tmp, 0);
        code_.emit(csrrw(0, kRfentry + 1, tmp));
        code_.emit(csrrwi(0, kRfentry + 2, below(2)));
        code_.emit(csrrw(0, kRfentry + 3, tmp));
        if (options_.interrupts) {
            code_.emit(lui(tmp, kModeInterrupt));
            code_.emit(csrrs(0, kMieCsr, tmp));
            if (below(2) == 0) code_.emit(csrrsi(0, kMstatus, kMie));
        }
        window();
        code_.emit(csrrwi(0, kRfctl, 1));
        if (below(3) == 0) code_.emit(rf_hint(below(2)));
        simple(below(6));
        patch_immediate(at, tmp, address(code_.here()));
        simple(2);
        if (below(2) == 0) code_.emit(csrrwi(0, kRfctl, 0));
    }

    /// For the match unit: one that the program soon leaves, or none.
    void window() {
        const uint32_t kind = below(4);
        if (kind == 0) {
            const uint32_t tmp = insn_.scratch();
            const uint32_t low = address(code_.here()) + 2 * below(40);
            code_.load_immediate(tmp, low);
            code_.emit(csrrw(0, kRflow, tmp));
            code_.emit(addi(tmp, tmp, static_cast<int32_t>(2 * below(100))));
            code_.emit(csrrw(0, kRfhigh, tmp));
        } else if (kind == 1) {
            code_.emit(csrrw(0, kRfhigh, 0));
        }
    }

    RandomProgram finish() {
        RandomProgram program;
        program.seed = seed_;
        program.exit_code = below(256);
        code_.load_immediate(5, kConsole);
        code_.load_immediate(6, program.exit_code);
        code_.emit(sw(6, 5, 4));
        code_.emit(jal(0, 0));
        garbage();
        program.bytes = code_.bytes();
        program.bytes.resize(RandomProgram::kDataOffset + RandomProgram::kDataBytes);
        for (uint32_t i = 0; i < RandomProgram::kDataBytes; ++i)
            program.bytes[RandomProgram::kDataOffset + i] = static_cast<uint8_t>(random_.next());
        uint64_t cycle = 0;
        for (uint32_t i = options_.interrupts ? below(12) : 0; i > 0; --i) {
            cycle += 1 + random_.below(600);
            program.external.emplace_back(cycle, true);
            cycle += 1 + random_.below(300);
            program.external.emplace_back(cycle, false);
        }
        return program;
    }

    uint64_t seed_;
    RandomProgramOptions options_;
    model::Random random_;
    RandomInstruction insn_;
    Code code_;
    TrapHandler handler_;
    std::vector<uint32_t> functions_;
    std::array<uint32_t, 32> position_{};
    bool moves_ = false;
};

}  // namespace

RandomProgram make_random_program(uint64_t seed, const RandomProgramOptions& options) {
    return Generator(seed, options).make();
}

}  // namespace sky::test::rv32
