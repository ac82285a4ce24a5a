// Question: are weights read from every form of safetensors, whole or not at all, and tokens in windows that wrap?
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "host/offload/train/initial_weights.hpp"
#include "host/offload/train/safetensors.hpp"
#include "host/offload/train/token_data.hpp"
#include "tests/support/files.hpp"

namespace sky::offload {
namespace {

using nlohmann::ordered_json;

struct Tensor {
    std::string name;
    std::string dtype;
    std::vector<uint64_t> shape;
    std::string bytes;
};

std::string safetensors(const std::vector<Tensor>& tensors) {
    ordered_json header = ordered_json::object();
    std::string numbers;
    for (const Tensor& tensor : tensors) {
        header[tensor.name] = {{"dtype", tensor.dtype},
                               {"shape", tensor.shape},
                               {"data_offsets", {numbers.size(), numbers.size() + tensor.bytes.size()}}};
        numbers += tensor.bytes;
    }
    const std::string text = header.dump();
    const uint64_t length = text.size();
    std::string out(sizeof length, '\0');
    std::memcpy(out.data(), &length, sizeof length);
    return out + text + numbers;
}

template <typename T>
std::string bytes_of_numbers(const std::vector<T>& numbers) {
    std::string bytes(numbers.size() * sizeof(T), '\0');
    std::memcpy(bytes.data(), numbers.data(), bytes.size());
    return bytes;
}

/// A decoder of a few numbers, and its weights as fp32: the first of a tensor is the tensor's number.
Decoder little_decoder() {
    HfDecoder config;
    config.shape = {.name = "little",
                    .hidden = 4,
                    .intermediate = 6,
                    .layers = 1,
                    .heads = 1,
                    .kv_heads = 1,
                    .head_dim = 4,
                    .vocabulary = 5};
    return make_decoder(config);
}
std::vector<Tensor> little_weights(const Decoder& decoder) {
    std::vector<Tensor> tensors;
    for (const Parameter& p : decoder.parameters) {
        std::vector<float> numbers(p.elements(), 0.5F);
        numbers[0] = static_cast<float>(tensors.size());
        const std::vector<uint64_t> shape =
            p.matrix ? std::vector<uint64_t>{p.rows, p.columns} : std::vector<uint64_t>{p.rows};
        tensors.push_back({p.name, "F32", shape, bytes_of_numbers(numbers)});
    }
    return tensors;
}

/// The first number of every tensor of a folder.
Result<std::vector<float>> first_numbers(const Decoder& decoder, const std::string& folder) {
    const Result<Residence::Source> source = weights_of(decoder, folder, 1);
    if (!source.ok()) return source.status();
    std::vector<float> numbers(decoder.parameters.size());
    for (uint32_t t = 0; t < numbers.size(); ++t)
        if (Status s = source.value()(t, 0, {&numbers[t], 1}); !s.ok()) return s;
    return numbers;
}

void expect_counted(const Decoder& decoder, const std::string& folder) {
    const auto numbers = first_numbers(decoder, folder);
    ASSERT_TRUE(numbers.ok()) << numbers.status().message();
    for (size_t t = 0; t < numbers.value().size(); ++t) EXPECT_EQ(numbers.value()[t], static_cast<float>(t));
}

TEST(SafeTensorsFiles, AreReadFromOneFileFromManyAndByTheirIndex) {
    const Decoder decoder = little_decoder();
    std::vector<Tensor> all = little_weights(decoder);
    const test::TemporaryFolder one;
    (void)one.file("model.safetensors", safetensors(all));
    (void)one.file("training_args.safetensors", safetensors({{"other", "F32", {1}, bytes_of_numbers<float>({1})}}));
    expect_counted(decoder, one.path());

    const std::vector<Tensor> first(all.begin(), all.begin() + 3);
    const std::vector<Tensor> second(all.begin() + 3, all.end());
    const test::TemporaryFolder two;
    (void)two.file("a-00001-of-00002.safetensors", safetensors(first));
    (void)two.file("a-00002-of-00002.safetensors", safetensors(second));
    expect_counted(decoder, two.path());

    ordered_json index;
    for (const Tensor& tensor : first) index["weight_map"][tensor.name] = "a-00001-of-00002.safetensors";
    for (const Tensor& tensor : second) index["weight_map"][tensor.name] = "a-00002-of-00002.safetensors";
    (void)two.file("model.safetensors.index.json", index.dump());
    (void)two.file("unnamed.safetensors", safetensors(all));  // not in the index
    expect_counted(decoder, two.path());

    index["weight_map"][all[0].name] = "a-00002-of-00002.safetensors";
    (void)two.file("model.safetensors.index.json", index.dump());
    const auto wrong = first_numbers(decoder, two.path());
    ASSERT_FALSE(wrong.ok());
    EXPECT_NE(wrong.status().message().find("tensor 'model.embed_tokens.weight' is not in"), std::string::npos);
}

TEST(SafeTensorsFiles, AreReadFromHalves) {
    const test::TemporaryFolder folder;
    // 1, -2, the least subnormal, the largest, infinity; 3 elements from the middle on.
    const std::vector<uint16_t> fp16{0x3C00, 0xC000, 0x0001, 0x7BFF, 0x7C00};
    const std::vector<uint16_t> bf16{0x3F80, 0xC000, 0x0001, 0x7F7F, 0x7F80};
    (void)folder.file("model.safetensors", safetensors({{"a", "F16", {5}, bytes_of_numbers(fp16)},
                                                        {"b", "BF16", {5}, bytes_of_numbers(bf16)}}));
    const auto found = SafeTensors::find(folder.path());
    ASSERT_TRUE(found.ok()) << found.status().message();
    std::array<float, 5> a{};
    ASSERT_TRUE(SafeTensors::read(*found.value().find_tensor("a"), 0, a).ok());
    EXPECT_EQ(a, (std::array{1.0F, -2.0F, 0x1p-24F, 65504.0F, INFINITY}));
    std::array<float, 3> b{};
    ASSERT_TRUE(SafeTensors::read(*found.value().find_tensor("b"), 2, b).ok());
    EXPECT_EQ(b, (std::array{0x1p-133F, 0x1.FEp127F, INFINITY}));
}

TEST(SafeTensorsFiles, ThatAreWrongAreRefusedByName) {
    const Decoder decoder = little_decoder();
    const auto refused = [&](const std::string& content, const std::string& what, const std::string& remedy) {
        const test::TemporaryFolder folder;
        (void)folder.file("model.safetensors", content);
        const auto numbers = first_numbers(decoder, folder.path());
        ASSERT_FALSE(numbers.ok()) << what;
        const std::string message = numbers.status().message();
        const size_t line = message.find('\n');
        ASSERT_NE(line, std::string::npos) << message;
        EXPECT_NE(message.substr(0, line).find(what), std::string::npos) << message;
        EXPECT_NE(message.substr(line).find(remedy), std::string::npos) << message;
    };
    const std::vector<Tensor> good = little_weights(decoder);
    const std::string whole = safetensors(good);
    refused("", "this is no safetensors file: it has 0 bytes", "expected 8 bytes");
    refused(whole.substr(0, 20), "and the file has 20", "truncated");
    refused(whole.substr(0, whole.size() - 1), "tensor 'lm_head.weight' ends at byte",
            "it needs " + std::to_string(whole.size()) + " bytes");
    refused(std::string(8, '\xff') + "{}", "its header should have 18446744073709551615 bytes", "truncated");
    const auto changed = [&](const std::function<void(std::vector<Tensor>&)>& change) {
        std::vector<Tensor> tensors = good;
        change(tensors);
        return safetensors(tensors);
    };
    refused(changed([](auto& t) { t.pop_back(); }), "tensor 'lm_head.weight' is missing", "config.json describes");
    refused(changed([](auto& t) {
                t.push_back({"visual.proj", "F32", {1}, bytes_of_numbers<float>({0})});
            }),
            "has a tensor 'visual.proj', which the model has not", "config.json describes");
    refused(changed([](auto& t) { std::swap(t[0].shape[0], t[0].shape[1]); }),
            "tensor 'model.embed_tokens.weight' of", "config.json says [5, 4]");
    refused(changed([](auto& t) { t[0].dtype = "F64"; }), "has the dtype F64", "expected F32, F16 or BF16");
    refused(changed([](auto& t) { t[0].shape[0] = 6; }), "tensor 'model.embed_tokens.weight' has the offsets",
            "expected 96 bytes");
    refused(changed([](auto& t) { t[3].name = "model.layers.0.self_attn.k_prj.weight"; }),
            "tensor 'model.layers.0.self_attn.k_proj.weight' is missing",
            "'model.layers.0.self_attn.k_prj.weight' is there, and may be it under another name");
    refused(changed([](auto& t) { t.pop_back(); }), "'lm_head.weight' is missing", "tie_word_embeddings");
    refused(safetensors({}), "tensor 'model.embed_tokens.weight' is missing", "--random-weights");
    refused(changed([](auto& t) {
                const float infinite = INFINITY;
                std::memcpy(t[0].bytes.data(), &infinite, sizeof infinite);
            }),
            "element 0 of tensor 'model.embed_tokens.weight' is inf", "finite");
}

TEST(SafeTensorsFiles, WhoseNumbersBelongToTwoTensorsOrToNoneAreRefusedWithThePlace) {
    const auto refused = [](const std::string& entries, size_t numbers, const std::string& what) {
        const test::TemporaryFolder folder;
        const uint64_t length = entries.size();
        std::string file(sizeof length, '\0');
        std::memcpy(file.data(), &length, sizeof length);
        (void)folder.file("model.safetensors", file + entries + std::string(numbers, '\0'));
        const auto found = SafeTensors::find(folder.path());
        ASSERT_FALSE(found.ok()) << what;
        EXPECT_NE(found.status().message().find(what), std::string::npos) << found.status().message();
        EXPECT_NE(found.status().message().find('\n'), std::string::npos) << "a remedy";
    };
    const auto entry = [](const std::string& name, int from, int to) {
        return "\"" + name + R"(":{"dtype":"F32","shape":[)" + std::to_string((to - from) / 4) +
               R"(],"data_offsets":[)" + std::to_string(from) + "," + std::to_string(to) + "]}";
    };
    const std::string ab = "{" + entry("a", 0, 8) + ",";
    const size_t data = 8 + (ab + entry("b", 4, 8) + "}").size();  // where the numbers begin
    refused(ab + entry("b", 4, 8) + "}", 8,
            "tensor 'b' begins at byte " + std::to_string(data + 4) + ", within tensor 'a'");
    refused(ab + entry("b", 0, 8) + "}", 8, "within tensor 'a'");
    refused(ab + entry("b", 12, 16) + "}", 16, "between tensor 'a' and tensor 'b', belong to no tensor");
    refused("{" + entry("a", 4, 8) + "}", 8, "between the header and tensor 'a'");
    refused("{" + entry("a", 0, 8) + "}", 9, "behind tensor 'a', belong to no tensor");
    refused(ab + entry("a", 8, 16) + "}", 16, "the key 'a' is there twice");
}

TEST(SafeTensorsFiles, MayHaveAHeadThatIsTiedWhenItIsTheEmbedding) {
    HfDecoder config;
    config.shape = little_decoder().shape;
    config.shape.tied_head = true;
    const Decoder decoder = make_decoder(config);
    std::vector<Tensor> tensors = little_weights(decoder);
    tensors.push_back({"lm_head.weight", "F32", {5, 4}, tensors[0].bytes});
    const test::TemporaryFolder folder;
    (void)folder.file("model.safetensors", safetensors(tensors));
    expect_counted(decoder, folder.path());
    tensors.back().bytes[17] ^= 1;
    (void)folder.file("model.safetensors", safetensors(tensors));
    const auto other = first_numbers(decoder, folder.path());
    ASSERT_FALSE(other.ok());
    EXPECT_NE(other.status().message().find("'lm_head.weight' differs from 'model.embed_tokens.weight'"),
              std::string::npos)
        << other.status().message();
    tensors.back() = {"lm_head.weight", "F32", {4, 5}, tensors[0].bytes};
    (void)folder.file("model.safetensors", safetensors(tensors));
    EXPECT_FALSE(first_numbers(decoder, folder.path()).ok());
}

TEST(SafeTensorsFiles, MayHaveWhatFollowsFromTheConfiguration) {
    const Decoder decoder = little_decoder();
    std::vector<Tensor> tensors = little_weights(decoder);
    tensors.push_back({"model.layers.0.self_attn.rotary_emb.inv_freq", "F32", {2}, std::string(8, '\0')});
    const test::TemporaryFolder folder;
    (void)folder.file("model.safetensors", safetensors(tensors));
    expect_counted(decoder, folder.path());
}

TEST(SafeTensorsFiles, AreMissedWhereOtherWeightsLie) {
    const Decoder decoder = little_decoder();
    for (const char* const name : {"pytorch_model.bin", "model.safetensor", "model.safetensors.index.jsn"}) {
        const test::TemporaryFolder folder;
        (void)folder.file("config.json", "{}");
        std::string said;
        const Log log = [&](const std::string& text) { said += text; };
        EXPECT_TRUE(weights_of(decoder, folder.path(), 5, log).ok());
        EXPECT_NE(said.find("the weights are random, of seed 5"), std::string::npos) << said;
        (void)folder.file(name, "weights");
        const auto refused = weights_of(decoder, folder.path(), 5, log);
        ASSERT_FALSE(refused.ok()) << name;
        EXPECT_NE(refused.status().message().find(std::string("but '") + name + "'"), std::string::npos);
        EXPECT_NE(refused.status().message().find("--random-weights"), std::string::npos);
    }
}

TEST(SafeTensorsFiles, AreWrittenWholeOrNotAtAll) {
    const test::TemporaryFolder folder;
    const std::vector<SafeTensorsWriter::Entry> entries{{"a", {2, 2}}, {"b", {1}}};
    {
        const auto writer = SafeTensorsWriter::create(folder.path("half.safetensors"), entries);
        ASSERT_TRUE(writer.ok());
        ASSERT_TRUE(writer.value()->write(std::array{1.0F, 2.0F, 3.0F, 4.0F}).ok());
        EXPECT_FALSE(writer.value()->commit().ok()) << "b is missing";
    }
    EXPECT_TRUE(folder.names().empty());
    const auto writer = SafeTensorsWriter::create(folder.path("whole.safetensors"), entries);
    ASSERT_TRUE(writer.value()->write(std::array{1.0F, 2.0F, 3.0F, 4.0F}).ok());
    ASSERT_TRUE(writer.value()->write(std::array{5.0F}).ok());
    ASSERT_TRUE(writer.value()->commit().ok());
    const auto found = SafeTensors::find(folder.path());
    ASSERT_TRUE(found.ok()) << found.status().message();
    std::array<float, 1> b{};
    ASSERT_TRUE(SafeTensors::read(*found.value().find_tensor("b"), 0, b).ok());
    EXPECT_EQ(b[0], 5.0F);
    EXPECT_EQ(found.value().find_tensor("a")->offset % 8, 0U);
}

TEST(TokenDataWindows, FollowOneAnotherAndWrap) {
    const test::TemporaryFolder folder;
    const auto data = TokenData::read_text(folder.file("text", "abcdefgh"), 256, 2);
    ASSERT_TRUE(data.ok()) << data.status().message();
    EXPECT_EQ(data.value().windows(), 2U) << "abc, def; gh is no window";
    std::array<int32_t, 6> inputs{};
    std::array<int32_t, 6> targets{};
    data.value().windows(1, 3, inputs, targets);
    EXPECT_EQ(inputs, (std::array<int32_t, 6>{'d', 'e', 'a', 'b', 'd', 'e'}));
    EXPECT_EQ(targets, (std::array<int32_t, 6>{'e', 'f', 'b', 'c', 'e', 'f'}));
}

}  // namespace
}  // namespace sky::offload
