#pragma once

#include <optional>
#include <string>

#include "host/cli/command_line.hpp"
#include "host/offload/train/decoder.hpp"
#include "host/offload/train/trainer.hpp"

namespace sky::cli {

void add_train_options(CommandLine& line);

/// What is trained, on what, and for how long.
struct TrainRun {
    offload::TrainOptions options;
    uint64_t steps = 0;
    std::string tokens;  ///< one of the two is empty
    std::string text;
    std::optional<std::string> save;
};
/// The store, the log and what stops it are not set.
[[nodiscard]] Result<TrainRun> read_train_run(const CommandLine& line, uint64_t seed);

}  // namespace sky::cli
