#include "host/memory/request_runner.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sky::memory {

RequestRunner::RequestRunner(MemorySession& session, const RunnerConfig& config)
    : session_(&session), config_(config), written_(session.geometry()) {}

void RequestRunner::submit(const TraceRecord& record) {
    Expected expected;
    expected.request = ++requests_;
    expected.command = record.command;
    expected.command.row = static_cast<uint32_t>(record.command.row % config_.rows);
    if (record.command.op == Op::kRead) ++reads_;
    if (record.command.op == Op::kWrite) ++writes_;
    if (config_.check) remember(record, expected);
    expected.id = session_->submit(expected.command, record.data);
    under_way_.push_back(std::move(expected));
    take_finished();
}

void RequestRunner::drain() {
    session_->drain();
    take_finished();
}

/// Requests that touch a common word never pass each other, so the words expected are those written so far.
void RequestRunner::remember(const TraceRecord& record, Expected& expected) {
    const Command& command = expected.command;
    if (command.op != Op::kRead && command.op != Op::kWrite && command.op != Op::kErase) return;
    if (!written_.whole(command, record.data.size())) return;  // will be refused
    written_.each(command, [&](uint64_t index, size_t k) {
        if (command.op == Op::kRead)
            expected.words.push_back(written_.read(index));
        else
            written_.write(index, command.op == Op::kWrite ? record.data[k] : 0);
    });
}

void RequestRunner::take_finished() {
    while (const std::optional<Finished> finished = session_->poll()) {
        const auto found = std::find_if(under_way_.begin(), under_way_.end(),
                                        [&](const Expected& expected) { return expected.id == finished->id; });
        if (found == under_way_.end()) continue;
        latency_.add(finished->done_cycle - finished->submit_cycle);
        if (failure_.empty()) compare(*finished, *found);
        under_way_.erase(found);
    }
}

void RequestRunner::compare(const Finished& finished, const Expected& expected) {
    const Command& command = expected.command;
    const std::string place = session_->geometry().mapping() == Mapping::kWord
                                  ? fmt::format("track {}", command.row)
                                  : fmt::format("row {}, site {}", command.row, command.site);
    const auto describe = [&](const std::string& what) {
        failure_ = fmt::format("request {} ({} of {}, segments {:#x}): {}", expected.request,
                               model::to_string(command.op), place, command.seg_mask, what);
    };
    if (finished.status != RspStatus::kOk) {
        describe(fmt::format("refused, {}", model::to_string(finished.status)));
        refused_ = true;
        return;
    }
    if (!config_.check || command.op != Op::kRead) return;
    for (size_t k = 0; k < expected.words.size(); ++k) {
        if (k < finished.words.size() && finished.words[k] == expected.words[k]) continue;
        describe(fmt::format("word {} read as {:#x}, last written as {:#x}", k,
                             k < finished.words.size() ? finished.words[k] : 0, expected.words[k]));
        return;
    }
}

}  // namespace sky::memory
