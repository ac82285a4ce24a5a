#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "host/memory/status.hpp"
#include "host/regfile/qemu_profile.hpp"

namespace sky::regfile {

/// Turns the steps of a log into register accesses, in program order, a block at a time. `Sink` is called as that of
/// AccessStream; its pause() when the run leaves the file's code.
template <typename Sink>
class QemuAccesses {
   public:
    QemuAccesses(const Code& code, Sink& sink) : code_(code), sink_(sink) {}

    void take(const QemuLog::Step& step) {
        if (step.interrupts) {
            if (!code_.at(step.to)) sink_.pause();
            return;
        }
        const Piece& piece = piece_of(step);
        if (piece.inside) sink_(step.from, std::span<const uint8_t>(piece.accesses));
        if (piece.leaves) sink_.pause();
    }
    /// Of a block behind which the log says no more.
    void finish(const QemuLog::Point& last) {
        take(
            {.from = last.pc, .to = kNowhere, .most = last.most, .interrupts = false, .count = 1, .line = last.line});
    }

   private:
    static constexpr uint64_t kNowhere = ~uint64_t{1};
    static constexpr uint32_t kRecent = 8192;
    struct Piece {
        QemuLog::Step step{.from = 1};
        std::vector<uint8_t> accesses{};
        bool inside = false;
        bool leaves = false;
    };

    const Piece& piece_of(const QemuLog::Step& step) {
        Piece& piece = recent_[(step.from >> 1 ^ step.to << 3) % kRecent];
        if (piece.step == step) return piece;
        piece = {.step = step};
        piece.inside = code_.at(step.from).has_value();
        piece.leaves = !code_.at(step.to).has_value();
        if (!piece.inside) return piece;
        const StraightCode block = StraightCode::from(code_, step.from, step.most);
        const size_t executed = block.executed_before(step.to);
        for (size_t i = 0; i < executed; ++i) {
            const auto list = code_.at(block.pcs[i])->access_list();
            piece.accesses.insert(piece.accesses.end(), list.begin(), list.end());
        }
        return piece;
    }

    const Code& code_;
    Sink& sink_;
    std::vector<Piece> recent_{kRecent};
};

/// Reads the log once more and gives its accesses to `sink`. Errors: several threads, or what read_qemu_log() says.
template <typename Sink>
[[nodiscard]] Status stream_qemu_accesses(const std::string& path, const Code& code,
                                          const std::function<bool(uint64_t blocks)>& advance, Sink& sink) {
    QemuAccesses<Sink> accesses(code, sink);
    const Result<QemuLog> log = read_qemu_log(
        path, {.advance = advance, .step = [&accesses](const QemuLog::Step& step) { accesses.take(step); }});
    if (!log.ok()) return log.status();
    if (log.value().first.size() > 1)
        return Status::error(path +
                             ": several threads ran, which the oracle cannot take for one run\nadd --no-oracle");
    for (const QemuLog::Point& last : log.value().last) accesses.finish(last);
    return {};
}

}  // namespace sky::regfile
