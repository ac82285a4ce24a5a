#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/cli/config.hpp"
#include "host/index/index.hpp"
#include "host/index/operation.hpp"
#include "host/memory/status.hpp"

namespace sky::cli {

/// What a store of kv was made with: the records of its load and the whole configuration. It lies in the store as
/// text:
///
///     note = "skytrack kv store 1\n" line*        line = name " = " value "\n"
///
/// with the names index, records, value_bytes and seed, and every key of the configuration.
struct KvNote {
    index::Kind kind{};
    uint64_t records = 0;
    uint32_t value_bytes = 0;
    uint64_t seed = 0;
    std::vector<Assignment> config;  ///< their place is the store

    [[nodiscard]] std::string text() const;
    /// Errors name the place, which is `shown`.
    static Result<KvNote> parse(const std::string& text, const std::string& shown);
    /// Of the store in the folder, which is not opened; none when the folder holds no store.
    static Result<std::optional<KvNote>> read(const std::string& folder);
};

}  // namespace sky::cli
