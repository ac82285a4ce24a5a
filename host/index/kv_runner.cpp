#include "host/index/kv_runner.hpp"

#include <fmt/format.h>

#include <bit>
#include <limits>
#include <utility>

namespace sky::index {

using memory::Counter;

namespace {

int64_t ones_of(Key key, std::span<const std::byte> value) {
    int64_t ones = std::popcount(key);
    for (const std::byte byte : value) ones += std::popcount(std::to_integer<uint8_t>(byte));
    return ones;
}

}  // namespace

const char* to_string(KvOutcome outcome) {
    switch (outcome) {
        case KvOutcome::kDone: return "done";
        case KvOutcome::kInterrupted: return "interrupted";
        case KvOutcome::kWrongAnswer: return "wrong answer";
    }
    return "unknown outcome";
}

KvRunner::KvRunner(memory::MemorySession& session, Index& index, uint64_t seed, std::optional<KvModel> model)
    : session_(session), index_(index), seed_(seed), model_(std::move(model)) {}

KvRunner::KvRunner(memory::MemorySession& session, Index& index, uint64_t seed, KvKnowledge knowledge)
    : session_(session), index_(index), seed_(seed), knowledge_(std::move(knowledge)) {}

KvRunner::Spent KvRunner::spent() {
    const memory::Counters& counters = session_.counters();
    return {counters[Counter::kCycles] * session_.timing().cycle_ps, counters[Counter::kEnergyFj]};
}

void KvRunner::add(Measured which, const Spent& before, const Spent& after) {
    meters_[static_cast<size_t>(which)].add(after.ps - before.ps, after.energy_fj - before.energy_fj);
}

uint64_t KvRunner::operations() const {
    uint64_t sum = 0;
    for (const OperationMeter& meter : meters_) sum += meter.count();
    return sum;
}

Result<KvOutcome> KvRunner::run_phase(const KvPhase& phase, const GoOn& go_on) {
    const auto name = [&](uint64_t i, const Operation& operation) {
        return fmt::format("operation {} of {} ({} of {} {})", i + 1, phase.total, to_string(operation.kind),
                           phase.numbered, operation.record);
    };
    for (uint64_t i = phase.begin; i < phase.end; ++i) {
        if (!go_on(i)) {
            commit();
            return KvOutcome::kInterrupted;
        }
        const Operation operation = phase.next(i);
        const Result<bool> right = run(operation);
        if (!right.ok()) return Status::error(fmt::format("{}: {}", name(i, operation), right.status().message()));
        if (right.value()) continue;
        wrong_answer_ = fmt::format("{}: {}", name(i, operation), wrong_answer_);
        return KvOutcome::kWrongAnswer;
    }
    commit();
    return phase.end < phase.total || go_on(phase.end) ? KvOutcome::kDone : KvOutcome::kInterrupted;
}

void KvRunner::was_done(const Operation& operation) {
    if (!model_) return;
    if (puts_a_value(operation.kind)) model_->put(operation.key, {operation.version, operation.value_bytes});
    if (operation.kind == OperationKind::kErase) model_->erase(operation.key);
}

Result<bool> KvRunner::acknowledge(const Operation& operation, std::span<const std::byte> value) {
    if (puts_a_value(operation.kind) || operation.kind == OperationKind::kErase) count_ones(operation, value);
    was_done(operation);
    if (knowledge_ && puts_a_value(operation.kind)) knowledge_->put(operation.key, value);
    if (knowledge_ && operation.kind == OperationKind::kErase) knowledge_->erase(operation.key);
    if (!acknowledged_) return true;
    if (Status status = acknowledged_(operation, value); !status.ok()) return status;
    return true;
}

Result<bool> KvRunner::run(const Operation& operation) {
    switch (operation.kind) {
        case OperationKind::kInsert:
        case OperationKind::kUpdate: return put(operation);
        case OperationKind::kRead: return get(operation);
        case OperationKind::kScan: return scan(operation);
        case OperationKind::kReadModifyWrite: return read_modify_write(operation);
        case OperationKind::kErase: return erase(operation);
    }
    return true;
}

std::optional<KvModel::Put> KvRunner::expected(const Operation& operation) const {
    if (model_) return model_->find(operation.key);
    // A read-modify-write names the version it writes.
    const uint32_t newer = operation.kind == OperationKind::kReadModifyWrite ? 1 : 0;
    return KvModel::Put{operation.version - newer, operation.value_bytes};
}

std::optional<KvModel::Put> KvRunner::replaced(const Operation& operation) const {
    if (model_) return model_->find(operation.key);
    if (operation.version == 0) return std::nullopt;
    return KvModel::Put{operation.version - 1, operation.value_bytes};
}

void KvRunner::count_ones(const Operation& operation, std::span<const std::byte> value) {
    if (knowledge_) {
        popcount_growth_ -= knowledge_->most_ones(operation.key, index_.config().max_value_bytes);
    } else if (const std::optional<KvModel::Put> old = replaced(operation)) {
        old_bytes_.resize(old->bytes);
        fill_value(seed_, operation.key, old->version, old_bytes_);
        popcount_growth_ -= ones_of(operation.key, old_bytes_);
    }
    if (puts_a_value(operation.kind)) popcount_growth_ += ones_of(operation.key, value);
}

void KvRunner::commit() {
    index_.commit();
    uncommitted_ = 0;
}

/// A put or an erase was done.
void KvRunner::written() {
    if (++uncommitted_ == commit_every_) commit();
}

/// Leaves the value in bytes_.
Status KvRunner::write_value(const Operation& operation) {
    bytes_.resize(operation.value_bytes);
    fill_value(seed_, operation.key, operation.version, bytes_);
    Status status = index_.put(operation.key, bytes_);
    if (status.ok()) written();
    return status;
}

bool KvRunner::check_get(const Operation& operation, const std::optional<Bytes>& answer) {
    if (knowledge_) {
        const std::string wrong = knowledge_->check_get(operation.key, answer);
        if (!wrong.empty()) wrong_answer_ = fmt::format("get of key {:#018x} {}", operation.key, wrong);
        return wrong.empty();
    }
    const std::optional<KvModel::Put> put = expected(operation);
    if (put) {
        bytes_.resize(put->bytes);
        fill_value(seed_, operation.key, put->version, bytes_);
    }
    if (put ? answer == bytes_ : !answer) return true;
    wrong_answer_ = fmt::format("get of key {:#018x} {}", operation.key,
                                !answer ? "found nothing"
                                : put   ? "returned another value than was put"
                                        : "found a value where none is");
    return false;
}

Result<bool> KvRunner::put(const Operation& operation) {
    const Spent before = spent();
    if (Status status = write_value(operation); !status.ok()) return status;
    add(Measured::kPut, before, spent());
    return acknowledge(operation, bytes_);
}

Result<bool> KvRunner::get(const Operation& operation) {
    const Spent before = spent();
    const std::optional<Bytes> answer = index_.get(operation.key);
    const Spent after = spent();
    if (!check_get(operation, answer)) return false;
    add(Measured::kGet, before, after);
    return acknowledge(operation, answer ? std::span<const std::byte>(*answer) : std::span<const std::byte>());
}

Result<bool> KvRunner::scan(const Operation& operation) {
    const Spent before = spent();
    const std::vector<Entry> answer =
        index_.range(operation.key, std::numeric_limits<Key>::max(), operation.scan_entries);
    const Spent after = spent();
    const std::string wrong = knowledge_ ? knowledge_->check_scan(operation.key, operation.scan_entries, answer)
                                         : model_->check_scan(operation.key, operation.scan_entries, answer);
    if (!wrong.empty()) {
        wrong_answer_ =
            fmt::format("scan of {} entries from key {:#018x} {}", operation.scan_entries, operation.key, wrong);
        return false;
    }
    add(Measured::kScan, before, after);
    return acknowledge(operation, {});
}

Result<bool> KvRunner::read_modify_write(const Operation& operation) {
    const Spent before = spent();
    const std::optional<Bytes> answer = index_.get(operation.key);
    if (!check_get(operation, answer)) return false;
    if (Status status = write_value(operation); !status.ok()) return status;
    add(Measured::kReadModifyWrite, before, spent());
    return acknowledge(operation, bytes_);
}

Result<bool> KvRunner::erase(const Operation& operation) {
    const Spent before = spent();
    if (Status status = index_.erase(operation.key); !status.ok()) return status;
    written();
    add(Measured::kErase, before, spent());
    return acknowledge(operation, {});
}

}  // namespace sky::index
