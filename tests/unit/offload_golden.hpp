#pragma once

#include <cstdint>
#include <map>
#include <utility>

// What the planner has to say, as facts: shapes from the public config.json of each model, bytes computed from them
// by the formulas that stand in host/offload/README.md, outside this program and before it was written. Nothing here
// is updated when the planner changes.

namespace sky::offload::test {

/// Dense decoders with fp16 weights, one block in flight, one GPU. nb = 8 slots with a tied head, else 9.
struct GoldenModel {
    const char* name;
    uint64_t parameters;            // P
    uint64_t slots;                 // nb: 3 ffn + q, k, v, o + the embedding, + the head if untied
    uint64_t uniform_bytes;         // nb * largest matrix * 2
    uint64_t adaptive_bytes;        // 2 * (embeddings + 3 ffn + 2 q,o + 2 k,v)
    uint64_t gradient_bytes;        // 4 P
    uint64_t gradient_block_bytes;  // 4 P, rounded up to a power of two
    uint64_t overflow_bytes;        // 5 P: a copy of 4 bytes and a comparison of 1
    uint64_t overflow_peak_bytes;   // 9 P: with the gradients themselves
    double largest_mib;             // of the embedding; this and all that follows as printed in a table, so rounded
    double ffn_mib;
    double qo_mib;
    double kv_mib;
    double uniform_gib;
    uint64_t uniform_block_gib;  // rounded up to a power of two
    double adaptive_gib;
    double pool_reduction_percent;  // 1 - adaptive / uniform, before rounding
};
inline constexpr GoldenModel kGoldenModels[]{
    {"llama-3.2-1b", 1235814400, 8, 4202692608, 646971392, 4943257600, 8589934592, 6179072000, 11122329600, 501.0,
     32.00, 8.00, 2.00, 3.914, 4, 0.603, 84.6058},
    {"llama-3.2-3b", 3212749824, 8, 6304038912, 989331456, 12850999296, 17179869184, 16063749120, 28914748416, 751.5,
     48.00, 18.00, 6.00, 5.871, 8, 0.921, 84.3064},
    {"llama-3.1-8b", 8030261248, 9, 9456058368, 2537553920, 32121044992, 34359738368, 40151306240, 72272351232,
     1002.0, 112.00, 32.00, 8.00, 8.807, 16, 2.363, 73.1648},
    {"qwen2.5-0.5b", 494032768, 8, 2178154496, 302088192, 1976131072, 2147483648, 2470163840, 4446294912, 259.7, 8.31,
     1.53, 0.22, 2.029, 4, 0.281, 86.1310},
    {"qwen2.5-1.5b", 1543714304, 8, 3733979136, 560332800, 6174857216, 8589934592, 7718571520, 13893428736, 445.1,
     26.25, 4.50, 0.75, 3.478, 4, 0.522, 84.9937},
    {"qwen2.5-3b", 3085938688, 8, 4978638848, 776470528, 12343754752, 17179869184, 15429693440, 27773448192, 593.5,
     43.00, 8.00, 1.00, 4.637, 8, 0.723, 84.4040},
    {"qwen2.5-7b", 7615616512, 9, 9809952768, 2646081536, 30462466048, 34359738368, 38078082560, 68540548608, 1039.5,
     129.50, 24.50, 3.50, 9.136, 16, 2.464, 73.0266},
    {"qwen2.5-14b", 14770033664, 9, 14014218240, 3664773120, 59080134656, 68719476736, 73850168320, 132930302976,
     1485.0, 135.00, 50.00, 10.00, 13.052, 16, 3.413, 73.8496},
    {"qwen2.5-32b", 32763876352, 9, 14014218240, 4089446400, 131055505408, 137438953472, 163819381760, 294874887168,
     1485.0, 270.00, 50.00, 10.00, 13.052, 16, 3.809, 70.8193},
    {"qwen3-8b", 8190735360, 9, 11201937408, 2875195392, 32762941440, 34359738368, 40953676800, 73716618240, 1187.0,
     96.00, 32.00, 8.00, 10.433, 16, 2.678, 74.3331},
    {"qwen3-14b", 14768307200, 9, 14002421760, 3772252160, 59073228800, 68719476736, 73841536000, 132914764800,
     1483.8, 170.00, 50.00, 10.00, 13.041, 16, 3.513, 73.0600},
    {"qwen3-32b", 32762123264, 9, 14002421760, 4086824960, 131048493056, 137438953472, 163810616320, 294859109376,
     1483.8, 250.00, 80.00, 10.00, 13.041, 16, 3.806, 70.8134},
};

/// Every tensor of a model by shape, vectors with one column, and how often it occurs.
struct GoldenShapes {
    const char* name;
    uint64_t parameters;
    std::map<std::pair<uint64_t, uint64_t>, uint64_t> counts;
};
inline const GoldenShapes kGoldenShapes[]{
    {"gpt2",
     124'439'808,
     {{{50257, 768}, 1},
      {{1024, 768}, 1},
      {{768, 3072}, 12},
      {{3072, 768}, 12},
      {{768, 2304}, 12},
      {{768, 768}, 12},
      {{2304, 1}, 12},
      {{768, 1}, 74},
      {{3072, 1}, 12}}},
    {"gpt2-medium",
     354'823'168,
     {{{50257, 1024}, 1},
      {{1024, 1024}, 25},
      {{1024, 4096}, 24},
      {{4096, 1024}, 24},
      {{1024, 3072}, 24},
      {{3072, 1}, 24},
      {{1024, 1}, 146},
      {{4096, 1}, 24}}},
    {"gpt2-large",
     774'030'080,
     {{{50257, 1280}, 1},
      {{1024, 1280}, 1},
      {{1280, 5120}, 36},
      {{5120, 1280}, 36},
      {{1280, 3840}, 36},
      {{1280, 1280}, 36},
      {{3840, 1}, 36},
      {{1280, 1}, 218},
      {{5120, 1}, 36}}},
    {"gpt2-xl",
     1'557'611'200,
     {{{50257, 1600}, 1},
      {{1024, 1600}, 1},
      {{1600, 6400}, 48},
      {{6400, 1600}, 48},
      {{1600, 4800}, 48},
      {{1600, 1600}, 48},
      {{4800, 1}, 48},
      {{1600, 1}, 290},
      {{6400, 1}, 48}}},
    {"llama-3.2-1b",
     1'235'814'400,
     {{{128256, 2048}, 1},
      {{8192, 2048}, 32},
      {{2048, 8192}, 16},
      {{2048, 2048}, 32},
      {{512, 2048}, 32},
      {{2048, 1}, 33}}},
    {"llama-3.2-3b",
     3'212'749'824,
     {{{128256, 3072}, 1},
      {{8192, 3072}, 56},
      {{3072, 8192}, 28},
      {{3072, 3072}, 56},
      {{1024, 3072}, 56},
      {{3072, 1}, 57}}},
    {"llama-3.1-8b",
     8'030'261'248,
     {{{128256, 4096}, 2},
      {{14336, 4096}, 64},
      {{4096, 14336}, 32},
      {{4096, 4096}, 64},
      {{1024, 4096}, 64},
      {{4096, 1}, 65}}},
    {"qwen2.5-0.5b",
     494'032'768,
     {{{151936, 896}, 1},
      {{4864, 896}, 48},
      {{896, 4864}, 24},
      {{896, 896}, 48},
      {{128, 896}, 48},
      {{896, 1}, 73},
      {{128, 1}, 48}}},
    {"qwen2.5-1.5b",
     1'543'714'304,
     {{{151936, 1536}, 1},
      {{8960, 1536}, 56},
      {{1536, 8960}, 28},
      {{1536, 1536}, 56},
      {{256, 1536}, 56},
      {{1536, 1}, 85},
      {{256, 1}, 56}}},
    {"qwen2.5-3b",
     3'085'938'688,
     {{{151936, 2048}, 1},
      {{11008, 2048}, 72},
      {{2048, 11008}, 36},
      {{2048, 2048}, 72},
      {{256, 2048}, 72},
      {{2048, 1}, 109},
      {{256, 1}, 72}}},
    {"qwen2.5-7b",
     7'615'616'512,
     {{{152064, 3584}, 2},
      {{18944, 3584}, 56},
      {{3584, 18944}, 28},
      {{3584, 3584}, 56},
      {{512, 3584}, 56},
      {{3584, 1}, 85},
      {{512, 1}, 56}}},
    {"qwen2.5-14b",
     14'770'033'664,
     {{{152064, 5120}, 2},
      {{13824, 5120}, 96},
      {{5120, 13824}, 48},
      {{5120, 5120}, 96},
      {{1024, 5120}, 96},
      {{5120, 1}, 145},
      {{1024, 1}, 96}}},
    {"qwen2.5-32b",
     32'763'876'352,
     {{{152064, 5120}, 2},
      {{27648, 5120}, 128},
      {{5120, 27648}, 64},
      {{5120, 5120}, 128},
      {{1024, 5120}, 128},
      {{5120, 1}, 193},
      {{1024, 1}, 128}}},
    {"qwen3-8b",
     8'190'735'360,
     {{{151936, 4096}, 2},
      {{12288, 4096}, 72},
      {{4096, 12288}, 36},
      {{4096, 4096}, 72},
      {{1024, 4096}, 72},
      {{4096, 1}, 73},
      {{128, 1}, 72}}},
    {"qwen3-14b",
     14'768'307'200,
     {{{151936, 5120}, 2},
      {{17408, 5120}, 80},
      {{5120, 17408}, 40},
      {{5120, 5120}, 80},
      {{1024, 5120}, 80},
      {{5120, 1}, 81},
      {{128, 1}, 80}}},
    {"qwen3-32b",
     32'762'123'264,
     {{{151936, 5120}, 2},
      {{25600, 5120}, 128},
      {{5120, 25600}, 64},
      {{8192, 5120}, 64},
      {{5120, 8192}, 64},
      {{1024, 5120}, 128},
      {{5120, 1}, 129},
      {{128, 1}, 128}}},
    {"qwen3-30b-a3b",
     30'532'122'624,
     {{{151936, 2048}, 2},
      {{768, 2048}, 12288},
      {{2048, 768}, 6144},
      {{4096, 2048}, 48},
      {{2048, 4096}, 48},
      {{512, 2048}, 96},
      {{2048, 1}, 97},
      {{128, 2048}, 48},
      {{128, 1}, 96}}},
};

/// fp16 weights, fp32 gradients, no activations, one GPU, GiB to two digits: where the bytes go before and after.
struct GoldenParts {
    double pool, optimizer, swap_out, gradient, overflow, runtime, total;
};
struct GoldenComparison {
    const char* name;
    GoldenParts zero_infinity;
    GoldenParts memascend;
    double reduction_percent;
};
inline constexpr GoldenComparison kGoldenComparisons[]{
    {"llama-3.1-8b", {16, 8, 1, 32, 37.39, 4.5, 98.89}, {2.36, 7.83, 0.98, 29.92, 0, 4.5, 45.58}, 53.9},
    {"qwen2.5-7b", {16, 16, 2, 32, 35.46, 4.5, 105.96}, {2.46, 8.12, 1.02, 28.37, 0, 4.5, 44.47}, 58.0},
    {"qwen2.5-14b", {16, 16, 2, 64, 68.78, 4.5, 171.28}, {3.41, 11.60, 1.45, 55.02, 0, 4.5, 75.99}, 55.6},
    {"qwen2.5-32b", {16, 16, 2, 128, 152.57, 4.5, 319.07}, {3.81, 11.60, 1.45, 122.05, 0, 4.5, 143.42}, 55.1},
};

/// Means over these four models, of 1 - after / before.
inline constexpr double kMeanPoolReduction = 72.7151;
inline constexpr double kMeanPeakReductionFp16 = 55.66;
inline constexpr double kMeanPeakReductionBf16 = 25.6;               // fp32 gradients; no overflow check
inline constexpr double kMeanPeakReductionBf16Bf16Gradients = 32.0;  // bf16 gradients; no overflow check

/// Bytes a parameter and step between host memory and SSD; weights are read forward and again backward.
struct GoldenTraffic {
    uint64_t read, written;
};
inline constexpr GoldenTraffic kSpilledGradientsTraffic{4 + 4 + 12, 4 + 12 + 2};
inline constexpr GoldenTraffic kKeptGradientsTraffic{4 + 12, 12 + 2};
inline constexpr GoldenTraffic kBf16StatesTraffic{4 + 6, 6};
inline constexpr GoldenTraffic kEightBitStatesTraffic{4 + 3, 5};

/// Qwen3-30B-A3B: 4 attention and 384 expert matrices of a block, embedding and head; the router has no slot.
struct GoldenExperts {
    const char* name = "qwen3-30b-a3b";
    uint64_t slots = 4 + 384 + 2;
    double uniform_gib = 226.0;
    double adaptive_gib = 2.32;
    double reduction_percent = 98.97;
    double expert_mib = 3.00;
    double routed_gib = 1.26;  // of the 128 experts only the 8 of a token in flight
};
inline constexpr GoldenExperts kGoldenExperts{};

}  // namespace sky::offload::test
