#include "host/regfile/qemu_profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "host/memory/printable.hpp"

namespace sky::regfile {

namespace {

constexpr uint64_t kPageBytes = 4096;  // of the programs that qemu runs

bool same_page(uint64_t a, uint64_t b) { return a / kPageBytes == b / kPageBytes; }

uint32_t bits_at(const Code& code, uint64_t pc, uint8_t length) {
    uint32_t bits = 0;
    if (const auto bytes = code.bytes(pc, pc + length))
        for (size_t i = bytes->size(); i > 0; --i) bits = bits << 8 | (*bytes)[i - 1];
    return bits;
}

/// fence.i and what touches a control and status register: qemu looks anew what comes then.
bool ends_block(uint32_t bits) {
    const uint32_t opcode = bits & 0x7f;
    const uint32_t funct3 = bits >> 12 & 7;
    return (opcode == 0x0f && funct3 == 1) || (opcode == 0x73 && funct3 != 0);
}

bool is_ebreak(uint32_t bits) { return bits == 0x9002 || bits == 0x100073; }

/// Puts the profile together step by step.
class Follower {
   public:
    Follower(const QemuLog& log, const LinuxFile& file, const Code& code) : log_(log), file_(file), code_(code) {}

    Result<QemuProfile> run() {
        out_.blocks = log_.blocks;
        out_.threads = log_.first.size();
        for (const QemuLog::Point& point : log_.first)
            if (inside(point.pc)) ++entries_[point.pc];
        for (const QemuLog::Step& step : log_.steps)
            if (Status status = follow(step); !status.ok()) return status;
        for (const QemuLog::Point& point : log_.last)
            if (Status status = end_at(point); !status.ok()) return status;
        if (Status status = check(); !status.ok()) return status;
        return finished();
    }

   private:
    [[nodiscard]] bool inside(uint64_t pc) const { return code_.at(pc).has_value(); }

    [[nodiscard]] Status refuse(uint64_t line, const std::string& what, const std::string& remedy) const {
        return Status::error(fmt::format("{}:{}: {}\n{}", log_.name, line, what, remedy));
    }

    Status straight_code(uint64_t first, uint32_t most, uint64_t line, const StraightCode*& out) {
        const auto [found, is_new] = straight_.try_emplace({first, most});
        if (is_new) found->second = StraightCode::from(code_, first, most);
        out = &found->second;
        if (!out->unknown) return {};
        const std::optional<Operation> operation = code_.at(out->end);
        return refuse(
            line,
            fmt::format("the program comes to {:#x}, where there is no instruction of RV64GC but {:#x}", out->end,
                        operation ? bits_at(code_, out->end, operation->length) : 0),
            "build it for rv64gc, or let qemu be a processor without extensions: -cpu rv64,v=off; code that writes "
            "over itself cannot be profiled");
    }

    /// All of a block was executed, and it left the file's code or ended behind it.
    void leave(const StraightCode& block, uint64_t count) {
        exits_[block.pcs.back()] += count;
        out_.profile.instructions += block.pcs.size() * count;
    }

    Status follow(const QemuLog::Step& step) {
        if (step.interrupts) {
            if (inside(step.from))
                add(Departure::kInterrupt, step.from, step.to, step.count);
            else if (inside(step.to))
                entries_[step.to] += step.count;
            return {};
        }
        if (!inside(step.from)) {
            out_.outside_blocks += step.count;
            if (inside(step.to)) entries_[step.to] += step.count;
            return {};
        }
        const StraightCode* block = nullptr;
        if (Status status = straight_code(step.from, step.most, step.line, block); !status.ok()) return status;
        if (!inside(step.to)) {
            leave(*block, step.count);
            return {};
        }
        if (goes(*block, step)) return {};
        if (out_.broken_off == 0) example_ = &step;
        out_.broken_off += step.count;
        leave(*block, step.count);
        entries_[step.to] += step.count;
        return {};
    }

    /// False: it cannot have gone there.
    bool goes(const StraightCode& block, const QemuLog::Step& step) {
        const uint64_t from = block.pcs.back();
        uint64_t executed = block.executed_before(step.to);
        if (executed == block.pcs.size()) {
            if (!block.leads_to(step.to)) return false;
            const bool traps = block.last.flow == Flow::kTrap;
            const bool next = block.last.falls_through() && step.to == block.end;
            if (!next) add(traps ? Departure::kTrap : Departure::kJump, from, step.to, step.count);
            executed -= traps ? 1 : 0;
        }
        out_.profile.instructions += executed * step.count;
        return true;
    }

