// Question: whatever storage does to one request of a direct store, is it named with tensor, device and place, is no
// wrong number ever read, and does the store open again with everything that was flushed?
#include <gtest/gtest.h>

#include <mutex>
#include <optional>
#include <vector>

#include "host/offload/io/fault_queue.hpp"
#include "tests/support/files.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/tensor_store.hpp"

namespace sky::offload {
namespace {

constexpr uint64_t kStripe = 8 << 10;
constexpr std::chrono::milliseconds kLateAfter{2};
constexpr std::chrono::milliseconds kDelay{4};

class Campaign {
   public:
    explicit Campaign(uint64_t seed) : random_(seed) {
        options_.run_id = "faults";
        options_.stripe_bytes = kStripe;
        for (const char* name : {"disk0", "disk1"}) options_.devices.push_back(folder_.path(name));
        options_.io.depth = 8;
        options_.io.late_after = kLateAfter;
        options_.io.log = [this](const std::string& message) {
            const std::lock_guard lock(mutex_);
            said_.push_back(message);
        };
        options_.io.wrap = [this](std::unique_ptr<IoQueue> inner) {
            auto queue = std::make_unique<FaultQueue>(std::move(inner), random_.next(), kDelay);
            queue_ = queue.get();
            return queue;
        };
        for (int i = 0; i < 12; ++i)
            tensors_.push_back({"layer" + std::to_string(i), 1 + random_.below(i < 3 ? 4096 : 10 * kStripe)});
        store_ = made(tensors_, options_);
        contents_.resize(tensors_.size());
    }

    /// Operations with one fault each, now and then a new opening.
    void run(uint64_t faults) {
        while (injected_ < faults && !testing::Test::HasFatalFailure()) {
            if (random_.below(200) == 0) reopen();
            const Fault fault = kFaults[random_.below(std::size(kFaults))];
            if (random_.below(20) == 0)
                flush_under(fault);
            else
                operate(fault);
        }
        for (const Fault fault : kFaults) EXPECT_GT(named_[static_cast<size_t>(fault)], 0U) << to_string(fault);
    }

   private:
    /// What a fault led to.
    struct Outcome {
        bool hit = false;
        Status status;
        StoreStatistics before;
        StoreStatistics after;
        std::vector<std::string> said;
    };

    template <typename Operation>
    Outcome under(Fault fault, uint64_t requests, const Operation& operation) {
        Outcome outcome;
        {
            const std::lock_guard lock(mutex_);
            said_.clear();
        }
        const uint64_t before = queue_->injected();
        outcome.before = store_->statistics();
        queue_->arm(fault, random_.below(requests));
        outcome.status = operation();
        queue_->disarm();
        outcome.after = store_->statistics();
        outcome.hit = queue_->injected() > before;
        injected_ += outcome.hit ? 1 : 0;
        const std::lock_guard lock(mutex_);
        outcome.said = said_;
        return outcome;
    }

    void operate(Fault fault) {
        const size_t tensor = random_.below(tensors_.size());
        const uint64_t stripes = (tensors_[tensor].bytes + kStripe - 1) / kStripe;
        if (!contents_[tensor] || fault == Fault::kEnospc || random_.percent(50))
            write_under(fault, tensor, stripes);
        else
            read_under(fault, tensor, stripes);
    }

    void write_under(Fault fault, size_t tensor, uint64_t stripes) {
        const AlignedBuffer wanted = filled(tensors_[tensor].bytes, random_.next());
        const Outcome outcome = under(fault, stripes, [&] { return store_->write(tensor, wanted.span()); });
        ASSERT_TRUE(outcome.hit);
        // What the device keeps to itself at the time of a write, the next read tells.
        const AlignedBuffer found(tensors_[tensor].bytes);
        fill(found.span(), random_.next());
        const Status read = store_->read(tensor, found.span());
        ASSERT_TRUE(!read.ok() || equal(found.span(), wanted.span())) << "silent: " << to_string(fault);
        switch (fault) {
            case Fault::kEio:
            case Fault::kEnospc:
                expect_named(outcome.status, fault, tensor, fault == Fault::kEio ? "Input/output" : "No space");
                ASSERT_FALSE(read.ok());
                break;
            case Fault::kTorn:
            case Fault::kStale:
            case Fault::kBitFlip:
                ASSERT_TRUE(outcome.status.ok()) << outcome.status.message();
                expect_named(read, fault, tensor, "is not what generation");
                break;
            case Fault::kShort:
            case Fault::kDelayed: expect_harmless(outcome, fault, tensor); ASSERT_TRUE(read.ok()) << read.message();
        }
        ASSERT_TRUE(store_->write(tensor, wanted.span()).ok());
        contents_[tensor] = std::vector<std::byte>(wanted.span().begin(), wanted.span().end());
    }

    void read_under(Fault fault, size_t tensor, uint64_t stripes) {
        const AlignedBuffer found(tensors_[tensor].bytes);
        fill(found.span(), random_.next());
        const Outcome outcome = under(fault, stripes, [&] { return store_->read(tensor, found.span()); });
        ASSERT_TRUE(outcome.hit);
        ASSERT_TRUE(!outcome.status.ok() || equal(found.span(), *contents_[tensor]))
            << "silent: " << to_string(fault);
        if (fault == Fault::kEio)
            expect_named(outcome.status, fault, tensor, "Input/output");
        else if (fault == Fault::kShort || fault == Fault::kDelayed)
            expect_harmless(outcome, fault, tensor);
        else
            expect_named(outcome.status, fault, tensor, "is not what generation");
        // The device itself is sound.
        ASSERT_TRUE(store_->read(tensor, found.span()).ok());
        ASSERT_TRUE(equal(found.span(), *contents_[tensor]));
    }

