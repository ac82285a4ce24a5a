#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/memory/status.hpp"

namespace sky::offload {

/// The fields of one config.json. The first error is kept; from then on every value is a harmless one.
class HfFields {
   public:
    HfFields(std::string path, nlohmann::json object) : path_(std::move(path)), object_(std::move(object)) {}
    /// Of a file that must be there and hold a JSON object.
    [[nodiscard]] static Result<HfFields> read(const std::string& path);

    [[nodiscard]] const Status& status() const { return status_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] bool has(const char* name) const { return object_.contains(name) && !object_[name].is_null(); }

    [[nodiscard]] bool same(const char* name, const char* other) const { return object_[name] == object_[other]; }

    /// At least 1. `otherwise`: what holds when the field is missing or null; 0: that is an error.
    [[nodiscard]] uint64_t number(const char* name, uint64_t most, uint64_t otherwise = 0);
    /// From `least` to `most`; `otherwise` when it is missing or null, and outside these: that is an error.
    [[nodiscard]] double real(const char* name, double least, double most, double otherwise);
    [[nodiscard]] bool flag(const char* name, bool otherwise);
    /// Empty when it is missing or null.
    [[nodiscard]] std::string text(const char* name);
    /// Numbers of layers, ascending, each less than `layers`.
    [[nodiscard]] std::vector<uint32_t> layer_list(const char* name, uint64_t layers);
    /// The fields of an object in this one; none when it is missing or null. Its errors name it.
    [[nodiscard]] HfFields object(const char* name);
    /// The field is missing, null or this: with any other value something else would have to be computed.
    void expect(const char* name, const nlohmann::json& neutral);
    /// The same of each element of a list.
    void expect_all(const char* name, const nlohmann::json& neutral);
    /// What the file says of its architecture: `architectures`, or else `model_type`.
    [[nodiscard]] std::string architecture() const;

    void fail(const std::string& what);
    /// The first error of the two stays.
    void take_status(const HfFields& part) {
        if (status_.ok()) status_ = part.status_;
    }

   private:
    [[nodiscard]] std::string found(const char* name) const;

    std::string path_;
    std::string prefix_;  // "rope_scaling."
    nlohmann::json object_;
    Status status_;
};

}  // namespace sky::offload
