#include "tests/support/train_reference.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "tests/support/files.hpp"

namespace sky::test {

using nlohmann::json;

TrainReference train_reference(const std::string& name) {
    TrainReference reference;
    reference.folder = std::string(SKY_GOLDEN_FOLDER) + "/" + name;
    const json made = json::parse(read_file(reference.folder + "/reference.json"));
    offload::TrainOptions& options = reference.options;
    const auto model = offload::read_hf_decoder(reference.folder);
    EXPECT_TRUE(model.ok()) << model.status().message();
    if (model.ok()) options.model = model.value();
    options.weights_folder = reference.folder;
    options.batch = made["batch"];
    options.length = made["seq"];
    options.lr = made["lr"];
    options.beta1 = made["beta1"];
    options.beta2 = made["beta2"];
    options.eps = made["eps"];
    options.weight_decay = made["weight_decay"];
    options.clip = made.value("clip", 0.0);
    reference.steps = made["steps"];
    reference.losses = made["losses"].get<std::vector<double>>();
    reference.grad_norms = made["grad_norms"].get<std::vector<double>>();
    return reference;
}

double largest_difference(const std::string& file, const std::string& other) {
    constexpr double kInfinite = std::numeric_limits<double>::infinity();
    struct Content {
        explicit Content(const std::string& path) : bytes(read_file(path)) {
            uint64_t length = 0;
            std::memcpy(&length, bytes.data(), sizeof length);
            header = json::parse(bytes.substr(sizeof length, length));
            begin = sizeof length + length;
        }
        [[nodiscard]] float value(const json& entry, size_t i) const {
            float number = 0;
            std::memcpy(&number, bytes.data() + begin + entry["data_offsets"][0].get<size_t>() + i * sizeof number,
                        sizeof number);
            return number;
        }
        std::string bytes;
        json header;
        size_t begin = 0;
    };
    const Content a(file);
    const Content b(other);
    if (a.header.size() != b.header.size() || a.header.empty()) return kInfinite;
    double largest = 0;
    for (const auto& [name, entry] : a.header.items()) {
        if (!b.header.contains(name) || b.header[name]["shape"] != entry["shape"]) return kInfinite;
        size_t elements = 1;
        for (const size_t size : entry["shape"]) elements *= size;
        for (size_t i = 0; i < elements; ++i) {
            const double difference =
                std::abs(static_cast<double>(a.value(entry, i)) - static_cast<double>(b.value(b.header[name], i)));
            if (std::isnan(difference)) return kInfinite;
            largest = std::max(largest, difference);
        }
    }
    return largest;
}

}  // namespace sky::test
