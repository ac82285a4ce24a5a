#pragma once

#include <optional>
#include <string>

#include "host/regfile/access_graph.hpp"
#include "host/regfile/code.hpp"
#include "host/regfile/profile.hpp"
#include "sysc/model/regfile/register_file.hpp"
#include "sysc/model/rv32/side_table.hpp"

namespace sky::test {

/// A program and where its run went.
struct Profiled {
    regfile::ElfFile elf;
    regfile::Code code;
    regfile::Profile profile;
    regfile::AccessGraph graph;
};

/// Nothing, and a failure of the test, when it cannot be profiled.
[[nodiscard]] std::optional<Profiled> profiled(const std::string& path);

/// The track-steps of a timed run from reset to the end on the core, under what makes expected costs exact: operands
/// in program order, no forwarding.
[[nodiscard]] uint64_t simulated_track_steps(const regfile::ElfFile& elf, model::rf::Kind kind, bool rewind,
                                             const model::rv32::SideTable* side_table = nullptr);

}  // namespace sky::test
