#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

#include "host/offload/available_memory.hpp"
#include "host/offload/io/aligned_buffer.hpp"
#include "host/offload/io/direct_store.hpp"
#include "host/offload/io/file_store.hpp"
#include "host/offload/io/fio.hpp"
#include "host/offload/io/scratch_folder.hpp"
#include "host/offload/median.hpp"
#include "host/offload/optimizer/adam_bench.hpp"
#include "host/offload/optimizer/adam_numbers.hpp"

namespace sky::offload {

namespace {

using Clock = std::chrono::steady_clock;
using Numbers = std::vector<float>;

constexpr uint64_t kStripeBytes = uint64_t{256} << 10;
constexpr uint64_t kPieceBytes = uint64_t{32} << 20;  // of the bound's reads and writes
constexpr uint64_t kStreamBytes = 4 * sizeof(float);  // of an element, read in a step; as many are written

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// A store with one kind of optimizer in it.
class Way {
   public:
    Way(std::string what, uint64_t buffer_bytes) : timing_{.what = std::move(what)}, buffer_(buffer_bytes) {}

    Status start(const AdamBenchOptions& options, std::span<const OptimizerTensor> tensors,
                 Result<std::unique_ptr<TensorStore>> store, bool tiled);
    Result<double> run(const AdamWStep& step);
    Status compare(const AdamBenchOptions& options, std::span<const OptimizerTensor> tensors, uint64_t steps);

    [[nodiscard]] std::span<std::byte> buffer() const { return buffer_.span(); }
    [[nodiscard]] AdamTiming timing(std::span<const double> bounds, uint64_t bytes) const;
    void count(double seconds) { seconds_.push_back(seconds); }

   private:
    Status fill(const AdamBenchOptions& options, std::span<const OptimizerTensor> tensors);

    AdamTiming timing_;
    AlignedBuffer buffer_;
    std::unique_ptr<TensorStore> store_;
    std::unique_ptr<OffloadedOptimizer> optimizer_;
    std::vector<double> seconds_;
    std::vector<double> compute_;
};

Status Way::start(const AdamBenchOptions& options, std::span<const OptimizerTensor> tensors,
                  Result<std::unique_ptr<TensorStore>> store, bool tiled) {
    if (!store.ok()) return store.status();
    store_ = std::move(store.value());
    const OffloadedOptions how{.adamw = {.threads = options.threads, .path = options.path},
                               .buffer = buffer_.span(),
                               .tile_elements = tile_elements_in(options.tile_bytes)};
    Result<std::unique_ptr<OffloadedOptimizer>> optimizer =
        tiled ? make_tiled_optimizer(*store_, tensors, how) : make_serial_optimizer(*store_, tensors, how);
    if (!optimizer.ok()) return optimizer.status();
    optimizer_ = std::move(optimizer.value());
    return fill(options, tensors);
}

Status Way::fill(const AdamBenchOptions& options, std::span<const OptimizerTensor> tensors) {
    uint64_t first = 0;
    for (size_t tensor = 0; tensor < tensors.size(); ++tensor) {
        const uint64_t count = tensors[tensor].elements;
        Numbers p(count);
        const Numbers zeros(count, 0);
        const AlignedBuffer gradient(count * sizeof(float));
        for (uint64_t i = 0; i < count; ++i) {
            p[i] = bench_weight(options.seed, first + i);
            const float number = bench_gradient(options.seed, first + i);
            std::memcpy(gradient.data() + i * sizeof number, &number, sizeof number);
        }
        first += count;
        if (Status status = optimizer_->write_state(tensor, p, zeros, zeros); !status.ok()) return status;
        for (size_t i = 0; i < store_->tensors().size(); ++i)
            if (store_->tensors()[i].name == tensors[tensor].name + ".gradient")
                if (Status status = store_->write(i, gradient.span()); !status.ok()) return status;
    }
    return store_->flush();
}

Result<double> Way::run(const AdamWStep& step) {
    const double compute_before = optimizer_->statistics().compute_seconds;
    const Clock::time_point start = Clock::now();
    if (Status status = optimizer_->step(step); !status.ok()) return status;
    const double seconds = seconds_since(start);
    compute_.push_back(optimizer_->statistics().compute_seconds - compute_before);
    return seconds;
}

/// With as many steps in memory, bit by bit.
Status Way::compare(const AdamBenchOptions& options, std::span<const OptimizerTensor> tensors, uint64_t steps) {
    uint64_t first = 0;
    for (size_t tensor = 0; tensor < tensors.size(); ++tensor) {
        const uint64_t count = tensors[tensor].elements;
        Numbers p(count), m(count, 0), v(count, 0), gradient(count), found_p(count), found_m(count), found_v(count);
        for (uint64_t i = 0; i < count; ++i) {
            p[i] = bench_weight(options.seed, first + i);
            gradient[i] = bench_gradient(options.seed, first + i);
        }
        first += count;
        for (uint64_t step = 1; step <= steps; ++step)
            adamw(p, m, v, gradient, {.step = step}, {.threads = options.threads, .path = options.path});
        if (Status status = optimizer_->read_state(tensor, {.p = found_p, .m = found_m, .v = found_v}); !status.ok())
            return status;
        const auto differ = [](const Numbers& a, const Numbers& b) {
            return std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) != 0;
        };
        if (differ(p, found_p) || differ(m, found_m) || differ(v, found_v))
            return Status::error(fmt::format(
                "'{}': after {} steps tensor '{}' differs from the same steps in memory\nthis is a defect",
                timing_.what, steps, tensors[tensor].name));
    }
    return {};
}

AdamTiming Way::timing(std::span<const double> bounds, uint64_t bytes) const {
    AdamTiming timing = timing_;
    timing.bytes = bytes;
    timing.seconds = median(seconds_);
    timing.compute_seconds = median({compute_.end() - static_cast<ptrdiff_t>(seconds_.size()), compute_.end()});
    std::vector<double> ratios;
    for (size_t round = 0; round < seconds_.size(); ++round) ratios.push_back(bounds[round] / seconds_[round]);
    timing.of_bound = median(ratios);
    return timing;
}

/// Reads one half of a device and writes the other, as many bytes as a step does.
class DiskBound {
   public:
    DiskBound(std::string path, const AdamBenchOptions& options)
        : path_(std::move(path)),
          options_(options),
          bytes_(round_up(options.elements * kStreamBytes, kPieceBytes)),
          buffer_(4 * kPieceBytes) {}

