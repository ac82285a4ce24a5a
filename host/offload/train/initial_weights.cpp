#include "host/offload/train/initial_weights.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <memory>
#include <numbers>

#include "host/memory/nearest.hpp"
#include "host/memory/printable.hpp"
#include "host/memory/random.hpp"
#include "host/offload/train/safetensors.hpp"

namespace sky::offload {

namespace {

constexpr double kDeviation = 0.02;
constexpr const char* kHeadName = "lm_head.weight";

/// Uniform in (0, 1].
double uniform(uint64_t word) { return static_cast<double>((word >> 11U) + 1) * 0x1p-53; }

/// Of a pair of elements, both from two words of its own.
float normal(uint64_t key, uint64_t element) {
    const uint64_t pair = element / 2;
    const double radius = std::sqrt(-2 * std::log(uniform(memory::mix64(key + 2 * pair))));
    const double angle = 2 * std::numbers::pi * uniform(memory::mix64(key + 2 * pair + 1));
    return static_cast<float>(kDeviation * radius * (element % 2 == 0 ? std::cos(angle) : std::sin(angle)));
}

std::vector<uint64_t> shape_of(const Parameter& parameter) {
    if (parameter.matrix) return {parameter.rows, parameter.columns};
    return {parameter.rows};
}

constexpr const char* kRandomInstead = "--random-weights begins with random ones";

Status wrong(const std::string& folder, const std::string& what, const std::string& remedy) {
    return Status::error(fmt::format("{}: {}\n{}", memory::printable_name(folder), what, remedy));
}

/// Whether the model has a tensor of that name, or one that follows from its configuration.
bool is_of(const Decoder& decoder, const std::string& name) {
    if (name.ends_with("rotary_emb.inv_freq")) return true;
    if (decoder.tied() && name == kHeadName) return true;
    return std::any_of(decoder.parameters.begin(), decoder.parameters.end(),
                       [&](const Parameter& parameter) { return parameter.name == name; });
}

Status missing(const Decoder& decoder, const std::string& folder, const SafeTensors& found, const std::string& name) {
    std::vector<std::string> others;
    for (const SafeTensor& tensor : found.tensors())
        if (!is_of(decoder, tensor.name)) others.push_back(tensor.name);
    const std::string near = memory::nearest(name, others);
    std::string remedy = "expected the tensors that config.json describes: ";
    if (!near.empty())
        remedy += fmt::format("'{}' is there, and may be it under another name; rename it", memory::printable(near));
    else if (name == kHeadName)
        remedy += "get the whole checkpoint, or set tie_word_embeddings to true if that is what it means";
    else
        remedy += "get the whole checkpoint";
    return wrong(folder, fmt::format("tensor '{}' is missing", name), fmt::format("{}; {}", remedy, kRandomInstead));
}

/// A head that is tied is the embedding: a copy of it may be there.
Status check_tied_head(const std::string& folder, const SafeTensor& head, const SafeTensor& embedding) {
    constexpr uint64_t kPiece = uint64_t{1} << 16;
    const auto differs = [&](const std::string& how) {
        return wrong(
            folder,
            fmt::format("tensor '{}' {} '{}', and tie_word_embeddings is true", kHeadName, how, embedding.name),
            "set tie_word_embeddings to false in config.json to train both, or remove the tensor");
    };
    if (head.shape != embedding.shape) return differs("has another shape than");
    std::vector<float> a(std::min(kPiece, head.elements));
    std::vector<float> b(a.size());
    for (uint64_t at = 0; at < head.elements; at += a.size()) {
        const uint64_t count = std::min<uint64_t>(a.size(), head.elements - at);
        if (Status s = SafeTensors::read(head, at, {a.data(), count}); !s.ok()) return s;
        if (Status s = SafeTensors::read(embedding, at, {b.data(), count}); !s.ok()) return s;
        if (std::memcmp(a.data(), b.data(), count * sizeof(float)) != 0) return differs("differs from");
    }
    return {};
}

/// What of a checkpoint does not fit the model.
Status check(const Decoder& decoder, const std::string& folder, const SafeTensors& found) {
    for (const Parameter& parameter : decoder.parameters) {
        const SafeTensor* const tensor = found.find_tensor(parameter.name);
        if (tensor == nullptr) return missing(decoder, folder, found, parameter.name);
        if (tensor->shape != shape_of(parameter))
            return wrong(folder,
                         fmt::format("tensor '{}' of {} has the shape [{}]", parameter.name,
                                     memory::printable_name(tensor->file), fmt::join(tensor->shape, ", ")),
                         fmt::format("config.json says [{}]", fmt::join(shape_of(parameter), ", ")));
    }
    for (const SafeTensor& tensor : found.tensors())
        if (!is_of(decoder, tensor.name))
            return wrong(folder,
                         fmt::format("{} has a tensor '{}', which the model has not",
                                     memory::printable_name(tensor.file), memory::printable(tensor.name)),
                         "expected the tensors that config.json describes");
    const SafeTensor* const head = found.find_tensor(kHeadName);
    if (!decoder.tied() || head == nullptr) return {};
    return check_tied_head(folder, *head, *found.find_tensor(decoder.parameters[decoder.embedding].name));
}

/// Of a folder without safetensors: what may be weights all the same.
Status check_no_weights(const std::string& folder) {
    constexpr const char* kEndings[]{".bin", ".pt", ".pth", ".ckpt", ".gguf", ".h5", ".npz", ".msgpack", ".onnx"};
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        const bool weights = name.find("safetensor") != std::string::npos ||
                             std::any_of(std::begin(kEndings), std::end(kEndings),
                                         [&](const char* ending) { return name.ends_with(ending); });
        if (weights)
            return wrong(folder, fmt::format("there is no *.safetensors, but '{}'", memory::printable(name)),
                         fmt::format("convert or rename it to model.safetensors; {}", kRandomInstead));
    }
    return {};
}

Status check_finite(const SafeTensor& tensor, uint64_t first, std::span<const float> values) {
    const auto bad = std::find_if_not(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
    if (bad == values.end()) return {};
    return Status::error(fmt::format("{}: element {} of tensor '{}' is {}\nget a checkpoint whose numbers are finite",
                                     memory::printable_name(tensor.file),
                                     first + static_cast<uint64_t>(bad - values.begin()), tensor.name, *bad));
}

}  // namespace

Residence::Source random_weights(const Decoder& decoder, uint64_t seed) {
    return [&decoder, seed](uint32_t tensor, uint64_t first, std::span<float> to) -> Status {
        const Parameter& parameter = decoder.parameters[tensor];
        if (!parameter.matrix) {
            std::fill(to.begin(), to.end(), parameter.name.ends_with(".bias") ? 0.0F : 1.0F);
            return {};
        }
        const uint64_t key = memory::mix64(memory::mix64(seed) + tensor);
        for (uint64_t i = 0; i < to.size(); ++i) to[i] = normal(key, first + i);
        return {};
    };
}

Result<Residence::Source> weights_of(const Decoder& decoder, const std::string& folder, uint64_t seed,
                                     const Log& log) {
    Result<SafeTensors> found = SafeTensors::find(folder);
    if (!found.ok()) return found.status();
    if (!found.value().any_file()) {
        if (Status s = check_no_weights(folder); !s.ok()) return s;
        if (log)
            log(fmt::format("{} has no *.safetensors: the weights are random, of seed {}",
                            memory::printable_name(folder), seed));
        return random_weights(decoder, seed);
    }
    if (Status s = check(decoder, folder, found.value()); !s.ok()) return s;
    const auto tensors = std::make_shared<SafeTensors>(std::move(found.value()));
    return Residence::Source([&decoder, tensors](uint32_t number, uint64_t first, std::span<float> to) {
        const SafeTensor& tensor = *tensors->find_tensor(decoder.parameters[number].name);
        Status status = SafeTensors::read(tensor, first, to);
        return status.ok() ? check_finite(tensor, first, to) : status;
    });
}

}  // namespace sky::offload
