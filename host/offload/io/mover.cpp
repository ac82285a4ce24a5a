#include "host/offload/io/mover.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sky::offload {

namespace {

constexpr uint32_t kMaxStuck = 100;  // completions in a row without progress before a piece is given up

std::string what_to_do(int error) {
    switch (error) {
        case ENOSPC: return "free some space, or give the store a larger device";
        case EIO: return "look at the kernel's log (dmesg): the device may be failing";
        case EINVAL: return "the device or its file system may not take O_DIRECT in blocks of 4096 bytes";
        default: return "check the device";
    }
}

}  // namespace

Mover::Mover(const IoOptions& options, std::vector<int> files)
    : late_after_(options.late_after),
      log_(options.log),
      queue_(make_io_queue({.kind = options.queue,
                            .depth = options.depth,
                            .files = std::move(files),
                            .buffers = options.buffers,
                            .log = options.log})),
      slots_(options.depth) {
    if (options.wrap) queue_ = options.wrap(std::move(queue_));
    for (size_t i = options.depth; i > 0; --i) free_slots_.push_back(i - 1);
    thread_ = std::thread([this] { run(); });
}

Mover::~Mover() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
        if (hungry_) queue_->wake();
    }
    started_something_.notify_one();
    thread_.join();
}

std::future<Status> Mover::start(Transfer transfer) {
    auto job = std::make_shared<Job>();
    job->transfer = std::move(transfer);
    std::future<Status> future = job->promise.get_future();
    {
        const std::lock_guard lock(mutex_);
        started_.push_back(std::move(job));
        if (std::exchange(hungry_, false)) queue_->wake();
    }
    started_something_.notify_one();
    return future;
}

StoreStatistics Mover::statistics() const {
    return {.read_bytes = counts_.read_bytes,
            .written_bytes = counts_.written_bytes,
            .requests = counts_.requests,
            .resubmitted = counts_.resubmitted,
            .late = counts_.late,
            .failed = counts_.failed,
            .opened = 0};
}

/// Takes over what was started; when there is nothing at all to do, waits for it. False at the end.
bool Mover::take_started() {
    std::unique_lock lock(mutex_);
    hungry_ = false;
    if (active_.empty() && is_idle()) started_something_.wait(lock, [this] { return stop_ || !started_.empty(); });
    if (started_.empty() && active_.empty() && is_idle()) return false;
    for (std::shared_ptr<Job>& job : started_) {
        if (!job->transfer.before) job->prepared = job->transfer.pieces.size();
        active_.push_back(std::move(job));
    }
    started_.clear();
    return true;
}

void Mover::run() {
    constexpr std::chrono::milliseconds kNow{0};
    std::vector<IoCompletion> completions;
    while (take_started()) {
        fill();
        const bool has_work = !moved_.empty() || to_prepare() != nullptr;
        if (!has_work && is_idle()) continue;  // jobs without pieces
        if (!has_work && !free_slots_.empty()) {
            const std::lock_guard lock(mutex_);
            if (!started_.empty()) continue;
            hungry_ = true;
        }
        completions.clear();
        queue_->wait(completions,
                     has_work ? kNow : std::min<std::chrono::milliseconds>(late_after_, std::chrono::seconds(1)));
        for (const IoCompletion& completion : completions) complete(completion);
        if (completions.empty() && !work()) name_late();
    }
}

/// The first job with a piece that is next to be submitted, or soon, and is not prepared.
Mover::Job* Mover::to_prepare() const {
    size_t ahead = 0;
    for (const std::shared_ptr<Job>& job : active_) {
        if (!job->error.ok()) continue;
        ahead += job->prepared - job->next;
        if (ahead >= slots_.size()) return nullptr;
        if (job->prepared < job->transfer.pieces.size()) return job.get();
    }
    return nullptr;
}

/// One call of after() or before(). False when there is none to make.
bool Mover::work() {
    if (!moved_.empty()) {
        const Moved moved = std::move(moved_.front());
        moved_.pop_front();
        const Transfer& transfer = moved.job->transfer;
        end_piece(moved, transfer.after(transfer.pieces[moved.piece]));
        return true;
    }
    Job* const job = to_prepare();
    if (job == nullptr) return false;
    job->transfer.before(job->transfer.pieces[job->prepared++]);
    return true;
}