    Status start();
    /// What the bytes of a step take. Both ways are the medians' own.
    Result<double> run_own();
    Result<double> run_fio_mix() const;

   private:
    std::string path_;
    AdamBenchOptions options_;
    uint64_t bytes_;
    AlignedBuffer buffer_;
    std::unique_ptr<TensorStore> store_;
};

Status DiskBound::start() {
    for (uint64_t at = 0; at < buffer_.size(); at += sizeof(float)) {
        const float number = bench_number(options_.seed, at);
        std::memcpy(buffer_.data() + at, &number, sizeof number);
    }
    DirectOptions direct;
    direct.devices = {path_};
    direct.stripe_bytes = kStripeBytes;
    direct.checksums = false;
    direct.io.depth = options_.depth;
    direct.io.buffers = {buffer_.span()};
    direct.io.log = options_.log;
    Result<std::unique_ptr<DirectStore>> store = DirectStore::make(
        std::vector<TensorSpec>{{.name = "read", .bytes = bytes_}, {.name = "written", .bytes = bytes_}}, direct);
    if (!store.ok()) return store.status();
    store_ = std::move(store.value());
    for (uint64_t at = 0; at < bytes_; at += kPieceBytes)
        if (Status status = store_->start_write(0, at, buffer_.span().first(kPieceBytes)).get(); !status.ok())
            return status;
    return store_->flush();
}

Result<double> DiskBound::run_own() {
    std::future<Status> moving[4];  // two reads and two writes
    Status failed;
    const auto finish = [&](std::future<Status>& one) {
        if (!one.valid()) return;
        Status status = one.get();
        if (failed.ok()) failed = std::move(status);
    };
    const Clock::time_point start = Clock::now();
    for (uint64_t at = 0; at < bytes_; at += kPieceBytes) {
        const uint64_t half = at / kPieceBytes % 2;
        for (const uint64_t which : {half, 2 + half}) finish(moving[which]);
        moving[half] = store_->start_read(0, at, buffer_.span().subspan(half * kPieceBytes, kPieceBytes));
        moving[2 + half] = store_->start_write(1, at, buffer_.span().subspan((2 + half) * kPieceBytes, kPieceBytes));
    }
    for (std::future<Status>& one : moving) finish(one);
    if (!failed.ok()) return failed;
    return seconds_since(start);
}

Result<double> DiskBound::run_fio_mix() const {
    const Result<IoRate> rate = run_fio({.file = path_,
                                         .offset = 0,
                                         .bytes = 2 * bytes_,
                                         .block_bytes = kStripeBytes,
                                         .depth = options_.depth,
                                         .seconds = options_.fio_seconds,
                                         .both = true});
    if (!rate.ok()) return rate.status();
    return 2 * static_cast<double>(bytes_) * rate.value().seconds / static_cast<double>(rate.value().bytes);
}

class Bench {
   public:
    explicit Bench(const AdamBenchOptions& options) : options_(options), has_fio_(options.fio_seconds > 0) {
        for (uint64_t i = 0; i < options.tensors; ++i) {
            // Uneven sizes, so that the last tile of each is a piece of one.
            const uint64_t rest = i + 1 == options.tensors ? options.elements % options.tensors : 0;
            tensors_.push_back({.name = fmt::format("tensor{}", i),
                                .elements = options.elements / options.tensors + rest,
                                .decays = true});
        }
    }

