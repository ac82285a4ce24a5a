#include <fmt/format.h>

#include "host/cli/command.hpp"
#include "host/cli/offload_train_options.hpp"
#include "host/cli/terminal.hpp"
#include "host/memory/new_file.hpp"

namespace sky::cli {

namespace {

using offload::TokenData;
using offload::Trainer;
using offload::TrainStep;

constexpr double kMebi = 1024.0 * 1024.0;

CommandHelp help() {
    return {
        .name = "offload train",
        .synopsis =
            "skytrack offload train --model-dir DIR | --config-preset NAME --tokens FILE | --text FILE [options]",
        .about =
            "Fine-tunes a decoder as Llama, Qwen2 and Qwen3 are, forward and backward, with AdamW. Weights, "
            "gradients "
            "and states\nare in memory, or on an SSD as ZeRO-Infinity keeps them, with MemAscend's mechanisms, or in "
            "tiles: the same numbers,\nbit by bit, in every mode, with every mechanism and any number of threads.",
        .examples =
            "  skytrack offload train --config-preset tiny --text /usr/share/common-licenses/GPL-3 --batch 4 --lr "
            "1e-3 "
            "--steps 200\n"
            "  skytrack offload train --model-dir models/mine --tokens data.i32 --batch 8 --seq 512 --save "
            "out.safetensors\n"
            "  skytrack offload train --model-dir models/mine --tokens data.i32 --mode tiled --store /mnt/nvme/run "
            "--tile-bytes 16MiB --json\n"
            "  skytrack offload train --model-dir models/mine --tokens data.i32 --mode memascend --pool uniform "
            "--activations ssd\n"};
}

Row row_of(const TrainStep& step, uint64_t device_bytes) {
    Row row;
    row.count("step", step.step, "");
    row.figure("loss", step.loss, "nats a token, before the step");
    row.figure("grad_norm", step.grad_norm, "norm of all gradients, before they are clipped");
    row.figure("loss_scale", step.loss_scale, "");
    row.count("peak_rss_bytes", step.peak_rss_bytes, "B of memory of the process, at most so far");
    row.count("pinned_bytes", step.pinned_bytes, "B of pinned memory, at most so far");
    row.count("device_bytes", device_bytes, "B of the device's memory");
    row.count("read_bytes", step.read_bytes, "B from the store in this step");
    row.count("written_bytes", step.written_bytes, "B to the store in this step");
    row.figure("tokens_per_second", step.tokens_per_second, "tokens a second of host time");
    return row;
}

std::string heading() {
    return fmt::format("{:>6}  {:>10}  {:>10}  {:>9}  {:>9}  {:>11}  {:>10}  {:>9}\n", "step", "loss", "grad norm",
                       "tokens/s", "read MiB", "written MiB", "pinned MiB", "RSS MiB");
}

std::string line_of(const TrainStep& step) {
    const auto mebi = [](uint64_t bytes) { return static_cast<double>(bytes) / kMebi; };
    return fmt::format("{:>6}  {:>10.6f}  {:>10.6f}  {:>9.0f}  {:>9.1f}  {:>11.1f}  {:>10.1f}  {:>9.1f}\n", step.step,
                       step.loss, step.grad_norm, step.tokens_per_second, mebi(step.read_bytes),
                       mebi(step.written_bytes), mebi(step.pinned_bytes), mebi(step.peak_rss_bytes));
}

Result<TokenData> read_data(const TrainRun& run) {
    const uint64_t vocabulary = run.options.model.shape.vocabulary;
    return run.text.empty() ? TokenData::read_tokens(run.tokens, vocabulary, run.options.length)
                            : TokenData::read_text(run.text, vocabulary, run.options.length);
}

/// Whether weights can be saved, before there is anything to lose.
Status check_saving(const std::optional<std::string>& path) {
    if (!path) return {};
    return memory::NewFile::create(*path).status();  // left again, without a trace
}

/// Steps until all are done, one was interrupted or failed, or their rows can no longer be written.
Status train(Trainer& trainer, uint64_t steps, RowStream& rows, Status& written) {
    Progress progress(steps, "steps");
    for (uint64_t i = 0; i < steps && written.ok() && !interrupted(); ++i) {
        const Result<std::optional<TrainStep>> step = trainer.step();
        if (!step.ok()) return step.status();
        if (!step.value()) break;
        const TrainStep& done = *step.value();
        progress.clear();
        written = rows.add(row_of(done, trainer.device_bytes()), line_of(done));
        progress.note(fmt::format("loss {:.4f}, {:.0f} tokens/s, RSS {:.0f} MiB, pinned {:.0f} MiB", done.loss,
                                  done.tokens_per_second, static_cast<double>(done.peak_rss_bytes) / kMebi,
                                  static_cast<double>(done.pinned_bytes) / kMebi));
        progress.update(i + 1);
    }
    return {};
}

int failed(const Status& status) {
    print_error(status.message());
    return kFailure;
}

void note_interrupt(const TrainRun& run, uint64_t steps) {
    print_note(fmt::format("interrupted after {} of {} steps; {}\nthe same command starts again from the beginning",
                           steps, run.steps,
                           steps == 0 ? "nothing was saved"
                           : run.save ? "their weights are in " + *run.save
                                      : "their weights are not kept without --save"));
}

}  // namespace

int offload_train(const Call& call) {
    CommandLine line(help());
    add_train_options(line);
    Command command(line, call);
    if (command.done()) return command.exit_code();
    Result<TrainRun> read = read_train_run(line, command.common().seed);
    if (!read.ok()) return command.fail(read.status());
    TrainRun& run = read.value();
    if (Status status = check_saving(run.save); !status.ok()) return command.fail(status);
    const Result<TokenData> data = read_data(run);
    if (!data.ok()) return command.fail(data.status());
    if (Status status = command.prepare(); !status.ok()) return command.fail(status);
    run.options.log = print_note;
    run.options.stop = interrupted;

    const Result<std::unique_ptr<Trainer>> trainer = Trainer::make(run.options, data.value());
    if (!trainer.ok() && !interrupted()) return command.fail(trainer.status());
    const Result<std::unique_ptr<RowStream>> rows = command.stream(heading());
    if (!rows.ok()) return command.fail(rows.status());
    Status written;
    const Status trained = trainer.ok() ? train(*trainer.value(), run.steps, *rows.value(), written) : Status();
    const bool stopped = interrupted();
    const uint64_t steps = rows.value()->rows();
    Status saved;
    if (trained.ok() && run.save && steps > 0) saved = trainer.value()->save(*run.save);
    if (written.ok()) written = command.finish(*rows.value(), stopped);
    if (!trained.ok()) return failed(trained);
    if (!saved.ok()) return failed(saved);
    if (!written.ok()) return command.fail(written);
    if (!stopped) return kDone;
    note_interrupt(run, steps);
    return kInterrupted;
}

}  // namespace sky::cli
