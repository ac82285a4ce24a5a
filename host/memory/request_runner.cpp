#include "host/memory/request_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

#include "sysc/model/segments.hpp"

namespace sky::memory {

RequestRunner::RequestRunner(MemorySession& session, const RunnerConfig& config)
    : session_(&session), config_(config), written_(session.geometry()) {
    if (config.check) session.each_row([this](const StoredRow& row) { know(row); });
}

/// What an image has loaded, in the words in which it is answered.
void RequestRunner::know(const StoredRow& row) {
    const Geometry& geometry = session_->geometry();
    uint64_t* words = written_.touch(row.row).words;
    std::copy(row.words.begin(), row.words.end(), words);
    model::each_segment(row.flags, [&](uint32_t segment, uint32_t) { words[segment] ^= geometry.word_mask(); });
}

void RequestRunner::submit(const TraceRecord& record) {
    next_place() = record;
    submit_placed();
}

void RequestRunner::submit_placed() {
    Command& command = held_[held_count_++].command;
    if (command.row >= config_.rows) command.row = static_cast<uint32_t>(command.row % config_.rows);
    ++requests_;
    if (command.op == Op::kRead) ++reads_;
    if (command.op == Op::kWrite) ++writes_;
    if (held_count_ == kBatch) hand_in_batch();
}

void RequestRunner::drain() {
    hand_in_batch();
    session_->drain();
    take_finished();
}

/// Many prefetches one after the other overlap in the host's page walks and memory, single ones wait for each.
void RequestRunner::hand_in_batch() {
    const std::span<const TraceRecord> batch(held_.data(), std::exchange(held_count_, 0));
    for (const TraceRecord& record : batch) {
        session_->prefetch_row(record.command.row);
        if (config_.check) written_.prefetch(record.command.row);
    }
    for (const TraceRecord& record : batch) prefetch_words(record.command);
    for (const TraceRecord& record : batch) hand_in(record);
}

void RequestRunner::prefetch_words(const Command& command) const {
    session_->prefetch_words(command);
    if (!config_.check || command.seg_mask == 0) return;
    const auto segment = static_cast<uint32_t>(std::countr_zero(command.seg_mask));
    written_.prefetch_words(command.row, written_.word_index(segment, command.site), false);
}

void RequestRunner::hand_in(const TraceRecord& record) {
    Expected& expected = new_expected();
    expected.request = ++handed_in_;
    expected.command = record.command;
    expected.words.clear();
    if (config_.check) remember(record, expected);
    if (session_->config().outstanding == 1) {
        settle(session_->execute(expected.command, record.data), expected);
        --under_way_count_;
    } else {
        expected.id = session_->submit(expected.command, record.data);
        take_finished();
    }
}

RequestRunner::Expected& RequestRunner::new_expected() {
    if (under_way_count_ == under_way_.size()) under_way_.emplace_back();
    return under_way_[under_way_count_++];
}

/// Requests that touch a common word never pass each other, so the words expected are those written so far.
void RequestRunner::remember(const TraceRecord& record, Expected& expected) {
    const Command& command = expected.command;
    const Geometry& geometry = session_->geometry();
    if (command.op == Op::kBarrier || command.op == Op::kScan) return;
    if (MemorySession::check(session_->config(), command) != RspStatus::kOk) return;
    const uint32_t beats = geometry.beats_per_segment();
    uint64_t* words = command.op == Op::kRead ? nullptr : written_.touch(command.row).words;
    model::each_segment(command.seg_mask, [&](uint32_t segment, uint32_t k) {
        for (uint32_t beat = 0; beat < beats; ++beat) {
            if (words == nullptr) {
                expected.words.push_back(written_.word(command.row, segment, command.site, beat));
                continue;
            }
            words[written_.word_index(segment, command.site, beat)] =
                command.op == Op::kWrite ? record.data[k * beats + beat] & geometry.word_mask() : 0;
        }
    });
}

void RequestRunner::take_finished() {
    while (const Finished* finished = session_->take()) {
        const auto end = under_way_.begin() + static_cast<std::ptrdiff_t>(under_way_count_);
        const auto found = std::find_if(under_way_.begin(), end,
                                        [&](const Expected& expected) { return expected.id == finished->id; });
        if (found == end) continue;
        settle(*finished, *found);
        std::swap(*found, under_way_[--under_way_count_]);
    }
}

void RequestRunner::settle(const Finished& finished, const Expected& expected) {
    latency_.add(finished.done_cycle - finished.submit_cycle);
    if (finished.status == RspStatus::kPositionLost) {
        ++position_lost_;
        return;
    }
    if (failure_.empty()) compare(finished, expected);
}

void RequestRunner::compare(const Finished& finished, const Expected& expected) {
    if (finished.status != RspStatus::kOk) {
        fail(expected, fmt::format("refused, {}", model::to_string(finished.status)));
        refusal_ = finished.status;
        return;
    }
    if (expected.words.empty() || finished.words == expected.words) return;
    for (size_t k = 0; k < expected.words.size(); ++k) {
        if (k < finished.words.size() && finished.words[k] == expected.words[k]) continue;
        fail(expected, fmt::format("word {} read as {:#x}, last written as {:#x}", k,
                                   k < finished.words.size() ? finished.words[k] : 0, expected.words[k]));
        return;
    }
}

void RequestRunner::fail(const Expected& expected, const std::string& what) {
    const Command& command = expected.command;
    const std::string place = session_->geometry().mapping() == Mapping::kWord
                                  ? fmt::format("track {}", command.row)
                                  : fmt::format("row {}, site {}", command.row, command.site);
    failure_ = fmt::format("request {} ({} of {}, segments {:#x}): {}", expected.request,
                           model::to_string(command.op), place, command.seg_mask, what);
}

}  // namespace sky::memory