    Status prepare();
    Result<std::vector<AdamTiming>> run(const std::function<bool()>& go_on);

   private:
    Status add_tiled(const std::string& what, const std::string& device, bool checksums);
    Status add_serial();
    /// Two stores for tiles and one of files, each with p, m, v, gradient and weight; what is read and written for
    /// the bound; some for tables.
    [[nodiscard]] uint64_t disk_bytes() const {
        return options_.elements * (sizeof(float) * 3 * 5 + 2 * kStreamBytes) + (uint64_t{64} << 20);
    }
    /// The buffers, and p, m, v and gradient of a tensor twice to compare them.
    [[nodiscard]] uint64_t memory_bytes() const {
        return 2 * tiled_buffer_bytes(tile_elements_in(options_.tile_bytes)) + serial_buffer_bytes(tensors_) +
               8 * tensors_.back().elements * sizeof(float) + 4 * kPieceBytes;
    }
    [[nodiscard]] IoOptions io(const Way& way) const {
        IoOptions io;
        io.depth = options_.depth;
        io.buffers = {way.buffer()};
        io.log = options_.log;
        return io;
    }
    Result<bool> round(uint64_t number, const std::function<bool()>& go_on);
    [[nodiscard]] std::vector<AdamTiming> evaluate() const;

    AdamBenchOptions options_;
    std::vector<OptimizerTensor> tensors_;
    std::unique_ptr<ScratchFolder> folder_;  // goes last
    std::unique_ptr<DiskBound> bound_;
    std::vector<std::unique_ptr<Way>> ways_;
    bool has_fio_;
    std::vector<double> own_;
    std::vector<double> fio_;
    uint64_t steps_ = 0;
};

Status Bench::add_tiled(const std::string& what, const std::string& device, bool checksums) {
    ways_.push_back(std::make_unique<Way>(what, tiled_buffer_bytes(tile_elements_in(options_.tile_bytes))));
    DirectOptions direct;
    direct.devices = {folder_->path() + "/" + device};
    direct.stripe_bytes = kStripeBytes;
    direct.checksums = checksums;
    direct.io = io(*ways_.back());
    Result<std::unique_ptr<DirectStore>> store = DirectStore::make(tiled_specs(tensors_), direct);
    if (!store.ok()) return store.status();
    return ways_.back()->start(options_, tensors_, std::unique_ptr<TensorStore>(std::move(store.value())), true);
}

Status Bench::add_serial() {
    ways_.push_back(std::make_unique<Way>("serial step, files", serial_buffer_bytes(tensors_)));
    return ways_.back()->start(options_, tensors_,
                               open_file_store(serial_specs(tensors_), {.folder = folder_->path() + "/files",
                                                                        .request_bytes = kStripeBytes,
                                                                        .io = io(*ways_.back())}),
                               false);
}

Status Bench::prepare() {
    if (Status status = check_memory(memory_bytes()); !status.ok()) return status;
    Result<std::unique_ptr<ScratchFolder>> folder = ScratchFolder::make(options_.folder, disk_bytes());
    if (!folder.ok()) return folder.status();
    folder_ = std::move(folder.value());
    bound_ = std::make_unique<DiskBound>(folder_->path() + "/bound", options_);
    if (Status status = bound_->start(); !status.ok()) return status;
    if (Status status = add_tiled("tiled step", "tiled", true); !status.ok()) return status;
    if (Status status = add_tiled("tiled step, no checksums", "unchecked", false); !status.ok()) return status;
    return add_serial();
}

/// Forwards and backwards in turn, the bound at one end. False when it was to end.
Result<bool> Bench::round(uint64_t number, const std::function<bool()>& go_on) {
    std::vector<double> seconds(ways_.size() + 2, 0);
    for (size_t i = 0; i < seconds.size(); ++i) {
        if (!go_on()) return false;
        const size_t place = number % 2 == 0 ? i : seconds.size() - 1 - i;
        std::this_thread::sleep_for(options_.pause);
        Result<double> taken = 0.0;
        if (place == 0) taken = bound_->run_own();
        if (place == 1 && has_fio_) taken = bound_->run_fio_mix();
        if (place > 1) taken = ways_[place - 2]->run({.step = steps_ + 1});
        if (!taken.ok() && place == 1) {
            has_fio_ = false;
            if (options_.log) options_.log("without fio the disk's bound is our own: " + taken.status().message());
            continue;
        }
        if (!taken.ok()) return taken.status();
        seconds[place] = taken.value();
    }
    ++steps_;
    if (number == 0) return true;  // threads and files have just been made
    own_.push_back(seconds[0]);
    if (has_fio_) fio_.push_back(seconds[1]);
    for (size_t i = 0; i < ways_.size(); ++i) ways_[i]->count(seconds[i + 2]);
    return true;
}

std::vector<AdamTiming> Bench::evaluate() const {
    const uint64_t bytes = 2 * options_.elements * kStreamBytes;
    // The one that is faster in the median: the better of the two in each round would be better than the disk.
    const bool fio_is_bound = has_fio_ && median(fio_) < median(own_);
    const std::vector<double>& bounds = fio_is_bound ? fio_ : own_;
    std::vector<AdamTiming> timings;
    const auto add_bound = [&](const std::string& what, const std::vector<double>& seconds) {
        std::vector<double> ratios;
        for (size_t i = 0; i < seconds.size(); ++i) ratios.push_back(bounds[i] / seconds[i]);
        timings.push_back({.what = what, .bytes = bytes, .seconds = median(seconds), .of_bound = median(ratios)});
    };
    add_bound("disk, read and write", own_);
    if (has_fio_) add_bound("disk, fio", fio_);
    for (const auto& way : ways_) timings.push_back(way->timing(bounds, bytes));
    return timings;
}

Result<std::vector<AdamTiming>> Bench::run(const std::function<bool()>& go_on) {
    for (uint32_t number = 0; number <= options_.rounds; ++number) {
        const Result<bool> whole = round(number, go_on);
        if (!whole.ok()) return whole.status();
        if (!whole.value()) return own_.empty() ? std::vector<AdamTiming>{} : evaluate();
    }
    for (const auto& way : ways_)
        if (Status status = way->compare(options_, tensors_, steps_); !status.ok()) return status;
    return evaluate();
}

}  // namespace

Result<std::vector<AdamTiming>> bench_adam_offloaded(const AdamBenchOptions& options,
                                                     const std::function<bool()>& go_on) {
    if (options.tensors == 0 || options.elements / options.tensors == 0)
        return Status::error(fmt::format("{} elements are shared out among {} tensors\ntake an element for each",
                                         options.elements, options.tensors));
    if (tile_elements_in(options.tile_bytes) == 0)
        return Status::error(fmt::format("a tile of {} bytes holds no block\ntake {} or more", options.tile_bytes,
                                         kOptimizerBlock * kStateBytes));
    Bench bench(options);
    if (Status status = bench.prepare(); !status.ok()) return status;
    return bench.run(go_on);
}

}  // namespace sky::offload
