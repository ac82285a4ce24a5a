#include "host/regfile/plan_hints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "host/memory/printable.hpp"
#include "host/regfile/assemble.hpp"
#include "host/regfile/detour.hpp"
#include "host/regfile/migration.hpp"
#include "sysc/model/rv32/csr_file.hpp"

namespace sky::regfile {

namespace {

namespace csr = model::rv32::csr;

constexpr uint32_t kHorizontal = static_cast<uint32_t>(Mode::kHorizontal);
constexpr uint32_t kVertical = static_cast<uint32_t>(Mode::kVertical);
constexpr uint16_t kShortNop = 0x0001;

class Rewriting {
   public:
    Rewriting(const ElfFile& elf, const Plan& plan, std::optional<uint32_t> address)
        : code_(elf),
          targets_(elf, code_, starts(plan)),
          image_(address.value_or(within_reach(elf, plan.unlimited.recommendations)), hinted_migration_entry()),
          out_{.elf = elf, .added = {}} {
        const std::vector<Recommendation>& table = plan.unlimited.recommendations;
        for (const Recommendation& r : table) {
            migrations_.push_back(image_.here());
            image_.append(migration_code(r.live, r.mode));
        }
        start_ = image_.here();
        begin(elf.entry());
        for (size_t i = 0; i < table.size(); ++i) {
            const Status status = place(table[i], migrations_[i]);
            if (!status.ok()) out_.left_out.push_back({.pc = table[i].pc, .why = status.message()});
        }
    }

    Result<PlannedProgram> finish(const std::vector<Recommendation>& table, std::set<uint32_t> redirected) {
        if (out_.left_out.size() == table.size())
            return Status::error(
                fmt::format("{}: none of the {} recommendations can be followed by a hint; at {:#010x} {}\nrun with "
                            "--apply interrupt, which changes no instruction",
                            memory::printable_name(out_.elf.path()), table.size(), out_.left_out.front().pc,
                            out_.left_out.front().why));
        out_.added = with_hints_watched(image_.segment(), std::move(redirected));
        if (Status status = check_place(out_.elf, out_.added); !status.ok()) return status;
        for (const auto& [pc, detour] : jumps_)
            out_.elf.patch(pc, assemble::jal(0, static_cast<int32_t>(int64_t{detour} - pc)));
        out_.elf.add_segment(out_.added);
        out_.elf.set_entry(start_);
        return std::move(out_);
    }

   private:
    static std::vector<uint64_t> starts(const Plan& plan) {
        std::vector<uint64_t> out = plan.roots;
        for (const Recommendation& r : plan.unlimited.recommendations) out.push_back(r.pc);
        return out;
    }

    /// Not less than the code takes.
    static uint32_t size_bound(const std::vector<Recommendation>& table) {
        constexpr size_t kFixed = 256;
        constexpr size_t kDetour = 48;
        size_t bytes = kFixed;
        for (const Recommendation& r : table) bytes += kDetour + 4 * migration_code(r.live, r.mode).size();
        return static_cast<uint32_t>(bytes);
    }
    /// Of the addresses that the first recommendation reaches.
    static uint32_t within_reach(const ElfFile& elf, const std::vector<Recommendation>& table) {
        const uint64_t last = table.front().pc + static_cast<uint64_t>(kJumpReach) - size_bound(table);
        uint64_t first = 0;
        for (const ElfFile::Segment& segment : elf.segments()) {
            const uint64_t end = uint64_t{segment.address} + segment.memory_bytes;
            if (end <= last) first = std::max(first, end);
        }
        return static_cast<uint32_t>((first + last) / 2 & ~uint64_t{kPlanAlign - 1});
    }

    /// In front of the program: is this a file of two modes? x5 holds another value in the other one, or none.
    void begin(uint32_t entry) {
        constexpr uint32_t kX5 = PlanImage::kScratch;
        std::vector<uint32_t> skips;
        const auto skip_unless = [&](uint32_t mode) {
            image_.append(assemble::csrwi(csr::kRfmode, mode));
            image_.append(assemble::csrr(kX5, csr::kRfmode));
            skips.push_back(static_cast<uint32_t>(image_.words().size()));
            image_.append(0);
        };
        skip_unless(kVertical);
        skip_unless(kHorizontal);
        image_.enable();
        image_.append(assemble::csrsi(csr::kMstatus, csr::kMstatusMie));
        const auto here = static_cast<uint32_t>(image_.words().size());
        image_.words()[skips[0]] = assemble::beq(kX5, 0, static_cast<int32_t>(4 * (here - skips[0])));
        image_.words()[skips[1]] = assemble::bne(kX5, 0, static_cast<int32_t>(4 * (here - skips[1])));
        image_.take_traps();
        assemble::jump(image_.words(), kX5, entry);
    }

    Status place(const Recommendation& r, uint32_t migration) {
        const auto pc = static_cast<uint32_t>(r.pc);
        if (pc < taken_) return Status::error("the instructions there make room for the recommendation before");
        const uint32_t at = image_.here() + 4;
        const int64_t distance = int64_t{at} - pc;
        if (distance < -kJumpReach || distance >= kJumpReach)
            return Status::error(
                fmt::format("{:#010x} is out of reach of a jump; --plan-at names another place", at));
        Result<Detour> detour = make_detour(code_, targets_, r.pc, at + 4);
        if (!detour.ok()) return detour.status();
        image_.append(assemble::jal(0, static_cast<int32_t>(int64_t{migration} - image_.here())));
        image_.append(assemble::hint(static_cast<uint32_t>(r.mode)));
        std::vector<uint16_t>& halves = detour.value().code;
        if (halves.size() % 2 != 0) halves.push_back(kShortNop);
        for (size_t i = 0; i < halves.size(); i += 2) image_.append(halves[i] | uint32_t{halves[i + 1]} << 16);
        jumps_.emplace_back(pc, at);
        taken_ = pc + detour.value().bytes;
        return {};
    }

    const Code code_;
    const JumpTargets targets_;
    PlanImage image_;
    std::vector<uint32_t> migrations_;
    uint32_t start_ = 0;
    std::vector<std::pair<uint32_t, uint32_t>> jumps_;  // from, to
    uint32_t taken_ = 0;                                // the end of the last instructions that made room
    PlannedProgram out_;
};

}  // namespace

Result<PlannedProgram> with_hints(const ElfFile& elf, const Plan& plan, std::optional<uint32_t> address) {
    const std::vector<Recommendation>& table = plan.unlimited.recommendations;
    if (table.empty()) return PlannedProgram{.elf = elf, .added = {}};
    ElfFile prepared = elf;
    Result<std::set<uint32_t>> redirected = take_traps_over(prepared, table, plan.roots);
    if (!redirected.ok()) return redirected.status();
    return Rewriting(prepared, plan, address).finish(table, std::move(redirected.value()));
}

}  // namespace sky::regfile
