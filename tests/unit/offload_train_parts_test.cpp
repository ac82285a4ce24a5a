// Question: do the parts of a trainer do what their headers say: compute blocks, the device's copies, sums, tiles?
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "host/offload/available_memory.hpp"
#include "host/offload/train/decoder.hpp"
#include "host/offload/train/device.hpp"
#include "host/offload/train/kernels.hpp"
#include "host/offload/train/tile_ring.hpp"
#include "host/offload/train/token_index.hpp"
#include "host/offload/train/train_needs.hpp"
#include "host/offload/train/workers.hpp"
#include "tests/support/files.hpp"

namespace sky::offload {
namespace {

Decoder decoder_of(uint64_t hidden, uint64_t intermediate, uint64_t vocabulary) {
    HfDecoder config;
    config.shape = {.name = "some",
                    .hidden = hidden,
                    .intermediate = intermediate,
                    .layers = 2,
                    .heads = 2,
                    .kv_heads = 1,
                    .head_dim = hidden / 2,
                    .vocabulary = vocabulary};
    return make_decoder(config);
}

TEST(DecoderBlocks, CoverEveryTensorWithWholeRows) {
    for (const auto& [hidden, intermediate, vocabulary] :
         {std::array<uint64_t, 3>{16, 40, 7}, {192, 1100, 1500}, {4096, 14336, 128256}}) {
        const Decoder decoder = decoder_of(hidden, intermediate, vocabulary);
        for (const Parameter& p : decoder.parameters) {
            uint64_t row = 0;
            for (uint64_t block = 0; block < p.blocks(); ++block) {
                EXPECT_EQ(p.block_begin(block), row) << p.name;
                EXPECT_GT(p.block_end(block), row) << p.name;
                row = p.block_end(block);
            }
            EXPECT_EQ(row, p.rows) << p.name;
        }
    }
}

TEST(DecoderBlocks, ComeInTilesThatHaveRoomForThem) {
    const Decoder decoder = decoder_of(192, 1100, 5000);
    const uint64_t least = least_tile_bytes(decoder);
    for (const uint64_t tile : {least, 3 * least})
        for (uint32_t t = 0; t < decoder.parameters.size(); ++t) {
            const Parameter& p = decoder.parameters[t];
            uint64_t block = 0;
            for (const TileLoad& load : tile_loads(p, t, tile)) {
                EXPECT_EQ(load.first_block, block) << p.name;
                block += load.blocks;
                EXPECT_LE(load.bytes, tile);
                EXPECT_EQ(load.offset % (65536 * sizeof(float)), 0U);
                const uint64_t begin = p.block_begin(load.first_block) * p.columns * sizeof(float);
                EXPECT_EQ(load.offset + load.before, begin);
                EXPECT_GE(load.offset + load.bytes, p.block_end(block - 1) * p.columns * sizeof(float));
            }
            EXPECT_EQ(block, p.blocks()) << p.name;
        }
}

TEST(DecoderBlocks, NameTheTileThatALargeModelNeeds) {
    EXPECT_EQ(least_tile_bytes(decoder_of(16, 40, 7)), kMinTileBytes);
    EXPECT_GT(least_tile_bytes(decoder_of(4096, 14336, 128256)), kMinTileBytes) << "32 rows of 14,336";
}

TEST(DecoderPasses, UseEveryTensorInBothDirections) {
    const Decoder decoder = decoder_of(16, 40, 7);
    const std::vector<Unit> pass = pass_of(decoder);
    ASSERT_EQ(pass.size(), 2 * decoder.layers.size() + 4);
    std::vector<uint64_t> uses(decoder.parameters.size());
    for (const Unit& unit : pass)
        for (const Use& use : unit.uses) {
            if (!use.keep) ++uses[use.first];
            if (use.second != kNoParameter) ++uses[use.second];
        }
    for (size_t t = 0; t < uses.size(); ++t) EXPECT_EQ(uses[t], 2U) << decoder.parameters[t].name;
}

TEST(DeviceCopies, WidenHalvesAndTakeColumns) {
    const std::array<uint16_t, 6> bf16{0x3F80, 0x4000, 0x4040, 0x4080, 0x40A0, 0x40C0};  // 1 to 6, two rows
    std::array<float, 4> to{};
    Device::upload(reinterpret_cast<const std::byte*>(bf16.data() + 1), Dtype::kBf16, 2, 2, 3, to.data());
    EXPECT_EQ(to, (std::array{2.0F, 3.0F, 5.0F, 6.0F}));
    const std::array<uint16_t, 2> fp16{0x3800, 0xBC00};
    Device::upload(reinterpret_cast<const std::byte*>(fp16.data()), Dtype::kFp16, 2, to.data());
    EXPECT_EQ(to, (std::array{0.5F, -1.0F, 5.0F, 6.0F}));
    const std::array fp32{1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F};
    Device::upload(reinterpret_cast<const std::byte*>(fp32.data()), Dtype::kFp32, 2, 2, 3, to.data());
    EXPECT_EQ(to, (std::array{1.0F, 2.0F, 4.0F, 5.0F}));
    Device::download(std::array{1.0F, 1.0F}, true, to.data());
    Device::download(std::array{7.0F, 8.0F}, false, to.data() + 2);
    EXPECT_EQ(to, (std::array{2.0F, 3.0F, 7.0F, 8.0F}));
}

TEST(TrainWorkers, DoEveryPieceOnce) {
    for (const uint32_t threads : {1U, 2U, 5U}) {
        Workers workers(threads);
        EXPECT_EQ(workers.threads(), threads);
        for (uint64_t pieces = 0; pieces < 200; pieces += 13) {
            std::vector<std::atomic<int>> done(pieces);
            workers.run(pieces, [&](uint64_t piece, uint32_t worker) {
                EXPECT_LT(worker, threads);
                ++done[piece];
            });
            EXPECT_TRUE(std::all_of(done.begin(), done.end(), [](const auto& times) { return times == 1; }));
        }
    }
}

TEST(TrainSums, AreExactWhereDoubleIs) {
    std::vector<float> values(65536 - 3);
    double wanted = 0;
    for (size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<float>(i % 1000) - 500;
        wanted += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    }
    EXPECT_EQ(square_sum(values), wanted);
    values[17] = INFINITY;
    EXPECT_FALSE(std::isfinite(square_sum(values)));
    values[17] = NAN;
    EXPECT_FALSE(std::isfinite(square_sum(values)));
    EXPECT_EQ(square_sum({}), 0.0);
}

TEST(TokenRows, SumTheirTokensMicroBatchByMicroBatch) {
    const std::vector<int32_t> tokens{5, 2, 5, 5, 2, 0};
    const TokenIndex index = index_tokens(tokens);
    EXPECT_EQ(index.rows, (std::vector<uint64_t>{0, 2, 5}));
    const std::vector<float> gradients{0x1p24F, 10, 1, 1, 20, 30};
    std::vector<float> row{0};
    // All of 5 in double: 2^24 + 1 + 1, which fp32 holds; one after the other in fp32 it would not have grown.
    add_row(index, 2, 6, gradients.data(), row);
    EXPECT_EQ(row[0], 0x1p24F + 2);
    row[0] = 0;
    add_row(index, 2, 2, gradients.data(), row);
    EXPECT_EQ(row[0], 0x1p24F + 2) << "the second and third lie in one micro-batch";
    row[0] = 0;
    add_row(index, 2, 1, gradients.data(), row);
    EXPECT_EQ(row[0], 0x1p24F) << "in micro-batches of one token each of the ones is added in fp32, and lost";
    row[0] = 1;
    add_row(index, 1, 6, gradients.data(), row);
    EXPECT_EQ(row[0], 31.0F);
}

TEST(TrainNeedsOfMemory, AreRefusedWithTheirPartsAndTheRemedy) {
    TrainOptions options;
    options.model = tiny_decoder();
    options.tile_bytes = uint64_t{1} << 20;
    const Decoder decoder = make_decoder(options.model);
    const DecoderPass::Options pass{
        .shape = {.micro_batches = 1, .sequences = 1, .length = 8}, .passes = 1, .stop = {}};
    for (const TrainMode mode : kTrainModes) {
        options.mode = mode;
        const auto needs = needs_of(decoder, options, pass);
        ASSERT_TRUE(needs.ok()) << needs.status().message();
        const uint64_t bytes = needs.value().memory_bytes();
        EXPECT_GT(bytes, decoder.elements()) << to_string(mode);
        EXPECT_TRUE(check_memory(needs.value(), options, bytes).ok());
        EXPECT_TRUE(check_memory(needs.value(), options, 0).ok()) << "the system does not say";
        const Status refused = check_memory(needs.value(), options, bytes - 1);
        ASSERT_FALSE(refused.ok());
        for (const std::string& part : {"mode " + std::string(to_string(mode)) + " takes " + std::to_string(bytes),
                                        std::to_string(bytes - 1) + " are available", std::string("--force")})
            EXPECT_NE(refused.message().find(part), std::string::npos) << refused.message();
    }
    options.mode = TrainMode::kInMemory;
    const auto in_memory = needs_of(decoder, options, pass);
    EXPECT_GE(in_memory.value().states_bytes, 16 * decoder.elements());
    options.mode = TrainMode::kZeroInfinity;
    const uint64_t rounded = needs_of(decoder, options, pass).value().reserved_bytes();
    options.mechanisms.pinned = PinnedKind::kExact;
    EXPECT_GT(rounded, needs_of(decoder, options, pass).value().reserved_bytes());
    const uint64_t without = needs_of(decoder, options, pass).value().memory_bytes();
    options.mechanisms.overflow = CheckMethod::kChain;
    EXPECT_EQ(needs_of(decoder, options, pass).value().memory_bytes(), without + 5 * decoder.elements());
}

TEST(AvailableMemory, IsWhatTheTightestControlGroupLeaves) {
    const test::TemporaryFolder folder;
    const auto file = [&](const std::string& name, const std::string& content) {
        std::filesystem::create_directories(std::filesystem::path(folder.path(name)).parent_path());
        (void)folder.file(name, content);
    };
    const auto left = [&](const std::string& groups) {
        return control_group_bytes(folder.file("groups", groups), folder.path("mount"));
    };
    EXPECT_EQ(left("0::/\n"), std::nullopt) << "no limit is known";
    file("mount/a/b/memory.max", "max\n");
    file("mount/a/b/memory.current", "500\n");
    EXPECT_EQ(left("0::/a/b\n"), std::nullopt);
    file("mount/a/memory.max", "1000\n");
    file("mount/a/memory.current", "700\n");
    EXPECT_EQ(left("0::/a/b\n"), 300U);
    file("mount/a/memory.stat", "anon 500\ninactive_file 150\nactive_file 50\n");
    EXPECT_EQ(left("0::/a/b\n"), 500U) << "cached files go when memory is needed";
    file("mount/memory.max", "400\n");
    file("mount/memory.current", "1000\n");
    EXPECT_EQ(left("0::/a/b\n"), 0U);
    file("mount/memory/x/memory.limit_in_bytes", "2000\n");
    file("mount/memory/x/memory.usage_in_bytes", "600\n");
    file("mount/memory/x/memory.stat", "total_inactive_file 100\n");
    EXPECT_EQ(left("5:cpu,cpuacct:/y\n4:memory:/x\n"), 1500U);
}

}  // namespace
}  // namespace sky::offload
