#include "host/offload/io/io_bench.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <filesystem>
#include <memory>
#include <thread>

#include "host/memory/random.hpp"
#include "host/offload/io/aligned_buffer.hpp"
#include "host/offload/io/direct_store.hpp"
#include "host/offload/io/file_store.hpp"
#include "host/offload/io/layout.hpp"
#include "host/offload/io/loop_device.hpp"
#include "host/offload/io/scratch_folder.hpp"
#include "host/offload/median.hpp"

namespace sky::offload {

namespace {

constexpr double kGib = 1024.0 * 1024 * 1024;
/// Before every run: shared disks give credit for idle time, and fio takes its time to start.
constexpr std::chrono::seconds kPause{1};

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Bench {
   public:
    explicit Bench(const IoBenchOptions& options)
        : options_(options),
          // As many tensors under way as fill the queue, and one that follows.
          under_way_(options.depth * options.block_bytes / padded(options.tensor_bytes) + 2),
          buffers_(under_way_ * padded(options.tensor_bytes)) {
        memory::Random random(1);
        for (size_t at = 0; at < buffers_.size(); at += sizeof(uint64_t)) {
            const uint64_t word = random.next();
            std::memcpy(buffers_.data() + at, &word, sizeof word);
        }
        for (uint64_t i = 0; i < std::max<uint64_t>(options.bytes / options.tensor_bytes, 1); ++i)
            tensors_.push_back({.name = fmt::format("tensor{}", i), .bytes = options.tensor_bytes});
    }

    Status prepare();
    Result<std::vector<IoWay>> run(const std::function<bool()>& go_on);

   private:
    [[nodiscard]] IoOptions io() const {
        IoOptions io;
        io.depth = options_.depth;
        io.buffers = {buffers_.span()};
        io.log = options_.log;
        return io;
    }
    [[nodiscard]] DirectOptions direct() const {
        DirectOptions direct;
        direct.devices = {target_};
        direct.run_id = "bench-io";
        direct.stripe_bytes = options_.block_bytes;
        direct.allow_block_devices = direct.replace = options_.loop_device;
        direct.io = io();
        return direct;
    }
    [[nodiscard]] FileStoreOptions files() const {
        return {.folder = scratch_->path() + "/files", .request_bytes = options_.block_bytes, .io = io()};
    }
    Status write_all(TensorStore& store);
    Result<IoRate> stream(TensorStore& store);
    Result<IoRate> run_direct(bool checksums);
    Result<IoRate> run_files();
    Status prepare_checked_fio();
    [[nodiscard]] FioJob fio_job(bool checksums) const;
    Result<IoRate> run_way(const std::string& what);

    IoBenchOptions options_;
    uint64_t under_way_;
    AlignedBuffer buffers_;
    std::vector<TensorSpec> tensors_;
    std::unique_ptr<ScratchFolder> scratch_;
    std::unique_ptr<LoopDevice> loop_;
    std::unique_ptr<LoopDevice> checked_loop_;
    std::string target_;
    std::string checked_target_;  // of fio with checksums: they would not be those of the store
    uint64_t data_offset_ = 0;
    uint64_t data_bytes_ = 0;
};

Status Bench::write_all(TensorStore& store) {
    for (size_t i = 0; i < tensors_.size(); ++i)
        if (Status status = store.write(i, buffers_.span().first(padded(options_.tensor_bytes))); !status.ok())
            return status;
    return store.flush();
}

Status Bench::prepare() {
    const Result<Layout> layout = make_layout(tensors_, options_.block_bytes, 1);
    if (!layout.ok()) return layout.status();
    data_offset_ = kBlockBytes + 2 * layout.value().table_bytes;
    data_bytes_ = layout.value().device_bytes[0] - data_offset_;
    Result<std::unique_ptr<ScratchFolder>> scratch =
        ScratchFolder::make(options_.folder, 3 * layout.value().device_bytes[0]);
    if (!scratch.ok()) return scratch.status();
    scratch_ = std::move(scratch.value());
    target_ = scratch_->path() + "/device";
    if (options_.loop_device) {
        Result<std::unique_ptr<LoopDevice>> loop =
            LoopDevice::make(scratch_->path(), round_up(layout.value().device_bytes[0], uint64_t{1} << 20));
        if (!loop.ok()) return loop.status();
        loop_ = std::move(loop.value());
        target_ = loop_->path();
    } else {
        Result<std::unique_ptr<TensorStore>> store = open_file_store(tensors_, files());
        if (!store.ok()) return store.status();
        if (Status status = write_all(*store.value()); !status.ok()) return status;
    }
    const Result<std::unique_ptr<DirectStore>> store = DirectStore::make(tensors_, direct());
    if (!store.ok()) return store.status();
    if (Status status = write_all(*store.value()); !status.ok()) return status;
    return prepare_checked_fio();
}

FioJob Bench::fio_job(bool checksums) const {
    return {.file = checksums ? checked_target_ : target_,
            .offset = data_offset_,
            .bytes = data_bytes_,
            .block_bytes = options_.block_bytes,
            .depth = options_.depth,
            .seconds = options_.seconds,
            .write = options_.write,
            .checksums = checksums};
}

Status Bench::prepare_checked_fio() {
    checked_target_ = scratch_->path() + "/checked";
    if (loop_) {
        Result<std::unique_ptr<LoopDevice>> loop =
            LoopDevice::make(scratch_->path(), round_up(data_offset_ + data_bytes_, uint64_t{1} << 20));
        if (!loop.ok()) return loop.status();
        checked_loop_ = std::move(loop.value());
        checked_target_ = checked_loop_->path();
    }
    FioJob job = fio_job(true);
    job.write = job.once = true;
    return run_fio(job).status();
}

/// One tensor after the other, round and round.
Result<IoRate> Bench::stream(TensorStore& store) {
    using Clock = std::chrono::steady_clock;
    const uint64_t bytes = padded(options_.tensor_bytes);
    std::deque<std::future<Status>> moving;
    IoRate rate;
    Status status;
    const double cpu_before = cpu_seconds();
    const Clock::time_point start = Clock::now();
    const Clock::time_point end = start + std::chrono::seconds(options_.seconds);
    for (uint64_t i = 0; status.ok() && Clock::now() < end; ++i) {
        const std::span<std::byte> buffer = buffers_.span().subspan(i % under_way_ * bytes, bytes);
        const size_t tensor = i % tensors_.size();
        if (moving.size() == std::min<uint64_t>(under_way_, tensors_.size())) {
            status = moving.front().get();
            moving.pop_front();
            rate.bytes += bytes;
        }
        moving.push_back(options_.write ? store.start_write(tensor, 0, buffer) : store.start_read(tensor, 0, buffer));
    }
    for (std::future<Status>& one : moving) {
        const Status last = one.get();
        if (status.ok()) status = last;
        rate.bytes += bytes;
    }
    rate.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    rate.cpu_seconds = cpu_seconds() - cpu_before;
    if (!status.ok()) return status;
    return rate;
}

Result<IoRate> Bench::run_direct(bool checksums) {
    DirectOptions options = direct();
    options.checksums = checksums;
    const Result<std::unique_ptr<DirectStore>> store = DirectStore::open(options);
    if (!store.ok()) return store.status();
    return stream(*store.value());
}

Result<IoRate> Bench::run_files() {
    const Result<std::unique_ptr<TensorStore>> store = open_file_store(tensors_, files());
    if (!store.ok()) return store.status();
    return stream(*store.value());
}

Result<IoRate> Bench::run_way(const std::string& what) {
    std::this_thread::sleep_for(kPause);
    if (what == "direct") return run_direct(true);
    if (what == "direct, no checksums") return run_direct(false);
    if (what == "files") return run_files();
    return run_fio(fio_job(what != "fio"));
}

double rate_of(const IoRate& run) { return static_cast<double>(run.bytes) / run.seconds; }
double cpu_of(const IoRate& run) { return run.cpu_seconds / (static_cast<double>(run.bytes) / kGib); }

void evaluate(IoWay& way, const IoWay& fio) {
    std::vector<double> rates;
    std::vector<double> ratios;
    std::vector<double> cpus;
    std::vector<double> cpu_ratios;
    for (size_t i = 0; i < way.runs.size(); ++i) {
        rates.push_back(rate_of(way.runs[i]));
        ratios.push_back(rate_of(way.runs[i]) / rate_of(fio.runs[i]));
        cpus.push_back(cpu_of(way.runs[i]));
        cpu_ratios.push_back(cpu_of(way.runs[i]) / cpu_of(fio.runs[i]));
    }
    way.spread = *std::max_element(rates.begin(), rates.end()) / *std::min_element(rates.begin(), rates.end());
    way.bytes_per_second = median(rates);
    way.ratio = median(ratios);
    way.cpu_seconds_per_gib = median(cpus);
    way.cpu_ratio = median(cpu_ratios);
}

Result<std::vector<IoWay>> Bench::run(const std::function<bool()>& go_on) {
    std::vector<IoWay> ways;
    for (const char* what : {"fio", "fio, crc32c", "direct", "direct, no checksums", "files"})
        if (!loop_ || std::strcmp(what, "files") != 0) ways.push_back({.what = what, .runs = {}});
    for (uint32_t round = 0; round < options_.rounds; ++round) {
        std::vector<IoRate> runs(ways.size());
        for (size_t i = 0; i < ways.size(); ++i) {
            if (!go_on()) return ways.front().runs.empty() ? std::vector<IoWay>{} : ways;
            const size_t place = round % 2 == 0 ? i : ways.size() - 1 - i;
            const Result<IoRate> rate = run_way(ways[place].what);
            if (!rate.ok()) return rate.status();
            if (rate.value().bytes == 0 || rate.value().seconds <= 0)
                return Status::error(ways[place].what + " moved nothing\ngive every run more seconds");
            runs[place] = rate.value();
        }
        for (size_t i = 0; i < ways.size(); ++i) ways[i].runs.push_back(runs[i]);
        for (IoWay& way : ways) evaluate(way, ways.front());
    }
    return ways;
}

}  // namespace

Result<std::vector<IoWay>> bench_io(const IoBenchOptions& options, const std::function<bool()>& go_on) {
    Bench bench(options);
    if (Status status = bench.prepare(); !status.ok()) return status;
    return bench.run(go_on);
}

}  // namespace sky::offload
