#pragma once

#include <functional>
#include <string>

#include "host/cli/command.hpp"
#include "host/memory/trace.hpp"

namespace sky::cli {

/// One stream of requests on its way through a session.
struct Stream {
    std::function<Result<bool>(memory::TraceRecord&)> next;  ///< false at the end
    uint64_t total = 0;                                      ///< 0: not known
    std::string write_alg;
};

/// Runs the stream on the command's session, prints and writes the report, and returns the exit code.
int run_stream(const CommandLine& line, Command& command, const Stream& stream);

}  // namespace sky::cli
