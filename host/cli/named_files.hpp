#pragma once

#include <span>
#include <string>

#include "host/memory/status.hpp"

namespace sky::cli {

/// A file that the command line names.
struct NamedFile {
    std::string option;  ///< "--record", or "the trace"
    std::string path;
    bool written = false;
    std::string may_replace{};  ///< the option whose file it may be written over
};

/// Whether each file that is written is one of its own: neither another that is written nor one that is read, by
/// whatever names and links they are reached. Touches none.
[[nodiscard]] Status check_apart(std::span<const NamedFile> files);

}  // namespace sky::cli
