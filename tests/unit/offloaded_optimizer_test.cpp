// Question: is a step over tensors in a store, tile by tile or tensor by tensor, bit by bit the step in memory, in
// the memory it says and with the bytes it says, and does it say what is wrong?
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <vector>

#include "host/offload/io/fault_queue.hpp"
#include "host/offload/io/file_store.hpp"
#include "host/offload/optimizer/adam_bench.hpp"
#include "host/offload/optimizer/offloaded_optimizer.hpp"
#include "tests/support/files.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/tensor_store.hpp"

namespace sky::offload {
namespace {

using Numbers = std::vector<float>;

struct Model {
    std::vector<OptimizerTensor> tensors;
    std::vector<Numbers> p, m, v, gradient;
};

Numbers random_numbers(uint64_t count, memory::Random& random, bool positive) {
    Numbers numbers(count);
    for (float& number : numbers) {
        number = static_cast<float>(random.below(1 << 24)) * 0x1p-24F;
        if (!positive) number = number - 0.5F;
    }
    return numbers;
}

Model a_model(const std::vector<uint64_t>& sizes) {
    memory::Random random(test::seed());
    Model model;
    for (const uint64_t size : sizes) {
        model.tensors.push_back({.name = "layer" + std::to_string(model.tensors.size()),
                                 .elements = size,
                                 .decays = model.tensors.size() % 2 == 0});
        model.p.push_back(random_numbers(size, random, false));
        model.m.push_back(random_numbers(size, random, false));
        model.v.push_back(random_numbers(size, random, true));
        model.gradient.push_back(random_numbers(size, random, false));
    }
    return model;
}

/// One element, less than a block, a block, a tile and a bit, several tiles.
Model usual_model() {
    return a_model({1, 1000, kOptimizerBlock, kOptimizerBlock + 1, 3 * kOptimizerBlock, 5 * kOptimizerBlock + 4097});
}

AdamWStep a_step(uint64_t number) {
    return {.lr = 1e-2, .beta1 = 0.9, .beta2 = 0.95, .weight_decay = 0.1, .step = number, .gradient_scale = 0.5};
}

void step_in_memory(Model& model, uint64_t number) {
    for (size_t i = 0; i < model.tensors.size(); ++i) {
        AdamWStep step = a_step(number);
        if (!model.tensors[i].decays) step.weight_decay = 0;
        adamw(model.p[i], model.m[i], model.v[i], model.gradient[i], step);
    }
}

bool same(const Numbers& a, const Numbers& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

size_t index_of(const TensorStore& store, const std::string& name) {
    for (size_t i = 0; i < store.tensors().size(); ++i)
        if (store.tensors()[i].name == name) return i;
    ADD_FAILURE() << "no tensor " << name;
    return 0;
}

void put_gradients(TensorStore& store, const Model& model) {
    for (size_t i = 0; i < model.tensors.size(); ++i) {
        const AlignedBuffer buffer(model.gradient[i].size() * sizeof(float));
        std::memcpy(buffer.data(), model.gradient[i].data(), model.gradient[i].size() * sizeof(float));
        ASSERT_TRUE(store.write(index_of(store, model.tensors[i].name + ".gradient"), buffer.span()).ok());
    }
}

void put_states(OffloadedOptimizer& optimizer, const Model& model) {
    for (size_t i = 0; i < model.tensors.size(); ++i)
        ASSERT_TRUE(optimizer.write_state(i, model.p[i], model.m[i], model.v[i]).ok());
}

void expect_states(OffloadedOptimizer& optimizer, TensorStore& store, const Model& model, const std::string& what) {
    for (size_t i = 0; i < model.tensors.size(); ++i) {
        const uint64_t size = model.tensors[i].elements;
        Numbers p(size), m(size), v(size);
        const Status status = optimizer.read_state(i, {.p = p, .m = m, .v = v});
        ASSERT_TRUE(status.ok()) << status.message();
        EXPECT_TRUE(same(p, model.p[i])) << what << ": p of " << model.tensors[i].name;
        EXPECT_TRUE(same(m, model.m[i])) << what << ": m of " << model.tensors[i].name;
        EXPECT_TRUE(same(v, model.v[i])) << what << ": v of " << model.tensors[i].name;
        const AlignedBuffer weight(size * sizeof(float));
        ASSERT_TRUE(store.read(index_of(store, model.tensors[i].name + ".weight"), weight.span()).ok());
        EXPECT_EQ(std::memcmp(weight.data(), model.p[i].data(), size * sizeof(float)), 0)
            << what << ": weights of " << model.tensors[i].name;
    }
}

uint64_t bytes_moved_each_way(const Model& model, bool tiled) {
    uint64_t bytes = 0;
    for (const OptimizerTensor& tensor : model.tensors)
        bytes += tiled ? padded(12 * tensor.elements) + padded(4 * tensor.elements) : 4 * padded(4 * tensor.elements);
    return bytes;
}

DirectOptions on(const test::TemporaryFolder& folder) {
    DirectOptions options;
    options.devices = {folder.path("disk")};
    options.io.depth = 8;
    return options;
}

TEST(OffloadedOptimizer, TiledStepsAreBitByBitThoseInMemory) {
    for (const uint64_t tile : {kOptimizerBlock, 2 * kOptimizerBlock, 16 * kOptimizerBlock})
        for (const int threads : {1, 2}) {
            Model model = usual_model();
            const test::TemporaryFolder folder;
            const auto store = made(tiled_specs(model.tensors), on(folder));
            const AlignedBuffer buffer(tiled_buffer_bytes(tile));
            const auto optimizer =
                make_tiled_optimizer(*store, model.tensors,
                                     {.adamw = {.threads = threads}, .buffer = buffer.span(), .tile_elements = tile});
            ASSERT_TRUE(optimizer.ok()) << optimizer.status().message();
            put_states(*optimizer.value(), model);
            for (uint64_t number = 1; number <= 3; ++number) {
                put_gradients(*store, model);
                const Status status = optimizer.value()->step(a_step(number));
                ASSERT_TRUE(status.ok()) << status.message();
                step_in_memory(model, number);
            }
            expect_states(*optimizer.value(), *store, model,
                          std::to_string(tile) + " elements, " + std::to_string(threads) + " threads");
            const OffloadedStatistics statistics = optimizer.value()->statistics();
            EXPECT_EQ(statistics.read_bytes, 3 * bytes_moved_each_way(model, true));
            EXPECT_EQ(statistics.written_bytes, 3 * bytes_moved_each_way(model, true));
            EXPECT_GT(statistics.compute_seconds, 0);
        }
}

TEST(OffloadedOptimizer, TiledStepsGiveTheSameBitsWithEveryKindOfVectors) {
    for (const VectorPath path : available_paths()) {
        Model model = usual_model();
        const test::TemporaryFolder folder;
        const auto store = made(tiled_specs(model.tensors), on(folder));
        const AlignedBuffer buffer(tiled_buffer_bytes(kOptimizerBlock));
        const auto optimizer = make_tiled_optimizer(
            *store, model.tensors,
            {.adamw = {.path = path}, .buffer = buffer.span(), .tile_elements = kOptimizerBlock});
        ASSERT_TRUE(optimizer.ok()) << optimizer.status().message();
        put_states(*optimizer.value(), model);
        put_gradients(*store, model);
        ASSERT_TRUE(optimizer.value()->step(a_step(1)).ok());
        step_in_memory(model, 1);
        expect_states(*optimizer.value(), *store, model, std::string(to_string(path)));
    }
}

TEST(OffloadedOptimizer, SerialStepsAreBitByBitThoseInMemoryInFilesAndOnADevice) {
    for (const bool files : {false, true}) {
        Model model = usual_model();
        const test::TemporaryFolder folder;
        std::unique_ptr<TensorStore> store;
        if (files) {
            auto opened = open_file_store(serial_specs(model.tensors), {.folder = folder.path("files"), .io = {}});
            ASSERT_TRUE(opened.ok()) << opened.status().message();
            store = std::move(opened.value());
        } else {
            store = made(serial_specs(model.tensors), on(folder));
        }
        const AlignedBuffer buffer(serial_buffer_bytes(model.tensors));
        EXPECT_EQ(buffer.size(), 5 * padded(4 * (5 * kOptimizerBlock + 4097)));
        const auto optimizer =
            make_serial_optimizer(*store, model.tensors, {.adamw = {.threads = 2}, .buffer = buffer.span()});
        ASSERT_TRUE(optimizer.ok()) << optimizer.status().message();
        put_states(*optimizer.value(), model);
        put_gradients(*store, model);
        const uint64_t opened_before = store->statistics().opened;
        for (uint64_t number = 1; number <= 2; ++number) {
            ASSERT_TRUE(optimizer.value()->step(a_step(number)).ok());
            step_in_memory(model, number);
        }
        // Four files are opened for reads and four for writes, in every step.
        if (files) {
            EXPECT_EQ(store->statistics().opened - opened_before, uint64_t{2} * 8 * model.tensors.size());
        }
        expect_states(*optimizer.value(), *store, model, files ? "files" : "direct");
        EXPECT_EQ(optimizer.value()->statistics().read_bytes, 2 * bytes_moved_each_way(model, false));
    }
}

TEST(OffloadedOptimizer, TilesReadAndWriteWhileOneIsComputed) {
    /// Counts what is under way when something is submitted.
    class Watch : public IoQueue {
       public:
        explicit Watch(std::unique_ptr<IoQueue> inner) : inner_(std::move(inner)) {}
        void submit(const IoRequest& request) override {
            (request.write ? writes_ : reads_)[request.id] = true;
            both_ = both_ || (!reads_.empty() && !writes_.empty());
            inner_->submit(request);
        }
        void wait(std::vector<IoCompletion>& completions, std::chrono::milliseconds longest) override {
            inner_->wait(completions, longest);
            for (const IoCompletion& completion : completions) {
                reads_.erase(completion.id);
                writes_.erase(completion.id);
            }
        }
        void wake() override { inner_->wake(); }
        [[nodiscard]] bool both() const { return both_; }

       private:
        std::unique_ptr<IoQueue> inner_;
        std::map<uint64_t, bool> reads_;
        std::map<uint64_t, bool> writes_;
        std::atomic<bool> both_{false};
    };
    const Model model = a_model({20 * kOptimizerBlock});
    const test::TemporaryFolder folder;
    Watch* watch = nullptr;
    DirectOptions options = on(folder);
    options.io.wrap = [&watch](std::unique_ptr<IoQueue> inner) {
        auto queue = std::make_unique<Watch>(std::move(inner));
        watch = queue.get();
        return queue;
    };
    const auto store = made(tiled_specs(model.tensors), options);
    const AlignedBuffer buffer(tiled_buffer_bytes(kOptimizerBlock));
    const auto optimizer =
        make_tiled_optimizer(*store, model.tensors, {.buffer = buffer.span(), .tile_elements = kOptimizerBlock});
    put_states(*optimizer.value(), model);
    put_gradients(*store, model);
    EXPECT_FALSE(watch->both());
    ASSERT_TRUE(optimizer.value()->step(a_step(1)).ok());
    EXPECT_TRUE(watch->both());
}

TEST(OffloadedOptimizer, AFaultOfTheDiskEndsTheStepAndIsNamed) {
    for (const Fault fault : {Fault::kEio, Fault::kBitFlip})
        for (const uint64_t others : std::array<uint64_t, 3>{0, 7, 23}) {
            Model model = a_model({kOptimizerBlock, 4 * kOptimizerBlock + 5});
            const test::TemporaryFolder folder;
            FaultQueue* faults = nullptr;
            DirectOptions options = on(folder);
            options.io.wrap = [&faults](std::unique_ptr<IoQueue> inner) {
                auto queue =
                    std::make_unique<FaultQueue>(std::move(inner), test::seed(), std::chrono::milliseconds{1});
                faults = queue.get();
                return queue;
            };
            const auto store = made(tiled_specs(model.tensors), options);
            const AlignedBuffer buffer(tiled_buffer_bytes(kOptimizerBlock));
            const auto optimizer = make_tiled_optimizer(*store, model.tensors,
                                                        {.buffer = buffer.span(), .tile_elements = kOptimizerBlock});
            put_states(*optimizer.value(), model);
            put_gradients(*store, model);
            faults->arm(fault, others);
            Status status = optimizer.value()->step(a_step(1));
            // A bit that turned over in a write shows when it is read.
            if (status.ok()) status = optimizer.value()->step(a_step(2));
            ASSERT_FALSE(status.ok()) << to_string(fault) << ' ' << others;
            EXPECT_NE(status.message().find("tensor 'layer"), std::string::npos) << status.message();
            EXPECT_NE(status.message().find("LBA"), std::string::npos) << status.message();
        }
}

TEST(OffloadedOptimizer, SaysWhatTheStoreTheTilesOrTheBufferLack) {
    const Model model = a_model({1000});
    const test::TemporaryFolder folder;
    const auto store = made(tiled_specs(model.tensors), on(folder));
    const AlignedBuffer buffer(tiled_buffer_bytes(kOptimizerBlock));
    const auto message = [&](const std::vector<OptimizerTensor>& tensors, std::span<std::byte> memory,
                             uint64_t tile) {
        const auto optimizer = make_tiled_optimizer(*store, tensors, {.buffer = memory, .tile_elements = tile});
        EXPECT_FALSE(optimizer.ok());
        return optimizer.status().message();
    };
    const auto has = [](const std::string& text, const std::string& part) {
        EXPECT_NE(text.find(part), std::string::npos) << text;
    };
    has(message({{.name = "other", .elements = 1000}}, buffer.span(), kOptimizerBlock), "no tensor 'other.pmv'");
    has(message({{.name = "layer0", .elements = 999}}, buffer.span(), kOptimizerBlock),
        "'layer0.pmv' has 12000 bytes in the store, and 11988 are expected");
    has(message(model.tensors, buffer.span(), 1000), "take a multiple of 65536");
    has(message(model.tensors, buffer.span(), 2 * kOptimizerBlock), "it needs 6815744");
    has(message(model.tensors, buffer.span().subspan(4), kOptimizerBlock), "not aligned");
    has(message({}, buffer.span(), kOptimizerBlock), "no tensor is to be optimized");
    const auto serial = make_serial_optimizer(*store, model.tensors, {.buffer = buffer.span()});
    has(serial.status().message(), "no tensor 'layer0.p'");

    DirectOptions wide = on(folder);
    wide.devices = {folder.path("wide")};
    wide.stripe_bytes = uint64_t{1} << 20;
    const auto other = made(tiled_specs(model.tensors), wide);
    has(make_tiled_optimizer(*other, model.tensors, {.buffer = buffer.span(), .tile_elements = kOptimizerBlock})
            .status()
            .message(),
        "stripes of 262144 bytes or less");
}

TEST(OffloadedOptimizer, ATileTakesWhatThePlannerSaysOfIt) {
    EXPECT_EQ(tile_elements_in(uint64_t{64} << 20), 85 * kOptimizerBlock);
    EXPECT_EQ(tile_elements_in(kOptimizerBlock * 12 - 1), 0U);
    EXPECT_EQ(tiled_buffer_bytes(kOptimizerBlock), kOptimizerBlock * (3 * 12 + 2 * 4 + 2 * 4));
}

TEST(OffloadedOptimizer, TheBenchSetsStepsBesideTheirBoundsAndLeavesNothing) {
    const test::TemporaryFolder folder;
    const AdamBenchOptions options{.elements = 3 * kOptimizerBlock + 100,
                                   .tensors = 2,
                                   .threads = 2,
                                   .rounds = 1,
                                   .seed = test::seed(),
                                   .folder = folder.path("."),
                                   .tile_bytes = kOptimizerBlock * 12,
                                   .fio_seconds = 0,
                                   .pause = std::chrono::milliseconds{0}};
    const auto memory = bench_adam_in_memory(options, [] { return true; });
    ASSERT_TRUE(memory.ok()) << memory.status().message();
    EXPECT_EQ(memory.value().back().what, "step in memory");
    EXPECT_EQ(memory.value().back().bytes, 3 * kOptimizerBlock * 28);
    const auto offloaded = bench_adam_offloaded(options, [] { return true; });
    ASSERT_TRUE(offloaded.ok()) << offloaded.status().message();
    EXPECT_EQ(offloaded.value().front().what, "disk, read and write");
    EXPECT_EQ(offloaded.value().back().what, "serial step, files");
    for (const auto* timings : {&memory.value(), &offloaded.value()})
        for (const AdamTiming& timing : *timings) {
            EXPECT_GT(timing.seconds, 0) << timing.what;
            EXPECT_GT(timing.of_bound, 0) << timing.what;
        }
    EXPECT_TRUE(std::filesystem::is_empty(folder.path(".")));
}

}  // namespace
}  // namespace sky::offload
