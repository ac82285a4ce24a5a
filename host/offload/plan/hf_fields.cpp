#include "host/offload/plan/hf_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "host/memory/file_error.hpp"
#include "host/memory/printable.hpp"
#include "host/offload/plan/unique_json.hpp"

namespace sky::offload {

using nlohmann::json;

namespace {

constexpr uint64_t kMaxFileBytes = uint64_t{16} << 20;

}  // namespace

Result<HfFields> HfFields::read(const std::string& path) {
    std::error_code error;
    const std::filesystem::file_status file = std::filesystem::status(path, error);
    if (!std::filesystem::exists(file))
        return Status::error(fmt::format("there is no {}\nexpected a folder with the config.json of a model",
                                         memory::printable_name(path)));
    if (!std::filesystem::is_regular_file(file))
        return Status::error(
            fmt::format("{} is no file\nexpected the config.json of a model", memory::printable_name(path)));
    std::ifstream in(path, std::ios::binary);
    if (!in) return memory::file_error(path, "open", errno);
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (text.size() > kMaxFileBytes)
        return Status::error(fmt::format("{} has {} bytes, too many for a config.json\nexpected at most {}",
                                         memory::printable_name(path), text.size(), kMaxFileBytes));
    Result<json> object = parse_unique_json(text);
    if (!object.ok())
        return Status::error(fmt::format("{}{}\nexpected the config.json of a model", memory::printable_name(path),
                                         object.status().message()));
    if (object.value().is_object()) return HfFields(path, std::move(object.value()));
    return Status::error(
        fmt::format("{}: this is no JSON object\nexpected the config.json of a model", memory::printable_name(path)));
}

std::string HfFields::found(const char* name) const {
    if (!has(name)) return "is missing";
    return "is " + memory::printable(object_[name].dump(-1, ' ', true, json::error_handler_t::replace));
}

uint64_t HfFields::number(const char* name, uint64_t most, uint64_t otherwise) {
    if (!has(name) && otherwise != 0) return otherwise;
    if (has(name)) {
        const json& value = object_[name];
        if (value.is_number_unsigned() && value.get<uint64_t>() >= 1 && value.get<uint64_t>() <= most)
            return value.get<uint64_t>();
    }
    fail(fmt::format("{} {}\nexpected a whole number from 1 to {}", prefix_ + name, found(name), most));
    return 1;
}

double HfFields::real(const char* name, double least, double most, double otherwise) {
    const double value = !has(name) ? otherwise : object_[name].is_number() ? object_[name].get<double>() : least - 1;
    if (value >= least && value <= most) return value;
    fail(fmt::format("{} {}\nexpected a number from {} to {}", prefix_ + name, found(name), least, most));
    return least;
}

bool HfFields::flag(const char* name, bool otherwise) {
    if (!has(name)) return otherwise;
    if (object_[name].is_boolean()) return object_[name].get<bool>();
    fail(fmt::format("{} is no boolean\nexpected true or false", prefix_ + name));
    return otherwise;
}

std::string HfFields::text(const char* name) {
    if (!has(name)) return {};
    if (object_[name].is_string()) return object_[name].get<std::string>();
    fail(fmt::format("{} {}\nexpected a text", prefix_ + name, found(name)));
    return {};
}

void HfFields::expect(const char* name, const json& neutral) {
    if (!has(name) || object_[name] == neutral) return;
    fail(fmt::format("{} {}, which the trainer does not compute with\nexpected {}, or no such field", prefix_ + name,
                     found(name), neutral.dump()));
}

void HfFields::expect_all(const char* name, const json& neutral) {
    if (!has(name)) return;
    const json& list = object_[name];
    if (list.is_array() && std::all_of(list.begin(), list.end(), [&](const json& x) { return x == neutral; })) return;
    fail(fmt::format("{} {}, which the trainer does not compute with\nexpected {} alone, or no such field",
                     prefix_ + name, found(name), neutral.dump()));
}

std::vector<uint32_t> HfFields::layer_list(const char* name, uint64_t layers) {
    std::vector<uint32_t> list;
    if (!has(name)) return list;
    const json& value = object_[name];
    const auto is_layer = [&](const json& x) { return x.is_number_unsigned() && x.get<uint64_t>() < layers; };
    if (!value.is_array() || !std::all_of(value.begin(), value.end(), is_layer)) {
        fail(fmt::format("{} is no list of layers\nexpected whole numbers from 0 to {}", name, layers - 1));
        return list;
    }
    for (const json& layer : value) list.push_back(layer.get<uint32_t>());
    std::sort(list.begin(), list.end());
    return list;
}

HfFields HfFields::object(const char* name) {
    HfFields part(path_, json::object());
    part.prefix_ = prefix_ + name + ".";
    if (!has(name)) return part;
    if (object_[name].is_object())
        part.object_ = object_[name];
    else
        fail(fmt::format("{} {}\nexpected an object", prefix_ + name, found(name)));
    return part;
}

std::string HfFields::architecture() const {
    if (has("architectures") && object_["architectures"].is_array() && !object_["architectures"].empty() &&
        object_["architectures"][0].is_string())
        return object_["architectures"][0].get<std::string>();
    if (has("model_type") && object_["model_type"].is_string()) return object_["model_type"].get<std::string>();
    return {};
}

void HfFields::fail(const std::string& what) {
    if (status_.ok()) status_ = Status::error(fmt::format("{}: {}", memory::printable_name(path_), what));
}

}  // namespace sky::offload
