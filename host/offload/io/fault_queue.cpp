#include "host/offload/io/fault_queue.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "host/offload/io/tensor_store.hpp"

namespace sky::offload {

std::string_view to_string(Fault fault) {
    switch (fault) {
        case Fault::kEio: return "EIO";
        case Fault::kEnospc: return "ENOSPC";
        case Fault::kShort: return "short";
        case Fault::kTorn: return "torn";
        case Fault::kStale: return "stale";
        case Fault::kBitFlip: return "bit flip";
        case Fault::kDelayed: break;
    }
    return "delayed";
}

void FaultQueue::arm(Fault fault, uint64_t others) {
    const std::lock_guard lock(mutex_);
    armed_ = fault;
    others_ = others;
}

void FaultQueue::disarm() {
    const std::lock_guard lock(mutex_);
    armed_.reset();
}

std::optional<Fault> FaultQueue::hits_next() {
    const std::lock_guard lock(mutex_);
    if (!armed_ || others_-- > 0) return {};
    ++injected_;
    return std::exchange(armed_, {});
}

void FaultQueue::submit(const IoRequest& request) {
    if (const std::optional<Fault> fault = hits_next())
        inject(*fault, request);
    else
        inner_->submit(request);
}

void FaultQueue::inject(Fault fault, IoRequest request) {
    switch (fault) {
        case Fault::kEio: ready_.push_back({.id = request.id, .result = -EIO}); return;
        case Fault::kEnospc: ready_.push_back({.id = request.id, .result = -ENOSPC}); return;
        case Fault::kStale:
            ready_.push_back({.id = request.id, .result = static_cast<int32_t>(request.bytes)});
            return;
        case Fault::kShort:
        case Fault::kTorn: pass_part(fault, request); return;
        case Fault::kBitFlip: pass_flipped(request); return;
        case Fault::kDelayed: break;
    }
    hits_[request.id] = {.fault = fault, .request = request, .copy = {}};
    inner_->submit(request);
}

/// Whole blocks, fewer than all. Of a single block a torn transfer moves nothing, a short one all of it, and says
/// half.
void FaultQueue::pass_part(Fault fault, IoRequest request) {
    const uint64_t blocks = request.bytes / kBlockBytes;
    const uint64_t part = blocks > 1 ? 1 + random_.below(blocks - 1) : fault == Fault::kShort ? 1 : 0;
    if (part == 0) {
        ready_.push_back({.id = request.id, .result = static_cast<int32_t>(request.bytes)});
        return;
    }
    hits_[request.id] = {.fault = fault, .request = request, .copy = {}};
    request.bytes = static_cast<uint32_t>(part * kBlockBytes);
    inner_->submit(request);
}

void FaultQueue::pass_flipped(IoRequest request) {
    Hit& hit = hits_[request.id];
    hit = {.fault = Fault::kBitFlip, .request = request, .copy = {}};
    if (request.write) {  // what the caller has stays as it is
        hit.copy.resize(request.bytes / kBlockBytes);
        request.data = hit.copy.front().bytes;
        std::memcpy(request.data, hit.request.data, request.bytes);
        flip_bit(request.data, request.bytes);
    }
    inner_->submit(request);
}

void FaultQueue::flip_bit(std::byte* data, uint64_t bytes) {
    data[random_.below(bytes)] ^= std::byte{1} << static_cast<int>(random_.below(8));
}

void FaultQueue::wait(std::vector<IoCompletion>& completions, std::chrono::milliseconds longest) {
    if (!ready_.empty()) longest = std::chrono::milliseconds(0);
    if (!delayed_.empty()) longest = std::min(longest, std::chrono::milliseconds(1));
    std::vector<IoCompletion> inner;
    inner_->wait(inner, longest);
    completions.insert(completions.end(), ready_.begin(), ready_.end());
    ready_.clear();
    for (const IoCompletion& completion : inner) come_back(completion, completions);
    const Clock::time_point now = Clock::now();
    std::erase_if(delayed_, [&](const auto& one) {
        if (now < one.first) return false;
        completions.push_back(one.second);
        return true;
    });
}

void FaultQueue::come_back(IoCompletion completion, std::vector<IoCompletion>& completions) {
    const auto found = hits_.find(completion.id);
    if (found == hits_.end()) {
        completions.push_back(completion);
        return;
    }
    const Hit hit = std::move(found->second);
    hits_.erase(found);
    const IoRequest& request = hit.request;
    if (hit.fault == Fault::kTorn) completion.result = static_cast<int32_t>(request.bytes);
    if (hit.fault == Fault::kShort && request.bytes == kBlockBytes) completion.result = kBlockBytes / 2;
    if (hit.fault == Fault::kBitFlip && !request.write && completion.result > 0)
        flip_bit(request.data, static_cast<uint64_t>(completion.result));
    if (hit.fault == Fault::kDelayed)
        delayed_.emplace_back(Clock::now() + delay_, completion);
    else
        completions.push_back(completion);
}

}  // namespace sky::offload