    void add(Departure kind, uint64_t from, uint64_t to, uint64_t count) { transfers_[{kind, from, to}] += count; }

    Status end_at(const QemuLog::Point& point) {
        if (!inside(point.pc)) {
            ++out_.outside_blocks;
            return {};
        }
        const StraightCode* block = nullptr;
        if (Status status = straight_code(point.pc, point.most, point.line, block); !status.ok()) return status;
        if (block->last.flow != Flow::kSystem) ++out_.cut;
        leave(*block, 1);
        return {};
    }

    [[nodiscard]] Status check() const {
        const std::string name = memory::printable_name(file_.path());
        if (!entries_.contains(file_.entry()))
            return Status::error(fmt::format(
                "{}: the program never comes to {:#x}, where '{}' begins\ngive the file that qemu-riscv64 ran{}",
                log_.name, file_.entry(), name,
                file_.position_independent() ? ", or say where it lay: --load-address ADDRESS" : ""));
        if (out_.broken_off * 100 > log_.blocks - out_.outside_blocks)
            return refuse(
                example_->line,
                fmt::format("the run comes to {:#x}, which the code of '{}' from {:#x} on does not lead to; "
                            "so do {} blocks of {}",
                            example_->to, name, example_->from, out_.broken_off, log_.blocks - out_.outside_blocks),
                "give the file that qemu-riscv64 ran; code that writes over itself cannot be profiled");
        return {};
    }

    QemuProfile finished() {
        Profile& profile = out_.profile;
        profile.program = file_.path();
        profile.entry = file_.entry();
        profile.runs = entries_.at(file_.entry());
        entries_.erase(file_.entry());
        for (const auto& [at, count] : entries_) profile.entries.push_back({.at = at, .count = count});
        for (const auto& [at, count] : exits_) profile.exits.push_back({.at = at, .count = count});
        for (const auto& [way, count] : transfers_)
            profile.transfers.push_back(
                {.kind = std::get<Departure>(way), .from = std::get<1>(way), .to = std::get<2>(way), .count = count});
        return std::move(out_);
    }

    const QemuLog& log_;
    const LinuxFile& file_;
    const Code& code_;
    QemuProfile out_;
    std::map<std::pair<uint64_t, uint32_t>, StraightCode> straight_;
    std::map<uint64_t, uint64_t> entries_;
    std::map<uint64_t, uint64_t> exits_;
    std::map<std::tuple<Departure, uint64_t, uint64_t>, uint64_t> transfers_;
    const QemuLog::Step* example_ = nullptr;  // of a block broken off
};

}  // namespace

StraightCode StraightCode::from(const Code& code, uint64_t first, uint32_t most) {
    StraightCode out;
    out.end = first;
    while (out.pcs.size() < most) {
        const std::optional<Operation> operation = code.at(out.end);
        const uint32_t bits = operation ? bits_at(code, out.end, operation->length) : 0;
        if (!operation || (operation->flow == Flow::kTrap && !is_ebreak(bits))) {
            out.unknown = true;
            return out;
        }
        const uint64_t next = out.end + operation->length;
        if (!out.pcs.empty() && !(same_page(first, out.end) && same_page(first, next - 1))) break;
        out.pcs.push_back(out.end);
        out.last = *operation;
        out.end = next;
        if (operation->ends_block() || ends_block(bits)) break;
    }
    return out;
}

bool StraightCode::leads_to(uint64_t pc) const {
    switch (last.flow) {
        case Flow::kIndirect:
        case Flow::kSystem:
        case Flow::kTrap: return true;
        case Flow::kJump: return pc == last.target;
        case Flow::kBranch: return pc == last.target || pc == end;
        default: return pc == end;
    }
}

size_t StraightCode::executed_before(uint64_t pc) const {
    if (leads_to(pc) || pcs.empty()) return pcs.size();
    const auto found = std::find(pcs.begin() + 1, pcs.end(), pc);
    return found == pcs.end() ? pcs.size() : static_cast<size_t>(found - pcs.begin());
}

Result<QemuProfile> profile_of(const QemuLog& log, const LinuxFile& file, const Code& code) {
    return Follower(log, file, code).run();
}

}  // namespace sky::regfile
