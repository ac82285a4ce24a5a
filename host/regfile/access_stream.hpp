#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "host/regfile/code.hpp"
#include "host/regfile/profile.hpp"

namespace sky::regfile {

/// Turns the departures of a run into its register accesses, in program order, a straight piece of code at a time.
/// `Sink` is called with the pc of the first instruction of each piece and its accesses, as a span.
template <typename Sink>
class AccessStream final : public model::rv32::FlowObserver {
   public:
    AccessStream(const Code& code, uint64_t entry, Sink& sink) : code_(code), at_(entry), sink_(sink) {}

    void departs(Departure kind, uint32_t from, uint32_t to) override {
        if (kind == Departure::kInterrupt) {
            pass_to(from);
        } else {
            const Piece& piece = piece_to(from);
            sink_(at_, std::span<const uint8_t>(piece.accesses));
        }
        at_ = to;
    }

    /// What comes after the last departure, and the reads of the instruction at `next`.
    void finish(uint64_t next) {
        pass_to(next);
        if (const std::optional<Operation> operation = code_.at(next)) sink_(next, operation->read_list());
    }

   private:
    struct Piece {
        uint64_t first = 1;
        uint64_t last = 1;
        std::vector<uint8_t> accesses;
    };
    static constexpr uint32_t kRecent = 4096;

    /// From at_ up to and with the instruction at `last`.
    const Piece& piece_to(uint64_t last) {
        Piece& piece = recent_[(at_ >> 1 ^ last >> 4) % kRecent];
        if (piece.first != at_ || piece.last != last) {
            piece = {.first = at_, .last = last, .accesses = {}};
            add(piece.accesses, at_, last);
            if (const std::optional<Operation> operation = code_.at(last)) append(piece.accesses, *operation);
        }
        return piece;
    }
    void pass_to(uint64_t end) {
        std::vector<uint8_t> accesses;
        add(accesses, at_, end);
        sink_(at_, std::span<const uint8_t>(accesses));
    }
    void add(std::vector<uint8_t>& accesses, uint64_t from, uint64_t to) const {
        while (from < to) {
            const std::optional<Operation> operation = code_.at(from);
            if (!operation) return;
            append(accesses, *operation);
            from += operation->length;
        }
    }
    static void append(std::vector<uint8_t>& accesses, const Operation& operation) {
        const auto list = operation.access_list();
        accesses.insert(accesses.end(), list.begin(), list.end());
    }

    const Code& code_;
    uint64_t at_;
    Sink& sink_;
    std::vector<Piece> recent_{kRecent};
};

/// Runs the program once more and gives its accesses to `sink`.
template <typename Sink>
[[nodiscard]] Status stream_accesses(const ElfFile& elf, const ProfileConfig& config, Sink& sink) {
    const Code code(elf);
    AccessStream<Sink> stream(code, elf.entry(), sink);
    const Result<ProfileRun> run = observe_program(elf, config, stream);
    if (!run.ok()) return run.status();
    stream.finish(*run.value().profile.next);
    return {};
}

}  // namespace sky::regfile
