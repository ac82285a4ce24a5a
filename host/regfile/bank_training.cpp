#include "host/regfile/bank_training.hpp"

#include "host/regfile/access_graph.hpp"
#include "host/regfile/access_stream.hpp"
#include "host/regfile/block_graph.hpp"

namespace sky::regfile {

namespace {

constexpr uint64_t kWanted = 32'000;  // accesses of each program

}  // namespace

Result<BankSample> bank_sample(const ElfFile& elf, uint64_t max_instructions,
                               const std::function<bool(uint64_t instructions)>& advance) {
    const ProfileConfig config{.max_instructions = max_instructions, .console = {}, .advance = advance};
    const Result<ProfileRun> run = profile_program(elf, config);
    if (!run.ok()) return run.status();
    const Result<BlockGraph> blocks = BlockGraph::make(Code(elf), run.value().profile);
    if (!blocks.ok()) return blocks.status();
    const uint64_t accesses = AccessGraph::make(blocks.value()).accesses();
    AccessSample sample(accesses, kWanted);
    if (Status status = stream_accesses(elf, config, sample); !status.ok()) return status;
    BankSample out{.accesses = {sample.accesses().begin(), sample.accesses().end()}};
    const auto instructions = static_cast<double>(run.value().profile.instructions);
    out.weight = static_cast<double>(accesses) / (instructions * static_cast<double>(out.accesses.size()));
    return out;
}

}  // namespace sky::regfile
