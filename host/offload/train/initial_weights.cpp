#include "host/offload/train/initial_weights.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "host/memory/printable.hpp"
#include "host/memory/random.hpp"
#include "host/offload/train/safetensors.hpp"

namespace sky::offload {

namespace {

constexpr double kDeviation = 0.02;

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

/// What of a checkpoint does not fit the model.
Status check(const Decoder& decoder, const std::string& folder, const SafeTensors& found) {
    const auto wrong = [&](const std::string& what, const std::string& remedy) {
        return Status::error(fmt::format("{}: {}\n{}", memory::printable_name(folder), what, remedy));
    };
    for (const Parameter& parameter : decoder.parameters) {
        const SafeTensor* const tensor = found.find_tensor(parameter.name);
        if (tensor == nullptr)
            return wrong(fmt::format("tensor '{}' is missing", parameter.name),
                         "expected the tensors that config.json describes");
        if (tensor->shape != shape_of(parameter))
            return wrong(fmt::format("tensor '{}' of {} has the shape [{}]", parameter.name,
                                     memory::printable_name(tensor->file), fmt::join(tensor->shape, ", ")),
                         fmt::format("config.json says [{}]", fmt::join(shape_of(parameter), ", ")));
    }
    for (const SafeTensor& tensor : found.tensors()) {
        const auto same = [&](const Parameter& parameter) { return parameter.name == tensor.name; };
        const bool copy_of_tied = decoder.tied() && tensor.name == "lm_head.weight";
        if (!copy_of_tied && std::none_of(decoder.parameters.begin(), decoder.parameters.end(), same))
            return wrong(fmt::format("{} has a tensor '{}', which the model has not",
                                     memory::printable_name(tensor.file), memory::printable(tensor.name)),
                         "expected the tensors that config.json describes");
    }
    return {};
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

Result<Residence::Source> weights_of(const Decoder& decoder, const std::string& folder, uint64_t seed) {
    Result<SafeTensors> found = SafeTensors::find(folder);
    if (!found.ok()) return found.status();
    if (found.value().tensors().empty()) return random_weights(decoder, seed);
    if (Status s = check(decoder, folder, found.value()); !s.ok()) return s;
    const auto tensors = std::make_shared<SafeTensors>(std::move(found.value()));
    return Residence::Source([&decoder, tensors](uint32_t tensor, uint64_t first, std::span<float> to) {
        return SafeTensors::read(*tensors->find_tensor(decoder.parameters[tensor].name), first, to);
    });
}

}  // namespace sky::offload
