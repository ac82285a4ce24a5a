#pragma once

#include <optional>
#include <string>

#include "host/cli/command.hpp"
#include "host/cli/kv_options.hpp"
#include "host/index/bench.hpp"

namespace sky::cli {

/// What was run, as the row of results names it.
struct KvLoad {
    IndexChoice index;
    std::string workload;                ///< "load", "a" ... "f", "trace"
    std::string distribution = "none";   ///< how records were picked
    std::optional<uint64_t> records{};   ///< none of a trace
    std::optional<std::string> trace{};  ///< its file
};

/// The row of results. Kinds of operations that did not occur have no means, and only put and get have all their
/// columns always.
[[nodiscard]] Row kv_row(const memory::MemorySession& session, const KvLoad& load,
                         const index::KvBenchResult& result);

}  // namespace sky::cli