    /// The location table, written and read again: two requests.
    void flush_under(Fault fault) {
        const Outcome outcome = under(fault, 2, [&] { return store_->flush(); });
        ASSERT_TRUE(outcome.hit);
        if (fault == Fault::kShort || fault == Fault::kDelayed) {
            expect_harmless(outcome, fault, {});
        } else if (outcome.status.ok()) {
            // What did not move was there already: no fault at all.
            ASSERT_TRUE(fault == Fault::kTorn || fault == Fault::kStale) << "silent: " << to_string(fault);
            --injected_;
        } else {
            expect_named(outcome.status, fault, {}, "");
        }
    }

    void reopen() {
        ASSERT_TRUE(store_->flush().ok());
        store_.reset();
        store_ = opened(options_);
        ASSERT_NE(store_, nullptr);
        for (size_t tensor = 0; tensor < tensors_.size(); ++tensor) {
            if (!contents_[tensor]) continue;
            const AlignedBuffer found(tensors_[tensor].bytes);
            const Status status = store_->read(tensor, found.span());
            ASSERT_TRUE(status.ok()) << status.message();
            ASSERT_TRUE(equal(found.span(), *contents_[tensor]));
        }
    }

    [[nodiscard]] bool names(const std::string& message, std::optional<size_t> tensor) const {
        const std::string what = tensor ? "tensor '" + tensors_[*tensor].name + "' on '" : "the location table on '";
        return message.find(what + folder_.path("disk")) != std::string::npos &&
               message.find("LBA ") != std::string::npos;
    }

    void expect_named(const Status& status, Fault fault, std::optional<size_t> tensor, const std::string& why) {
        ASSERT_FALSE(status.ok()) << "silent: " << to_string(fault);
        ASSERT_TRUE(names(status.message(), tensor)) << to_string(fault) << ": " << status.message();
        ASSERT_NE(status.message().find(why), std::string::npos) << to_string(fault) << ": " << status.message();
        ++named_[static_cast<size_t>(fault)];
    }

    /// The operation went well, and the store says what it met on the way.
    void expect_harmless(const Outcome& outcome, Fault fault, std::optional<size_t> tensor) {
        ASSERT_TRUE(outcome.status.ok()) << outcome.status.message();
        if (fault == Fault::kShort) {
            ASSERT_GT(outcome.after.resubmitted, outcome.before.resubmitted);
        } else {
            ASSERT_GT(outcome.after.late, outcome.before.late);
            bool named = false;
            for (const std::string& message : outcome.said) named = named || names(message, tensor);
            ASSERT_TRUE(named);
        }
        ++named_[static_cast<size_t>(fault)];
    }

    memory::Random random_;
    test::TemporaryFolder folder_;
    DirectOptions options_;
    std::mutex mutex_;
    std::vector<std::string> said_;
    FaultQueue* queue_ = nullptr;
    std::vector<TensorSpec> tensors_;
    std::vector<std::optional<std::vector<std::byte>>> contents_;  // what the store should hold
    std::unique_ptr<DirectStore> store_;
    uint64_t injected_ = 0;
    uint64_t named_[std::size(kFaults)] = {};
};

TEST(OffloadFaults, EachOf500IsNamedAndNoneIsSilent) { Campaign(test::seed()).run(500); }

TEST(SlowOffloadFaults, EachOf10000IsNamedAndNoneIsSilent) { Campaign(test::seed() + 1).run(10'000); }

TEST(OffloadFaults, ADeviceThatMovesNothingMoreIsGivenUp) {
    /// Says of every request that it was short.
    class Stuck : public IoQueue {
       public:
        explicit Stuck(std::unique_ptr<IoQueue> inner) : inner_(std::move(inner)) {}
        void submit(const IoRequest& request) override { inner_->submit(request); }
        void wait(std::vector<IoCompletion>& completions, std::chrono::milliseconds longest) override {
            inner_->wait(completions, longest);
            for (IoCompletion& completion : completions)
                if (stuck_) completion.result = 0;
        }
        void wake() override { inner_->wake(); }
        void set(bool stuck) { stuck_ = stuck; }

       private:
        std::unique_ptr<IoQueue> inner_;
        std::atomic<bool> stuck_{false};
    };
    const test::TemporaryFolder folder;
    Stuck* queue = nullptr;
    DirectOptions options;
    options.devices = {folder.path("disk")};
    options.io.wrap = [&](std::unique_ptr<IoQueue> inner) {
        auto stuck = std::make_unique<Stuck>(std::move(inner));
        queue = stuck.get();
        return stuck;
    };
    const auto store = made({{"weights", 100'000}}, options);
    ASSERT_NE(store, nullptr);
    const AlignedBuffer buffer = filled(100'000, 1);
    queue->set(true);
    const Status status = store->write(0, buffer.span());
    EXPECT_NE(status.message().find("cannot write tensor 'weights' on '" + folder.path("disk") + "', LBA "),
              std::string::npos)
        << status.message();
    EXPECT_NE(status.message().find("after 0 of its bytes no more move"), std::string::npos) << status.message();
    queue->set(false);
    EXPECT_NE(store->read(0, buffer.span()).message().find("its last write failed"), std::string::npos);
    EXPECT_TRUE(store->write(0, buffer.span()).ok());
    EXPECT_TRUE(store->read(0, buffer.span()).ok());
}

}  // namespace
}  // namespace sky::offload
