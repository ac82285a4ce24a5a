#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "host/cli/command_line.hpp"
#include "host/cli/config.hpp"
#include "host/cli/exit_codes.hpp"
#include "host/cli/output_folder.hpp"
#include "host/cli/report.hpp"
#include "host/cli/row_stream.hpp"
#include "host/memory/compact_trace.hpp"
#include "host/memory/image.hpp"
#include "host/memory/pulse_trace.hpp"

namespace sky::cli {

/// What one subcommand was called with.
struct Call {
    std::span<const std::string> arguments;  ///< behind the subcommand's name
    std::string command_line;                ///< as it was typed
};

int mem_replay(const Call& call);
int mem_bench(const Call& call);
int mem_sweep(const Call& call);
int kv_bench(const Call& call);
int kv_load(const Call& call);
int kv_run(const Call& call);
int kv_dump(const Call& call);
int kv_verify(const Call& call);
int rf_compare(const Call& call);
int rf_place(const Call& call);
int rf_plan(const Call& call);
int rf_profile(const Call& call);
int rf_run(const Call& call);
int offload_plan(const Call& call);
int offload_train(const Call& call);
int offload_bench_pool(const Call& call);
int offload_bench_adam(const Call& call);
int offload_bench_check(const Call& call);
int offload_bench_io(const Call& call);
int wave(const Call& call);

/// Writes to standard output, and says when that has not arrived.
[[nodiscard]] Status print(const std::string& text);

/// What a command's own options add to the configuration.
using AdjustSources = std::function<Status(const CommandLine&, ConfigSources&)>;

/// The part every command has in common: options, configuration, session, files to write, and the report.
class Command {
   public:
    /// Reads the options in `line`, which has its own ones added. When done() afterwards, the command ends
    /// with exit_code(): help was printed, or an error.
    Command(CommandLine& line, const Call& call, const AdjustSources& adjust = {});

    [[nodiscard]] bool done() const { return exit_code_.has_value(); }
    [[nodiscard]] int exit_code() const { return exit_code_.value_or(kDone); }

    [[nodiscard]] const CommonOptions& common() const { return common_; }
    [[nodiscard]] const Config& config() const { return *config_; }
    [[nodiscard]] memory::MemorySession& session() const { return *session_; }

    /// Makes the folder of --out; from here on Ctrl-C is noted. For a command whose session is not one of start().
    Status prepare();
    /// prepare(), and starts the session.
    Status start(const memory::SessionConfig& config);
    /// From now on every request of the session goes into this trace.
    Status record(const std::string& path);
    /// From now on every pulse goes into this trace; the session was started for it.
    Status record_pulses(const std::string& path);
    /// What the memory holds at the end goes into this image.
    Status save_image(const std::string& path);
    /// Whether one of the traces cannot be written any more; finish() says why.
    [[nodiscard]] bool recording_failed() const {
        return (trace_ && trace_->failed()) || (pulses_ && pulses_->failed());
    }
    /// Closes the traces and the image and writes the report to the folder and to standard output.
    Status finish(const Report& report);

    /// Instead: the rows go out as they come, below `heading` as text. It begins at once; the command outlives it.
    Result<std::unique_ptr<RowStream>> stream(const std::string& heading);
    /// Ends the report; what was finished is in it.
    Status finish(RowStream& rows, bool interrupted);

    /// A report without results yet.
    [[nodiscard]] Report report() const;
    /// Prints the error and returns the exit code for it.
    int fail(const Status& status) const;

   private:
    Status read_options(const AdjustSources& adjust);
    Status finish_files();
    Status name_files();

    CommandLine* line_;
    Call call_;
    std::optional<int> exit_code_;
    CommonOptions common_;
    std::optional<Config> config_;
    std::unique_ptr<OutputFolder> folder_;
    std::unique_ptr<memory::TraceWriter> trace_;
    std::unique_ptr<memory::PulseTraceWriter> pulses_;
    std::unique_ptr<memory::ImageWriter> image_;
    std::unique_ptr<memory::MemorySession> session_;
};

}  // namespace sky::cli
