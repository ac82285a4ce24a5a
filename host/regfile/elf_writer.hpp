#pragma once

#include <string>

#include "host/memory/status.hpp"
#include "host/regfile/elf_file.hpp"

namespace sky::regfile {

/// Writes the program as it is now, with its changes and added segments: the file that it was read from, sections and
/// symbols as they were, with other bytes where it was patched and the rest behind its end. It appears whole or not
/// at all.
///
/// Errors: the file it was read from is another one by now; `path` cannot be written.
[[nodiscard]] Status write_elf(const ElfFile& elf, const std::string& path);

}  // namespace sky::regfile