void Mover::fill() {
    while (!active_.empty()) {
        const std::shared_ptr<Job>& job = active_.front();
        const std::vector<Piece>& pieces = job->transfer.pieces;
        while (job->error.ok() && job->next < job->prepared && !free_slots_.empty()) {
            const size_t slot = free_slots_.back();
            free_slots_.pop_back();
            slots_[slot] = {.job = job, .piece = job->next, .moved = 0, .stuck = 0, .since = Clock::now()};
            ++job->next;
            ++job->under_way;
            submit(slot);
        }
        if (job->error.ok() && job->next < pieces.size()) return;  // the queue is full, or the piece not prepared
        const std::shared_ptr<Job> done = job;
        active_.pop_front();
        done->next = pieces.size();  // of one that failed, the rest stays where it is
        end_job_if_done(done);
    }
}

void Mover::submit(size_t slot) {
    const Slot& one = slots_[slot];
    const Piece& piece = one.job->transfer.pieces[one.piece];
    ++counts_.requests;
    queue_->submit({.id = slot,
                    .write = one.job->transfer.write,
                    .file = piece.file,
                    .offset = piece.offset + one.moved,
                    .data = piece.data + one.moved,
                    .bytes = piece.bytes - one.moved});
}

void Mover::complete(const IoCompletion& completion) {
    const auto slot = static_cast<size_t>(completion.id);
    Slot& one = slots_[slot];
    const Transfer& transfer = one.job->transfer;
    const Piece& piece = transfer.pieces[one.piece];
    if (const Clock::duration taken = Clock::now() - one.since; taken > late_after_) note_late(one, taken, true);
    const char* const verb = transfer.write ? "write" : "read";
    const uint32_t left = piece.bytes - one.moved;
    const int32_t result = completion.result;
    if (result == static_cast<int64_t>(left)) {
        if (!transfer.after) return end_piece(release(slot), Status());
        moved_.push_back(release(slot));
        return;
    }
    if (result < 0 && result != -EAGAIN && result != -EINTR)
        return fail(slot, Status::error(fmt::format("cannot {} {}: {}\n{}", verb, transfer.where(piece),
                                                    std::strerror(-result), what_to_do(-result))));
    if (result > static_cast<int64_t>(left))
        return fail(slot, Status::error(fmt::format("cannot {} {}: the kernel says that it moved {} bytes\n{}", verb,
                                                    transfer.where(piece), result, what_to_do(0))));
    // The rest again, from the last whole block.
    const auto whole = static_cast<uint32_t>(std::max(result, 0) / static_cast<int32_t>(kBlockBytes) *
                                             static_cast<int32_t>(kBlockBytes));
    one.moved += whole;
    one.stuck = whole > 0 ? 0 : one.stuck + 1;
    if (one.stuck == kMaxStuck)
        return fail(slot, Status::error(fmt::format("cannot {} {}: after {} of its bytes no more move\n{}", verb,
                                                    transfer.where(piece), one.moved,
                                                    "the device ends before it should, or is broken")));
    ++counts_.resubmitted;
    submit(slot);
}

Mover::Moved Mover::release(size_t slot) {
    Moved moved{.job = std::move(slots_[slot].job), .piece = slots_[slot].piece};
    slots_[slot] = {};
    free_slots_.push_back(slot);
    return moved;
}

void Mover::fail(size_t slot, Status status) { end_piece(release(slot), std::move(status)); }

void Mover::end_piece(const Moved& moved, Status status) {
    const std::shared_ptr<Job>& job = moved.job;
    const uint32_t bytes = job->transfer.pieces[moved.piece].bytes;
    --job->under_way;
    if (status.ok())
        (job->transfer.write ? counts_.written_bytes : counts_.read_bytes) += bytes;
    else
        ++counts_.failed;
    if (job->error.ok() && !status.ok()) job->error = std::move(status);
    end_job_if_done(job);
}

void Mover::end_job_if_done(const std::shared_ptr<Job>& job) {
    if (job->under_way > 0 || job->next < job->transfer.pieces.size()) return;
    job->transfer.at_end(job->error.ok());
    job->promise.set_value(job->error);
}

/// Called when nothing came back for a while.
void Mover::name_late() {
    const Clock::time_point now = Clock::now();
    for (Slot& slot : slots_)
        if (slot.job && !slot.named_late && now - slot.since > late_after_) note_late(slot, now - slot.since, false);
}

void Mover::note_late(Slot& slot, Clock::duration taken, bool is_back) {
    if (std::exchange(slot.named_late, true)) return;
    ++counts_.late;
    if (!log_) return;
    const Transfer& transfer = slot.job->transfer;
    log_(fmt::format("the {} of {} {} {:.3f} s{}", transfer.write ? "write" : "read",
                     transfer.where(transfer.pieces[slot.piece]), is_back ? "took" : "is under way for",
                     std::chrono::duration<double>(taken).count(), is_back ? "" : "; the device may hang"));
}

}  // namespace sky::offload
