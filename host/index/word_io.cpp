#include "host/index/word_io.hpp"

#include <fmt/format.h>

namespace sky::index {
namespace {

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
    {"split", "words moved by splits, or read to know whether they move", true, true},
    {"answer", "values returned by gets and ranges", true, false},
    {"range", "keys that ranges look at", true, false},
    {"verify", "keys and child ids that verify looks at", true, false},
}};

}  // namespace

void WordIo::add_statistics(stats::Group& group) const {
    for (size_t i = 0; i < kCauses; ++i) {
        const CauseInfo& cause = kInfo[i];
        if (cause.reads)
            group.count(fmt::format("{}_reads", cause.name), reads_[i], "words",
                        fmt::format("words read: {}", cause.description));
        if (cause.writes)
            group.count(fmt::format("{}_writes", cause.name), writes_[i], "words",
                        fmt::format("words written: {}", cause.description));
    }
}

}  // namespace sky::index
