#pragma once

#include <functional>
#include <string>

#include "host/memory/status.hpp"
#include "host/regfile/block_graph.hpp"
#include "host/regfile/code.hpp"
#include "host/regfile/profile.hpp"

namespace sky::regfile {

/// A profile as JSON: its transfers, a checksum of the code that was executed, and for readers the blocks that follow
/// from them, each with its frequency and accesses in program order.
[[nodiscard]] Status save_profile(const std::string& path, const Profile& profile, const BlockGraph& blocks,
                                  const Code& code);

struct LoadedProfile {
    Profile profile;
    BlockGraph blocks;
};
/// Errors: the file is no profile, or one of other code.
[[nodiscard]] Result<LoadedProfile> load_profile(const std::string& path, const Code& code);
/// The same, with the code where the profile says that the program lay.
using CodeAt = std::function<Result<Code>(uint64_t load_address)>;
struct LoadedProgram {
    Code code;
    LoadedProfile profile;
};
[[nodiscard]] Result<LoadedProgram> load_profile(const std::string& path, const CodeAt& code_at);

}  // namespace sky::regfile
