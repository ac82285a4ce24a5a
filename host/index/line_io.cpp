#include "host/index/line_io.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/index/bits.hpp"

namespace sky::index {
namespace {

using memory::Command;
using memory::Op;

struct CauseInfo {
    const char* name;
    const char* description;
    bool reads;
    bool writes;
};

constexpr std::array<CauseInfo, kCauses> kInfo = {{
    {"pivot_search", "keys of children, to choose where to go down", true, false},
    {"child_id", "child ids, which are data on the device", true, false},
    {"leaf_search", "keys in leaves, to find the place of another one", true, false},
    {"buffer_scan", "keys in message buffers, by gets", true, false},
    {"flush_key", "keys of buffered messages, by flushes", true, false},
    {"flush_value", "values of messages that go down", true, false},
    {"flush_move", "messages put into the buffer below", false, true},
    {"leaf_entry", "entries put into leaves", false, true},
    {"message", "messages put into the root's buffer", false, true},
    {"pivot", "new keys and child ids in internal nodes", false, true},
    {"split", "words moved by splits and merges of nodes, or read to know whether they move", true, true},
    {"pair", "entries that share their segment with one to be written", true, false},
    {"store", "values in the value store, by everything but gets and ranges", true, true},
    {"erase", "what is freed, where removal is not lazy", false, false},
    {"answer", "values returned by gets and ranges", true, false},
    {"range", "keys that ranges look at", true, false},
    {"compact", "what compaction looks at and moves", true, true},
    {"log", "the log of a durable index", false, true},
    {"recovery", "what opening a durable index reads", true, false},
    {"verify", "keys and child ids that verify looks at", true, false},
}};

}  // namespace

const memory::Finished& LineIo::execute(Command command, LineId line, std::span<const uint64_t> data) {
    const NodeLayout::Address address = layout_->address(physical(line));
    command.row = address.row;
    command.site = address.site;
    const memory::Finished& done = session_->execute(command, data);
    if (done.status != memory::RspStatus::kOk) throw memory::WordRefused(done.status);
    return done;
}

void LineIo::read(LineId line, uint64_t mask, LineWords& words, Cause cause) {
    words.mask = mask;
    if (mask == 0) return;
    if (!parallel_) {
        each_bit(mask, [&](uint32_t segment) { words.at[segment] = read_word(line, segment, cause); });
        return;
    }
    const memory::Finished& done = execute({.op = Op::kRead, .seg_mask = mask}, line, {});
    auto word = done.words.begin();
    each_bit(mask, [&](uint32_t segment) { words.at[segment] = *word++; });
    count(cause).words_read += done.words.size();
    ++count(cause).passes;
}

uint64_t LineIo::read_word(LineId line, uint32_t segment, Cause cause) {
    ++count(cause).words_read;
    ++count(cause).passes;
    return execute({.op = Op::kRead, .seg_mask = bit(segment)}, line, {}).words.front();
}

void LineIo::write(LineId line, const LineWords& words, Cause cause) {
    if (words.mask == 0) return;
    if (!parallel_) {
        each_bit(words.mask, [&](uint32_t segment) { write_word(line, segment, words.at[segment], cause); });
        return;
    }
    std::array<uint64_t, 64> data;  // NOLINT: filled as far as it is used
    size_t size = 0;
    each_bit(words.mask, [&](uint32_t segment) { data[size++] = words.at[segment]; });
    execute({.op = Op::kWrite, .write_alg = alg_, .seg_mask = words.mask}, line, std::span(data).first(size));
    count(cause).words_written += size;
    ++count(cause).passes;
}

void LineIo::write_word(LineId line, uint32_t segment, uint64_t word, Cause cause) {
    execute({.op = Op::kWrite, .write_alg = alg_, .seg_mask = bit(segment)}, line, {&word, 1});
    ++count(cause).words_written;
    ++count(cause).passes;
}

void LineIo::erase(LineId line, uint64_t mask, Cause cause) {
    if (mask == 0) return;
    const auto one_pass = [&](uint64_t segments) {
        execute({.op = Op::kErase, .seg_mask = segments}, line, {});
        ++count(cause).passes;
    };
    if (parallel_)
        one_pass(mask);
    else
        each_bit(mask, [&](uint32_t segment) { one_pass(bit(segment)); });
}

uint64_t LineIo::in_range(LineId line, uint64_t mask, uint64_t low, uint64_t high, Cause cause) {
    if (mask == 0) return 0;
    if (scans_in_array_) {
        const std::array<uint64_t, 2> bounds{low, high};
        const memory::Finished& done = execute({.op = Op::kScan, .seg_mask = mask}, line, bounds);
        ++count(cause).passes;
        return mask & ~done.words[0] & (done.words[2] | done.words[3]);
    }
    read(line, mask, scratch_, cause);
    uint64_t found = 0;
    each_bit(mask, [&](uint32_t segment) {
        if (scratch_.at[segment] >= low && scratch_.at[segment] <= high) found |= bit(segment);
    });
    return found;
}

void LineIo::swap(LineId a, LineId b) {
    for (auto line = static_cast<LineId>(physical_.size()); line <= std::max(a, b); ++line) physical_.push_back(line);
    std::swap(physical_[a], physical_[b]);
}

void LineIo::add_statistics(stats::Group& group) const {
    for (size_t i = 0; i < kCauses; ++i) {
        const CauseInfo& cause = kInfo[i];
        if (cause.reads)
            group.count(fmt::format("{}_reads", cause.name), counts_[i].words_read, "words",
                        fmt::format("words read: {}", cause.description));
        if (cause.writes)
            group.count(fmt::format("{}_writes", cause.name), counts_[i].words_written, "words",
                        fmt::format("words written: {}", cause.description));
        group.count(fmt::format("{}_passes", cause.name), counts_[i].passes, "requests",
                    fmt::format("requests to the memory: {}", cause.description));
    }
}

}  // namespace sky::index
