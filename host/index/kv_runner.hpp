#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "host/index/kv_knowledge.hpp"
#include "host/index/kv_model.hpp"
#include "host/index/operation.hpp"
#include "host/index/operation_cost.hpp"
#include "host/memory/session.hpp"

namespace sky::index {

enum class KvOutcome : uint8_t {
    kDone,
    kInterrupted,  ///< the callback said stop
    kWrongAnswer,  ///< a get or scan did not return what was last put
};
[[nodiscard]] const char* to_string(KvOutcome outcome);

/// Operations `begin` to `end` - 1 of the `total` ones of a run, which are numbered through all its phases. One that
/// begins later than at 0 goes on where an earlier run had stopped.
struct KvPhase {
    uint64_t begin = 0;
    uint64_t end = 0;
    uint64_t total = 0;
    std::function<Operation(uint64_t)> next;  ///< gives the operation of that number; asked in ascending order
    const char* numbered = "record";          ///< what Operation::record counts, for messages
};

/// Carries operations out on an open index, checks every answer, and measures each operation.
class KvRunner {
   public:
    /// Called after each operation that the index has acknowledged: with what was put, or what a read returned, and
    /// nothing for scans and erases. A failure ends the phase.
    using Acknowledged = std::function<Status(const Operation&, std::span<const std::byte> value)>;
    /// Asked before each operation of a phase, and once more behind the last one of all. False stops.
    using GoOn = std::function<bool(uint64_t done)>;

    /// What is measured apart from each other.
    enum class Measured : uint8_t { kPut, kGet, kScan, kReadModifyWrite, kErase, kCount };

    /// Without a `model` every read has to find the version that its operation names; with one, what the model
    /// holds, and it follows every put and erase. Scans need an ordered one.
    KvRunner(memory::MemorySession& session, Index& index, uint64_t seed, std::optional<KvModel> model);

    /// On an index that earlier runs have changed: an answer has to agree with what is known, and is known from then
    /// on.
    KvRunner(memory::MemorySession& session, Index& index, uint64_t seed, KvKnowledge knowledge);

    /// Each `puts`-th put or erase commits, as part of the operation; 0: none does.
    void commit_every(uint64_t puts) { commit_every_ = puts; }
    /// Puts and erases since the last commit.
    [[nodiscard]] uint64_t uncommitted() const { return uncommitted_; }

    void on_acknowledged(Acknowledged acknowledged) { acknowledged_ = std::move(acknowledged); }

    /// Runs one phase, as far as it goes. Fails, naming the operation, when the index refuses.
    Result<KvOutcome> run_phase(const KvPhase& phase, const GoOn& go_on);
    /// The model follows an operation that an earlier run had done; nothing is run.
    void was_done(const Operation& operation);

    /// Forgets what was measured.
    void start_measuring() {
        meters_ = {};
        popcount_growth_ = 0;
    }
    /// False when the answer is wrong: wrong_answer() says so. Fails when the index refuses.
    Result<bool> run(const Operation& operation);
    /// After kWrongAnswer: which operation, and what is wrong.
    [[nodiscard]] const std::string& wrong_answer() const { return wrong_answer_; }

    [[nodiscard]] OperationCost cost(Measured which) const { return meters_[static_cast<size_t>(which)].cost(); }
    /// Of all kinds.
    [[nodiscard]] uint64_t operations() const;
    /// How many more ones the keys and values of the map have than before: whoever stores each bit as a skyrmion
    /// has to inject so many at least. With knowledge, what is replaced and not known counts as nothing but ones.
    [[nodiscard]] int64_t popcount_growth() const { return popcount_growth_; }

   private:
    /// Model time and energy so far.
    struct Spent {
        uint64_t ps = 0;
        uint64_t energy_fj = 0;
    };

    [[nodiscard]] Spent spent();
    void add(Measured which, const Spent& before, const Spent& after);
    [[nodiscard]] std::optional<KvModel::Put> expected(const Operation& operation) const;
    /// What an operation that puts or erases replaces.
    [[nodiscard]] std::optional<KvModel::Put> replaced(const Operation& operation) const;
    void count_ones(const Operation& operation, std::span<const std::byte> value);
    /// Whether a get that belongs to `operation` answered right.
    bool check_get(const Operation& operation, const std::optional<Bytes>& answer);

    void commit();
    void written();
    Status write_value(const Operation& operation);
    Result<bool> acknowledge(const Operation& operation, std::span<const std::byte> value);

    Result<bool> put(const Operation& operation);
    Result<bool> get(const Operation& operation);
    Result<bool> scan(const Operation& operation);
    Result<bool> read_modify_write(const Operation& operation);
    Result<bool> erase(const Operation& operation);

    memory::MemorySession& session_;
    Index& index_;
    uint64_t seed_;
    std::optional<KvModel> model_;
    std::optional<KvKnowledge> knowledge_;
    uint64_t commit_every_ = 0;
    uint64_t uncommitted_ = 0;
    Acknowledged acknowledged_;
    std::array<OperationMeter, static_cast<size_t>(Measured::kCount)> meters_;
    int64_t popcount_growth_ = 0;
    Bytes bytes_;
    Bytes old_bytes_;
    std::string wrong_answer_;
};

}  // namespace sky::index
