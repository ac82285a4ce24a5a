#include "host/regfile/placement_file.hpp"

#include <fmt/format.h>

#include <array>

#include "host/regfile/json_file.hpp"

namespace sky::regfile {

namespace {

constexpr const char* kFormat = "skytrack rf placement";
constexpr uint64_t kVersion = 1;
constexpr const char* kRemedy = "make one: skytrack rf place ELF --profile FILE --output FILE";

}  // namespace

Status save_placement(const std::string& path, const std::string& program, const Placement& placement) {
    return write_json(
        path, nlohmann::ordered_json{
                  {"format", kFormat}, {"version", kVersion}, {"program", program}, {"positions", placement}});
}

Result<Placement> load_placement(const std::string& path) {
    const Result<nlohmann::json> content = read_json(path, kFormat, kVersion, kRemedy);
    if (!content.ok()) return content.status();
    const auto found = content.value().find("positions");
    Placement placement{};
    if (found == content.value().end() || !found->is_array() || found->size() != placement.size())
        return bad_file(path, fmt::format("lacks \"positions\", {} numbers", placement.size()), kRemedy);
    std::array<bool, std::tuple_size_v<Placement>> taken{};
    for (size_t reg = 0; reg < placement.size(); ++reg) {
        const nlohmann::json& position = (*found)[reg];
        if (!position.is_number_unsigned() || position.get<uint64_t>() >= placement.size())
            return bad_file(path, fmt::format("x{} has no position from 0 to {}", reg, placement.size() - 1),
                            kRemedy);
        placement[reg] = position.get<uint8_t>();
        if (taken[placement[reg]])
            return bad_file(path,
                            fmt::format("position {} is taken twice, by x{} the second time", placement[reg], reg),
                            kRemedy);
        taken[placement[reg]] = true;
    }
    return placement;
}

}  // namespace sky::regfile
