#include "host/cli/command.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "host/cli/named_files.hpp"
#include "host/cli/terminal.hpp"

namespace sky::cli {

Status print(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return {};
    return Status::error(
        fmt::format("cannot write to standard output: {}\n{}", std::strerror(errno),
                    errno == ENOSPC ? "free some space, or check where it goes" : "check where it goes"));
}

namespace {

/// Every file the options of any command name.
std::vector<NamedFile> named_files(const CommandLine& line, const CommonOptions& common) {
    std::vector<NamedFile> files;
    if (line.has("trace") && line.text("trace") != "-")
        files.push_back({.option = "the trace to replay", .path = line.text("trace")});
    if (line.has("elf")) files.push_back({.option = "the program", .path = line.text("elf")});
    if (line.has("elfs"))
        for (const std::string& path : line.texts("elfs")) files.push_back({.option = "a program", .path = path});
    if (line.has("plan")) files.push_back({.option = "--plan", .path = line.text("plan")});
    for (const char* name : {"tokens", "text", "profile", "probabilities", "placement", "qemu-log"})
        if (line.has(name) && line.text(name) != "-")
            files.push_back({.option = fmt::format("--{}", name), .path = line.text(name)});
    for (const std::string& path : common.config_files) files.push_back({.option = "--config", .path = path});
    if (line.has("load-image")) files.push_back({.option = "--load-image", .path = line.text("load-image")});
    for (const char* name :
         {"record", "save-image", "pulses", "ack", "output", "write-probabilities", "rewrite", "save"})
        if (line.has(name))
            files.push_back({.option = fmt::format("--{}", name), .path = line.text(name), .written = true});
    // An image is read to its end before one is written.
    for (NamedFile& file : files)
        if (file.option == "--save-image") file.may_replace = "--load-image";
    if (common.out.empty()) return files;
    for (const std::string& name : OutputFolder::names())
        files.push_back({.option = "--out", .path = common.out + "/" + name, .written = true});
    return files;
}

}  // namespace

Command::Command(CommandLine& line, const Call& call, const AdjustSources& adjust) : line_(&line), call_(call) {
    if (const Status status = read_options(adjust); !status.ok()) exit_code_ = fail(status);
}

Status Command::read_options(const AdjustSources& adjust) {
    if (Status status = line_->parse(call_.arguments); !status.ok()) return status;
    if (line_->has("help") || line_->has("version")) {
        exit_code_ = kDone;
        return print(line_->has("help") ? line_->help() : fmt::format("skytrack {}\n", SKY_VERSION));
    }
    Result<CommonOptions> common = CommonOptions::read(*line_);
    if (!common.ok()) return common.status();
    common_ = std::move(common.value());
    ConfigSources sources{
        .files = common_.config_files, .settings = common_.settings, .options = line_->assignments()};
    if (adjust)
        if (Status status = adjust(*line_, sources); !status.ok()) return status;
    Result<Config> config = Config::load(shipped_preset_folder(), sources);
    if (!config.ok()) return config.status();
    config_ = std::move(config.value());
    if (Status status = check_apart(named_files(*line_, common_)); !status.ok()) return status;
    if (!line_->has("print-config")) return {};
    exit_code_ = kDone;
    if (!common_.json) return print(config_->toml());
    nlohmann::ordered_json out;
    out["command"] = line_->about().name;
    out["version"] = SKY_VERSION;
    out["config"] = config_->json();
    return print(out.dump(2) + "\n");
}

Status Command::prepare() {
    watch_interrupt();  // before the first file is made
    if (!common_.out.empty()) {
        Result<std::unique_ptr<OutputFolder>> folder = OutputFolder::prepare(common_.out);
        if (!folder.ok()) return folder.status();
        folder_ = std::move(folder.value());
    }
    if (config_->text("device.energy_unit") == "arbitrary")
        print_note(
            "this device's energies are in arbitrary units, whatever fJ and pJ say beside them: compare ratios");
    return {};
}

Status Command::start(const memory::SessionConfig& config) {
    if (Status status = prepare(); !status.ok()) return status;
    Result<std::unique_ptr<memory::MemorySession>> session = memory::MemorySession::start(config);
    if (!session.ok()) {
        const std::string message = session.status().message();
        if (message.find('\n') != std::string::npos || message.find("; ") != std::string::npos)
            return session.status();  // says what to do
        return Status::error(
            fmt::format("{}\nuse --backend fast, or change the configuration: skytrack {} --print-config", message,
                        line_->about().name));
    }
    session_ = std::move(session.value());
    return {};
}

Status Command::record(const std::string& path) {
    // Of the configured array, not of one it is folded onto: the same configuration replays it.
    Result<std::unique_ptr<memory::TraceWriter>> writer =
        memory::TraceWriter::create(path, config_->session(common_.backend).geometry);
    if (!writer.ok()) return writer.status();
    trace_ = std::move(writer.value());
    session_->observe([trace = trace_.get()](const memory::Command& command, std::span<const uint64_t> data) {
        trace->add(command, data);
    });
    return {};
}

Status Command::record_pulses(const std::string& path) {
    Result<std::unique_ptr<memory::PulseTraceWriter>> writer =
        memory::PulseTraceWriter::create(path, session_->geometry());
    if (!writer.ok()) return writer.status();
    pulses_ = std::move(writer.value());
    session_->observe_pulses([pulses = pulses_.get()](const model::Pulse& pulse) { pulses->add(pulse); });
    return {};
}

Status Command::save_image(const std::string& path) {
    Result<std::unique_ptr<memory::ImageWriter>> writer = memory::ImageWriter::create(path, session_->geometry());
    if (!writer.ok()) return writer.status();
    image_ = std::move(writer.value());
    return {};
}

/// Everything that can fail for lack of space.
Status Command::finish_files() {
    if (image_) {
        session_->save_image(*image_);
        if (Status status = image_->finish(); !status.ok()) return status;
    }
    if (trace_)
        if (Status status = trace_->finish(); !status.ok()) return status;
    if (pulses_)
        if (Status status = pulses_->finish(); !status.ok()) return status;
    return {};
}

Status Command::name_files() {
    if (image_)
        if (Status status = image_->close(); !status.ok()) return status;
    if (trace_)
        if (Status status = trace_->close(); !status.ok()) return status;
    if (pulses_)
        if (Status status = pulses_->close(); !status.ok()) return status;
    return folder_ ? folder_->commit() : Status();
}

Status Command::finish(const Report& report) {
    // Everything that can fail for lack of space comes before the first file gets its name.
    if (folder_)
        if (Status status = folder_->write(report.json(true), report.text(true)); !status.ok()) return status;
    if (Status status = finish_files(); !status.ok()) return status;
    if (Status status = name_files(); !status.ok()) return status;
    return print(common_.json ? report.json(common_.verbose) : report.text(common_.verbose));
}

Result<std::unique_ptr<RowStream>> Command::stream(const std::string& heading) {
    Report head = report();
    head.interrupted = false;
    head.table = heading;
    auto rows = std::make_unique<RowStream>(std::move(head), common_.json, folder_.get());
    if (Status status = rows->begin(); !status.ok()) return status;
    return rows;
}

Status Command::finish(RowStream& rows, bool interrupted) {
    if (Status status = rows.end(interrupted); !status.ok()) return status;
    return name_files();
}

Report Command::report() const {
    return {.command = line_->about().name,
            .command_line = call_.command_line,
            .seed = common_.seed,
            .config = config_->json(),
            .rows = {},
            .table = {},
            .statistics = {},
            .charts = {},
            .interrupted = interrupted()};
}

int Command::fail(const Status& status) const {
    std::string message = status.message();
    // The remedy stands on a line of its own; messages from elsewhere put it behind a semicolon.
    const size_t semicolon = message.rfind("; ");
    if (message.find('\n') == std::string::npos && semicolon != std::string::npos)
        message.replace(semicolon, 2, 1, '\n');
    else if (message.find('\n') == std::string::npos)
        message += fmt::format("\nsee skytrack {} --help", line_->about().name);
    print_error(message);
    return kBadInput;
}

}  // namespace sky::cli
